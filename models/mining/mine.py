"""Proposed prerequisites from a mastery log (DESIGN §2): who masters what first, and what that does for the next.

i → j is proposed when i is mastered before j more often than chance (models/mining/order.py) and mastery of i raises
the chance to master j (models/mining/dependence.py). p is the larger of the two p-values: both must hold, so the
larger is a valid, conservative p-value of "not both" (Berger 1982), and Benjamini & Hochberg's (1995) step-up is
applied to it over all pairs tested, both directions of every pair of points that enough learners mastered. The order is
held against how far orders stray in this log, not against chance alone (models/mining/empirical.py); where a graph is
wanted of a log too small for that, `Rules.ordered` leaves the order to the majority. What is left is thinned to direct
prerequisites (models/mining/direct.py), against the spread of the dependence in this log; what would close a cycle is
left out, the weakest first.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

from models.mining.clock import FINE_STRATA, FINE_STRATUM, Clock
from models.mining.contract import Doubles, Flags, Ints, MasteryLog, Mined
from models.mining.dependence import dependence_of
from models.mining.direct import direct
from models.mining.order import order_of


@dataclass(frozen=True)
class Rules:
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


def mine(log: MasteryLog, rules: Rules | None = None) -> Mined:
    """The proposals that the log supports, strongest first, free of cycles; empty for a log that is too small."""
    rules = rules or Rules()
    clock = Clock.of(log, FINE_STRATUM, FINE_STRATA)
    order, dependence = order_of(Clock.of(log)), dependence_of(clock)
    tested = order.both >= max(1, rules.support)
    np.fill_diagonal(tested, False)
    before, after = np.nonzero(tested)
    raw, majority = dependence.p_values()[tested], (order.first > order.first.T)[tested]
    raw = np.maximum(order.beyond(tested), raw) if rules.ordered else np.where(majority, raw, 1.0)
    corrected = adjusted(raw)
    strength, lift = dependence.z[tested], dependence.lift[tested]
    kept = np.flatnonzero((corrected <= rules.q) & (lift >= rules.lift))
    if rules.direct and len(kept):
        least = -float(ndtri(raw[kept].max())) * dependence.scale(tested)
        kept = kept[direct(clock, before[kept], after[kept], strength[kept], least)]
    kept = kept[np.lexsort((-strength[kept], raw[kept]))]
    kept = kept[acyclic(before[kept], after[kept], clock.points)]
    first, both = order.first[tested][kept], order.both[tested][kept]
    return Mined(before[kept], after[kept], first, first / both, lift[kept], corrected[kept], len(raw))


def adjusted(p_values: Doubles) -> Doubles:
    """(P,) p-values corrected for their number: min over larger ones of p P / rank (Benjamini & Hochberg 1995)."""
    order = np.argsort(p_values)[::-1]
    scaled = p_values[order] * len(p_values) / np.arange(len(p_values), 0, -1)
    found = np.empty(len(p_values))
    found[order] = np.minimum(np.minimum.accumulate(scaled), 1)
    return found


def acyclic(before: Ints, after: Ints, points: int) -> Flags:
    """(M,) which edges stay when each is left out that would close a cycle with those in front of it."""
    reach = np.eye(points, dtype=bool)
    kept = np.zeros(len(before), dtype=bool)
    for edge, (i, j) in enumerate(zip(before, after, strict=True)):
        kept[edge] = not reach[j, i]
        if kept[edge] and not reach[i, j]:
            reach[reach[:, i]] |= reach[j]
    return kept
