"""Off-policy estimators: unbiased on bandits and episodes whose answers are known, and equal to sums by hand.

Fitted Q evaluation: finds what policies are worth from the log of another one, without their propensities.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.training.behaviour import MixedRecommender, roll_out
from models.policies.rule_based import RandomStrategy, make_needed_first, make_popularity
from models.rl.off_policy_evaluation import (
    FittedQEvaluator,
    FQEConfig,
    choose_candidates,
    compute_importance_weights,
    doubly_robust,
    doubly_robust_return,
    effective_sample_size,
    ips,
    per_decision_ips,
    snips,
)
from models.rl.offline_log import RewardWeights
from tests.models.courses import few, random_course

COURSE = random_course(3)
PAY = RewardWeights(1, 0, 5)


def log(policy, learners=48, steps=60, seed=0):
    return roll_out(COURSE, policy, learners, steps, seed)


def earned(policy) -> float:
    """The mean return of episodes that `policy` itself decided, those that came to an end."""
    logged = log(policy, seed=9)
    whole = np.isin(logged.episode, logged.episode[logged.ended])
    return float(logged.returns(logged.rewards(COURSE, PAY), 0.9)[whole & logged.first].mean())


def evaluator(logged) -> FittedQEvaluator:
    return FittedQEvaluator(COURSE, logged, logged.rewards(COURSE, PAY), FQEConfig(gamma=0.9, width=64))


def test_it_finds_the_worth_of_policies_and_their_order():
    needed, popular = make_needed_first(COURSE), make_popularity(COURSE)
    judge = evaluator(log(MixedRecommender([(0.5, RandomStrategy(COURSE, 1)), (0.25, needed), (0.25, popular)], 2)))
    for policy in (needed, popular):
        assert judge.worth(policy) == pytest.approx(earned(policy), rel=0.15)
    assert judge.worth(needed) > judge.worth(popular)
    assert judge.behaviour() < judge.worth(needed)


def test_the_behaviour_is_worth_what_it_earned():
    policy = RandomStrategy(COURSE, 1)
    assert evaluator(log(policy)).behaviour() == pytest.approx(earned(RandomStrategy(COURSE, 2)), rel=0.15)


def test_choices_are_the_policys_and_none_where_there_are_no_candidates():
    logged = log(RandomStrategy(COURSE, 1), 4, 30)
    states = logged.states
    states.mask[0] = False
    choice = choose_candidates(make_needed_first(COURSE), states, part=7)
    able = np.flatnonzero(states.mask.any(axis=1))
    assert choice[0] == -1
    assert choice[able].tolist() == make_needed_first(COURSE).decide(states.take(able)).chosen.tolist()


PAYS = np.array([0.1, 0.5, 0.9])
LOGGING, POLICY = np.array([0.6, 0.3, 0.1]), np.array([0.1, 0.2, 0.7])
WORTH = float(POLICY @ PAYS)


def pulls(amount: int, seed: int):
    """Arms and rewards of a three-armed Bernoulli bandit under the logging policy."""
    draw = np.random.default_rng(seed)
    arm = draw.choice(3, amount, p=LOGGING)
    return arm, (draw.random(amount) < PAYS[arm]).astype(float)


def estimates(amount: int, seed: int, guess: np.ndarray) -> dict[str, float]:
    arm, reward = pulls(amount, seed)
    weight = compute_importance_weights(POLICY[arm], LOGGING[arm])
    value = np.full(amount, POLICY @ guess)
    return {
        "ips": ips(weight, reward),
        "snips": snips(weight, reward),
        "dr": doubly_robust(weight, reward, guess[arm], value),
    }


@pytest.mark.parametrize("name", ["ips", "snips", "dr"])
def test_the_mean_over_many_logs_is_the_policys_worth(name):
    wrong = np.array([0.9, 0.2, 0.4])
    answers = [estimates(400, seed, wrong)[name] for seed in range(400)]
    error = np.std(answers) / np.sqrt(len(answers))
    assert np.mean(answers) == pytest.approx(WORTH, abs=4 * error + (0.002 if name == "snips" else 0))


def test_the_naive_mean_is_not():
    _, reward = pulls(100_000, 0)
    assert reward.mean() < WORTH - 0.3


def test_good_guesses_and_normalised_weights_vary_less():
    many = [estimates(400, seed, PAYS) for seed in range(200)]
    spread = {name: np.std([each[name] for each in many]) for name in many[0]}
    assert spread["dr"] < spread["ips"] and spread["snips"] < spread["ips"]


def test_doubly_robust_needs_only_one_of_the_two_to_be_right():
    arm, reward = pulls(200_000, 1)
    value, nonsense = np.full(len(arm), POLICY @ PAYS), np.full(len(arm), 3.0)
    no_weights = np.zeros(len(arm))
    assert doubly_robust(no_weights, reward, PAYS[arm], value) == pytest.approx(WORTH)
    weight = compute_importance_weights(POLICY[arm], LOGGING[arm])
    assert doubly_robust(weight, reward, nonsense, nonsense) == pytest.approx(WORTH, abs=0.05)


def test_the_effective_size_counts_what_the_answer_rests_on():
    assert effective_sample_size(np.ones(7)) == pytest.approx(7)
    assert effective_sample_size(np.array([0, 0, 5.0])) == pytest.approx(1)
    assert effective_sample_size(np.zeros(3)) == 0
    assert np.isnan(snips(np.zeros(3), np.ones(3)))


@few
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 5))
def test_returns_of_episodes_equal_a_loop(seed, episodes, longest):
    draw = np.random.default_rng(seed)
    lengths = draw.integers(1, longest + 1, episodes)
    episode = np.repeat(draw.permutation(episodes), lengths)
    weight, reward, chosen, value = draw.random((4, len(episode)))
    plain, robust, at = [], [], 0
    for length in lengths:
        rho, total, end = 1.0, 0.0, 0.0
        for t in range(length):
            rho *= weight[at + t]
            total += 0.9**t * rho * reward[at + t]
        for t in reversed(range(length)):
            end = value[at + t] + weight[at + t] * (reward[at + t] + 0.9 * end - chosen[at + t])
        plain.append(total)
        robust.append(end)
        at += length
    assert per_decision_ips(weight, reward, episode, 0.9) == pytest.approx(np.mean(plain))
    assert doubly_robust_return(weight, reward, chosen, value, episode, 0.9) == pytest.approx(np.mean(robust))


@pytest.mark.parametrize("weighted", [False, True])
def test_the_return_of_another_policy_is_found_from_episodes_of_three_pulls(weighted):
    arm, reward = pulls(3 * 30_000, 2)
    weight, episode = compute_importance_weights(POLICY[arm], LOGGING[arm]), np.repeat(np.arange(30_000), 3)
    worth = WORTH * (1 + 0.9 + 0.81)
    assert per_decision_ips(weight, reward, episode, 0.9, weighted) == pytest.approx(worth, rel=0.05)
    value, guess = np.zeros(len(arm)), np.zeros(len(arm))
    assert doubly_robust_return(weight, reward, guess, value, episode, 0.9) == pytest.approx(worth, rel=0.05)
