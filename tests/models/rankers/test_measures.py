"""Measures by hand, and what they say of rankers that are perfect, silent, or no better than chance."""

import numpy as np
import pytest

from models.rankers.contract import Ranker
from models.rankers.log import Catalogue, log_of
from models.rankers.measures import calibration_error, difference, evaluate, first, ndcg, ranks
from models.rankers.trial import cut_in_time

LOG = log_of(
    [(learner, item, day, 1.0) for learner in "abcd" for day, item in enumerate("uvwxyz")], items=tuple("stuvwxyz")
)


class Fixed(Ranker):
    """Always the same scores."""

    name = "fixed"

    def __init__(self, score, chance=None):
        self.values, self.told = np.asarray(score, dtype=np.float32), chance

    def score(self, history, candidates=None):
        return np.tile(self.values, (len(history), 1))

    def chance(self, history, candidates):
        return None if self.told is None else np.full(candidates.shape, self.told, dtype=np.float32)

    fit = parameters = from_parameters = None


def test_ranks_count_ties_half_and_put_the_unsaid_last():
    score = np.array([[3.0, 2, 2, 1], [np.nan, 5, np.nan, 1]])
    allowed = np.array([[True, True, True, True], [True, False, True, True]])
    assert ranks(score, allowed, np.array([1, 0])).tolist() == [2.5, 2.5]
    assert ndcg(np.array([1.0, 3.0, 11.0])).tolist() == [1, 0.5, 0]
    assert first(score, allowed, 3).tolist() == [[0, 1, 2], [3, -1, -1]]
    assert first(score, allowed, 5).shape == (2, 5)


def test_a_ranker_that_knows_what_comes_is_perfect_and_a_silent_one_is_last():
    trial = cut_in_time(LOG, 0.15)
    assert len(trial) == 4 and (trial.target == LOG.items.index("z")).all()
    known = evaluate(Fixed([0, 0, 0, 0, 0, 0, 0, 1], 1.0), trial)
    silent = evaluate(Fixed([np.nan] * 8), trial)
    assert known.figures() == {"ndcg10": 1, "hit10": 1, "mrr": 1} and known.calibration == 0
    assert silent.figures()["mrr"] == 1 and (silent.lists == -1).all(), "no other candidate is left at that moment"
    assert np.isnan(silent.calibration) and np.isnan(silent.novelty) and silent.coverage == 0
    assert known.cold_item.all() and known.figures(known.cold_learner) == {}
    assert known.recommend_ms > 0


def test_lists_are_novel_and_diverse_by_hand():
    trial = cut_in_time(LOG, 0.15, repeats=True)
    traits = [frozenset({"kind:a"})] * 4 + [frozenset({"kind:b", "level:1"})] * 4
    found = evaluate(
        Fixed([np.nan, np.nan, 1, 1, 1, np.nan, np.nan, np.nan]), trial, Catalogue(LOG.items, ("",) * 8, tuple(traits))
    )
    assert found.coverage == 3 / 8
    assert found.novelty == pytest.approx(-np.log2(5 / 28))
    assert found.diversity == pytest.approx((0 + 1 + 1) / 3)


def test_calibration_error_is_the_gap_in_each_bin():
    assert calibration_error(np.array([0.95, 0.95, 0.15, 0.15]), np.array([1, 0, 0, 0.3])) == pytest.approx(0.225)
    assert np.isnan(calibration_error(np.zeros(0), np.zeros(0)))


def test_a_difference_draws_learners_not_moments():
    trial = cut_in_time(LOG, 0.15, repeats=True)
    one, other = evaluate(Fixed([0, 0, 0, 0, 0, 0, 0, 1]), trial), evaluate(Fixed([0, 0, 1, 1, 1, 1, 1, 0.5]), trial)
    gap = difference(one, other)
    assert gap.mean == gap.low == gap.high == pytest.approx(1 - 1 / np.log2(7))
