"""A decision as people and programs read it: the served steps with their reasons, or why there is none."""

import numpy as np

from api.deciding import Choice, Decided
from api.loop import Loop
from api.nothing import reason
from api.reasons import Known, reasons
from api.views import CandidateView, HandOver, PolicyName, Recommendation, Recommendations, StrategyView


async def explained(loop: Loop, decided: Decided, asked: str | None, explain: bool) -> Recommendations:
    """Everything that was chosen, best first; with `explain` all candidates besides. `asked`: the strategy, if any."""
    found, handed = decided.situation.found, [HandOver(name, why) for name, why in decided.handed]
    nothing = None if decided.choices else await reason(loop, decided.situation)
    strategy = StrategyView(asked, decided.recommender.name, handed)
    return Recommendations(found.learner, found.course, _steps(decided, explain), nothing, strategy)


def _steps(decided: Decided, explain: bool) -> list[Recommendation]:
    candidates = _candidates(decided) if explain else None
    return [_recommendation(decided, choice, candidates) for choice in decided.choices]


def _recommendation(decided: Decided, choice: Choice, candidates: list[CandidateView] | None) -> Recommendation:
    situation, q = decided.situation, decided.decision.q
    served, seen = situation.served, decided.seen.observation
    known = Known(seen.level[0], None if seen.spread is None else seen.spread[0])
    return Recommendation(
        id=choice.id,
        at=situation.now,
        policy=PolicyName(decided.recommender.name, decided.recommender.version),
        propensity=choice.propensity,
        q=None if q is None else float(q[0, choice.position]),
        revision=situation.found.revision,
        resource=served.resources[choice.resource],
        reasons=reasons(served, decided.seen.way, known, choice.resource, (choice.gain, choice.success)),
        candidates=candidates,
    )


def _candidates(decided: Decided) -> list[CandidateView]:
    served, decision = decided.situation.served, decided.decision
    places = decided.seen.observation.candidates[0].tolist()
    q = [None] * len(places) if decision.q is None else decision.q[0].tolist()
    columns = zip(places, q, decision.score[0].tolist(), decision.propensity[0], decision.kept[0], strict=True)
    return [
        CandidateView(
            resource=served.resources[place].id,
            title=served.resources[place].title,
            q=value,
            score=score if np.isfinite(score) else None,
            propensity=float(propensity),
            kept=bool(kept),
        )
        for place, value, score, propensity, kept in columns
    ]
