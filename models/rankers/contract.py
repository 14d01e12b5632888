"""The contract of all rankers: fit on a log, then score items for learners by their history, known learners or new.

Nothing is kept of a learner but the history, so a learner who came this minute is scored this minute, and a fitted
ranker never needs to know who is who. An item that a ranker can say nothing of scores NaN; a learner for whom all
candidates are NaN is one for whom it has no opinion.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Protocol, Self

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.rankers.log import Catalogue, History, InteractionLog
from models.stored import Parameters


class Scorer(Protocol):
    """What can be measured; see `Ranker`."""

    def score(self, history: History, candidates: Ints | None = None) -> Floats:
        """(B, K), or (B, items)."""
        ...

    def chance(self, history: History, candidates: Ints) -> Floats | None:
        """(B, K) predicted outcomes."""
        ...


class Ranker(ABC):
    """A fitted ranker. Immutable.

    Attributes:
        name: as in `--strategy`.
        Settings: a frozen dataclass of the hyper-parameters, each documented with its usual range.
        items: ids whose positions `History` and candidates use.
        notes: what a user should know of the fit, e.g. what it lacked.
    """

    name: ClassVar[str]
    Settings: ClassVar[type]
    items: tuple[str, ...]
    notes: tuple[str, ...] = ()

    @classmethod
    @abstractmethod
    def fit(
        cls, log: InteractionLog, catalogue: Catalogue | None = None, settings: Any | None = None, seed: int = 0
    ) -> Self:
        """Fit to a log; `settings` is a `Settings`, its defaults where None. Repeatable from its seed.

        What has to be chosen or stopped by measurement is measured on the last part of this log (`InteractionLog.cut`).
        Raises `graph.errors.Invalid`, which says what is lacking, where the log cannot carry a fit.
        """

    @abstractmethod
    def score(self, history: History, candidates: Ints | None = None) -> Floats:
        """(B, K) for candidates (B, K), of which NOTHING may score anything; (B, items) without; higher is better."""

    @abstractmethod
    def parameters(self) -> Parameters:
        """All that was fitted, as arrays of numbers or strings; `from_parameters` makes the same ranker of them."""

    @classmethod
    @abstractmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """The ranker that `parameters()` came from, without notes."""

    def extended(self, catalogue: Catalogue) -> Self:
        """The same ranker, which knows these items besides where content alone tells of them; behind its own."""
        return self

    def chance(self, history: History, candidates: Ints) -> Floats | None:
        """Predicted outcome (B, K) in [0, 1] of doing each candidate; None for a ranker that predicts no outcome."""
        return None


class VectorRanker(Ranker):
    """A ranker whose score is the product of a learner's vector and an item's, and the item's bias.

    Attributes:
        vectors: (R, D); NaN in the rows of items that it can say nothing of.
        bias: (R,).
    """

    def __init__(self, items: tuple[str, ...], vectors: Floats, bias: Floats | None = None) -> None:
        self.items = items
        self.vectors = vectors.astype(np.float32)
        self.bias = np.zeros(len(vectors), dtype=np.float32) if bias is None else bias.astype(np.float32)

    @abstractmethod
    def learners(self, history: History) -> Floats:
        """(B, D); a row of NaN for a learner of whom the history says nothing."""

    def score(self, history: History, candidates: Ints | None = None) -> Floats:
        """See `Ranker.score`."""
        mine = self.learners(history)
        if candidates is None:
            return np.asarray(mine @ self.vectors.T + self.bias, dtype=np.float32)
        gathered = self.vectors[candidates]
        return np.asarray((gathered @ mine[:, :, None])[..., 0] + self.bias[candidates], dtype=np.float32)


def known_items(log: InteractionLog) -> Flags:
    """(R,) items that have an event."""
    return np.bincount(log.item, minlength=len(log.items)) > 0


__all__ = [
    "Catalogue",
    "Floats",
    "History",
    "InteractionLog",
    "Ints",
    "Parameters",
    "Ranker",
    "Scorer",
    "VectorRanker",
    "known_items",
]
