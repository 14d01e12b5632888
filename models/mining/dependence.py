"""Does mastery of i raise the chance to master j? Two proportions, compared among like learners at the like time.

In every stratum of learners and slice of time (models/mining/clock.py), of the n learners who work on both points and
have not mastered j, n₁ have mastered i and n₀ have not; d master j in the slice, a of them from n₁:

    z = (Σ a − Σ d n₁/n − ½) / √ Σ n₁ n₀ d (n − d) / (n² (n − 1))          Mantel & Haenszel (1959), one-sided
    lift = Σ a n₀/n / Σ (d − a) n₁/n                                       their ratio of the two proportions

With one stratum and one slice this is the test of two proportions. Time is sliced because nearly everybody masters
everything in the end: the question is who masters j *next*. Without slices the learners who master j late have had
longer to master i.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from models.mining.clock import Clock, crossed
from models.mining.contract import Doubles, Flags
from models.mining.empirical import scale


class Table(NamedTuple):
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
        """How far z strays among the pairs `tested` (N, N): models/mining/empirical.py."""
        return scale(self.z[tested])


def weighed(table: Table) -> Dependence:
    """What one set of tables adds."""
    a, n1, d, n = table
    some = np.maximum(n, 1)
    n0 = n - n1
    variance = n1 * n0 * d * (n - d) / (some**2 * np.maximum(n - 1, 1))
    return Dependence(a - d * n1 / some, variance, a * n0 / some, (d - a) * n1 / some)


def added(one: Dependence, other: Dependence) -> Dependence:
    """Of the tables of both."""
    return Dependence(*(left + right for left, right in zip(one, other, strict=True)))


def nothing(*shape: int) -> Dependence:
    """Of no tables."""
    return Dependence(*(np.zeros(shape) for _ in range(4)))


def dependence_of(clock: Clock) -> Dependence:
    """(N, N) from row i to column j."""
    total = nothing(clock.points, clock.points)
    for part in clock.strata():
        worked, won = part.matrix(np.ones(len(part.at), dtype=bool)), part.matrix(part.at < np.inf)
        pairs = ((won, won), (won, worked), (worked, won), (worked, worked))
        total = added(total, weighed(Table(*(crossed(left, right) for left, right in pairs))))
    return total
