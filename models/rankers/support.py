"""What rankers from logs share: refusing an empty log, and which events of a history they know the items of."""

import numpy as np

from graph.errors import Invalid
from models.arrays import Flags, Floats
from models.rankers.contract import Catalogue, History, InteractionLog, Parameters, Ranker, VectorRanker, known_items


def needs_events(log: InteractionLog) -> None:
    """Raises `Invalid` for a log without an event."""
    if not len(log):
        raise Invalid("The log has no events: there is nothing to learn from what learners did.")


def vectors_of(log: InteractionLog, vectors: Floats) -> Floats:
    """(R, D) with NaN in the rows of items without an event."""
    return np.where(known_items(log)[:, None], vectors, np.float32(np.nan))


def told(history: History, known: Flags) -> Flags:
    """(B, L) the events whose item is `known` (R,)."""
    return np.append(known, False)[history.item]


def recency(longest: int, half_life: float) -> Floats:
    """(L,) weights of a history's events: 1 for the latest, half as much for every `half_life` events before."""
    return np.exp2(-np.arange(longest)[::-1] / half_life).astype(np.float32)


def silent(rows: Flags, values: Floats) -> Floats:
    """The values (B, D) with NaN where `rows` (B,) is true."""
    return np.where(rows[:, None], np.float32(np.nan), values)


__all__ = [
    "Catalogue",
    "History",
    "InteractionLog",
    "Invalid",
    "Parameters",
    "Ranker",
    "VectorRanker",
    "known_items",
    "needs_events",
    "recency",
    "silent",
    "told",
    "vectors_of",
]
