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
    """Anything that scores items for learners and can be evaluated; see `Ranker`."""

    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
        """Return scores (B, K) of candidates (B, K), or (B, items) of all items."""
        ...

    def predict_outcome(self, history: InteractionHistory, candidates: Ints) -> Floats | None:
        """Return predicted outcomes (B, K), or None."""
        ...


class Ranker(ABC):
    """A fitted ranker. Immutable.

    Attributes:
        name: as in `--strategy`.
        Settings: a frozen dataclass of the hyper-parameters, each documented with its usual range.
        items: ids whose indices `InteractionHistory` and candidates use.
        notes: remarks on the fit for the user, e.g. data that it lacked.
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

        Hyper-parameters are chosen, and training is stopped, on the last part of this log (`InteractionLog.split`).
        Raise `graph.errors.Invalid`, which names what is missing, if the log does not suffice for a fit.
        """

    @abstractmethod
    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
        """Return scores (B, K) of candidates (B, K), or (B, items) without; higher is better.

        The score of a candidate NO_INDEX is arbitrary.
        """

    @abstractmethod
    def parameters(self) -> Parameters:
        """Return all fitted values as arrays of numbers or strings, for `from_parameters`."""

    @classmethod
    @abstractmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore a ranker from the arrays of `parameters()`, without notes."""

    def extend(self, catalogue: Catalogue) -> Self:
        """Return the ranker with these items appended, if it can score them by content alone; else itself."""
        return self

    def predict_outcome(self, history: InteractionHistory, candidates: Ints) -> Floats | None:
        """Return the predicted outcome (B, K) in [0, 1] of each candidate; None for a ranker that predicts none."""
        return None


class VectorRanker(Ranker):
    """A ranker whose score is the product of a learner's vector and an item's, and the item's bias.

    Attributes:
        vectors: (R, D) of the items; NaN in the rows of items that cannot be scored.
        bias: (R,) of the items.
    """

    def __init__(self, items: tuple[str, ...], vectors: Floats, bias: Floats | None = None) -> None:
        self.items = items
        self.vectors = vectors.astype(np.float32)
        self.bias = np.zeros(len(vectors), dtype=np.float32) if bias is None else bias.astype(np.float32)

    @abstractmethod
    def encode_learners(self, history: InteractionHistory) -> Floats:
        """Return the learners' vectors (B, D); a row of NaN for a history without known items."""

    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
        """Return x_u · y_i + b_i; see `Ranker.score`."""
        learners = self.encode_learners(history)
        if candidates is None:
            return np.asarray(learners @ self.vectors.T + self.bias, dtype=np.float32)
        gathered = self.vectors[candidates]
        return np.asarray((gathered @ learners[:, :, None])[..., 0] + self.bias[candidates], dtype=np.float32)


def mask_known_items(log: InteractionLog) -> Flags:
    """Mask the items that have an event, (R,)."""
    return np.bincount(log.item, minlength=len(log.items)) > 0


def require_events(log: InteractionLog) -> None:
    """Raise `Invalid` for a log without events."""
    if not len(log):
        raise Invalid("The log has no events: there is nothing to learn from what learners did.")


def mask_unknown_vectors(log: InteractionLog, vectors: Floats) -> Floats:
    """Return the vectors (R, D) with NaN in the rows of items without an event."""
    return np.where(mask_known_items(log)[:, None], vectors, np.float32(np.nan))


def has_vector(vectors: Floats) -> Flags:
    """Mask the items whose vector (R, D) is not NaN, (R,)."""
    return np.asarray(~np.isnan(vectors).any(axis=1))


def is_known_event(history: InteractionHistory, known: Flags) -> Flags:
    """Mask the events whose item is `known` (R,), (B, L)."""
    return np.asarray(np.append(known, False)[history.item], dtype=bool)


def compute_recency_weights(longest: int, half_life: float) -> Floats:
    """Return the weights of a history's events (L,): 2^(−age / half_life), 1 for the latest."""
    return np.exp2(-np.arange(longest)[::-1] / half_life).astype(np.float32)


def mask_empty_histories(values: Floats, there: Flags) -> Floats:
    """Return the values (B, D), NaN in the rows of learners without an event `there` (B, L)."""
    return np.where(there.any(axis=1, keepdims=True), values, np.nan).astype(np.float32)
