"""Fitted Q evaluation: finds what policies are worth from the log of another one, without their propensities."""

import numpy as np
import pytest

from models.behaviour import Mixture, roll_out
from models.fitted_evaluation import EvaluationConfig, Evaluator, chosen_by
from models.ladder import Random, needed_first, popularity
from models.offline_log import Pay
from tests.models.courses import random_course

COURSE = random_course(3)
PAY = Pay(1, 0, 5)


def log(policy, learners=48, steps=60, seed=0):
    return roll_out(COURSE, policy, learners, steps, seed)


def earned(policy) -> float:
    """The mean return of episodes that `policy` itself decided, those that came to an end."""
    logged = log(policy, seed=9)
    whole = np.isin(logged.episode, logged.episode[logged.ended])
    return float(logged.returns(logged.rewards(COURSE, PAY), 0.9)[whole & logged.first].mean())


def evaluator(logged) -> Evaluator:
    return Evaluator(COURSE, logged, logged.rewards(COURSE, PAY), EvaluationConfig(gamma=0.9, width=64))


def test_it_finds_the_worth_of_policies_and_their_order():
    needed, popular = needed_first(COURSE), popularity(COURSE)
    judge = evaluator(log(Mixture([(0.5, Random(COURSE, 1)), (0.25, needed), (0.25, popular)], 2)))
    for policy in (needed, popular):
        assert judge.worth(policy) == pytest.approx(earned(policy), rel=0.15)
    assert judge.worth(needed) > judge.worth(popular)
    assert judge.behaviour() < judge.worth(needed)


def test_the_behaviour_is_worth_what_it_earned():
    policy = Random(COURSE, 1)
    assert evaluator(log(policy)).behaviour() == pytest.approx(earned(Random(COURSE, 2)), rel=0.15)


def test_choices_are_the_policys_and_none_where_there_are_no_candidates():
    logged = log(Random(COURSE, 1), 4, 30)
    states = logged.states
    states.mask[0] = False
    choice = chosen_by(needed_first(COURSE), states, part=7)
    able = np.flatnonzero(states.mask.any(axis=1))
    assert choice[0] == -1
    assert choice[able].tolist() == needed_first(COURSE).decide(states.take(able)).chosen.tolist()
