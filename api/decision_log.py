"""What is kept of a decision in the graph."""

from api.deciding import Decided
from graph.decisions import Decision


def rows(decided: Decided) -> list[Decision]:
    """What is kept of the decision, one row a place, from which a transition can be rebuilt."""
    situation, decision = decided.situation, decided.decision
    found, served = situation.found, situation.served
    q = [] if decision.q is None else decision.q[0].tolist()
    contexts = None if decision.context is None else decision.context[0]
    ids = served.course.resource_ids
    candidates = [ids[place] for place in decided.seen.observation.candidates[0]]
    return [
        Decision(
            id=choice.id,
            learner=found.learner,
            course=found.course,
            at=situation.now,
            policy=decided.recommender.name,
            version=decided.recommender.version,
            resource=ids[choice.resource],
            propensity=choice.propensity,
            revision=found.revision,
            step=found.step,
            goals=found.goals,
            candidates=candidates,
            kept=decision.kept[0].tolist(),
            q_values=q,
            propensities=decision.propensity[0].tolist(),
            context=None if contexts is None else contexts[choice.position].tolist(),
        )
        for choice in decided.choices
    ]


__all__ = ["Decided", "rows"]
