"""Evaluate rankers offline: time-consistent splits, ranking metrics, and hyper-parameters chosen on a validation part.

Splits: `split_by_time` has one moment; everything before it is training, everything after it is tested. It is the
unbiased protocol. `split_last_event` (leave-one-out) tests each learner's last event; other learners' later events
are in training, so its figures are too high. In both, a learner's history is the events before the tested one, and
the candidates are the items that were there at that moment.

Metrics: one relevant item a moment, at rank r among the candidates of that moment.

    NDCG@k = [r ≤ k] / log₂(1 + r)      HitRate@k = [r ≤ k]      MRR = mean of 1 / r

Ties count half; an item without a score ranks behind all others. Coverage: share of the items that are in some first
k. Novelty: mean −log₂ of their share of training events, Laplace's estimate. Diversity: mean Jaccard distance of
their traits within a list (Castells, Hurley & Vargas 2015). Calibration: expected calibration error of predicted
outcomes in ten bins (Naeini et al. 2015).

Validation: hyper-parameters are chosen on the last part of a log, in time, as `Ranker.fit` requires.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

import numpy as np
from scipy import sparse

from models.arrays import Flags, Floats, Ints
from models.rankers.base import Ranker, Scorer
from models.rankers.interactions import MAX_HISTORY, Catalogue, InteractionHistory, InteractionLog

COLD_EVENTS = 5
"""A learner or an item with fewer events in training is cold."""


class EvaluationBatch(NamedTuple):
    """Some moments: their numbers (B,), what had happened, and what could be recommended then (B, R)."""

    rows: Ints
    history: InteractionHistory
    allowed: Flags


@dataclass(frozen=True, eq=False)
class EvaluationSplit:
    """T moments of a log.

    Attributes:
        log: the whole log; `training` what may be learnt from, with the same learners and items.
        event: (T,) position in `log` of the event that is asked about.
        repeats: whether items that a learner did before may come again.
        feasible: (T, R) what could be recommended at each moment, where more is known than the log tells.
    """

    name: str
    log: InteractionLog
    training: InteractionLog
    event: Ints
    repeats: bool = False
    feasible: Flags | None = None

    def __len__(self) -> int:
        return len(self.event)

    @property
    def learner(self) -> Ints:
        """(T,) who was there."""
        return self.log.learner[self.event]

    @property
    def target(self) -> Ints:
        """(T,) what was done."""
        return self.log.item[self.event]

    @property
    def outcome(self) -> Floats:
        """(T,) how it went; NaN where unknown."""
        return self.log.outcome[self.event]

    @property
    def cold_learner(self) -> Flags:
        """(T,) learners with few events in training."""
        return np.asarray(self.training.lengths[self.learner] < COLD_EVENTS)

    @property
    def cold_item(self) -> Flags:
        """(T,) targets with few events in training."""
        counts = np.bincount(self.training.item, minlength=len(self.log.items))
        return np.asarray(counts[self.target] < COLD_EVENTS)

    def batches(self, size: int = 256) -> Iterator[EvaluationBatch]:
        """All moments, some at a time."""
        first = self._first_seen()
        for start in range(0, len(self), size):
            rows = np.arange(start, min(start + size, len(self)))
            event = self.event[rows]
            history = self.log.histories(self.learner[rows], event, MAX_HISTORY)
            allowed = first[None] <= self.log.at[event][:, None]
            if self.feasible is not None:
                allowed = self.feasible[rows].copy()
            elif not self.repeats:
                allowed &= ~self._done(event)
            allowed[np.arange(len(rows)), self.target[rows]] = True
            yield EvaluationBatch(rows, history, allowed)

    def _first_seen(self) -> Floats:
        """(R,) moment of each item's first event, never for one without; without a clock all are always there."""
        if not self.log.clock:
            return np.full(len(self.log.items), -np.inf, dtype=np.float32)
        first = np.full(len(self.log.items), np.inf)
        np.minimum.at(first, self.log.item, self.log.at)
        return first

    def _done(self, event: Ints) -> Flags:
        """(B, R) what the learner of each event had done before it."""
        done = np.zeros((len(event), len(self.log.items)), dtype=bool)
        for row, each in enumerate(event):
            done[row, self.log.item[self.log.earlier(int(self.log.learner[each]), int(each))]] = True
        return done


def split_by_time(
    log: InteractionLog, share: float = 0.1, most: int = 20_000, seed: int = 0, repeats: bool = False
) -> EvaluationSplit:
    """Asks about the last `share` of the events, about `most` of them drawn at random where there are more."""
    training, later = log.cut(share)
    event = np.arange(len(log) - len(later), len(log))
    return EvaluationSplit("time", log, training, _select_test_events(log, event, repeats, most, seed), repeats)


