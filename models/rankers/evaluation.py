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

K = 10
"""Length of the lists that are evaluated."""
COLD_EVENTS = 5
"""A learner or an item with fewer events in training is cold."""
VALIDATION_SHARE, MIN_VALIDATION_EVENTS, MAX_VALIDATION_EVENTS, MAX_VALIDATION_SCORES = 0.1, 50, 2000, 4_000_000
"""Validation on the last tenth of the log. With fewer than MIN_VALIDATION_EVENTS events nothing is chosen; of at most
MAX_VALIDATION_EVENTS events, and MAX_VALIDATION_SCORES scores, one setting is tried within seconds."""


class EvaluationBatch(NamedTuple):
    """B test events: their indices (B,), the histories before them, and the items allowed then (B, R)."""

    rows: Ints
    history: InteractionHistory
    allowed: Flags


@dataclass(frozen=True, eq=False)
class EvaluationSplit:
    """T test events of a log.

    Attributes:
        name: of the protocol.
        log: the whole log.
        training: the training part, with the same learners and items.
        event: (T,) indices in `log` of the test events.
        repeats: whether items that a learner did before are candidates.
        feasible: (T, R) candidates of each event, if known better than from the log.
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
        """Learner of each event, (T,)."""
        return self.log.learner[self.event]

    @property
    def target(self) -> Ints:
        """Item of each event, (T,)."""
        return self.log.item[self.event]

    @property
    def outcome(self) -> Floats:
        """Outcome of each event, NaN where unknown, (T,)."""
        return self.log.outcome[self.event]

    @property
    def cold_learner(self) -> Flags:
        """Mask the events of learners with few training events, (T,)."""
        return np.asarray(self.training.lengths[self.learner] < COLD_EVENTS)

    @property
    def cold_item(self) -> Flags:
        """Mask the events of items with few training events, (T,)."""
        counts = np.bincount(self.training.item, minlength=len(self.log.items))
        return np.asarray(counts[self.target] < COLD_EVENTS)

    def batches(self, size: int = 256) -> Iterator[EvaluationBatch]:
        """Iterate over all events in batches of `size`."""
        first = self._first_seen()
        for start in range(0, len(self), size):
            rows = np.arange(start, min(start + size, len(self)))
            event = self.event[rows]
            history = self.log.histories(self.learner[rows], event, MAX_HISTORY)
            allowed = first[None] <= self.log.days[event][:, None]
            if self.feasible is not None:
                allowed = self.feasible[rows].copy()
            elif not self.repeats:
                allowed &= ~self._done(event)
            allowed[np.arange(len(rows)), self.target[rows]] = True
            yield EvaluationBatch(rows, history, allowed)

    def _first_seen(self) -> Floats:
        """Return the time of each item's first event (R,), ∞ without events; −∞ for all items without a clock."""
        if not self.log.clock:
            return np.full(len(self.log.items), -np.inf, dtype=np.float32)
        first = np.full(len(self.log.items), np.inf)
        np.minimum.at(first, self.log.item, self.log.days)
        return first

    def _done(self, event: Ints) -> Flags:
        """Mask the items that the learner of each event did before it, (B, R)."""
        done = np.zeros((len(event), len(self.log.items)), dtype=bool)
        for row, each in enumerate(event):
            done[row, self.log.item[self.log.events_before(int(self.log.learner[each]), int(each))]] = True
        return done


def split_by_time(
    log: InteractionLog, share: float = 0.1, most: int = 20_000, seed: int = 0, repeats: bool = False
) -> EvaluationSplit:
    """Test on the last `share` of the events, at most `most` of them, drawn at random."""
    training, later = log.split(share)
    event = np.arange(len(log) - len(later), len(log))
    return EvaluationSplit("time", log, training, _select_test_events(log, event, repeats, most, seed), repeats)


def split_last_event(log: InteractionLog, most: int = 20_000, seed: int = 0, repeats: bool = False) -> EvaluationSplit:
    """Test on the last event of every learner with at least two events (leave-one-out)."""
    last = np.full(len(log.learners), -1)
    last[log.learner] = np.arange(len(log))
    event = np.sort(last[log.lengths >= 2])
    kept = np.ones(len(log), dtype=bool)
    kept[event] = False
    return EvaluationSplit("last", log, log.take(kept), _select_test_events(log, event, repeats, most, seed), repeats)


