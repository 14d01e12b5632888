"""The contract of all rankers: fit on a log, then score items for learners by their history, known learners or new.

A ranker keeps no state of a learner but takes the history, so a new learner is scored at once and learner ids are not
needed. An item that a ranker cannot score has NaN; a learner for whom all candidates are NaN is left undecided.
Shared helpers: refuse an empty log, mark the events whose items are known, weight a history by recency.
"""

from abc import ABC, abstractmethod
from typing import Any, ClassVar, Protocol, Self

import numpy as np

from graph.errors import Invalid
from models.arrays import Flags, Floats, Ints
from models.rankers.interactions import Catalogue, InteractionHistory, InteractionLog
from models.storage import Parameters


class Scorer(Protocol):
    """What can be measured; see `Ranker`."""

    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
        """(B, K), or (B, items)."""
        ...

    def chance(self, history: InteractionHistory, candidates: Ints) -> Floats | None:
        """(B, K) predicted outcomes."""
        ...


class Ranker(ABC):
    """A fitted ranker. Immutable.

    Attributes:
        name: as in `--strategy`.
        Settings: a frozen dataclass of the hyper-parameters, each documented with its usual range.
        items: ids whose positions `InteractionHistory` and candidates use.
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
    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
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

    def chance(self, history: InteractionHistory, candidates: Ints) -> Floats | None:
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
    def learners(self, history: InteractionHistory) -> Floats:
        """(B, D); a row of NaN for a learner of whom the history says nothing."""

    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
        """See `Ranker.score`."""
        mine = self.learners(history)
        if candidates is None:
            return np.asarray(mine @ self.vectors.T + self.bias, dtype=np.float32)
        gathered = self.vectors[candidates]
        return np.asarray((gathered @ mine[:, :, None])[..., 0] + self.bias[candidates], dtype=np.float32)


def mask_known_items(log: InteractionLog) -> Flags:
    """(R,) items that have an event."""
    return np.bincount(log.item, minlength=len(log.items)) > 0


def require_events(log: InteractionLog) -> None:
    """Raises `Invalid` for a log without an event."""
    if not len(log):
        raise Invalid("The log has no events: there is nothing to learn from what learners did.")


def mask_unknown_vectors(log: InteractionLog, vectors: Floats) -> Floats:
    """(R, D) with NaN in the rows of items without an event."""
    return np.where(mask_known_items(log)[:, None], vectors, np.float32(np.nan))


def has_vector(vectors: Floats) -> Flags:
    """(R,) the items with a vector (R, D) rather than NaN."""
    return np.asarray(~np.isnan(vectors).any(axis=1))


def is_known_event(history: InteractionHistory, known: Flags) -> Flags:
    """(B, L) the events whose item is `known` (R,)."""
    return np.asarray(np.append(known, False)[history.item], dtype=bool)


def compute_recency_weights(longest: int, half_life: float) -> Floats:
    """(L,) weights of a history's events: 1 for the latest, half as much for every `half_life` events before."""
    return np.exp2(-np.arange(longest)[::-1] / half_life).astype(np.float32)


def mask_empty_histories(values: Floats, there: Flags) -> Floats:
    """The values (B, D), NaN in the rows of learners of whom no event is `there` (B, L)."""
    return np.where(there.any(axis=1, keepdims=True), values, np.nan).astype(np.float32)
