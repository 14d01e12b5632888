"""Scores of predictions against numbers worked by hand and a plain double loop.

pyKT's cuts by hand, and that every cut keeps every answer once.
"""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.knowledge_tracing.evaluation import (
    accuracy,
    calibration_error,
    compute_reliability,
    cut_overlapping_pieces,
    cut_pykt_pieces,
    log_loss,
    rmse,
    roc_auc_score,
    score_predictions,
    split_held_out,
)
from tests.models.knowledge_tracing.small_logs import random_log, simple_log


def words(log):
    """The log as `simple_log` takes it."""
    letters = [
        log.skills[skill].upper() if right else log.skills[skill]
        for skill, right in zip(log.skill[:, 0], log.right, strict=True)
    ]
    return ["".join(letters[start:end]) for start, end in zip(log.starts[:-1], log.starts[1:], strict=True)]


def test_pieces_by_hand():
    """Of eight answers in pieces of three the last two are too few to stand alone; so is a learner of two."""
    log = simple_log("abcABCab", "ab", "abc", skills="abc")
    pieces = cut_pykt_pieces(log, longest=3)
    assert words(pieces) == ["abc", "ABC", "abc"]
    assert pieces.learners == ("0+0", "0+3", "2+0")
    assert (pieces.index > 0).tolist() == [False, True, True] * 3


@given(st.lists(st.integers(0, 12), max_size=5), st.integers(1, 6), st.integers(0, 5))
def test_every_answer_is_new_once(lengths, longest, context):
    log = simple_log(*["a" * length for length in lengths])
    pieces, rows, new = cut_overlapping_pieces(log, longest + context, context)
    assert sorted(rows[new]) == list(range(len(log.right)))
    assert (pieces.lengths <= longest + context).all()
    seen = np.minimum(log.index[rows], context)
    assert (pieces.index[new] >= seen[new]).all(), "as much context as there is"


def test_held_out_learners_are_apart():
    log = random_log(1)
    inside, outside = split_held_out(log, 0.25, seed=3)
    assert len(outside.learners) == 5
    assert sorted(inside.learners + outside.learners) == sorted(log.learners)
    assert split_held_out(log, 0.25, seed=3)[1].learners == outside.learners
    assert split_held_out(simple_log("a", "b", skills="ab"))[1].learners == ()


CHANCE = np.array([0.9, 0.6, 0.6, 0.2])
RIGHT = np.array([True, True, False, False])


def test_worked_by_hand():
    assert roc_auc_score(CHANCE, RIGHT) == pytest.approx((1 + 1 + 0.5 + 1) / 4)
    assert accuracy(CHANCE, RIGHT) == 0.75
    assert rmse(CHANCE, RIGHT) == pytest.approx(math.sqrt((0.01 + 0.16 + 0.36 + 0.04) / 4))
    assert log_loss(CHANCE, RIGHT) == pytest.approx(
        -(math.log(0.9) + math.log(0.6) + math.log(0.4) + math.log(0.8)) / 4
    )


def test_calibration_worked_by_hand():
    """Bins of a fifth: 0.9 → all right, off by 0.1; 0.6 twice → half right, off by 0.1; 0.2 → off by 0.2."""
    curve = compute_reliability(CHANCE, RIGHT, bins=5)
    assert curve.chance.tolist() == [0.2, 0.6, 0.9]
    assert curve.right_share.tolist() == [0, 0.5, 1]
    assert curve.answers.tolist() == [1, 2, 1]
    assert calibration_error(CHANCE, RIGHT, bins=5) == pytest.approx((0.1 + 2 * 0.1 + 0.2) / 4)


def test_a_chance_of_one_has_a_bin_and_a_finite_loss():
    sure = np.array([1.0, 1.0])
    assert compute_reliability(sure, np.array([True, False])).answers.tolist() == [2]
    assert log_loss(sure, np.array([True, False])) == pytest.approx(-math.log(1e-6) / 2)


def test_one_kind_of_answer_has_no_area_and_no_answer_no_score():
    assert math.isnan(roc_auc_score(CHANCE, np.ones(4, dtype=bool)))
    assert not math.isnan(score_predictions(CHANCE, np.ones(4, dtype=bool)).log_loss)
    assert all(math.isnan(value) for value in score_predictions(np.empty(0), np.empty(0, dtype=bool)))


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.3, 0.5, 0.7]), st.booleans()), min_size=2, max_size=20))
def test_area_is_the_share_of_pairs_in_order(rows):
    chance, right = (np.array(column) for column in zip(*rows, strict=True))
    pairs = [(a > b) + (a == b) / 2 for a in chance[right] for b in chance[~right]]
    assert roc_auc_score(chance, right) == pytest.approx(np.mean(pairs) if pairs else math.nan, nan_ok=True)


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=20))
def test_a_perfectly_told_share_is_calibrated(rows):
    right = np.array([row[1] for row in rows])
    assert calibration_error(np.full(len(rows), right.mean()), right) == pytest.approx(0, abs=1e-12)
    told = score_predictions(np.array([row[0] for row in rows]), right)
    assert 0 <= told.calibration <= 1 and 0 <= told.rmse <= 1 and told.log_loss >= 0