def split_last_event(log: InteractionLog, most: int = 20_000, seed: int = 0, repeats: bool = False) -> EvaluationSplit:
    """Asks about the last event of every learner who has at least two."""
    last = np.full(len(log.learners), -1)
    last[log.learner] = np.arange(len(log))
    event = np.sort(last[log.lengths >= 2])
    kept = np.ones(len(log), dtype=bool)
    kept[event] = False
    return EvaluationSplit("last", log, log.take(kept), _select_test_events(log, event, repeats, most, seed), repeats)


def _select_test_events(log: InteractionLog, event: Ints, repeats: bool, most: int, seed: int) -> Ints:
    """The events that can be asked about: what learners chose themselves; where nothing comes twice, the first time.

    What a recommendation led to says what the recommender chose: to rank it high is no merit.
    """
    if log.own is not None:
        event = event[log.own[event]]
    if not repeats:
        pair = log.learner * len(log.items) + log.item
        _, first = np.unique(pair, return_index=True)
        event = event[np.isin(event, first)]
    if len(event) > most:
        event = np.sort(np.random.default_rng(seed).choice(event, most, replace=False))
    return event


K = 10


@dataclass(frozen=True)
class RankerResult:
    """One ranker at T moments; `learner` (T,) whose, `rank` (T,) of what came next.

    Attributes:
        lists: (T, K) the first K, NOTHING behind the last candidate.
        calibration: NaN where no outcome is predicted.
        recommend_ms: of one learner alone.
    """

    learner: Ints
    rank: Floats
    lists: Ints
    cold_learner: Flags
    cold_item: Flags
    coverage: float
    novelty: float
    diversity: float
    calibration: float
    recommend_ms: float

    @property
    def gain(self) -> Floats:
        """(T,) NDCG@10 of each moment."""
        return ndcg(self.rank)

    def figures(self, rows: Flags | None = None) -> dict[str, float]:
        """NDCG@10, HitRate@10 and MRR of some moments; of all without `rows`."""
        rank = self.rank if rows is None else self.rank[rows]
        if not len(rank):
            return {}
        return {
            "ndcg10": float(ndcg(rank).mean()),
            "hit10": float((rank <= K).mean()),
            "mrr": float((1 / rank).mean()),
        }


def ndcg(rank: Floats, k: int = K) -> Floats:
    """1 / log₂(1 + r) within the first k."""
    return np.asarray(np.where(rank <= k, 1 / np.log2(1 + rank), 0))


def rank_targets(score: Floats, allowed: Flags, target: Ints) -> Floats:
    """(B,) rank of the target (B,) among the allowed of (B, R) scores; ties count half, NaN stands behind all."""
    score = np.where(np.isnan(score), -np.inf, score)
    own = score[np.arange(len(score)), target][:, None]
    above = ((score > own) & allowed).sum(axis=1)
    beside = ((score == own) & allowed).sum(axis=1) - 1
    return np.asarray(1 + above + beside / 2)


def evaluate_ranker(
    ranker: Scorer, trial: EvaluationSplit, catalogue: Catalogue | None = None, timed: int = 100
) -> RankerResult:
    """Ask about every moment of the trial. `timed` learners are also asked one by one, by the clock."""
    rank, lists = np.zeros(len(trial), dtype=np.float32), np.full((len(trial), K), -1)
    for batch in trial.batches():
        score = ranker.score(batch.history)
        rank[batch.rows] = rank_targets(score, batch.allowed, trial.target[batch.rows])
        lists[batch.rows] = select_top(score, batch.allowed)
    return summarise_ranks(
        trial, rank, lists, catalogue, (_compute_calibration(ranker, trial), _time_ranker(ranker, trial, timed))
    )


def summarise_ranks(
    trial: EvaluationSplit,
    rank: Floats,
    lists: Ints,
    catalogue: Catalogue | None,
    calibration_and_ms: tuple[float, float],
) -> RankerResult:
    """What ranks (T,) and lists (T, K) at the trial's moments come to."""
    calibration, recommend_ms = calibration_and_ms
    return RankerResult(
        learner=trial.learner,
        rank=rank,
        lists=lists,
        cold_learner=trial.cold_learner,
        cold_item=trial.cold_item,
        coverage=len(np.unique(lists[lists >= 0])) / max(1, len(trial.log.items)),
        novelty=_compute_novelty(lists, trial),
        diversity=_compute_diversity(lists, catalogue),
        calibration=calibration,
        recommend_ms=recommend_ms,
    )


def select_top(score: Floats, allowed: Flags, k: int = K) -> Ints:
    """(B, k) the best allowed items of which something could be said, best first; −1 behind the last."""
    value = np.where(allowed & ~np.isnan(score), score, -np.inf)
    width = min(k, value.shape[1])
    best = np.argpartition(-value, width - 1, axis=1)[:, :width]
    order = np.argsort(-np.take_along_axis(value, best, 1), axis=1, kind="stable")
    best = np.take_along_axis(best, order, 1)
    found = np.where(np.isfinite(np.take_along_axis(value, best, 1)), best, -1)
    return np.pad(found, ((0, 0), (0, k - width)), constant_values=-1)


