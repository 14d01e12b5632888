"""Item-based nearest neighbours: items done by the same learners (Sarwar et al. 2001, doi 10.1145/371920.372071).

    sim(i, j) = n_ij / (√(n_i n_j) + shrinkage)       n_ij: learners who did both, n_i: learners who did i
    score(i) = Σ_j w_j sim(i, j) over the history's items j that keep i among their `neighbours` most similar items
    w = 2^(−k / half_life) for the k-th event from the latest

A shrinkage draws pairs that few learners did towards 0. Left out: order of the pair, outcomes, days.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from scipy import sparse

from models.arrays import Flags, Floats, Ints
from models.rankers.base import Ranker, compute_recency_weights, is_known_event, mask_known_items, require_events
from models.rankers.interactions import Catalogue, InteractionHistory, InteractionLog
from models.storage import Parameters

CHUNK = 256
"""Items whose similarities are in memory at a time."""


@dataclass(frozen=True)
class KNNSettings:
    """Hyper-parameters.

    Attributes:
        neighbours: kept of each item, 20–500.
        shrinkage: 0–100, in learners.
        half_life: events after which one in the history weighs half, 2–50; infinite for all alike.
    """

    neighbours: int = 300
    shrinkage: float = 1.0
    half_life: float = 2.0


class ItemKNN(Ranker):
    """Item-based nearest neighbours (Sarwar et al. 2001).

        score(i) = Σ_j w_j sim(i, j),      sim(i, j) = n_ij / (√(n_i n_j) + shrinkage)

    Attributes:
        similar: (R, R) sparse; row j holds the items most similar to j.
        known: (R,) whether the item has an event.
        half_life: of the weights w, in events.
    """

    name: ClassVar[str] = "item_knn"
    Settings: ClassVar[type] = KNNSettings

    def __init__(self, items: tuple[str, ...], similar: sparse.csr_matrix, known: Flags, half_life: float) -> None:
        self.items = items
        self.similar, self.known, self.half_life = similar, known, half_life

    @classmethod
    def fit(
        cls, log: InteractionLog, catalogue: Catalogue | None = None, settings: Any | None = None, seed: int = 0
    ) -> Self:
        """Fit by sparse products; `seed` has no effect."""
        require_events(log)
        chosen: KNNSettings = settings or KNNSettings()
        done = log.matrix
        done.data[:] = 1
        return cls(log.items, _compute_similarities(done, chosen), mask_known_items(log), chosen.half_life)

    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
        """See `Ranker.score`."""
        there = is_known_event(history, self.known)
        sums = self._weights(history.item, there) @ self.similar
        if candidates is None:
            score, known = sums.toarray(), self.known[None]
        else:
            score, known = _gather_columns(sums, candidates), self.known[candidates]
        return np.where(there.any(axis=1, keepdims=True) & known, score, np.float32(np.nan))

    def _weights(self, item: Ints, there: Flags) -> sparse.csr_matrix:
        """Return the weights w of the history's items, (B, R)."""
        rows, columns = np.nonzero(there)
        weight = compute_recency_weights(item.shape[1], self.half_life)[columns]
        return sparse.csr_matrix((weight, (rows, item[rows, columns])), shape=(len(item), len(self.items)))

    def parameters(self) -> Parameters:
        """Return the three parts of the sparse matrix, known (R,), and half_life."""
        parts = {name: getattr(self.similar, name) for name in ("data", "indices", "indptr")}
        return {**parts, "known": self.known, "half_life": np.array(self.half_life)}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the ranker from `parameters()`, without notes."""
        parts = tuple(parameters[name] for name in ("data", "indices", "indptr"))
        similar = sparse.csr_matrix(parts, shape=(len(items), len(items)))
        return cls(items, similar, parameters["known"], float(parameters["half_life"]))


def _compute_similarities(done: sparse.csr_matrix, chosen: KNNSettings) -> sparse.csr_matrix:
    """Return sim (R, R) of the most similar items of each row."""
    by_item = done.T.tocsr()
    size = np.sqrt(np.asarray(by_item.sum(axis=1)).ravel())
    parts = []
    for start in range(0, len(size), CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(size)))
        both = (by_item[rows] @ done).toarray()
        both[np.arange(len(rows)), rows] = 0
        similar = both / np.maximum(size[rows, None] * size + chosen.shrinkage, 1e-9)
        parts.append(sparse.csr_matrix(_keep_largest(similar, chosen.neighbours), dtype=np.float32))
    return sparse.vstack(parts, format="csr")


def _keep_largest(similar: Floats, kept: int) -> Floats:
    """Set all but the `kept` largest of each row to 0."""
    if kept >= similar.shape[1]:
        return similar
    least = np.argpartition(similar, -kept, axis=1)[:, :-kept]
    np.put_along_axis(similar, least, 0, axis=1)
    return similar


def _gather_columns(sums: sparse.csr_matrix, candidates: Ints) -> Floats:
    """Return the candidates' columns (B, K) of (B, R)."""
    rows = np.repeat(np.arange(len(candidates)), candidates.shape[1])
    return np.asarray(sums[rows, candidates.ravel()], dtype=np.float32).reshape(candidates.shape)
