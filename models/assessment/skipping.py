"""Decide whether a learner may skip a point, from its own record and from mastery of points that depend on it.

    odds = odds(own) · L₁ · (L₂ L₃ …)^further,      L_d = 1 / (1 − w_d P(d known)), the strongest first
    w_d = trust · per_hop^(hops − 1) · confidence of the chain

The odds form of a noisy-or (Pearl 1988, §4.3.2): if the point is not known, a dependent point is known with
probability 1 − w_d times that of a learner who knows it. Two dependent points are not independent evidence, since each
is known more often where the other is; so the strongest counts in full and the others to a power. P(known) is the tail
of the Beta distribution with the estimate as its mean and its uncertainty as its standard deviation
(`models.knowledge_tracing.state`). `own`, for a point without a record, is a prior that depends on whether the
prerequisites are met.

A verdict changes no gate: a point below its met level still gates its dependents, and the verdict then says that a
short check would show whether it is known. Left out: evidence from failed dependents.
"""

from dataclasses import dataclass
from math import prod
from typing import Literal, NamedTuple

import numpy as np
from scipy.stats import beta

from models.knowledge_tracing.state import compute_weight

SkipVerdict = Literal["skip", "test_first", "learn"]


@dataclass(frozen=True)
class SkipRules:
    """How evidence is weighed.

    `trust`, `per_hop` and `further` fit 300 simulated learners of the English course, whose estimate of the point is
    below its threshold: with 1, 2, 4, 6 and 10 points mastered beyond it the odds that they know it grow 3, 4, 10, 19
    and 71 times, by this 3, 4, 8, 15 and 49 times. Mastery of a point 1, 2, 3 and 4 hops beyond it is 5.0, 4.7, 4.0 and
    3.5 times as frequent among those who know it. The rest is assumed.

    Attributes:
        trust: how surely what builds directly on a point cannot be mastered without it; 0.5–0.9.
        per_hop: what is left of it at each further hop; 0.8–1.
        further: power of all evidence but the strongest; 0 counts one witness, 1 takes them as independent.
        prior_met, prior_unmet: chance that a point of which nothing is recorded is known, its prerequisites met or not.
        skip_at: chance from which a point that gates nothing may be skipped.
        test_at: chance from which a check is worth more than a lesson: it is more likely passed than not.
    """

    trust: float = 0.7
    per_hop: float = 0.95
    further: float = 0.25
    prior_met: float = 0.3
    prior_unmet: float = 0.1
    skip_at: float = 0.9
    test_at: float = 0.5


class DependentEvidence(NamedTuple):
    """A mastered point that builds on the one in question.

    Attributes:
        level, sd: the estimate of its mastery.
        met_at: the level from which it is known.
        hops: prerequisite edges from the point in question.
        confidence: the product of the confidences along them.
    """

    level: float
    sd: float
    met_at: float
    hops: int
    confidence: float = 1.0


@dataclass(frozen=True, slots=True)
class PointEvidence:
    """What is known of one learner and one point.

    Attributes:
        level: of mastery; sd: of the estimate, None where nothing was ever recorded.
        needed: the level from which the point can be skipped.
        is_mastered: at its threshold, a goal at its own level too.
        is_on_path: on the way to the learner's goals.
        prerequisites_met: whether every prerequisite is.
        dependents: the mastered points that build on it.
    """

    level: float
    sd: float | None
    needed: float
    is_mastered: bool = False
    is_on_path: bool = True
    prerequisites_met: bool = True
    dependents: tuple[DependentEvidence, ...] = ()


@dataclass(frozen=True, slots=True)
class SkipJudgement:
    """The verdict, the chance in [0, 1] that the point is known, and that chance by its own record alone."""

    verdict: SkipVerdict
    chance: float
    own: float


def judge_skip(evidence: PointEvidence, rules: SkipRules | None = None) -> SkipJudgement:
    """Skip what is mastered, not wanted, or surely known without gating; check the likely known; learn the rest."""
    rules = rules or SkipRules()
    own = estimate_own_chance(evidence, rules)
    chance = estimate_chance_known(evidence, rules)
    verdict = _choose_verdict(evidence, chance, rules)
    return SkipJudgement(verdict, round(chance, 4), round(own, 4))


def estimate_own_chance(evidence: PointEvidence, rules: SkipRules) -> float:
    """P(known) by the point's own record, or the prior."""
    if evidence.sd is None:
        return rules.prior_met if evidence.prerequisites_met else rules.prior_unmet
    return compute_chance_above(evidence.level, evidence.sd, evidence.needed)


def estimate_chance_known(evidence: PointEvidence, rules: SkipRules) -> float:
    """P(known) by everything."""
    weights = (
        rules.trust
        * rules.per_hop ** (each.hops - 1)
        * each.confidence
        * compute_chance_above(each.level, each.sd, each.met_at)
        for each in evidence.dependents
    )
    strongest, *others = sorted(1 - weight for weight in weights) or [1.0]
    unlikely = strongest * prod(others) ** rules.further
    own = estimate_own_chance(evidence, rules)
    return own / (own + (1 - own) * unlikely)


def compute_chance_above(level: float, sd: float, threshold: float) -> float:
    """P(the true level ≥ `threshold`) by the estimate `level` ± `sd`, never quite 0 or 1."""
    mean = min(max(level, 0.01), 0.99)
    answers = max(float(compute_weight(np.array([mean], np.float32), np.array([sd], np.float32))[0]), 0.1)
    return float(np.clip(beta.sf(threshold, mean * answers, (1 - mean) * answers), 0.01, 0.99))


def _choose_verdict(evidence: PointEvidence, chance: float, rules: SkipRules) -> SkipVerdict:
    if evidence.is_mastered or not evidence.is_on_path:
        return "skip"
    if chance >= rules.skip_at and evidence.level >= evidence.needed:
        return "skip"
    return "test_first" if chance >= rules.test_at else "learn"
