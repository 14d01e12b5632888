"""Propose prerequisites from a mastery log (DESIGN §2): tests of order and dependence, then direct and acyclic pairs.

i → j is proposed when i is mastered before j more often than chance and mastery of i raises the chance to master j
(both tests: `models.mining.precedence`). p is the larger of the two p-values: both must hold, so the larger is a valid,
conservative p-value of "not both" (Berger 1982), and Benjamini & Hochberg's (1995) step-up is applied to it over all
pairs tested, both directions of every pair of points that enough learners mastered. The order is compared with the
empirical null of this log, not with chance alone; where a graph is wanted of a log too small for that,
`MiningRules.ordered` = False only requires the order of the majority. What is left is reduced to direct prerequisites,
against the empirical scale of the dependence in this log; edges that would close a cycle are left out, the weakest
first.

Direct prerequisites are those that hold up given each of the others. A chain a → b → c makes a and c dependent, and so
are b and c that share the prerequisite a. For a point j with the proposed prerequisites C, the test of dependence is
repeated for i ∈ C with the learners split further by whether they have mastered k ∈ C: what i adds given k (the first
order of the PC algorithm, Spirtes & Glymour 1991). The weakest i is dropped, and no longer conditions the others, until
every one left holds up given each other one. Left out: sets of two and more k. Where k is measured badly its effect
remains in i, so a minimum lift is required besides (`MiningRules.lift`).

Shares for explanations (`compute_mastery_shares`): of those who worked on the later point, the share that mastered it
with and without the earlier one. The lift of `MinedPrerequisites` compares similar learners, slice by slice; these
shares are the plain counts behind it: i counts as mastered for j when it was mastered before j was, or j is not
mastered yet.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from models.arrays import Doubles, Flags, Floats, Ints
from models.mining.mastery_log import MasteryLog, MinedPrerequisites
from models.mining.precedence import (
    MAX_FINE_STRATA,
    MIN_FINE_STRATUM_SIZE,
    ContingencyTable,
    Dependence,
    StratifiedLog,
    add_dependence,
    count_orders,
    make_empty_dependence,
    measure_dependence,
    summarize_table,
)

MAX_CANDIDATES = 24
"""Prerequisites of one point that are weighed against each other, the strongest."""


class CandidateMastery(NamedTuple):
    """The learners (B,) who work on a point j, and their C candidates.

    gained: (B,) whether they mastered j; worked, won: (B, C) 0/1, worked on and mastered the candidate; stratum: (B,).
    """

    gained: Flags
    worked: Floats
    won: Floats
    stratum: Ints


class RowsByPoint:
    """The rows of a clock by point."""

    def __init__(self, clock: StratifiedLog) -> None:
        self.clock = clock
        self._order = np.argsort(clock.point, kind="stable")
        self._starts = np.searchsorted(clock.point[self._order], np.arange(clock.points + 1))
        self._learners = int(clock.learner.max(initial=-1)) + 1

    def of(self, point: int) -> Ints:
        """Row numbers."""
        return np.asarray(self._order[self._starts[point] : self._starts[point + 1]])

    def company(self, point: int, candidates: Ints) -> CandidateMastery:
        """See `CandidateMastery`."""
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
        return CandidateMastery(clock.at[mine] < np.inf, worked, won, clock.stratum[mine])


def measure_conditional_dependence(company: CandidateMastery) -> Dependence:
    """(C, C) of row i given column k."""
    width = company.won.shape[1]
    total = make_empty_dependence(width, width)
    for stratum in np.unique(company.stratum):
        rows = company.stratum == stratum
        total = add_dependence(total, _measure_stratum(company.worked[rows], company.won[rows], company.gained[rows]))
    return total


def _measure_stratum(worked: Floats, won: Floats, gained: Flags) -> Dependence:
    """Of one stratum: the tables among those who mastered k and among those who did not."""
    lost = worked - won
    total = make_empty_dependence(worked.shape[1], worked.shape[1])
    for given in (won, lost):
        pairs = ((won[gained], given[gained]), (won, given), (worked[gained], given[gained]), (worked, given))
        total = add_dependence(
            total, summarize_table(ContingencyTable(*((left.T @ right).astype(np.float64) for left, right in pairs)))
        )
    return total


def find_direct_pairs(clock: StratifiedLog, before: Ints, after: Ints, strength: Doubles, least: float) -> Flags:
    """(M,) which pairs have z ≥ `least` given each other one; of points with more than MAX_CANDIDATES, the strongest."""
    kept = np.zeros(len(before), dtype=bool)
    rows = RowsByPoint(clock)
    for point in np.unique(after):
        pairs = np.flatnonzero(after == point)
        pairs = pairs[np.argsort(-strength[pairs], kind="stable")][:MAX_CANDIDATES]
        kept[pairs[drop_weakest(measure_conditional_dependence(rows.company(int(point), before[pairs])).z, least)]] = (
            True
        )
    return kept


def drop_weakest(z: Doubles, least: float) -> Ints:
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


@dataclass(frozen=True)
class MiningRules:
    """What is proposed.

    Attributes:
        q: false discovery rate that is aimed at.
        support: fewest learners who mastered both points, one before the other; pairs below are not tested.
        lift: least lift; small effects are more often leftovers of other points than prerequisites.
        direct: whether a pair must hold up given every other proposed prerequisite of its later point.
        ordered: whether the order must be beyond chance; else it need only be that of most who mastered both.
    """

    q: float = 0.05
    support: int = 20
    lift: float = 1.5
    direct: bool = True
    ordered: bool = True


def mine_prerequisites(log: MasteryLog, rules: MiningRules | None = None) -> MinedPrerequisites:
    """The proposals that the log supports, strongest first, free of cycles; empty for a log that is too small."""
    rules = rules or MiningRules()
    clock = StratifiedLog.of(log, MIN_FINE_STRATUM_SIZE, MAX_FINE_STRATA)
    order, dependence = count_orders(StratifiedLog.of(log)), measure_dependence(clock)
    tested = order.both >= max(1, rules.support)
    np.fill_diagonal(tested, False)
    before, after = np.nonzero(tested)
    raw, majority = dependence.p_values()[tested], (order.first > order.first.T)[tested]
    raw = np.maximum(order.beyond(tested), raw) if rules.ordered else np.where(majority, raw, 1.0)
    corrected = adjust_p_values(raw)
    strength, lift = dependence.z[tested], dependence.lift[tested]
    kept = np.flatnonzero((corrected <= rules.q) & (lift >= rules.lift))
    if rules.direct and len(kept):
        least = -float(ndtri(raw[kept].max())) * dependence.scale(tested)
        kept = kept[find_direct_pairs(clock, before[kept], after[kept], strength[kept], least)]
    kept = kept[np.lexsort((-strength[kept], raw[kept]))]
    kept = kept[mask_acyclic_edges(before[kept], after[kept], clock.points)]
    first, both = order.first[tested][kept], order.both[tested][kept]
    return MinedPrerequisites(before[kept], after[kept], first, first / both, lift[kept], corrected[kept], len(raw))


def adjust_p_values(p_values: Doubles) -> Doubles:
    """(P,) p-values corrected for their number: min over larger ones of p P / rank (Benjamini & Hochberg 1995)."""
    order = np.argsort(p_values)[::-1]
    scaled = p_values[order] * len(p_values) / np.arange(len(p_values), 0, -1)
    found = np.empty(len(p_values))
    found[order] = np.minimum(np.minimum.accumulate(scaled), 1)
    return found


def mask_acyclic_edges(before: Ints, after: Ints, points: int) -> Flags:
    """(M,) which edges stay when each is left out that would close a cycle with those in front of it."""
    reach = np.eye(points, dtype=bool)
    kept = np.zeros(len(before), dtype=bool)
    for edge, (i, j) in enumerate(zip(before, after, strict=True)):
        kept[edge] = not reach[j, i]
        if kept[edge] and not reach[i, j]:
            reach[reach[:, i]] |= reach[j]
    return kept


def compute_mastery_shares(
    log: MasteryLog, mined: MinedPrerequisites
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(M,) shares of those who worked on `after` that mastered it: with `before` mastered first, and without.

    NaN where there is no such learner.
    """
    order = np.lexsort((log.learner, log.point))
    starts = np.searchsorted(log.point[order], np.arange(len(log.points) + 1))
    rows = [order[start:stop] for start, stop in pairwise(starts)]
    found = [_compute_pair_shares(log, rows[i], rows[j]) for i, j in zip(mined.before, mined.after, strict=True)]
    both = np.array(found, dtype=np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _compute_pair_shares(log: MasteryLog, before: Ints, after: Ints) -> tuple[float, float]:
    """Of one pair; the rows of each point by learner."""
    when = np.where(np.isnan(log.at[after]), np.inf, log.at[after])
    earlier = np.full(len(after), np.inf)
    learners = log.learner[before]
    place = np.searchsorted(learners, log.learner[after])
    same = place < len(before)
    same[same] = learners[place[same]] == log.learner[after][same]
    earlier[same] = np.where(np.isnan(log.at[before]), np.inf, log.at[before])[place[same]]
    mastered, first = np.isfinite(when), np.isfinite(earlier) & (earlier < when)
    return _compute_share(mastered[first]), _compute_share(mastered[~first])


def _compute_share(mastered: Flags) -> float:
    return float(mastered.mean()) if len(mastered) else np.nan
