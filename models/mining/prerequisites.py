"""Propose prerequisites from a mastery log (docs/design.md): tests of order and dependence, direct acyclic pairs.

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
"""Proposed prerequisites of one point that are tested given each other: the strongest ones."""


class CandidateMastery(NamedTuple):
    """Mastery of C candidates by the B learners who work on a point j.

    Attributes:
        gained: (B,) whether the learner mastered j.
        worked: (B, C) 0/1, whether the learner worked on the candidate.
        won: (B, C) 0/1, whether the learner mastered the candidate.
        stratum: (B,) of the learner.
    """

    gained: Flags
    worked: Floats
    won: Floats
    stratum: Ints


class RowsByPoint:
    """The rows of a stratified log by point."""

    def __init__(self, stratified: StratifiedLog) -> None:
        self.stratified = stratified
        self._order = np.argsort(stratified.point, kind="stable")
        self._starts = np.searchsorted(stratified.point[self._order], np.arange(stratified.points + 1))
        self._learners = int(stratified.learner.max(initial=-1)) + 1

    def rows_of(self, point: int) -> Ints:
        """Return the indices of the point's rows."""
        return np.asarray(self._order[self._starts[point] : self._starts[point + 1]])

    def collect_candidates(self, point: int, candidates: Ints) -> CandidateMastery:
        """Return the mastery of `candidates` (C,) by the learners who work on `point`."""
        stratified = self.stratified
        own_rows = self.rows_of(point)
        index = np.full(self._learners, -1)
        index[stratified.learner[own_rows]] = np.arange(len(own_rows))
        worked = np.zeros((len(own_rows), len(candidates)), dtype=np.float32)
        won = np.zeros_like(worked)
        for column, candidate in enumerate(candidates):
            rows = self.rows_of(int(candidate))
            rows = rows[index[stratified.learner[rows]] >= 0]
            worked[index[stratified.learner[rows]], column] = 1
            won[index[stratified.learner[rows]], column] = stratified.at[rows] < np.inf
        return CandidateMastery(stratified.at[own_rows] < np.inf, worked, won, stratified.stratum[own_rows])


def measure_conditional_dependence(mastery: CandidateMastery) -> Dependence:
    """Return the dependence of row i given column k, (C, C)."""
    width = mastery.won.shape[1]
    total = make_empty_dependence(width, width)
    for stratum in np.unique(mastery.stratum):
        rows = mastery.stratum == stratum
        total = add_dependence(total, _measure_stratum(mastery.worked[rows], mastery.won[rows], mastery.gained[rows]))
    return total


def _measure_stratum(worked: Floats, won: Floats, gained: Flags) -> Dependence:
    """Return the sums of one stratum over learners who mastered k and learners who did not, (C, C)."""
    lost = worked - won
    total = make_empty_dependence(worked.shape[1], worked.shape[1])
    for given in (won, lost):
        pairs = ((won[gained], given[gained]), (won, given), (worked[gained], given[gained]), (worked, given))
        total = add_dependence(
            total, summarize_table(ContingencyTable(*((left.T @ right).astype(np.float64) for left, right in pairs)))
        )
    return total


def find_direct_pairs(stratified: StratifiedLog, before: Ints, after: Ints, strength: Doubles, least: float) -> Flags:
    """Mask the pairs with z ≥ `least` given each other one, (M,); of each point the MAX_CANDIDATES strongest."""
    kept = np.zeros(len(before), dtype=bool)
    rows = RowsByPoint(stratified)
    for point in np.unique(after):
        pairs = np.flatnonzero(after == point)
        pairs = pairs[np.argsort(-strength[pairs], kind="stable")][:MAX_CANDIDATES]
        kept[
            pairs[
                drop_weakest(
                    measure_conditional_dependence(rows.collect_candidates(int(point), before[pairs])).z, least
                )
            ]
        ] = True
    return kept


def drop_weakest(z: Doubles, least: float) -> Ints:
    """Drop the weakest row of z (C, C), row given column, until none is below `least`; return the rows left."""
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
    """Which pairs are proposed.

    Attributes:
        q: highest false discovery rate.
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
    """Mine the prerequisites that a log supports, strongest first, acyclic; none for a log that is too small."""
    rules = rules or MiningRules()
    stratified = StratifiedLog.from_log(log, MIN_FINE_STRATUM_SIZE, MAX_FINE_STRATA)
    order, dependence = count_orders(StratifiedLog.from_log(log)), measure_dependence(stratified)
    tested = order.both >= max(1, rules.support)
    np.fill_diagonal(tested, False)
    before, after = np.nonzero(tested)
    raw, majority = dependence.p_values()[tested], (order.first > order.first.T)[tested]
    raw = np.maximum(order.null_p_values(tested), raw) if rules.ordered else np.where(majority, raw, 1.0)
    corrected = adjust_p_values(raw)
    strength, lift = dependence.z[tested], dependence.lift[tested]
    kept = np.flatnonzero((corrected <= rules.q) & (lift >= rules.lift))
    if rules.direct and len(kept):
        least = -float(ndtri(raw[kept].max())) * dependence.null_scale(tested)
        kept = kept[find_direct_pairs(stratified, before[kept], after[kept], strength[kept], least)]
    kept = kept[np.lexsort((-strength[kept], raw[kept]))]
    kept = kept[mask_acyclic_edges(before[kept], after[kept], stratified.points)]
    first, both = order.first[tested][kept], order.both[tested][kept]
    return MinedPrerequisites(before[kept], after[kept], first, first / both, lift[kept], corrected[kept], len(raw))


def adjust_p_values(p_values: Doubles) -> Doubles:
    """Correct p-values (P,) for their number: min over larger ones of p P / rank (Benjamini & Hochberg 1995)."""
    order = np.argsort(p_values)[::-1]
    scaled = p_values[order] * len(p_values) / np.arange(len(p_values), 0, -1)
    found = np.empty(len(p_values))
    found[order] = np.minimum(np.minimum.accumulate(scaled), 1)
    return found


def mask_acyclic_edges(before: Ints, after: Ints, points: int) -> Flags:
    """Mask the edges (M,), in order, that close no cycle with the edges kept before them."""
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
    """Return the shares of learners on `after` who mastered it, with `before` mastered first and without, (M,) each.

    NaN where there is no such learner.
    """
    order = np.lexsort((log.learner, log.point))
    starts = np.searchsorted(log.point[order], np.arange(len(log.points) + 1))
    rows = [order[start:stop] for start, stop in pairwise(starts)]
    found = [_compute_pair_shares(log, rows[i], rows[j]) for i, j in zip(mined.before, mined.after, strict=True)]
    both = np.array(found, dtype=np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _compute_pair_shares(log: MasteryLog, before: Ints, after: Ints) -> tuple[float, float]:
    """Return the two shares of one pair, from the rows of each point by learner."""
    when = np.where(np.isnan(log.at[after]), np.inf, log.at[after])
    earlier = np.full(len(after), np.inf)
    learners = log.learner[before]
    index = np.searchsorted(learners, log.learner[after])
    same = index < len(before)
    same[same] = learners[index[same]] == log.learner[after][same]
    earlier[same] = np.where(np.isnan(log.at[before]), np.inf, log.at[before])[index[same]]
    mastered, first = np.isfinite(when), np.isfinite(earlier) & (earlier < when)
    return _compute_share(mastered[first]), _compute_share(mastered[~first])


def _compute_share(mastered: Flags) -> float:
    return float(mastered.mean()) if len(mastered) else np.nan
