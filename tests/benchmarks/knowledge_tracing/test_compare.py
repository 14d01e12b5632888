"""Splits that keep learners and moments apart, results kept under what they depend on, and py-fsrs's own numbers."""

import numpy as np
import pytest

from benchmarks.knowledge_tracing import compare
from benchmarks.knowledge_tracing.compare import pool_reliability
from benchmarks.knowledge_tracing.datasets import (
    DATA,
    TRAINING_PARTS,
    Assistments,
    FlashCards,
    FoldedLog,
    load_answer_log,
    read_flash_cards,
    select_before,
)
from benchmarks.knowledge_tracing.peers import predict_recall
from models.arrays import NO_INDEX
from models.knowledge_tracing.answer_log import build_answer_log
from models.knowledge_tracing.baseline import ShareModel
from models.knowledge_tracing.fsrs import FSRS, FSRS_DEFAULTS, GOOD, FSRSSettings

LEARNERS = [([1, 2], [1, 0]), ([2], [1]), ([2, 1, 1], [0, 0, 1])]


def test_a_log_of_plain_learners():
    log = load_answer_log([*LEARNERS, ([9], [1])], ("1", "2"))
    assert log.learners == ("0", "1", "2", "3")
    assert log.skill[:, 0].tolist() == [0, 1, 1, 1, 0, 0, NO_INDEX]
    assert log.right.tolist() == [True, False, True, False, False, True, True]
    assert log.lengths.tolist() == [2, 1, 3, 1]


def test_each_seed_leaves_out_another_tenth_and_tests_alike():
    training = [([1], [1])] * 40
    data = Assistments(FoldedLog([training[:20], training[20:]], LEARNERS), None)
    splits = [data.split(seed, "given") for seed in range(TRAINING_PARTS)]
    left_out = [set(data.train.learners) - set(split.train.learners) for split in splits]
    assert [len(part) for part in left_out] == [4] * TRAINING_PARTS
    assert set.union(*left_out) == set(data.train.learners)
    assert all(split.test.lengths.tolist() == [2, 1, 3] and split.scored.all() for split in splits)


CARDS = build_answer_log(
    [(card, ["card"], None, True, float(day)) for card in "ab" for day in range(11) if card == "a" or day > 5]
)


def test_answers_before_a_day():
    early = select_before(CARDS, 7.0)
    assert early.learners == ("a", "b")
    assert early.days.tolist() == [0, 1, 2, 3, 4, 5, 6, 6]
    assert select_before(CARDS, 6.0).learners == ("a",)


@pytest.mark.parametrize("seed", range(3))
def test_reviews_scored_come_after_those_fitted_to(seed):
    split = FlashCards(CARDS, np.full(len(CARDS.right), GOOD)).split(seed, "given")
    assert split.scored.any() and not split.scored[CARDS.index == 0].any()
    assert split.test.days[split.scored].min() >= split.train.days.max()


def test_a_result_is_measured_once(tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "LEARNER_RUNS", tmp_path / "deep")
    results = iter([{"auc": 0.7}, {"auc": 0.8}])
    assert [compare.load_or_measure({"seed": seed}, lambda: next(results))["auc"] for seed in (0, 0, 1)] == [
        0.7,
        0.7,
        0.8,
    ]


def test_a_model_depends_on_its_sources():
    paths = set(compare._sources("models.knowledge_tracing.baseline", set()))
    assert {path.name for path in paths} >= {"baseline.py", "base.py", "answer_log.py", "state.py", "arrays.py"}
    assert compare.hash_model_source("share") != compare.hash_model_source("fsrs")


def test_one_update_is_timed_after_both_histories():
    model = ShareModel.fit(load_answer_log(LEARNERS, ("1", "2")))
    assert set(compare.time_updates(model, 0)) == {"update_ms", "after_1000_update_ms"}
    assert compare.measure_sizes(FSRS.fit(CARDS))["learner_kib"] == 3 * 4 / 1024


def test_curves_of_several_runs_are_pooled_by_bin():
    runs = [[[0.11, 0.92], [0.0, 1.0], [30, 90]], [[0.13, 0.3], [0.5, 0.2], [60, 10]]]
    told, share = pool_reliability(runs)
    assert told == pytest.approx([(0.11 * 30 + 0.13 * 60) / 90, 0.92])
    assert share == pytest.approx([30 / 90, 1.0])


@pytest.mark.skipif(not (DATA / "fsrs").is_dir(), reason="../shared/data/fsrs is not there")
def test_fsrs_tells_what_the_package_tells():
    log, _ = read_flash_cards()
    model = FSRS.fit(log, settings=FSRSSettings(min_reviews=10**9))
    since = np.diff(log.days, prepend=np.nan)
    scored = (log.index > 0) & (since >= 1)
    told = predict_recall(log, np.where(log.right, 3, 1), FSRS_DEFAULTS)
    assert scored.sum() > 5000
    assert model.replay(log)[scored] == pytest.approx(told[scored], abs=2e-4)
