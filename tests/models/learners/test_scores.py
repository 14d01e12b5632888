"""Scores of predictions against numbers worked by hand and a plain double loop."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.learners.scores import accuracy, area, calibration_error, log_loss, reliability, rmse, scores

CHANCE = np.array([0.9, 0.6, 0.6, 0.2])
RIGHT = np.array([True, True, False, False])


def test_worked_by_hand():
    assert area(CHANCE, RIGHT) == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert accuracy(CHANCE, RIGHT) == 0.75
    assert rmse(CHANCE, RIGHT) == pytest.approx(math.sqrt((0.01 + 0.16 + 0.36 + 0.04) / 4))
    assert log_loss(CHANCE, RIGHT) == pytest.approx(
        -(math.log(0.9) + math.log(0.6) + math.log(0.4) + math.log(0.8)) / 4
    )


def test_calibration_worked_by_hand():
    """Bins of a fifth: 0.9 → all right, off by 0.1; 0.6 twice → half right, off by 0.1; 0.2 → off by 0.2."""
    curve = reliability(CHANCE, RIGHT, bins=5)
    assert curve.told.tolist() == [0.2, 0.6, 0.9]
    assert curve.share.tolist() == [0, 0.5, 1]
    assert curve.answers.tolist() == [1, 2, 1]
    assert calibration_error(CHANCE, RIGHT, bins=5) == pytest.approx((0.1 + 2 * 0.1 + 0.2) / 4)


def test_a_chance_of_one_has_a_bin_and_a_finite_loss():
    sure = np.array([1.0, 1.0])
    assert reliability(sure, np.array([True, False])).answers.tolist() == [2]
    assert log_loss(sure, np.array([True, False])) == pytest.approx(-math.log(1e-6) / 2)


def test_one_kind_of_answer_has_no_area_and_no_answer_no_score():
    assert math.isnan(area(CHANCE, np.ones(4, dtype=bool)))
    assert not math.isnan(scores(CHANCE, np.ones(4, dtype=bool)).log_loss)
    assert all(math.isnan(value) for value in scores(np.empty(0), np.empty(0, dtype=bool)))


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.7]), st.booleans()), min_size=2, max_size=20))
def test_area_is_the_share_of_pairs_in_order(rows):
    chance, right = (np.array(column) for column in zip(*rows, strict=True))
    pairs = [(a > b) + (a == b) / 2 for a in chance[right] for b in chance[~right]]
    assert area(chance, right) == pytest.approx(np.mean(pairs) if pairs else math.nan, nan_ok=True)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=20))
def test_a_perfectly_told_share_is_calibrated(rows):
    right = np.array([row[1] for row in rows])
    assert calibration_error(np.full(len(rows), right.mean()), right) == pytest.approx(0, abs=1e-12)
    told = scores(np.array([row[0] for row in rows]), right)
    assert 0 <= told.calibration <= 1 and 0 <= told.rmse <= 1 and told.log_loss >= 0