def _select_test_events(log: InteractionLog, event: Ints, repeats: bool, most: int, seed: int) -> Ints:
    """Select test events: those that learners chose themselves and, without repeats, the first of each item.

    Events that followed a recommendation reflect the choice of the recommender.
    """
    if log.self_chosen is not None:
        event = event[log.self_chosen[event]]
    if not repeats:
        pair = log.learner * len(log.items) + log.item
        _, first = np.unique(pair, return_index=True)
        event = event[np.isin(event, first)]
    if len(event) > most:
        event = np.sort(np.random.default_rng(seed).choice(event, most, replace=False))
    return event


@dataclass(frozen=True)
class RankerResult:
    """Evaluation of one ranker on T events; `learner` (T,) whose, `rank` (T,) of what observed next.

    Attributes:
        lists: (T, K) first K items, NO_INDEX behind the last candidate.
        calibration: expected calibration error; NaN if no outcome is predicted.
        recommend_ms: median time to score all items for one learner.
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
    def ndcg(self) -> Floats:
        """NDCG@10 of each event, (T,)."""
        return ndcg(self.rank)

    def figures(self, rows: Flags | None = None) -> dict[str, float]:
        """Return NDCG@10, HitRate@10 and MRR over the events `rows` (T,), or all."""
        rank = self.rank if rows is None else self.rank[rows]
        if not len(rank):
            return {}
        return {
            "ndcg10": float(ndcg(rank).mean()),
            "hit10": float((rank <= K).mean()),
            "mrr": float((1 / rank).mean()),
        }


def ndcg(rank: Floats, k: int = K) -> Floats:
    """Return NDCG@k = [r ≤ k] / log₂(1 + r)."""
    return np.asarray(np.where(rank <= k, 1 / np.log2(1 + rank), 0))


def rank_targets(score: Floats, allowed: Flags, target: Ints) -> Floats:
    """Return the rank of the target (B,) among the allowed of (B, R) scores, (B,); ties count half, NaN is last."""
    score = np.where(np.isnan(score), -np.inf, score)
    own = score[np.arange(len(score)), target][:, None]
    above = ((score > own) & allowed).sum(axis=1)
    beside = ((score == own) & allowed).sum(axis=1) - 1
    return np.asarray(1 + above + beside / 2)


def evaluate_ranker(
    ranker: Scorer, split: EvaluationSplit, catalogue: Catalogue | None = None, timed: int = 100
) -> RankerResult:
    """Evaluate a ranker on all events of the split, and its speed on `timed` single ones."""
    rank, lists = np.zeros(len(split), dtype=np.float32), np.full((len(split), K), -1)
    for batch in split.batches():
        score = ranker.score(batch.history)
        rank[batch.rows] = rank_targets(score, batch.allowed, split.target[batch.rows])
        lists[batch.rows] = select_top(score, batch.allowed)
    return summarise_ranks(
        split, rank, lists, catalogue, (_compute_calibration(ranker, split), _time_ranker(ranker, split, timed))
    )


def summarise_ranks(
    split: EvaluationSplit,
    rank: Floats,
    lists: Ints,
    catalogue: Catalogue | None,
    calibration_and_ms: tuple[float, float],
) -> RankerResult:
    """Compute the metrics of ranks (T,) and lists (T, K) on the events of the split."""
    calibration, recommend_ms = calibration_and_ms
    return RankerResult(
        learner=split.learner,
        rank=rank,
        lists=lists,
        cold_learner=split.cold_learner,
        cold_item=split.cold_item,
        coverage=len(np.unique(lists[lists >= 0])) / max(1, len(split.log.items)),
        novelty=_compute_novelty(lists, split),
        diversity=_compute_diversity(lists, catalogue),
        calibration=calibration,
        recommend_ms=recommend_ms,
    )


def select_top(score: Floats, allowed: Flags, k: int = K) -> Ints:
    """Return the best allowed items with a score, best first, −1 behind the last, (B, k)."""
    value = np.where(allowed & ~np.isnan(score), score, -np.inf)
    width = min(k, value.shape[1])
    best = np.argpartition(-value, width - 1, axis=1)[:, :width]
    order = np.argsort(-np.take_along_axis(value, best, 1), axis=1, kind="stable")
    best = np.take_along_axis(best, order, 1)
    found = np.where(np.isfinite(np.take_along_axis(value, best, 1)), best, -1)
    return np.pad(found, ((0, 0), (0, k - width)), constant_values=-1)


def _compute_novelty(lists: Ints, split: EvaluationSplit) -> float:
    counts = np.bincount(split.training.item, minlength=len(split.log.items)) + 1.0
    return float((-np.log2(counts / counts.sum()))[lists[lists >= 0]].mean()) if (lists >= 0).any() else float("nan")


def _compute_diversity(lists: Ints, catalogue: Catalogue | None) -> float:
    if catalogue is None or not any(catalogue.traits):
        return float("nan")
    names = {trait: index for index, trait in enumerate(sorted(set().union(*catalogue.traits)))}
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


def _compute_calibration(ranker: Scorer, split: EvaluationSplit, bins: int = 10) -> float:
    predicted, observed = [], []
    for batch in split.batches():
        chance = ranker.predict_outcome(batch.history, split.target[batch.rows][:, None])
        if chance is None:
            return float("nan")
        known = ~np.isnan(chance[:, 0]) & ~np.isnan(split.outcome[batch.rows])
        predicted.append(chance[known, 0])
        observed.append(split.outcome[batch.rows][known])
    return calibration_error(np.concatenate(predicted), np.concatenate(observed), bins) if predicted else float("nan")


def calibration_error(predicted: Floats, observed: Floats, bins: int = 10) -> float:
    """Return the mean distance between predicted and observed outcomes in equally wide bins, weighted by size."""
    if not len(predicted):
        return float("nan")
    bin_of = np.minimum((predicted * bins).astype(int), bins - 1)
    gaps = np.bincount(bin_of, weights=predicted - observed, minlength=bins)
    return float(np.abs(gaps).sum() / len(predicted))


def _time_ranker(ranker: Scorer, split: EvaluationSplit, timed: int) -> float:
    """Return the median milliseconds to score all items for one learner."""
    spent = []
    for row in range(min(timed, len(split))):
        history = split.log.histories(split.learner[row : row + 1], split.event[row : row + 1])
        began = time.perf_counter()
        ranker.score(history)
        spent.append(1000 * (time.perf_counter() - began))
    return float(np.median(spent)) if spent else float("nan")


@dataclass(frozen=True)
class GainDifference:
    """Mean difference of NDCG@10 between two rankers, with a bootstrap interval of 95 %."""

    mean: float
    low: float
    high: float
    draws: Floats = field(repr=False)


def compare_results(one: RankerResult, other: RankerResult, draws: int = 2000, seed: int = 0) -> GainDifference:
    """Compare two results by a paired bootstrap over learners, whose events are not independent."""
    gap = one.ndcg - other.ndcg
    _, who = np.unique(one.learner, return_inverse=True)
    sums, counts = np.bincount(who, weights=gap), np.bincount(who)
    random = np.random.default_rng(seed)
    weight = random.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=draws)
    drawn = (weight @ sums) / (weight @ counts)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return GainDifference(float(gap.mean()), float(low), float(high), drawn)


Candidate = TypeVar("Candidate", bound=Ranker)


def make_validation_split(log: InteractionLog, seed: int = 0) -> EvaluationSplit | None:
    """Split off the last part of the log for validation; None if it has too few events."""
    most = min(MAX_VALIDATION_EVENTS, max(MIN_VALIDATION_EVENTS, MAX_VALIDATION_SCORES // max(1, len(log.items))))
    split = split_by_time(log, VALIDATION_SHARE, most, seed)
    return split if len(split) >= MIN_VALIDATION_EVENTS and len(split.training) else None


def compute_mean_ndcg(ranker: Ranker, split: EvaluationSplit) -> float:
    """Return the mean NDCG@10 of a ranker on a split."""
    found = [
        rank_targets(ranker.score(each.history), each.allowed, split.target[each.rows]) for each in split.batches()
    ]
    return float(ndcg(np.concatenate(found)).mean())


def select_best(candidates: Iterable[Candidate], split: EvaluationSplit) -> Candidate:
    """Return the candidate of the highest mean NDCG@10, the first of equals."""
    return max(candidates, key=lambda each: compute_mean_ndcg(each, split))
