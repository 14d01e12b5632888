"""Tests of order and dependence between two points of a mastery log, within strata of similar learners.

`StratifiedLog` puts each learner's rows on time since the learner's first answer and divides learners into strata.
Without strata every pair of points would depend on each other, because a learner who masters much masters both. Strata
are learners with a similar share mastered; slices are spans since the learner's first answer that hold equally many
masteries. All comparisons are made within a stratum and a slice.

Order (`OrderCounts`): is i mastered before j more often than by chance? A binomial test whose chance is not one half,
because easy points, popular points and points at the start of a curriculum come first without being a prerequisite.
Chance is what two independent points would do: with r the relative position of a mastery among the learner's own, and
f_i its distribution over the learners of a stratum who mastered i,

    p_ij = P(r_i < r_j | r_i ≠ r_j) with r_i ~ f_i and r_j ~ f_j independent
    p-value = P(X ≥ first_ij),   X ~ Binomial(first_ij + first_ji, p̄_ij)

p̄: the mean of p over strata, weighted by the learners in them. Points that a learner knew before are tied in front of
all others. A fixed curriculum has p near 1 and so gives no proposals: its order contains no information.

Dependence (`Dependence`): does mastery of i raise the chance to master j? Two proportions, compared among similar
learners at a similar time. In every stratum and slice, of the n learners who work on both points and have not mastered
j, n₁ have mastered i and n₀ have not; d master j in the slice, a of them from n₁:

    z = (Σ a − Σ d n₁/n − ½) / √ Σ n₁ n₀ d (n − d) / (n² (n − 1))          Mantel & Haenszel (1959), one-sided
    lift = Σ a n₀/n / Σ (d − a) n₁/n                                       their ratio of the two proportions

With one stratum and one slice this is the test of two proportions. Time is sliced because nearly every learner masters
everything in the end: the question is who masters j *next*. Without slices the learners who master j late have had
longer to master i.

Empirical null (`estimate_null_scale`): the scale of z-values under the null, estimated from the z-values themselves. A
test accounts for chance alone, but points also depend on each other through ability, common prerequisites and a shared
curriculum, which makes all z-values of a log larger, and the more so the larger the log. Most pairs are no
prerequisites, so their distribution is that of the null (genomic control, Devlin & Roeder 1999; Efron 2004):

    scale = max(1, (upper − lower quartile of z) / 1.349),   p = Φ(Φ⁻¹(p) / scale)

Quartiles, because prerequisites are in the tails; prerequisites among them make the scale too large, never too small.
Left out: the location, which is 0 for the order by symmetry; scales of a point's own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy import sparse
from scipy.special import betainc, ndtr, ndtri

from models.arrays import Doubles, Flags, Ints
from models.mining.mastery_log import MasteryLog

MAX_STRATA, MIN_STRATUM_SIZE = 6, 50
MAX_FINE_STRATA, MIN_FINE_STRATUM_SIZE = 10, 10
"""At most so many strata, of at least so many learners."""
DENSE_SHARE = 0.04
"""Products of matrices fuller than this are faster dense (measured)."""
PSEUDO_POINTS = 3.0
"""Pseudo-points at the overall share to which a learner's share is shrunk: one of one is not yet a strong learner."""
NORMAL_QUARTILE_RANGE = 1.349
"""Distance between the quartiles of a standard normal distribution."""
MIN_NULL_PAIRS = 100
"""Least pairs for an empirical null (a course of ten points); of fewer, prerequisites are too large a part."""
ORDER_BINS = 24
"""Bins of the relative index of a mastery among the learner's own."""


@dataclass(frozen=True, eq=False)
class StratifiedLog:
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
    def from_log(cls, log: MasteryLog, fewest: int = MIN_STRATUM_SIZE, most: int = MAX_STRATA) -> "StratifiedLog":
        """Build from a mastery log, with at most `most` strata of at least `fewest` learners."""
        last = np.full(log.learners, -np.inf)
        np.maximum.at(last, log.learner, np.fmax(log.at, log.since))
        at = np.where(np.isnan(log.at), np.inf, np.where(log.at <= log.since, -np.inf, log.at))
        stratum = _assign_strata(log, max(1, min(most, int(np.sqrt(log.learners / fewest)))))[log.learner]
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

    def strata(self) -> Iterator["StratifiedLog"]:
        """Iterate over the strata as logs of their own, learners numbered from 0."""
        for rows in np.split(np.arange(len(self.point)), np.flatnonzero(np.diff(self.stratum)) + 1):
            if len(rows):
                learner = self.learner[rows] - self.learner[rows[0]]
                at, since, end = self.at[rows], self.since[rows], self.end[rows]
                yield StratifiedLog(self.points, learner, self.point[rows], at, since, end, self.stratum[rows])

    def matrix(self, which: Flags) -> Any:
        """Return a sparse 0/1 matrix (learners, N) of the rows `which` (A,)."""
        size = int(self.learner.max(initial=-1)) + 1
        ones = np.ones(int(which.sum()), dtype=np.float32)
        return sparse.csr_matrix((ones, (self.learner[which], self.point[which])), shape=(size, self.points))


