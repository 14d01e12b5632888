"""The log as arrays: what is recorded of simulated learners is what happened to them, and adds up."""

import numpy as np
import pytest

from benchmarks.training.behaviour import LOG_EPISODE, roll_out
from models.policies.rule_based import RandomStrategy, make_needed_first
from models.recommender import Observation, still_needed
from models.rl.offline_log import RewardWeights, stack_observations
from models.simulation.environment import LearnerVectorEnv
from tests.models.courses import on_the_way, random_course

COURSE = random_course(3)
LOG = roll_out(COURSE, RandomStrategy(COURSE, 5), 6, 50, seed=4)


def test_it_is_what_the_environment_gave():
    env = LearnerVectorEnv(COURSE, 6, episode=LOG_EPISODE)
    env.reset(seed=4)
    rung = RandomStrategy(COURSE, 5)
    seen = env.observe()
    chosen = rung.decide(seen).chosen
    gain, _, reached = env.advance(seen.candidates[np.arange(6), chosen])
    begins = np.array([int(np.flatnonzero(LOG.learner == learner)[0]) for learner in range(6)])
    first = LOG.take(begins)
    assert first.chosen.tolist() == chosen.tolist()
    assert first.gain == pytest.approx(gain) and (first.reached == reached).all()
    assert (LOG.states.level[first.state] == seen.level).all()
    assert LOG.states.level[first.following] == pytest.approx(env.observe().level)
    assert first.propensity == pytest.approx(1 / seen.mask.sum(axis=1))


def test_each_state_follows_on_the_one_before_and_an_end_has_nothing_after_it():
    same = LOG.learner[1:] == LOG.learner[:-1]
    assert (LOG.following[:-1][same] == LOG.state[1:][same]).all()
    assert not LOG.ended[:-1][same].any()
    assert LOG.ended.sum() >= 5 and (~same).sum() >= LOG.ended.sum() - 6
    assert (LOG.ended | ~LOG.reached).all()
    assert LOG.first.sum() == len(np.unique(LOG.episode))
    assert LOG.states.mask[LOG.state, LOG.chosen].all()


def test_returns_are_discounted_sums_within_an_episode():
    reward = LOG.rewards(COURSE, RewardWeights(1, 0, 5))
    returns = LOG.returns(reward, 0.9)
    for number in np.unique(LOG.episode)[:5]:
        steps = np.flatnonzero(LOG.episode == number)
        assert returns[steps[0]] == pytest.approx(sum(0.9**t * reward[step] for t, step in enumerate(steps)), rel=1e-5)


def still(seen: Observation):
    return still_needed(COURSE, seen.level, seen.target, seen.wanted)


def test_the_goal_pays_once_and_what_is_needed_as_much_as_it_shrinks():
    assert LOG.rewards(COURSE, RewardWeights(0, 0, 5)).sum() == pytest.approx(5 * LOG.reached.sum())
    shrunk = LOG.rewards(COURSE, RewardWeights(0, 1, 0))
    number = LOG.episode[np.flatnonzero(LOG.reached)[0]]
    steps = LOG.episode == number
    start, end = LOG.state[steps][0], LOG.following[steps][-1]
    lacking = still(LOG.states)
    assert shrunk[steps].sum() == pytest.approx(lacking[start] - lacking[end], abs=1e-4)
    env = LearnerVectorEnv(COURSE, 6)
    env.reset(seed=1)
    assert still(env.observe()) == pytest.approx(-env.progress())


def test_learners_are_held_out_whole():
    training, apart = LOG.split(0.25, 0)
    assert len(training) + len(apart) == len(LOG)
    assert not set(training.learner) & set(apart.learner)
    assert len(set(apart.learner)) == round(0.25 * len(set(LOG.learner)))


def test_stacked_observations_keep_their_candidates():
    parts = [on_the_way(COURSE, learners, seed) for seed, learners in enumerate((2, 3))]
    whole = stack_observations(parts)
    assert len(whole) == 5 and whole.history is None
    for row, part, own in ((0, parts[0], 0), (1, parts[0], 1), (4, parts[1], 2)):
        mine = whole.candidates[row][whole.mask[row]]
        assert mine.tolist() == part.candidates[own][part.mask[own]].tolist()


def test_the_better_behaviour_earns_more():
    better = roll_out(COURSE, make_needed_first(COURSE), 6, 50, seed=4)
    assert better.reached.sum() > LOG.reached.sum()
