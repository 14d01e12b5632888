"""May a learner skip a point? The chance that they know it, from its own answers and from what was mastered beyond it.

    odds = odds(own) · L₁ · (L₂ L₃ …)^further,      L_d = 1 / (1 − w_d P(d known)), the strongest first
    w_d = trust · per_hop^(hops − 1) · confidence of the chain

The odds form of a noisy-or (Pearl 1988, §4.3.2): if the point is not known, a point beyond it is known with probability
1 − w_d times that of somebody who knows it. Two points beyond it are no two witnesses, as each is known more often where
the other is: so the strongest counts in full and the others to a power. P(known) is the tail of the Beta distribution
with the estimate as its mean and its uncertainty as its deviation (models/evidence.py). `own`, where nothing was ever
recorded, is a prior that depends on whether the prerequisites are met.

A verdict weakens no gate: what is not met by its level goes on gating, and the verdict then says that a short check
would show it. Left out: what failing a dependent says.
"""

from dataclasses import dataclass
from math import prod
from typing import Literal

import numpy as np
from scipy.stats import beta

from graph.skipping import PointNow, SkipEvidence
from models.evidence import weight_of

Verdict = Literal["skip", "test_first", "learn"]
NAMED = 2
"""How many points a sentence names before it says how many more."""


@dataclass(frozen=True)
class SkipRules:
    """How evidence is weighed.

    `trust`, `per_hop` and `further` fit simulated learners of the English course whose estimate of the point is below its
    threshold: with 1, 2, 4, 6 and 10 points mastered beyond it the odds that they know it grow 3, 4, 10, 19 and 71 times,
    by this 3, 4, 8, 15 and 49 times; at 1 to 4 hops a mastered point alone by 5.0, 4.7, 4.0 and 3.5 against others. The
    rest is assumed.

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


@dataclass(frozen=True, slots=True)
class Judgement:
    """The verdict, the chance in [0, 1] that the point is known, what its own record alone says, and why."""

    verdict: Verdict
    chance: float
    own: float
    reason: str


def judge(evidence: SkipEvidence, rules: SkipRules | None = None) -> Judgement:
    """Skip what is mastered, off the way, or surely known without gating; check what is likely known; learn the rest."""
    rules = rules or SkipRules()
    own = own_chance(evidence, rules)
    chance = chance_known(evidence, rules)
    verdict = _verdict(evidence, chance, rules)
    return Judgement(verdict, round(chance, 4), round(own, 4), _reason(evidence, verdict, chance))


def own_chance(evidence: SkipEvidence, rules: SkipRules) -> float:
    """P(known) by the point's own record, or the prior."""
    if evidence.point.uncertainty is None:
        return rules.prior_unmet if evidence.unmet else rules.prior_met
    return chance_above(evidence.point, evidence.point.needed)


def chance_known(evidence: SkipEvidence, rules: SkipRules) -> float:
    """P(known) by everything."""
    weights = (
        rules.trust * rules.per_hop ** (each.hops - 1) * each.confidence * chance_above(each.state, each.state.met_at)
        for each in evidence.showing
    )
    strongest, *others = sorted(1 - weight for weight in weights) or [1.0]
    unlikely = strongest * prod(others) ** rules.further
    own = own_chance(evidence, rules)
    return own / (own + (1 - own) * unlikely)


def chance_above(point: PointNow, level: float) -> float:
    """P(the point's true level ≥ `level`) by its estimate, never quite 0 or 1."""
    mean = min(max(point.level, 0.01), 0.99)
    spread = point.uncertainty or 0.0
    answers = max(float(weight_of(np.array([mean], np.float32), np.array([spread], np.float32))[0]), 0.1)
    return float(np.clip(beta.sf(level, mean * answers, (1 - mean) * answers), 0.01, 0.99))


def _verdict(evidence: SkipEvidence, chance: float, rules: SkipRules) -> Verdict:
    point = evidence.point
    if point.mastered or not point.wanted:
        return "skip"
    if chance >= rules.skip_at and point.level >= point.needed:
        return "skip"
    return "test_first" if chance >= rules.test_at else "learn"


def _reason(evidence: SkipEvidence, verdict: Verdict, chance: float) -> str:
    point = evidence.point
    if point.mastered:
        return f"You have mastered {point.name} already ({point.level:.0%})."
    if not point.wanted:
        return f"Nothing on the way to your goal needs {point.name}."
    showing = _named([each.state for each in evidence.showing])
    because = f"you have mastered {showing}, which cannot well be done without it" if showing else "your answers say so"
    opens = _named([each.state for each in evidence.missed])
    if verdict == "skip":
        return f"You know {point.name} well enough to go on ({chance:.0%}): {because}."
    if verdict == "test_first":
        opened = f" and open {opens}" if opens else ""
        return f"You probably know {point.name} ({chance:.0%}): {because}; a short check would show it{opened}."
    return _why_learn(evidence, opens)


def _why_learn(evidence: SkipEvidence, opens: str) -> str:
    point = evidence.point
    shown = "what you have mastered does not show well enough that you know it"
    if not evidence.showing:
        shown = "nothing that you have mastered shows that you know it"
    first = f"; {_named(evidence.unmet)} comes first" if evidence.unmet else ""
    needs = f", and without it {opens} would be missed" if opens else ""
    return f"Learn {point.name}: {shown}{needs}{first}."


def _named(points: list[PointNow]) -> str:
    names = [point.name for point in points]
    if len(names) > NAMED:
        names = [*names[:NAMED], f"{len(names) - NAMED} more"]
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else "".join(names)


__all__ = ["Judgement", "SkipEvidence", "SkipRules", "Verdict", "chance_known", "judge"]
