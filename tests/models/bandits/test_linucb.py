"""LinUCB's bound, written out."""

import numpy as np
import pytest

from models.bandits.linear import SIZE, updated
from models.bandits.linucb import LinUCB, Settings
from tests.models.bandits.choices import much_to_choose
from tests.models.courses import on_the_way, random_course


def test_the_bound_is_mean_plus_alpha_deviations():
    course = random_course(1)
    seen, new = on_the_way(course), LinUCB(course, Settings(alpha=0.7))
    bandit = new.of(updated(new.state, np.random.default_rng(0).normal(size=(30, SIZE)), np.ones(30)))
    score, context = bandit.decide(seen).score, bandit.context(seen)
    inverse = np.linalg.inv(bandit.state.precision)
    for b in range(len(seen)):
        for k in np.flatnonzero(seen.mask[b]):
            x = context[b, k].astype(np.float64)
            expected = x @ inverse @ bandit.state.moment + 0.7 * np.sqrt(x @ inverse @ x)
            assert score[b, k] == pytest.approx(expected, abs=1e-4)
    assert (score[~seen.mask] == -np.inf).all()


def test_the_same_state_gives_the_same_choice_for_certain():
    course = random_course(1)
    seen = on_the_way(course)
    first, second = (LinUCB(course, seed=seed).decide(seen) for seed in (1, 2))
    assert (first.chosen == second.chosen).all()
    assert (first.propensity.max(axis=1) == 1).all() and (first.propensity.sum(axis=1) == 1).all()


def test_what_is_known_less_is_tried_first():
    """With no reward anywhere the bound is the spread alone: what was tried is left for what was not."""
    course = random_course(1)
    seen, bandit = much_to_choose(course), LinUCB(course)
    first = bandit.decide(seen)
    for _ in range(50):
        bandit = bandit.after(seen, first, np.zeros(1, dtype=np.float32))
    assert bandit.decide(seen).chosen[0] != first.chosen[0]
