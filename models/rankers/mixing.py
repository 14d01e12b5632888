"""How a hybrid mixes two scores of one item.

    score_ui = w_ui · z(collaborative)_ui + (1 − w_ui) · z(content)_ui
    w_ui = w · n_u / (n_u + a) · n_i / (n_i + b)

A weighted hybrid (Burke 2002) whose weight moves with the data, as in Claypool et al. (1999); n / (n + a) is the usual
shrinkage by support (Bell & Koren 2007). n_u: the learner's events, n_i: the item's. z: standardised within a learner,
over all items that the part scores. Ranks in place of z were worse on validation parts: they lose by how much the best
stand out. An item that one part cannot score has the other's score alone.
"""

from dataclasses import dataclass, replace
from itertools import product
from typing import Self

import numpy as np

from graph.errors import Invalid
from models.arrays import Floats, Ints
from models.rankers.log import NOTHING

WEIGHTS = (0.3, 0.4, 0.5, 0.6, 0.7)
HALVES = (1.0, 5.0)


@dataclass(frozen=True)
class HybridSettings:
    """Hyper-parameters of `Hybrid`.

    Attributes:
        collaborative: name of that part; usual item_knn, als.
        content: name of that part; empty: embeddings where its package is installed, else tfidf.
        weight: w, of the collaborative part where there is much data; usual 0.3–0.7.
        learner_events: a, events of a learner at which that weight is halved; above 0, usual 1–20.
        item_events: b, events of an item at which it is halved; above 0, usual 1–20. The more, the more cold items.
        choose: whether `fit` tries `WEIGHTS` and `HALVES` in place of these three, where the log is long enough.
    """

    collaborative: str = "item_knn"
    content: str = ""
    weight: float = 0.5
    learner_events: float = 5.0
    item_events: float = 5.0
    choose: bool = True

    def __post_init__(self) -> None:
        if not (0 <= self.weight <= 1 and self.learner_events > 0 and self.item_events > 0):
            raise Invalid("weight lies in 0–1, learner_events and item_events above 0.", "settings")

    def tried(self) -> list[Self]:
        """The settings to choose from."""
        grid = product(WEIGHTS, HALVES, HALVES)
        return [replace(self, weight=w, learner_events=a, item_events=b) for w, a, b in grid]

    def share(self, learner: Ints, item: Ints) -> Floats:
        """(B, R) w_ui of learners with `learner` (B,) and items with `item` (R,) events."""
        there = learner / (learner + self.learner_events)
        return np.asarray(self.weight * there[:, None] * (item / (item + self.item_events)), dtype=np.float32)


def standardised(score: Floats) -> Floats:
    """(B, R) with mean 0 and standard deviation 1 in each row, 0 where all are alike; NaN stay and do not count."""
    there = ~np.isnan(score)
    count = np.maximum(there.sum(axis=1, keepdims=True), 1)
    off = score - np.where(there, score, 0).sum(axis=1, keepdims=True, dtype=np.float64) / count
    spread = np.sqrt(np.square(np.where(there, off, 0)).sum(axis=1, keepdims=True) / count)
    return np.asarray(off / np.where(spread > 1e-6, spread, 1), dtype=np.float32)


def mixed(collaborative: Floats, content: Floats, share: Floats) -> Floats:
    """(B, R) both with weights `share` and its rest; one alone where the other is NaN."""
    weight = np.where(np.isnan(content), 1, np.where(np.isnan(collaborative), 0, share))
    both = weight * np.nan_to_num(collaborative) + (1 - weight) * np.nan_to_num(content)
    return np.where(np.isnan(collaborative) & np.isnan(content), np.nan, both).astype(np.float32)


__all__ = ["NOTHING", "Floats", "HybridSettings", "Ints", "Invalid", "mixed", "standardised"]
