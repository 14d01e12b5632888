"""The driver's parts: data by name, runs kept, figures over seeds by hand, intervals, and both plots."""

import os
from pathlib import Path

import numpy as np
import pytest

from benchmarks import recommender_runs
from benchmarks.recommender_data import Study, answered, some_learners
from benchmarks.recommender_plots import draw
from benchmarks.recommender_tables import Standing, interval, means, pooled
from benchmarks.recommender_worker import FOUND, Job, Run, _peak, _resident, write
from models.horizons import Horizon
from models.rankers.log import log_of
from models.rankers.measures import Result, ndcg
from models.rankers.trial import leave_last_out

LOG = log_of([(f"l{who}", f"i{what}", float(what), 1.0) for who in range(6) for what in range(4)])


def result(ranks, learners=None, cold=None):
    count = len(ranks)
    flags = np.zeros(count, dtype=bool) if cold is None else np.array(cold)
    who = np.arange(count) if learners is None else np.array(learners)
    lists = np.full((count, 10), -1)
    return Result(who, np.array(ranks, dtype=np.float32), lists, flags, ~flags, 0.5, 7.0, np.nan, np.nan, 0.25)


def test_answers_become_a_log_without_a_clock():
    log = answered([([3, 5, 3], [1, 0, 1]), ([5], [0])])
    assert log.learners == ("l0", "l1") and log.items == ("s3", "s5") and not log.clock
    mine = log.take(log.learner == 0)
    assert (mine.item.tolist(), mine.outcome.tolist()) == ([0, 1, 0], [1, 0, 1])


def test_some_learners_keep_all_their_events():
    some = some_learners(LOG, 2)
    assert sorted(some.lengths.tolist()) == [0, 0, 0, 0, 4, 4]
    assert some_learners(LOG, None) is LOG is some_learners(LOG, 6)


def test_figures_are_means_and_deviations_over_seeds():
    standing = Standing("data")
    for ranks in ([1, 3], [1, 1]):
        standing.add("low", Run(result(ranks, cold=[True, False]), 2.0, 3.0))
    found = standing.figures()
    assert found["data.low.ndcg10"] == pytest.approx((0.75 + 1) / 2)
    assert found["data.low.ndcg10_sd"] == pytest.approx(np.std([0.75, 1], ddof=1), abs=1e-4)
    assert found["data.low.mrr"] == pytest.approx((2 / 3 + 1) / 2, abs=1e-4)
    assert found["data.low.cold_learner_ndcg10"] == 1 and found["data.low.cold_item_ndcg10"] == 0.75
    assert found["data.low.train_s"] == 2 and found["data.low.memory_mib"] == 3
    assert "data.low.calibration" not in found and "data.low.ndcg10_above" not in found
    assert "ndcg10_sd" not in means([Run(result([1]))])


def test_a_rung_is_compared_with_the_one_before_it_on_the_seeds_of_both():
    standing = Standing("data")
    standing.add("low", Run(result([3] * 50)))
    standing.add("high", Run(result([1] * 50)))
    assert standing.above("low") is None
    above = standing.above("high")
    assert above.mean == above.low == above.high == pytest.approx(0.5)
    standing.add("low", Run(result([1] * 50)))
    assert standing.above("high").mean == pytest.approx(0.5), "the seed that only one of them has does not count"
    assert standing.table()[0]["above the one before, or ours"] == ""


def test_a_peer_is_compared_with_ours():
    standing = Standing("data")
    for rung, rank in (("als", 3), ("sasrec", 1), ("peer.implicit", 1), ("peer.gru4rec", 1)):
        standing.add(rung, Run(result([rank] * 9)))
    assert standing.above("peer.implicit").mean == pytest.approx(0.5)
    assert standing.above("peer.gru4rec") is None


def test_learners_of_generated_logs_are_others_in_every_seed():
    parts = [result([1, 2], [0, 1]), result([3, 4], [0, 1])]
    assert pooled(parts, fixed=True).learner.tolist() == [0, 1, 0, 1]
    assert len(set(pooled(parts, fixed=False).learner)) == 4
    assert interval(parts, True).mean == pytest.approx(ndcg(np.array([1, 2, 3, 4])).mean())


class Nothing:
    name, items, notes = "popular", ("i0",), ("a note",)

    def parameters(self):
        return {"counts": np.ones(1)}


def test_a_run_is_read_as_it_was_written_and_not_measured_again(tmp_path, monkeypatch):
    monkeypatch.setattr(recommender_runs, "KEPT", tmp_path)
    data = Study("data", leave_last_out(LOG))
    monkeypatch.setattr(recommender_runs, "module_source", lambda module: "source")
    folder = tmp_path / recommender_runs.digest("popular", data, 1)
    assert folder.name != recommender_runs.digest("popular", data, 2)
    assert folder.name != recommender_runs.digest("popular", Study("data", leave_last_out(LOG.take(slice(20)))), 1)
    write(folder, Run(result([1, 2]), 1.5, 2.5, ("a note",)), Nothing())
    found = recommender_runs.run("popular", data, 1)
    assert (found.train_s, found.memory_mib, found.notes) == (1.5, 2.5, ("a note",))
    assert found.result.rank.tolist() == [1, 2] and np.isnan(found.result.calibration)
    assert recommender_runs.run("popular", data, 2, seconds=0) == "no time is left for it"


def test_a_worker_that_fails_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(recommender_runs, "KEPT", tmp_path)
    monkeypatch.setattr(recommender_runs, "Job", lambda *parts: Job("nobody", *parts[1:]))
    data = Study("data", leave_last_out(LOG))
    assert "There is no ranker 'nobody'" in recommender_runs.run("popular", data, 0)
    assert not list(tmp_path.rglob(FOUND)) and not list(tmp_path.rglob("job.pkl"))


@pytest.mark.skipif(not os.path.exists("/proc/self/clear_refs"), reason="the peak counts anew on Linux alone")
def test_the_peak_counts_anew_and_sees_what_came_and_went():
    before = _resident()
    block = np.ones(30_000_000)
    del block
    assert 200e6 < _peak() - before < 400e6
    assert _peak() - _resident() > -1e6
    assert _peak() - before < 200e6


def test_a_picture_of_both(tmp_path):
    standing = Standing("data", runs={"popular": [Run(result([1, 2, 5]))]})
    one = Horizon(*(np.ones(3, dtype=np.float32) for _ in range(6)))
    draw([standing], {"popular": one, "needed": one}, Path(tmp_path) / "new" / "plot.png")
    assert (tmp_path / "new" / "plot.png").stat().st_size > 1000
