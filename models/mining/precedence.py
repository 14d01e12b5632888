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
"""Points at the overall share that everyone's share mastered is drawn by: one of one is not yet a strong learner."""


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
    def of(cls, log: MasteryLog, fewest: int = MIN_STRATUM_SIZE, most: int = MAX_STRATA) -> "StratifiedLog":
        """The log's rows with times of the learner's own."""
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
        """A clock of each stratum's rows, learners numbered from 0."""
        for rows in np.split(np.arange(len(self.point)), np.flatnonzero(np.diff(self.stratum)) + 1):
            if len(rows):
                learner = self.learner[rows] - self.learner[rows[0]]
                at, since, end = self.at[rows], self.since[rows], self.end[rows]
                yield StratifiedLog(self.points, learner, self.point[rows], at, since, end, self.stratum[rows])

    def matrix(self, which: Flags) -> Any:
        """Sparse (learners, N) ones of the rows `which` (A,)."""
        size = int(self.learner.max(initial=-1)) + 1
        ones = np.ones(int(which.sum()), dtype=np.float32)
        return sparse.csr_matrix((ones, (self.learner[which], self.point[which])), shape=(size, self.points))


def count_cooccurrences(left: Any, right: Any) -> Doubles:
    """(N, N) leftᵀ right of two sparse 0/1 matrices."""
    if left.nnz + right.nnz > 2 * DENSE_SHARE * left.shape[0] * left.shape[1]:
        return np.asarray(left.toarray().T @ right.toarray(), dtype=np.float64)
    return np.asarray((left.T @ right).toarray(), dtype=np.float64)


def _assign_strata(log: MasteryLog, size: int) -> Ints:
    """(L,) groups of learners with logs of like length, `size` of them, each cut into `size` of like level."""
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
    """Which of `size` equally large parts each is in, by value."""
    part = np.empty(len(values), dtype=np.int64)
    part[np.argsort(values, kind="stable")] = np.arange(len(values)) * size // max(1, len(values))
    return part


def rank_quickness(log: MasteryLog) -> Doubles:
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


NORMAL_QUARTILE_RANGE = 1.349
"""Between the quartiles of a standard normal distribution."""
MIN_NULL_PAIRS = 100
"""Pairs (a course of ten points); among fewer, prerequisites are too large a part."""


def estimate_null_scale(z: Doubles) -> float:
    """Of z-values of any shape, at least 1; NaN are left out; 1 for fewer than MIN_NULL_PAIRS."""
    known = z[~np.isnan(z)]
    if len(known) < MIN_NULL_PAIRS:
        return 1.0
    lower, upper = np.percentile(known, (25, 75))
    return max(1.0, float(upper - lower) / NORMAL_QUARTILE_RANGE)


def widen_p_values(p_values: Doubles, by: float) -> Doubles:
    """One-sided p-values of z-values whose spread under the null is `by`, not 1."""
    return np.asarray(ndtr(ndtri(p_values) / by))


ORDER_BINS = 24
"""Places are told apart to a 24th of what the learner mastered."""


class OrderCounts(NamedTuple):
    """first: (N, N) learners who mastered row before column; expected: (N, N) how many chance has of them."""

    first: Doubles
    expected: Doubles

    @property
    def both(self) -> Doubles:
        """(N, N) learners who mastered both, one before the other."""
        return self.first + self.first.T

    @property
    def z(self) -> Doubles:
        """(N, N) first less expected in standard deviations; NaN where these are below one learner: nothing is told."""
        variance = self.expected * (1 - self.expected / np.maximum(self.both, 1))
        return np.where(variance >= 1, (self.first - self.expected) / np.sqrt(np.maximum(variance, 1)), np.nan)

    def p_values(self) -> Doubles:
        """(N, N) of the binomial test, 1 where nobody mastered both."""
        both = self.both
        chance = np.clip(self.expected / np.maximum(both, 1), 1e-9, 1 - 1e-9)
        tail = betainc(np.maximum(self.first, 1), both - self.first + 1, chance)
        return np.where(self.first > 0, tail, 1.0)

    def beyond(self, tested: Flags) -> Doubles:
        """(P,) p-values of the `tested` (N, N), against the spread of their own z (models/mining/precedence.py)."""
        return widen_p_values(self.p_values()[tested], estimate_null_scale(self.z[tested]))


def count_orders(clock: StratifiedLog) -> OrderCounts:
    """Counts over all strata."""
    size = clock.points
    found, expected = np.zeros((size, size)), np.zeros((size, size))
    for part in clock.strata():
        first = count_earlier(part)
        found += first
        expected += (first + first.T) * compute_order_chance(part)
    return OrderCounts(found, expected)


