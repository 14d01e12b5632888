"""The driver's parts: data by name, runs kept, figures over seeds by hand, intervals, and both plots."""

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks.recommenders import compare
from benchmarks.recommenders.data import RankerStudy, build_skill_log, sample_learners
from benchmarks.recommenders.horizons import HorizonResult
from benchmarks.recommenders.report import (
    DataSetRuns,
    bootstrap_difference,
    plot_rankers,
    pool_results,
    summarise_seeds,
)
from benchmarks.recommenders.worker import RESULT_FILE, FitJob, RankerRun, _peak, _reset_peak, save_run
from models.rankers.evaluation import RankerResult, ndcg, split_last_event
from models.rankers.interactions import build_interaction_log

LOG = build_interaction_log([(f"l{who}", f"i{what}", float(what), 1.0) for who in range(6) for what in range(4)])


def result(ranks, learners=None, cold=None):
    count = len(ranks)
    flags = np.zeros(count, dtype=bool) if cold is None else np.array(cold)
    who = np.arange(count) if learners is None else np.array(learners)
    lists = np.full((count, 10), -1)
    return RankerResult(who, np.array(ranks, dtype=np.float32), lists, flags, ~flags, 0.5, 7.0, np.nan, np.nan, 0.25)


def test_answers_become_a_log_without_a_clock():
    log = build_skill_log([([3, 5, 3], [1, 0, 1]), ([5], [0])])
    assert log.learners == ("l0", "l1") and log.items == ("s3", "s5") and not log.clock
    mine = log.take(log.learner == 0)
    assert (mine.item.tolist(), mine.outcome.tolist()) == ([0, 1, 0], [1, 0, 1])


def test_some_learners_keep_all_their_events():
    some = sample_learners(LOG, 2)
    assert sorted(some.lengths.tolist()) == [0, 0, 0, 0, 4, 4]
    assert sample_learners(LOG, None) is LOG is sample_learners(LOG, 6)


def test_figures_are_means_and_deviations_over_seeds():
    standing = DataSetRuns("data")
    for ranks in ([1, 3], [1, 1]):
        standing.add("low", RankerRun(result(ranks, cold=[True, False]), 2.0, 3.0))
    found = standing.figures()
    assert found["data.low.ndcg10"] == pytest.approx((0.75 + 1) / 2)
    assert found["data.low.ndcg10_sd"] == pytest.approx(np.std([0.75, 1], ddof=1), abs=1e-4)
    assert found["data.low.mrr"] == pytest.approx((2 / 3 + 1) / 2, abs=1e-4)
    assert found["data.low.cold_learner_ndcg10"] == 1 and found["data.low.cold_item_ndcg10"] == 0.75
    assert found["data.low.train_s"] == 2 and found["data.low.memory_mib"] == 3
    assert "data.low.calibration" not in found and "data.low.ndcg10_above" not in found
    assert "ndcg10_sd" not in summarise_seeds([RankerRun(result([1]))])


def test_a_rung_is_compared_with_the_one_before_it_on_the_seeds_of_both():
    standing = DataSetRuns("data")
    standing.add("low", RankerRun(result([3] * 50)))
    standing.add("high", RankerRun(result([1] * 50)))
    assert standing.above("low") is None
    above = standing.above("high")
    assert above.mean == above.low == above.high == pytest.approx(0.5)
    standing.add("low", RankerRun(result([1] * 50)))
    assert standing.above("high").mean == pytest.approx(0.5), "the seed that only one of them has does not count"
    assert standing.table()[0]["above the one before, or ours"] == ""


def test_a_peer_is_compared_with_ours():
    standing = DataSetRuns("data")
    for rung, rank in (("als", 3), ("sasrec", 1), ("peer.implicit", 1), ("peer.gru4rec", 1)):
        standing.add(rung, RankerRun(result([rank] * 9)))
    assert standing.above("peer.implicit").mean == pytest.approx(0.5)
    assert standing.above("peer.gru4rec") is None


def test_learners_of_generated_logs_are_others_in_every_seed():
    parts = [result([1, 2], [0, 1]), result([3, 4], [0, 1])]
    assert pool_results(parts, fixed=True).learner.tolist() == [0, 1, 0, 1]
    assert len(set(pool_results(parts, fixed=False).learner)) == 4
    assert bootstrap_difference(parts, True).mean == pytest.approx(ndcg(np.array([1, 2, 3, 4])).mean())


class Nothing:
    name, items, notes = "popular", ("i0",), ("a note",)

    def parameters(self):
        return {"counts": np.ones(1)}


def test_a_run_is_read_as_it_was_written_and_not_measured_again(tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "RANKER_RUNS", tmp_path)
    data = RankerStudy("data", split_last_event(LOG))
    monkeypatch.setattr(compare, "hash_module_source", lambda module: "source")
    folder = tmp_path / compare.name_run("popular", data, 1)
    assert folder.name != compare.name_run("popular", data, 2)
    assert folder.name != compare.name_run("popular", RankerStudy("data", split_last_event(LOG.take(slice(20)))), 1)
    save_run(folder, RankerRun(result([1, 2]), 1.5, 2.5, ("a note",)), Nothing())
    found = compare.load_or_fit("popular", data, 1)
    assert (found.train_s, found.memory_mib, found.notes) == (1.5, 2.5, ("a note",))
    assert found.result.rank.tolist() == [1, 2] and np.isnan(found.result.calibration)
    assert compare.load_or_fit("popular", data, 2, seconds=0) == "no time is left for it"


def test_a_worker_that_fails_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "RANKER_RUNS", tmp_path)
    monkeypatch.setattr(compare, "FitJob", lambda *parts: FitJob("nobody", *parts[1:]))
    data = RankerStudy("data", split_last_event(LOG))
    assert "There is no ranker 'nobody'" in compare.load_or_fit("popular", data, 0)
    assert not list(tmp_path.rglob(RESULT_FILE)) and not list(tmp_path.rglob("job.pkl"))


@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="the peak counts anew on Linux alone")
def test_the_peak_counts_anew_and_sees_what_came_and_went():
    before = _reset_peak()
    block = np.ones(30_000_000)
    del block
    assert 200e6 < _peak() - before < 400e6
    assert _peak() - _reset_peak() > -1e6
    assert _peak() - before < 200e6


def test_a_picture_of_both(tmp_path):
    standing = DataSetRuns("data", runs={"popular": [RankerRun(result([1, 2, 5]))]})
    one = HorizonResult(*(np.ones(3, dtype=np.float32) for _ in range(6)))
    plot_rankers([standing], {"popular": one, "needed": one}, Path(tmp_path) / "new" / "plot.png")
    assert (tmp_path / "new" / "plot.png").stat().st_size > 1000
