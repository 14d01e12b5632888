"""A mastery log on each learner's own clock, cut into strata of like learners and slices of time.

Whoever masters much masters this and that: without strata every pair of points hangs together. Strata are learners of
like share mastered; slices are spans since the learner's first answer that hold equally many masteries. What is
compared is compared within a stratum and a slice.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from models.arrays import Flags, Ints
from models.mining.contract import Doubles, MasteryLog

STRATA, STRATUM = 6, 50
FINE_STRATA, FINE_STRATUM = 10, 10
"""At most so many strata, of at least so many learners."""
DENSE = 0.04
"""Products of matrices fuller than this are faster dense (measured)."""
PSEUDO_POINTS = 3.0
"""Points at the overall share that everyone's share mastered is drawn by: one of one is not yet a strong learner."""


@dataclass(frozen=True, eq=False)
class Clock:
    """The rows (A,) of a mastery log by stratum, learner and time.

    Attributes:
        points: N.
        learner: (A,) by stratum; point: (A,).
        at: (A,) days since the learner's first answer; −∞: known when met, ∞: not mastered.
        since: (A,) the same of the first answer; end: (A,) of the last thing known of the learner.
        stratum: (A,), ascending.
    """

    points: int
    learner: Ints
    point: Ints
    at: Doubles
    since: Doubles
    end: Doubles
    stratum: Ints

    @classmethod
    def of(cls, log: MasteryLog, fewest: int = STRATUM, most: int = STRATA) -> "Clock":
        """The log's rows with times of the learner's own."""
        last = np.full(log.learners, -np.inf)
        np.maximum.at(last, log.learner, np.fmax(log.at, log.since))
        at = np.where(np.isnan(log.at), np.inf, np.where(log.at <= log.since, -np.inf, log.at))
        stratum = _strata(log, max(1, min(most, int(np.sqrt(log.learners / fewest)))))[log.learner]
        order = np.lexsort((at, log.learner, stratum))
        learner = np.cumsum(np.diff(log.learner[order], prepend=-1) != 0) - 1
        return cls(
            points=len(log.points),
            learner=learner,
            point=log.point[order],
            at=at[order],
            since=log.since[order],
            end=last[log.learner][order],
            stratum=stratum[order],
        )

    def strata(self) -> Iterator["Clock"]:
        """A clock of each stratum's rows, learners numbered from 0."""
        for rows in np.split(np.arange(len(self.point)), np.flatnonzero(np.diff(self.stratum)) + 1):
            if len(rows):
                learner = self.learner[rows] - self.learner[rows[0]]
                at, since, end = self.at[rows], self.since[rows], self.end[rows]
                yield Clock(self.points, learner, self.point[rows], at, since, end, self.stratum[rows])

    def matrix(self, which: Flags) -> Any:
        """Sparse (learners, N) ones of the rows `which` (A,)."""
        size = int(self.learner.max(initial=-1)) + 1
        ones = np.ones(int(which.sum()), dtype=np.float32)
        return sparse.csr_matrix((ones, (self.learner[which], self.point[which])), shape=(size, self.points))


def crossed(left: Any, right: Any) -> Doubles:
    """(N, N) leftᵀ right of two sparse 0/1 matrices."""
    if left.nnz + right.nnz > 2 * DENSE * left.shape[0] * left.shape[1]:
        return np.asarray(left.toarray().T @ right.toarray(), dtype=np.float64)
    return np.asarray((left.T @ right).toarray(), dtype=np.float64)


def _strata(log: MasteryLog, size: int) -> Ints:
    """(L,) groups of learners with logs of like length, `size` of them, each cut into `size` of like level."""
    count = np.bincount(log.learner, minlength=log.learners)
    level = np.bincount(log.learner, weights=quickness(log), minlength=log.learners) / (count + PSEUDO_POINTS)
    first, last = np.full(log.learners, np.inf), np.full(log.learners, -np.inf)
    np.minimum.at(first, log.learner, log.since)
    np.maximum.at(last, log.learner, np.fmax(log.at, log.since))
    outer = _cut(last - first, size)
    inner = np.zeros(log.learners, dtype=np.int64)
    for group in range(size):
        inner[outer == group] = _cut(level[outer == group], size)
    return outer * size + inner


def _cut(values: Doubles, size: int) -> Ints:
    """Which of `size` equally large parts each is in, by value."""
    part = np.empty(len(values), dtype=np.int64)
    part[np.argsort(values, kind="stable")] = np.arange(len(values)) * size // max(1, len(values))
    return part


def quickness(log: MasteryLog) -> Doubles:
    """(A,) −½ … ½: where the row stands among all of its point, known when met in front, never mastered behind."""
    took = np.where(np.isnan(log.at), np.inf, log.at - log.since)
    order = np.lexsort((-took, log.point))
    point, took = log.point[order], took[order]
    new = np.append(True, (point[1:] != point[:-1]) | (took[1:] != took[:-1]))[: len(point)]
    first = np.flatnonzero(new)
    middle = (first + np.append(first[1:], len(point)) - 1) / 2
    begun = np.searchsorted(point, np.arange(len(log.points) + 1))
    count = np.diff(begun)[point]
    found = np.empty(len(point))
    found[order] = (middle[np.cumsum(new) - 1] - begun[point] + 0.5) / count - 0.5
    return found