def count_earlier(clock: StratifiedLog) -> Doubles:
    """(N, N) learners who mastered row before column: all pairs of a learner's masteries, one lag at a time."""
    kept = clock.at < np.inf
    learner, point, at = clock.learner[kept], clock.point[kept], clock.at[kept]
    counts = np.zeros(clock.points**2)
    for lag in range(1, int(np.bincount(learner).max(initial=0))):
        pairs = np.flatnonzero((learner[lag:] == learner[:-lag]) & (at[lag:] > at[:-lag]))
        np.add.at(counts, point[pairs] * clock.points + point[pairs + lag], 1)
    return counts.reshape(clock.points, clock.points)


def compute_order_chance(clock: StratifiedLog) -> Doubles:
    """(N, N) p of one stratum; one half where nothing is known."""
    share = compute_order_distribution(clock)
    before = np.cumsum(share, axis=1) - share
    level = share.copy()
    level[:, 0] = 0
    less = before @ share.T + 0.5 * (level @ share.T)
    apart = 1 - np.outer(share[:, 0], share[:, 0])
    known = share.sum(axis=1)
    told = (np.outer(known, known) > 0) & (apart > 1e-9)
    return np.where(told, less / np.maximum(apart, 1e-9), 0.5)


def compute_order_distribution(clock: StratifiedLog) -> Doubles:
    """(N, ORDER_BINS + 1) f: how the places of each point are spread; column 0: known when met."""
    kept = clock.at < np.inf
    learner, point, learnt = clock.learner[kept], clock.point[kept], np.isfinite(clock.at[kept])
    size = int(learner.max(initial=-1)) + 1
    total = np.bincount(learner, weights=learnt, minlength=size)
    running = np.cumsum(learnt)
    begun = np.cumsum(total) - total
    place = (running - begun[learner] - 0.5) / np.maximum(total[learner], 1)
    column = np.where(learnt, 1 + np.minimum((place * ORDER_BINS).astype(np.int64), ORDER_BINS - 1), 0)
    shape = (clock.points, ORDER_BINS + 1)
    counts = sparse.coo_matrix((np.ones(len(point)), (point, column)), shape=shape).toarray()
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))


class ContingencyTable(NamedTuple):
    """2×2 tables, any shape: a, n₁, d and n as above."""

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
        """With the continuity correction; 0 where nothing can be compared."""
        return np.where(self.variance > 0, (self.excess - 0.5) / np.sqrt(np.maximum(self.variance, 1e-12)), 0.0)

    @property
    def lift(self) -> Doubles:
        """∞ where j was never mastered without i; 1 where nothing can be compared."""
        ratio = self.above / np.maximum(self.below, 1e-12)
        return np.where(self.below > 0, ratio, np.where(self.above > 0, np.inf, 1.0))

    def p_values(self) -> Doubles:
        """One-sided."""
        return np.asarray(np.where(self.variance > 0, ndtr(-self.z), 1.0))

    def scale(self, tested: Flags) -> float:
        """How far z strays among the pairs `tested` (N, N): models/mining/precedence.py."""
        return estimate_null_scale(self.z[tested])


def summarize_table(table: ContingencyTable) -> Dependence:
    """What one set of tables adds."""
    a, n1, d, n = table
    some = np.maximum(n, 1)
    n0 = n - n1
    variance = n1 * n0 * d * (n - d) / (some**2 * np.maximum(n - 1, 1))
    return Dependence(a - d * n1 / some, variance, a * n0 / some, (d - a) * n1 / some)


def add_dependence(one: Dependence, other: Dependence) -> Dependence:
    """Of the tables of both."""
    return Dependence(*(left + right for left, right in zip(one, other, strict=True)))


def make_empty_dependence(*shape: int) -> Dependence:
    """Of no tables."""
    return Dependence(*(np.zeros(shape) for _ in range(4)))


def measure_dependence(clock: StratifiedLog) -> Dependence:
    """(N, N) from row i to column j."""
    total = make_empty_dependence(clock.points, clock.points)
    for part in clock.strata():
        worked, won = part.matrix(np.ones(len(part.at), dtype=bool)), part.matrix(part.at < np.inf)
        pairs = ((won, won), (won, worked), (worked, won), (worked, worked))
        total = add_dependence(
            total, summarize_table(ContingencyTable(*(count_cooccurrences(left, right) for left, right in pairs)))
        )
    return total