def _compute_novelty(lists: Ints, trial: EvaluationSplit) -> float:
    counts = np.bincount(trial.training.item, minlength=len(trial.log.items)) + 1.0
    return float((-np.log2(counts / counts.sum()))[lists[lists >= 0]].mean()) if (lists >= 0).any() else float("nan")


def _compute_diversity(lists: Ints, catalogue: Catalogue | None) -> float:
    if catalogue is None or not any(catalogue.traits):
        return float("nan")
    names = {trait: place for place, trait in enumerate(sorted(set().union(*catalogue.traits)))}
    rows = [row for row, traits in enumerate(catalogue.traits) for _ in traits]
    columns = [names[trait] for traits in catalogue.traits for trait in traits]
    table = sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(catalogue.items), len(names)))
    size = np.asarray(table.sum(axis=1)).ravel()
    distances = []
    for items in lists[:2000]:
        shown = items[items >= 0]
        if len(shown) > 1:
            both = (table[shown] @ table[shown].T).toarray()
            either = size[shown][:, None] + size[shown][None] - both
            off = ~np.eye(len(shown), dtype=bool)
            distances.append((1 - both / np.maximum(either, 1))[off].mean())
    return float(np.mean(distances)) if distances else float("nan")


def _compute_calibration(ranker: Scorer, trial: EvaluationSplit, bins: int = 10) -> float:
    told, came = [], []
    for batch in trial.batches():
        chance = ranker.chance(batch.history, trial.target[batch.rows][:, None])
        if chance is None:
            return float("nan")
        known = ~np.isnan(chance[:, 0]) & ~np.isnan(trial.outcome[batch.rows])
        told.append(chance[known, 0])
        came.append(trial.outcome[batch.rows][known])
    return calibration_error(np.concatenate(told), np.concatenate(came), bins) if told else float("nan")


def calibration_error(told: Floats, came: Floats, bins: int = 10) -> float:
    """Mean distance between what was told and what came in equally wide bins, weighed by their size."""
    if not len(told):
        return float("nan")
    place = np.minimum((told * bins).astype(int), bins - 1)
    gaps = np.bincount(place, weights=told - came, minlength=bins)
    return float(np.abs(gaps).sum() / len(told))


def _time_ranker(ranker: Scorer, trial: EvaluationSplit, timed: int) -> float:
    """Milliseconds at the median for one learner and all items."""
    spent = []
    for row in range(min(timed, len(trial))):
        history = trial.log.histories(trial.learner[row : row + 1], trial.event[row : row + 1])
        began = time.perf_counter()
        ranker.score(history)
        spent.append(1000 * (time.perf_counter() - began))
    return float(np.median(spent)) if spent else float("nan")


@dataclass(frozen=True)
class GainDifference:
    """How much better one ranker was than another, mean NDCG@10, with a bootstrap interval of 95 %."""

    mean: float
    low: float
    high: float
    draws: Floats = field(repr=False)


def compare_results(one: RankerResult, other: RankerResult, draws: int = 2000, seed: int = 0) -> GainDifference:
    """Paired; learners are drawn with all their moments, because those are not independent of each other."""
    gap = one.gain - other.gain
    _, who = np.unique(one.learner, return_inverse=True)
    sums, counts = np.bincount(who, weights=gap), np.bincount(who)
    random = np.random.default_rng(seed)
    weight = random.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=draws)
    drawn = (weight @ sums) / (weight @ counts)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return GainDifference(float(gap.mean()), float(low), float(high), drawn)


VALIDATION_SHARE, MIN_VALIDATION_EVENTS, MAX_VALIDATION_EVENTS, MAX_VALIDATION_SCORES = 0.1, 50, 2000, 4_000_000
"""Validation: the last tenth of the log. With fewer moments than the least nothing is chosen; at most `MAX_VALIDATION_EVENTS`, or what
makes `MAX_VALIDATION_SCORES` scores where items are many, so that one setting is tried within seconds."""

Candidate = TypeVar("Candidate", bound=Ranker)


def make_validation_split(log: InteractionLog, seed: int = 0) -> EvaluationSplit | None:
    """What the last part of the log asks, with its `training` before that; None where it asks too little."""
    most = min(MAX_VALIDATION_EVENTS, max(MIN_VALIDATION_EVENTS, MAX_VALIDATION_SCORES // max(1, len(log.items))))
    trial = split_by_time(log, VALIDATION_SHARE, most, seed)
    return trial if len(trial) >= MIN_VALIDATION_EVENTS and len(trial.training) else None


def compute_mean_ndcg(ranker: Ranker, trial: EvaluationSplit) -> float:
    """Mean NDCG@10."""
    found = [
        rank_targets(ranker.score(each.history), each.allowed, trial.target[each.rows]) for each in trial.batches()
    ]
    return float(ndcg(np.concatenate(found)).mean())


def select_best(candidates: Iterable[Candidate], trial: EvaluationSplit) -> Candidate:
    """The candidate of the highest gain, the first of equals."""
    return max(candidates, key=lambda each: compute_mean_ndcg(each, trial))
