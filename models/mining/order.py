"""Is i mastered before j more often than chance has it? A binomial test whose chance is not one half.

Easy points, popular points and points at the start of a curriculum come first without being anybody's prerequisite.
Chance is therefore what two points would do that know nothing of each other: with r the place of a mastery among the
learner's own, f_i its distribution over the learners of a stratum who mastered i,

    p_ij = P(r_i < r_j | r_i ≠ r_j) with r_i ~ f_i and r_j ~ f_j independent
    p-value = P(X ≥ first_ij),   X ~ Binomial(first_ij + first_ji, p̄_ij)

p̄: the mean of p over strata, weighted by the learners in them. Points that a learner knew when they met them are tied
in front of all others. A fixed curriculum has p near 1: it proposes nothing, because it tells nothing.
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.special import betainc

from models.mining.clock import Clock
from models.mining.contract import Doubles, Flags
from models.mining.empirical import scale, widened

BINS = 24
"""Places are told apart to a 24th of what the learner mastered."""


class Order(NamedTuple):
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
        """(P,) p-values of the `tested` (N, N), against the spread of their own z (models/mining/empirical.py)."""
        return widened(self.p_values()[tested], scale(self.z[tested]))


def order_of(clock: Clock) -> Order:
    """Counts over all strata."""
    size = clock.points
    found, expected = np.zeros((size, size)), np.zeros((size, size))
    for part in clock.strata():
        first = earlier(part)
        found += first
        expected += (first + first.T) * chance(part)
    return Order(found, expected)


def earlier(clock: Clock) -> Doubles:
    """(N, N) learners who mastered row before column: all pairs of a learner's masteries, one lag at a time."""
    kept = clock.at < np.inf
    learner, point, at = clock.learner[kept], clock.point[kept], clock.at[kept]
    counts = np.zeros(clock.points**2)
    for lag in range(1, int(np.bincount(learner).max(initial=0))):
        pairs = np.flatnonzero((learner[lag:] == learner[:-lag]) & (at[lag:] > at[:-lag]))
        np.add.at(counts, point[pairs] * clock.points + point[pairs + lag], 1)
    return counts.reshape(clock.points, clock.points)


def chance(clock: Clock) -> Doubles:
    """(N, N) p of one stratum; one half where nothing is known."""
    share = places(clock)
    before = np.cumsum(share, axis=1) - share
    level = share.copy()
    level[:, 0] = 0
    less = before @ share.T + 0.5 * (level @ share.T)
    apart = 1 - np.outer(share[:, 0], share[:, 0])
    known = share.sum(axis=1)
    told = (np.outer(known, known) > 0) & (apart > 1e-9)
    return np.where(told, less / np.maximum(apart, 1e-9), 0.5)


def places(clock: Clock) -> Doubles:
    """(N, BINS + 1) f: how the places of each point are spread; column 0: known when met."""
    kept = clock.at < np.inf
    learner, point, learnt = clock.learner[kept], clock.point[kept], np.isfinite(clock.at[kept])
    size = int(learner.max(initial=-1)) + 1
    total = np.bincount(learner, weights=learnt, minlength=size)
    running = np.cumsum(learnt)
    begun = np.cumsum(total) - total
    place = (running - begun[learner] - 0.5) / np.maximum(total[learner], 1)
    column = np.where(learnt, 1 + np.minimum((place * BINS).astype(np.int64), BINS - 1), 0)
    shape = (clock.points, BINS + 1)
    counts = sparse.coo_matrix((np.ones(len(point)), (point, column)), shape=shape).toarray()
    return np.asarray(counts / np.maximum(counts.sum(axis=1, keepdims=True), 1))