def count_cooccurrences(left: Any, right: Any) -> Doubles:
    """Return leftᵀ right (N, N) of two sparse 0/1 matrices."""
    if left.nnz + right.nnz > 2 * DENSE_SHARE * left.shape[0] * left.shape[1]:
        return np.asarray(left.toarray().T @ right.toarray(), dtype=np.float64)
    return np.asarray((left.T @ right).toarray(), dtype=np.float64)


def _assign_strata(log: MasteryLog, size: int) -> Ints:
    """Return the stratum of each learner (L,): `size` groups by length of log, each cut into `size` by level."""
    count = np.bincount(log.learner, minlength=log.learners)
    level = np.bincount(log.learner, weights=rank_quickness(log), minlength=log.learners) / (count + PSEUDO_POINTS)
    first, last = np.full(log.learners, np.inf), np.full(log.learners, -np.inf)
    np.minimum.at(first, log.learner, log.since)
    np.maximum.at(last, log.learner, np.fmax(log.at, log.since))
    outer = _cut_equally(last - first, size)
    inner = np.zeros(log.learners, dtype=np.int64)
    for group in range(size):
        inner[outer == group] = _cut_equally(level[outer == group], size)
    return outer * size + inner


def _cut_equally(values: Doubles, size: int) -> Ints:
    """Return the part of each value, by size, of `size` equally large parts."""
    part = np.empty(len(values), dtype=np.int64)
    part[np.argsort(values, kind="stable")] = np.arange(len(values)) * size // max(1, len(values))
    return part


def rank_quickness(log: MasteryLog) -> Doubles:
    """Rank each row among all rows of its point, −½ … ½ (A,): never mastered lowest, known at first highest."""
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


def estimate_null_scale(z: Doubles) -> float:
    """Return the scale of z-values of any shape, at least 1; NaN are left out; 1 for fewer than MIN_NULL_PAIRS."""
    known = z[~np.isnan(z)]
    if len(known) < MIN_NULL_PAIRS:
        return 1.0
    lower, upper = np.percentile(known, (25, 75))
    return max(1.0, float(upper - lower) / NORMAL_QUARTILE_RANGE)


def widen_p_values(p_values: Doubles, by: float) -> Doubles:
    """Return one-sided p-values for z-values whose sd under the null is `by` instead of 1."""
    return np.asarray(ndtr(ndtri(p_values) / by))


class OrderCounts(NamedTuple):
    """Learners who mastered row before column, and their number expected by chance, (N, N) each."""

    first: Doubles
    expected: Doubles

    @property
    def both(self) -> Doubles:
        """Learners who mastered both, one before the other, (N, N)."""
        return self.first + self.first.T

    @property
    def z(self) -> Doubles:
        """(first − expected) / sd, (N, N); NaN where the variance is below one learner: too little data."""
        variance = self.expected * (1 - self.expected / np.maximum(self.both, 1))
        return np.where(variance >= 1, (self.first - self.expected) / np.sqrt(np.maximum(variance, 1)), np.nan)

    def p_values(self) -> Doubles:
        """Return the p-values of the binomial test, (N, N); 1 where no learner mastered both."""
        both = self.both
        chance = np.clip(self.expected / np.maximum(both, 1), 1e-9, 1 - 1e-9)
        tail = betainc(np.maximum(self.first, 1), both - self.first + 1, chance)
        return np.where(self.first > 0, tail, 1.0)

    def null_p_values(self, tested: Flags) -> Doubles:
        """Return the p-values of the `tested` (N, N) pairs against the empirical null of their own z, (P,)."""
        return widen_p_values(self.p_values()[tested], estimate_null_scale(self.z[tested]))


def count_orders(log: StratifiedLog) -> OrderCounts:
    """Sum the counts over all strata."""
    size = log.points
    found, expected = np.zeros((size, size)), np.zeros((size, size))
    for part in log.strata():
        first = count_earlier(part)
        found += first
        expected += (first + first.T) * compute_order_chance(part)
    return OrderCounts(found, expected)


