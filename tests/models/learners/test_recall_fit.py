"""Fitting FSRS: sequences of reviews against a plain loop, and that a fit finds the parameters' predictions again."""

import numpy as np
import pytest

from models.learners.log import log_of
from models.learners.recall import DEFAULTS, GOOD, retrievability, reviewed
from models.learners.recall_fit import RecallSettings, fitted_parameters, recalls, reviews

ROWS = [
    ("ann", ["a"], None, True, 0.0),
    ("ann", ["a", "b"], None, False, 2.5),
    ("bob", ["b"], None, True, 1.0),
    ("ann", ["b"], None, True, 3.0),
    ("ann", ["b"], None, True, 9.0),
]


def test_sequences_by_hand():
    found = reviews(log_of(ROWS), longest=64)
    assert found.active == [3, 2, 1]
    assert found.skill.tolist() == [1, 0, 1, 1, 0, 1]
    assert found.days.tolist() == [0, 0, 0, 0.5, 2.5, 6]
    assert found.right.tolist() == [False, True, True, True, False, True]
    assert found.number.tolist() == [0, 0, 0, 1, 1, 2]
    assert reviews(log_of(ROWS), longest=2).active == [3, 2]


def test_recalls_by_a_plain_loop():
    found, w = reviews(log_of(ROWS), longest=64), np.array(DEFAULTS)
    rating = np.where(found.right, 3, 1)
    rounds = recalls(found, found.days, rating, w, np.zeros(3))
    stability = difficulty = np.zeros(1)
    for days, right, round_ in zip([0, 0.5, 6], [False, True, True], rounds, strict=True):
        assert round_[0] == pytest.approx(retrievability(stability, days, w)[0])
        stability, difficulty = reviewed(stability, difficulty, np.array([days]), np.array([3 if right else 1]), w)


def test_an_empty_log_and_one_without_a_clock():
    empty = reviews(log_of([], skills=("a",)), longest=64)
    assert empty.active == [] and fitted_parameters(empty, RecallSettings()).tolist() == list(DEFAULTS)
    timeless = reviews(log_of([("ann", ["a"], None, True, float("nan"))] * 3), longest=64)
    assert timeless.days.tolist() == [0, 0, 0]


@pytest.mark.training
def test_a_fit_finds_how_fast_a_first_success_fades():
    """Second reviews after a first success follow R of a stability of 10 days, against the package's 2.3."""
    draw, w = np.random.default_rng(0), np.array(DEFAULTS)
    rows = []
    for learner in range(1500):
        days = float(draw.integers(1, 40))
        recall = retrievability(np.array([10.0]), days, w)[0]
        rows += [(str(learner), ["a"], None, True, 0.0), (str(learner), ["a"], None, draw.random() < recall, days)]
    fitted = fitted_parameters(reviews(log_of(rows), longest=64), RecallSettings(iterations=25))
    assert retrievability(fitted[GOOD - 1], np.array([5.0, 20.0]), fitted) == pytest.approx(
        retrievability(np.array([10.0]), np.array([5.0, 20.0]), w), abs=0.04
    )
    assert abs(retrievability(w[GOOD - 1], 20.0, w) - retrievability(np.array([10.0]), 20.0, w)[0]) > 0.1
