"""LinUCB against ridge regression solved outright."""

import numpy as np
import pytest

from models.bandit import LinUCB
from models.environment import LearnerVectorEnv
from tests.models.courses import on_the_way, random_course


def test_its_estimate_is_ridge_regression_whatever_the_batches():
    draw = np.random.default_rng(0)
    bandit = LinUCB(random_course(1), ridge=2.0)
    size = len(bandit._moment)
    context, reward = draw.normal(size=(40, size)), draw.normal(size=40)
    for part in (slice(0, 1), slice(1, 15), slice(15, 40)):
        bandit.update(context[part], reward[part])
    precision = 2.0 * np.eye(size) + context.T @ context
    assert bandit._inverse == pytest.approx(np.linalg.inv(precision), abs=1e-8)
    assert bandit._inverse @ bandit._moment == pytest.approx(np.linalg.solve(precision, context.T @ reward), abs=1e-8)


def test_the_bound_is_mean_plus_alpha_deviations():
    course = random_course(1)
    seen, bandit = on_the_way(course), LinUCB(course, alpha=0.7)
    bandit.update(np.random.default_rng(0).normal(size=(30, len(bandit._moment))), np.ones(30))
    score, context = bandit.decide(seen).score, bandit.context(seen)
    theta = bandit._inverse @ bandit._moment
    for b in range(len(seen)):
        for k in np.flatnonzero(seen.mask[b]):
            x = context[b, k].astype(np.float64)
            assert score[b, k] == pytest.approx(x @ theta + 0.7 * np.sqrt(x @ bandit._inverse @ x), abs=1e-4)
    assert (score[~seen.mask] == -np.inf).all()


def test_practice_changes_its_mind_and_repeats_from_a_seed():
    course = random_course(1)
    seen = on_the_way(course)
    scores = [LinUCB(course).practise(LearnerVectorEnv(course, 8), 20, seed).decide(seen).score for seed in (1, 1, 2)]
    assert (scores[0] == scores[1]).all()
    assert (scores[0] != scores[2]).any()