def count_earlier(log: StratifiedLog) -> Doubles:
    """Count learners who mastered row before column, (N, N), by all pairs of a learner's masteries, lag by lag."""
    kept = log.at < np.inf
    learner, point, at = log.learner[kept], log.point[kept], log.at[kept]
    counts = np.zeros(log.points**2)
    for lag in range(1, int(np.bincount(learner).max(initial=0))):
        pairs = np.flatnonzero((learner[lag:] == learner[:-lag]) & (at[lag:] > at[:-lag]))
        np.add.at(counts, point[pairs] * log.points + point[pairs + lag], 1)
    return counts.reshape(log.points, log.points)


def compute_order_chance(log: StratifiedLog) -> Doubles:
    """Return p_ij of one stratum, (N, N); one half without data."""
    share = compute_order_distribution(log)
    before = np.cumsum(share, axis=1) - share
    level = share.copy()
    level[:, 0] = 0
    less = before @ share.T + 0.5 * (level @ share.T)
    untied = 1 - np.outer(share[:, 0], share[:, 0])
    known = share.sum(axis=1)
    comparable = (np.outer(known, known) > 0) & (untied > 1e-9)
    return np.where(comparable, less / np.maximum(untied, 1e-9), 0.5)


def compute_order_distribution(log: StratifiedLog) -> Doubles:
    """Return f, the distribution of each point's relative index, (N, ORDER_BINS + 1); column 0: known at first."""
    kept = log.at < np.inf
    learner, point, learnt = log.learner[kept], log.point[kept], np.isfinite(log.at[kept])
    size = int(learner.max(initial=-1)) + 1
    total = np.bincount(learner, weights=learnt, minlength=size)
    running = np.cumsum(learnt)
    begun = np.cumsum(total) - total
    relative_index = (running - begun[learner] - 0.5) / np.maximum(total[learner], 1)
    column = np.where(learnt, 1 + np.minimum((relative_index * ORDER_BINS).astype(np.int64), ORDER_BINS - 1), 0)
    shape = (log.points, ORDER_BINS + 1)
    counts = sparse.coo_matrix((np.ones(len(point)), (point, column)), shape=shape).toarray()
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


class ContingencyTable(NamedTuple):
    """2×2 tables, any shape: a, n₁, d and n of the module's formulas."""

    exposed_gained: Doubles
    exposed: Doubles
    gained: Doubles
    risk: Doubles


class Dependence(NamedTuple):
    """Sums over tables: Σ a − Σ d n₁/n, its variance, and the two parts of the lift."""

    excess: Doubles
    variance: Doubles
    above: Doubles
    below: Doubles

    @property
    def z(self) -> Doubles:
        """Mantel–Haenszel z with the continuity correction; 0 where nothing can be compared."""
        return np.where(self.variance > 0, (self.excess - 0.5) / np.sqrt(np.maximum(self.variance, 1e-12)), 0.0)

    @property
    def lift(self) -> Doubles:
        """Mantel–Haenszel ratio; ∞ where j was never mastered without i, 1 where nothing can be compared."""
        ratio = self.above / np.maximum(self.below, 1e-12)
        return np.where(self.below > 0, ratio, np.where(self.above > 0, np.inf, 1.0))

    def p_values(self) -> Doubles:
        """Return one-sided p-values."""
        return np.asarray(np.where(self.variance > 0, ndtr(-self.z), 1.0))

    def null_scale(self, tested: Flags) -> float:
        """Return the empirical scale of z over the pairs `tested` (N, N)."""
        return estimate_null_scale(self.z[tested])


def summarize_table(table: ContingencyTable) -> Dependence:
    """Return the sums of one set of tables."""
    a, n1, d, n = table
    some = np.maximum(n, 1)
    n0 = n - n1
    variance = n1 * n0 * d * (n - d) / (some**2 * np.maximum(n - 1, 1))
    return Dependence(a - d * n1 / some, variance, a * n0 / some, (d - a) * n1 / some)


def add_dependence(one: Dependence, other: Dependence) -> Dependence:
    """Add two sets of sums."""
    return Dependence(*(left + right for left, right in zip(one, other, strict=True)))


def make_empty_dependence(*shape: int) -> Dependence:
    """Return sums of no tables, zeros of this shape."""
    return Dependence(*(np.zeros(shape) for _ in range(4)))


def measure_dependence(log: StratifiedLog) -> Dependence:
    """Return the sums over all strata from row i to column j, (N, N)."""
    total = make_empty_dependence(log.points, log.points)
    for part in log.strata():
        worked, won = part.matrix(np.ones(len(part.at), dtype=bool)), part.matrix(part.at < np.inf)
        pairs = ((won, won), (won, worked), (worked, won), (worked, worked))
        total = add_dependence(
            total, summarize_table(ContingencyTable(*(count_cooccurrences(left, right) for left, right in pairs)))
        )
    return total
