"""LightGCN (He et al. 2020, arXiv 2002.02126): light graph convolution over who did what, in an inductive form.

    score = u · e,      e = mean_k e^k,      u = Σ_n w_n d_i(n)^{−½} s_i(n) / √(Σ_n w_n)      n: the history's events

No transformation, no nonlinearity: layers are sums over neighbours, each divided by the root of both degrees
(models/rankers/convolution.py). Learners have no vectors of their own: their layer 0 is the mean of what they did, as
in INMO (Wu et al. 2022, arXiv 2107.05247; all items are templates), so that a learner who came this minute is served as
everybody else. It is also trained that way: each event is predicted from the learner's history before it, and the
weight w of the n-th last event is learnt. The graph is that of the whole training log, without weights; repeats count
once.
Left out: sampling of edges, outcomes, time in days.
"""

from typing import Any, ClassVar, Self

import numpy as np

from graph.errors import Invalid
from models.arrays import Flags, Floats
from models.rankers.contract import Catalogue, History, InteractionLog, Parameters, VectorRanker, known_items
from models.rankers.convolution import Settings, train


class LightGCN(VectorRanker):
    """See the module.

    Attributes:
        sources: (R, D) what each event of a history adds to the learner's vector.
        weight: (L,) of its events, the latest last.
    """

    name: ClassVar[str] = "lightgcn"
    Settings: ClassVar[type] = Settings

    def __init__(self, items: tuple[str, ...], vectors: Floats, sources: Floats, weight: Floats) -> None:
        super().__init__(items, vectors)
        self.sources, self.weight = sources.astype(np.float32), weight.astype(np.float32)
        self._known: Flags = np.append(~np.isnan(self.vectors).any(axis=1), False)

    @classmethod
    def fit(
        cls, log: InteractionLog, catalogue: Catalogue | None = None, settings: Any | None = None, seed: int = 0
    ) -> Self:
        """See the contract."""
        if not (log.lengths > 1).any():
            raise Invalid("LightGCN learns from what came after what: no learner of the log has two events.")
        vectors, sources, weight = (each.numpy() for each in train(log, settings or Settings(), seed))
        return cls(log.items, np.where(known_items(log)[:, None], vectors, np.float32(np.nan)), sources, weight)

    def learners(self, history: History) -> Floats:
        """See `VectorRanker.learners`; items without an event in training count as nothing."""
        item = history.item[:, -len(self.weight) :]
        there = self._known[item]
        weight = there * self.weight[len(self.weight) - item.shape[1] :]
        total = (weight[:, None] @ self.sources[np.where(there, item, 0)])[:, 0]
        size = np.sqrt(weight.sum(axis=1, keepdims=True))
        return np.asarray(np.divide(total, size, out=np.full_like(total, np.nan), where=size > 0), dtype=np.float32)

    def parameters(self) -> Parameters:
        """The three arrays."""
        return {"vectors": self.vectors, "sources": self.sources, "weight": self.weight}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """See the contract."""
        return cls(items, parameters["vectors"], parameters["sources"], parameters["weight"])
