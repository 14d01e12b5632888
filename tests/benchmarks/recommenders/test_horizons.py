"""Stays of learners with tastes: declined turns change nothing, the same luck for all, and two horizons that differ."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.recommenders.choice_logs import Taste
from benchmarks.recommenders.horizons import StayRules, advance_some, compare_horizons, join_horizons, simulate_stay
from models.policies.rule_based import RandomStrategy, ScoreStrategy, make_curriculum_order
from models.simulation.environment import EpisodeConfig, LearnerVectorEnv
from tests.models.courses import random_course

COURSE = random_course(4, points=24)
EASY = Taste(elsewhere=-50.0, leaving=0.0)


def world(size=40):
    return LearnerVectorEnv(COURSE, size, episode=EpisodeConfig(longest=25, fewest=4, most=24))


def test_who_does_not_take_part_stays_as_they_are():
    env, other = world(6), world(6)
    for each in (env, other):
        each.reset(seed=3)
    actions = env.observe().candidates[:, 0]
    does = np.array([True, False, True, False, False, True])
    before = env.state()
    advance_some(env, actions, does)
    other.advance(actions)
    for part in ("mine", "hidden", "recent"):
        for name, array in env.state()[part].items():
            assert np.array_equal(array[does], other.state()[part][name][does], equal_nan=True)
            assert np.array_equal(array[~does], before[part][name][~does], equal_nan=True)
    assert env.recent.item[:, -1].tolist() == np.where(does, actions, -1).tolist()


def test_who_declines_everything_learns_nothing_and_forgets():
    nothing = simulate_stay(world(), RandomStrategy(COURSE), 1, StayRules(turns=5), Taste(elsewhere=50.0, leaving=0.0))
    assert nothing.take_up.max() == nothing.events.max() == nothing.minutes.max() == 0
    assert (nothing.ep <= 0).all() and not nothing.left.any()


def test_who_takes_up_everything_does_one_resource_a_turn():
    env = world()
    found = simulate_stay(env, RandomStrategy(COURSE), 1, StayRules(turns=5), EASY)
    assert found.take_up.min() == 1 and found.events.max() == 5
    shortest, longest = COURSE.minutes.min(), COURSE.minutes.max()
    assert (found.minutes >= shortest * found.events - 1e-3).all() and (found.minutes <= longest * found.events).all()


def test_what_is_retained_is_what_forgetting_leaves():
    now, later = (
        simulate_stay(world(), make_curriculum_order(COURSE), 2, StayRules(10, delay), EASY) for delay in (0.0, 30.0)
    )
    assert np.array_equal(now.ep, later.ep)
    assert (later.retained < now.retained).all()
    assert later.retained.mean() > 0.4 * now.retained.mean()


def test_the_bored_leave():
    dull, fine = (
        simulate_stay(world(100), RandomStrategy(COURSE), 1, StayRules(turns=20), Taste(elsewhere=value, leaving=0.1))
        for value in (2.0, -2.0)
    )
    assert dull.left.mean() > fine.left.mean() + 0.2
    assert dull.events.mean() < fine.events.mean()


def test_the_same_seed_gives_the_same_stay():
    first, again = (simulate_stay(world(), make_curriculum_order(COURSE), 7) for _ in range(2))
    assert all(np.array_equal(value, vars(again)[name]) for name, value in vars(first).items())
    assert all(each == (0.0, 1.0) for each in compare_horizons(first, again).values())


@pytest.fixture(scope="module")
def opposed():
    """Short resources please and teach little; one recommender takes those, the other one the long ones."""
    course = random_course(5, points=24, copies=4)
    easy = np.arange(course.resources) % 3 > 0
    minutes = np.where(easy, 5, 60).astype(np.float32)
    course = replace(course, minutes=minutes, importance=course.importance * np.where(easy, 0.1, 1)[:, None])
    taste = Taste(kind=0, modality=0, topic=0, popular=0, order=0, again=0, length=0.6, length_sd=0.01, leaving=0.0)
    env = LearnerVectorEnv(course, 150, episode=EpisodeConfig(longest=25, fewest=6, most=24))
    short = ScoreStrategy("short", lambda seen: -course.minutes[seen.candidates])
    long = ScoreStrategy("long", lambda seen: course.minutes[seen.candidates])
    return [simulate_stay(env, rung, 1, StayRules(turns=25), taste) for rung in (short, long)]


def test_what_pleases_and_what_teaches_can_disagree(opposed):
    found = compare_horizons(*opposed)
    assert found["take_up"].difference > 0 and found["take_up"].p < 0.05
    assert found["retained"].difference < 0 and found["retained"].p < 0.05


def test_seeds_are_joined_learner_by_learner(opposed):
    both = join_horizons(opposed)
    assert len(both.ep) == 300 and both.means()["ep"] == pytest.approx(np.mean([each.ep.mean() for each in opposed]))
