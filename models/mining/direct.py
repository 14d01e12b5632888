"""Which of the proposed prerequisites of a point are direct: those that hold up given each of the others.

A chain a → b → c makes a and c hang together, and so do b and c that share the prerequisite a. For a point j with the
proposed prerequisites C, the test of models/mining/dependence.py is repeated for i ∈ C with the learners split further
by whether they have mastered k ∈ C: what i adds given k (the first order of the PC algorithm, Spirtes & Glymour 1991).
The weakest i is dropped, with no further say over the others, until every one left holds up given each other one.
Left out: sets of two and more k. What k measures badly leaks through: a lift is asked for besides (`Rules.lift`).
"""

from typing import NamedTuple

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.mining.clock import Clock
from models.mining.contract import Doubles
from models.mining.dependence import Dependence, Table, added, nothing, weighed

MOST = 24
"""Prerequisites of one point that are weighed against each other, the strongest."""


class Company(NamedTuple):
    """The learners (B,) who work on a point j, and their C candidates.

    gained: (B,) whether they mastered j; worked, won: (B, C) 0/1, worked on and mastered the candidate; stratum: (B,).
    """

    gained: Flags
    worked: Floats
    won: Floats
    stratum: Ints


class Rows:
    """The rows of a clock by point."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._order = np.argsort(clock.point, kind="stable")
        self._starts = np.searchsorted(clock.point[self._order], np.arange(clock.points + 1))
        self._learners = int(clock.learner.max(initial=-1)) + 1

    def of(self, point: int) -> Ints:
        """Row numbers."""
        return np.asarray(self._order[self._starts[point] : self._starts[point + 1]])

    def company(self, point: int, candidates: Ints) -> Company:
        """See `Company`."""
        clock = self.clock
        mine = self.of(point)
        seat = np.full(self._learners, -1)
        seat[clock.learner[mine]] = np.arange(len(mine))
        worked = np.zeros((len(mine), len(candidates)), dtype=np.float32)
        won = np.zeros_like(worked)
        for column, candidate in enumerate(candidates):
            rows = self.of(int(candidate))
            rows = rows[seat[clock.learner[rows]] >= 0]
            worked[seat[clock.learner[rows]], column] = 1
            won[seat[clock.learner[rows]], column] = clock.at[rows] < np.inf
        return Company(clock.at[mine] < np.inf, worked, won, clock.stratum[mine])


def conditional(company: Company) -> Dependence:
    """(C, C) of row i given column k."""
    width = company.won.shape[1]
    total = nothing(width, width)
    for stratum in np.unique(company.stratum):
        rows = company.stratum == stratum
        total = added(total, _given(company.worked[rows], company.won[rows], company.gained[rows]))
    return total


def _given(worked: Floats, won: Floats, gained: Flags) -> Dependence:
    """Of one stratum: the tables among those who mastered k and among those who did not."""
    lost = worked - won
    total = nothing(worked.shape[1], worked.shape[1])
    for given in (won, lost):
        pairs = ((won[gained], given[gained]), (won, given), (worked[gained], given[gained]), (worked, given))
        total = added(total, weighed(Table(*((left.T @ right).astype(np.float64) for left, right in pairs))))
    return total


def direct(clock: Clock, before: Ints, after: Ints, strength: Doubles, least: float) -> Flags:
    """(M,) which pairs have z ≥ `least` given each other one; of points with more than MOST, the strongest."""
    kept = np.zeros(len(before), dtype=bool)
    rows = Rows(clock)
    for point in np.unique(after):
        pairs = np.flatnonzero(after == point)
        pairs = pairs[np.argsort(-strength[pairs], kind="stable")][:MOST]
        kept[pairs[holding(conditional(rows.company(int(point), before[pairs])).z, least)]] = True
    return kept


def holding(z: Doubles, least: float) -> Ints:
    """Which rows are left when the weakest of z (C, C), row given column, is dropped until none is below `least`."""
    left = np.arange(len(z))
    given = z.copy()
    np.fill_diagonal(given, np.inf)
    while len(left) > 1:
        weakest = given[np.ix_(left, left)].min(axis=1)
        if weakest.min() >= least:
            break
        left = np.delete(left, weakest.argmin())
    return left
