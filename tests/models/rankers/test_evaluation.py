"""Trials: nothing of the future in training, in histories or among the candidates.

What is chosen on the last part of a log is what is best there.

Measures by hand, and what they say of rankers that are perfect, silent, or no better than chance.
"""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.rankers.base import Ranker, VectorRanker
from models.rankers.evaluation import (
    calibration_error,
    compare_results,
    compute_mean_ndcg,
    evaluate_ranker,
    make_validation_split,
    ndcg,
    rank_targets,
    select_best,
    select_top,
    split_by_time,
    split_last_event,
)
from models.rankers.interactions import Catalogue, build_interaction_log

STEPS = build_interaction_log(
    [(f"l{who}", f"i{(who + day) % 30:02}", day + who / 100, 1.0) for who in range(40) for day in range(20)]
)


class Onward(VectorRanker):
    """Likes the item `step` places on."""

    name = "onward"

    def __init__(self, items, step):
        super().__init__(items, np.eye(len(items)))
        self.step = step

    def encode_learners(self, history):
        return np.roll(np.eye(len(self.items), dtype=np.float32), self.step, axis=1)[history.item[:, -1]]

    fit = parameters = from_parameters = None


def test_the_best_of_some_is_the_one_that_knows_the_next_step():
    trial = make_validation_split(STEPS)
    assert len(trial) == 80 and trial.training.days.max() < STEPS.days[trial.event].min()
    steps = [Onward(STEPS.items, step) for step in (5, 1, 2)]
    assert select_best(steps, trial) is steps[1] and compute_mean_ndcg(steps[1], trial) == 1
    assert compute_mean_ndcg(steps[2], trial) == pytest.approx(evaluate_ranker(steps[2], trial).figures()["ndcg10"])
    assert compute_mean_ndcg(steps[2], trial) < 1


def test_a_short_log_leaves_nothing_to_choose_by():
    assert make_validation_split(STEPS.take(slice(0, 100))) is None
    assert make_validation_split(STEPS.take(slice(0, 0))) is None


LOG = build_interaction_log(
    [(learner, item, day, 1.0) for learner in "abcd" for day, item in enumerate("uvwxyz")], items=tuple("stuvwxyz")
)


class Fixed(Ranker):
    """Always the same scores."""

    name = "fixed"

    def __init__(self, score, chance=None):
        self.values, self.told = np.asarray(score, dtype=np.float32), chance

    def score(self, history, candidates=None):
        return np.tile(self.values, (len(history), 1))

    def predict_outcome(self, history, candidates):
        return None if self.told is None else np.full(candidates.shape, self.told, dtype=np.float32)

    fit = parameters = from_parameters = None


def test_ranks_count_ties_half_and_put_the_unsaid_last():
    score = np.array([[3.0, 2, 2, 1], [np.nan, 5, np.nan, 1]])
    allowed = np.array([[True, True, True, True], [True, False, True, True]])
    assert rank_targets(score, allowed, np.array([1, 0])).tolist() == [2.5, 2.5]
    assert ndcg(np.array([1.0, 3.0, 11.0])).tolist() == [1, 0.5, 0]
    assert select_top(score, allowed, 3).tolist() == [[0, 1, 2], [3, -1, -1]]
    assert select_top(score, allowed, 5).shape == (2, 5)


def test_a_ranker_that_knows_what_comes_is_perfect_and_a_silent_one_is_last():
    trial = split_by_time(LOG, 0.15)
    assert len(trial) == 4 and (trial.target == LOG.items.index("z")).all()
    known = evaluate_ranker(Fixed([0, 0, 0, 0, 0, 0, 0, 1], 1.0), trial)
    silent = evaluate_ranker(Fixed([np.nan] * 8), trial)
    assert known.figures() == {"ndcg10": 1, "hit10": 1, "mrr": 1} and known.calibration == 0
    assert silent.figures()["mrr"] == 1 and (silent.lists == -1).all(), "no other candidate is left at that moment"
    assert np.isnan(silent.calibration) and np.isnan(silent.novelty) and silent.coverage == 0
    assert known.cold_item.all() and known.figures(known.cold_learner) == {}
    assert known.recommend_ms > 0


def test_lists_are_novel_and_diverse_by_hand():
    trial = split_by_time(LOG, 0.15, repeats=True)
    traits = [frozenset({"kind:a"})] * 4 + [frozenset({"kind:b", "level:1"})] * 4
    found = evaluate_ranker(
        Fixed([np.nan, np.nan, 1, 1, 1, np.nan, np.nan, np.nan]), trial, Catalogue(LOG.items, ("",) * 8, tuple(traits))
    )
    assert found.coverage == 3 / 8
    assert found.novelty == pytest.approx(-np.log2(5 / 28))
    assert found.diversity == pytest.approx((0 + 1 + 1) / 3)


def test_calibration_error_is_the_gap_in_each_bin():
    assert calibration_error(np.array([0.95, 0.95, 0.15, 0.15]), np.array([1, 0, 0, 0.3])) == pytest.approx(0.225)
    assert np.isnan(calibration_error(np.zeros(0), np.zeros(0)))


def test_a_difference_draws_learners_not_moments():
    trial = split_by_time(LOG, 0.15, repeats=True)
    one, other = (
        evaluate_ranker(Fixed([0, 0, 0, 0, 0, 0, 0, 1]), trial),
        evaluate_ranker(Fixed([0, 0, 1, 1, 1, 1, 1, 0.5]), trial),
    )
    gap = compare_results(one, other)
    assert gap.mean == gap.low == gap.high == pytest.approx(1 - 1 / np.log2(7))


EVENTS = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from("uvwxyz"), st.integers(0, 20).map(float), st.just(1.0)),
    min_size=2,
    max_size=30,
)
SHORT_LOG = build_interaction_log(
    [(who, what, when, 1.0) for who, what, when in zip("abaaabb", "uuvuwwx", (1, 2, 3, 8, 9, 4, 9.5), strict=True)]
)


@given(EVENTS, st.sampled_from([split_by_time, split_last_event]), st.booleans())
def test_nothing_of_the_future_is_seen(events, protocol, repeats):
    log = build_interaction_log(events)
    trial = protocol(log, repeats=repeats)
    for batch in trial.batches(3):
        for row, history, allowed in zip(batch.rows, batch.history.item, batch.allowed, strict=True):
            event = trial.event[row]
            past = set(log.item[:event][log.learner[:event] == trial.learner[row]].tolist())
            assert set(history[history >= 0].tolist()) <= past
            assert allowed[trial.target[row]]
            there = set(log.item[log.days <= log.days[event]].tolist())
            assert set(np.flatnonzero(allowed).tolist()) == (there if repeats else there - past)
    if protocol is split_by_time and len(trial) and len(trial.training):
        assert trial.training.days.max() < log.days[trial.event].min()


def test_each_protocol_asks_about_its_own_events():
    assert split_by_time(SHORT_LOG, 0.4).event.tolist() == [5, 6]
    assert split_by_time(SHORT_LOG, 0.4, repeats=True).event.tolist() == [4, 5, 6]
    trial = split_last_event(SHORT_LOG)
    assert trial.event.tolist() == [5, 6] and len(trial.training) == 5
    assert trial.cold_learner.all() and trial.cold_item.all()
    assert len(split_by_time(SHORT_LOG, 0.9, most=2, repeats=True)) == 2
