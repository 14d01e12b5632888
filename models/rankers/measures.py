"""How well what came next was ranked: one relevant item a moment, at rank r among the candidates of that moment.

    NDCG@k = [r ≤ k] / log₂(1 + r)      HitRate@k = [r ≤ k]      MRR = mean of 1 / r

Ties count half; an item of which nothing could be said stands behind all others. Coverage: share of the items that
stand in some first k. Novelty: mean −log₂ of their share of training events, Laplace's estimate. Diversity: mean
Jaccard distance of their traits within a list (Castells, Hurley & Vargas 2015). Calibration: expected calibration error
of predicted outcomes in ten bins (Naeini et al. 2015).
"""

import time
from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from models.arrays import Flags, Floats, Ints
from models.rankers.contract import Catalogue, Scorer
from models.rankers.trial import Trial

K = 10


@dataclass(frozen=True)
class Result:
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


def ranks(score: Floats, allowed: Flags, target: Ints) -> Floats:
    """(B,) rank of the target (B,) among the allowed of (B, R) scores; ties count half, NaN stands behind all."""
    score = np.where(np.isnan(score), -np.inf, score)
    own = score[np.arange(len(score)), target][:, None]
    above = ((score > own) & allowed).sum(axis=1)
    beside = ((score == own) & allowed).sum(axis=1) - 1
    return np.asarray(1 + above + beside / 2)


def evaluate(ranker: Scorer, trial: Trial, catalogue: Catalogue | None = None, timed: int = 100) -> Result:
    """Ask about every moment of the trial. `timed` learners are also asked one by one, by the clock."""
    rank, lists = np.zeros(len(trial), dtype=np.float32), np.full((len(trial), K), -1)
    for batch in trial.batches():
        score = ranker.score(batch.history)
        rank[batch.rows] = ranks(score, batch.allowed, trial.target[batch.rows])
        lists[batch.rows] = first(score, batch.allowed)
    return result(trial, rank, lists, catalogue, (_calibration(ranker, trial), _clocked(ranker, trial, timed)))


def result(
    trial: Trial, rank: Floats, lists: Ints, catalogue: Catalogue | None, calibration_and_ms: tuple[float, float]
) -> Result:
    """What ranks (T,) and lists (T, K) at the trial's moments come to."""
    calibration, recommend_ms = calibration_and_ms
    return Result(
        learner=trial.learner,
        rank=rank,
        lists=lists,
        cold_learner=trial.cold_learner,
        cold_item=trial.cold_item,
        coverage=len(np.unique(lists[lists >= 0])) / max(1, len(trial.log.items)),
        novelty=_novelty(lists, trial),
        diversity=_diversity(lists, catalogue),
        calibration=calibration,
        recommend_ms=recommend_ms,
    )


def first(score: Floats, allowed: Flags, k: int = K) -> Ints:
    """(B, k) the best allowed items of which something could be said, best first; −1 behind the last."""
    value = np.where(allowed & ~np.isnan(score), score, -np.inf)
    width = min(k, value.shape[1])
    best = np.argpartition(-value, width - 1, axis=1)[:, :width]
    order = np.argsort(-np.take_along_axis(value, best, 1), axis=1, kind="stable")
    best = np.take_along_axis(best, order, 1)
    found = np.where(np.isfinite(np.take_along_axis(value, best, 1)), best, -1)
    return np.pad(found, ((0, 0), (0, k - width)), constant_values=-1)


def _novelty(lists: Ints, trial: Trial) -> float:
    counts = np.bincount(trial.training.item, minlength=len(trial.log.items)) + 1.0
    return float((-np.log2(counts / counts.sum()))[lists[lists >= 0]].mean()) if (lists >= 0).any() else float("nan")


def _diversity(lists: Ints, catalogue: Catalogue | None) -> float:
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


def _calibration(ranker: Scorer, trial: Trial, bins: int = 10) -> float:
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


def _clocked(ranker: Scorer, trial: Trial, timed: int) -> float:
    """Milliseconds at the median for one learner and all items."""
    spent = []
    for row in range(min(timed, len(trial))):
        history = trial.log.histories(trial.learner[row : row + 1], trial.event[row : row + 1])
        began = time.perf_counter()
        ranker.score(history)
        spent.append(1000 * (time.perf_counter() - began))
    return float(np.median(spent)) if spent else float("nan")


@dataclass(frozen=True)
class Difference:
    """How much better one ranker was than another, mean NDCG@10, with a bootstrap interval of 95 %."""

    mean: float
    low: float
    high: float
    draws: Floats = field(repr=False)


def difference(one: Result, other: Result, draws: int = 2000, seed: int = 0) -> Difference:
    """Paired; learners are drawn with all their moments, because those are not independent of each other."""
    gap = one.gain - other.gain
    _, who = np.unique(one.learner, return_inverse=True)
    sums, counts = np.bincount(who, weights=gap), np.bincount(who)
    random = np.random.default_rng(seed)
    weight = random.multinomial(len(sums), np.full(len(sums), 1 / len(sums)), size=draws)
    drawn = (weight @ sums) / (weight @ counts)
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Difference(float(gap.mean()), float(low), float(high), drawn)


__all__ = ["Catalogue", "Difference", "Result", "Trial", "difference", "evaluate", "first", "ndcg", "ranks", "result"]
