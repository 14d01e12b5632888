"""Evaluation: the gain by hand, violations really counted, paired tests, no violation by any rung."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from models.evaluation.simulated import SimulationResult, compare_results, evaluate_recommender, join_results
from models.knowledge_tracing.state import Rates
from models.policies.rule_based import make_curriculum_order, make_simple_baselines
from models.recommender import decide_by_score
from models.rl.network import NetworkConfig, PolicyNetwork
from models.rl.policy import LearnedPolicy
from models.simulation.environment import EpisodeConfig, LearnerVectorEnv
from tests.models.courses import make_course, random_course


def result(ep, steps=None, **rest) -> SimulationResult:
    values = np.array(ep, dtype=np.float32)
    taken = np.array(steps if steps is not None else np.full(len(values), 40), dtype=np.float32)
    parts = {"minutes": 10 * taken, "violations": 0, "diversity": 0.5, "ms_per_step": 1.0} | rest
    return SimulationResult(ep=values, reached=values > 0.5, steps=taken, **parts)


class Blind:
    """Takes any resource, candidate or not: what the checks must catch."""

    name, version = "blind", "1"

    def __init__(self, course):
        self.course, self.turn = course, 0

    def decide(self, observation):
        self.turn += 1
        observation.candidates[:] = self.turn % self.course.resources
        return decide_by_score(np.ones_like(observation.mask, dtype=np.float32), np.ones_like(observation.mask))


@pytest.mark.parametrize("seed", range(2))
def test_no_rung_and_no_policy_violates_anything_over_whole_episodes(seed):
    course = random_course(seed)
    torch.manual_seed(seed)
    untrained = LearnedPolicy(PolicyNetwork(course, NetworkConfig(width=8, hidden=16)), explore=0.5)
    env = LearnerVectorEnv(course, 20)
    for rung in [*make_simple_baselines(course, seed), untrained]:
        found = evaluate_recommender(env, rung, seed)
        assert found.violations == 0, rung.name
        assert (found.ep <= 1).all()
        assert found.steps.max() <= env.episode.longest
        assert (found.steps[~found.reached] == env.episode.longest).all()


def test_violations_are_counted():
    course = random_course(1)
    assert evaluate_recommender(LearnerVectorEnv(course, 20), Blind(course), 0).violations > 100


def test_the_same_seed_meets_the_same_learners():
    course = random_course(1)
    env = LearnerVectorEnv(course, 20)
    first, second = (evaluate_recommender(env, make_curriculum_order(course), 5) for _ in range(2))
    assert (first.ep == second.ep).all()
    assert (first.steps == second.steps).all()


def test_the_gain_by_hand():
    course = make_course(1, [], [[(0, 1.0)]])
    env = LearnerVectorEnv(course, 1, episode=EpisodeConfig(longest=1))
    env.reset(seed=3)
    start = env.knowledge_of_goal()[0]
    env.advance(np.array([0]))
    end = env.learners.knowledge[0, 0]
    found = evaluate_recommender(env, make_curriculum_order(course), 3)
    assert found.ep[0] == pytest.approx((end - start) / (1 - start), abs=1e-6)
    assert found.diversity == 0


def test_minutes_are_those_of_the_path_until_the_goal_or_until_the_end():
    course = make_course(1, [], [[(0, 1.0)], [(0, 1.0)], [(0, 1.0)]], rates=Rates(gain_right=0.6))
    course.minutes[:] = [5, 7, 11]
    found = evaluate_recommender(
        LearnerVectorEnv(course, 60, episode=EpisodeConfig(longest=3, fewest=1)), make_curriculum_order(course), 0
    )
    assert set(zip(found.reached.tolist(), found.steps, found.minutes, strict=True)) == {
        (True, 2, 12),
        (True, 3, 23),
        (False, 3, 23),
    }


def test_a_clear_difference_wins_and_noise_does_not():
    draw = np.random.default_rng(0)
    base, noise = draw.random(200) / 2, draw.normal(0, 0.01, 200)
    steps = draw.integers(10, 40, 200)
    better = compare_results(result(base + 0.1 + noise, steps - 3), result(base, steps))
    assert better.wins
    assert better.ep == pytest.approx(0.1, abs=0.01)
    assert better.steps == -3
    assert not compare_results(result(base + noise, steps), result(base, steps)).wins
    worse = compare_results(result(base, steps), result(base + 0.1 + noise, steps - 3))
    assert not worse.wins
    assert not compare_results(result(base + 0.1 + noise, steps), result(base, steps)).wins, "steps must be fewer too"


def test_joining_seeds():
    whole = join_results([result([0.1, 0.7], violations=1), result([0.3], violations=2, ms_per_step=3.0)])
    assert whole.ep == pytest.approx([0.1, 0.7, 0.3])
    assert whole.minutes.tolist() == [400, 400, 400]
    assert (whole.violations, whole.ms_per_step) == (3, 2.0)
    assert whole.reached.tolist() == [False, True, False]


def test_a_resource_that_comes_again_too_early_is_a_violation():
    course = make_course(1, [], [[(0, 1.0)], [(0, 0.4)]])
    env = LearnerVectorEnv(course, 1, episode=EpisodeConfig(longest=6, fewest=1))

    class Again:
        name, version = "again", "1"

        def decide(self, observation):
            observation.candidates[:] = 0
            return decide_by_score(np.ones_like(observation.mask, dtype=np.float32), np.ones_like(observation.mask))

    found = evaluate_recommender(env, Again(), 0)
    assert found.violations >= 1
    assert replace(found, violations=0).violations == 0
