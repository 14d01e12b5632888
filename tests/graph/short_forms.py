"""Reads and writes that several tests need in one call each: the revision's number, a decision by id, one outcome."""

from dataclasses import dataclass
from datetime import datetime

from graph.connection import Graph
from graph.learners.practice import LearnFunction, Outcome, RecordedOutcome
from graph.recommendations.bandits import NO_BANDITS, BanditUpdates
from graph.recommendations.decisions import LoggedDecision, parse_decision
from graph.recommendations.outcomes import record_outcomes

DECISION = """
MATCH (q:Recommendation {id: $id})
OPTIONAL MATCH (q)<-[:FOLLOWED]-(i:Interaction)
WITH q, i
ORDER BY i.step
LIMIT 1
RETURN properties(q) AS decision, i.id AS outcome, i.right AS right, i.reward AS reward
"""


@dataclass(frozen=True)
class DecisionWithOutcome:
    """A decision and the first outcome that followed it, if any."""

    decision: LoggedDecision
    outcome: str | None
    right: bool | None
    reward: float | None


async def read_revision_number(graph: Graph) -> int:
    """Return the number of the curated graph's last change, 0 before the first."""
    rows = await graph.read("catalogue/revision")
    return rows[0]["revision"] if rows else 0


async def read_decision(graph: Graph, id: str) -> DecisionWithOutcome:
    """Return a stored decision, with its first outcome."""
    [row] = await graph.execute_read(lambda work: work.text(DECISION, id=id))
    return DecisionWithOutcome(parse_decision(row["decision"]), row["outcome"], row["right"], row["reward"])


async def record_outcome(
    graph: Graph,
    outcome: Outcome,
    learn: LearnFunction,
    now: datetime,
    course: str | None = None,
    bandits: BanditUpdates = NO_BANDITS,
) -> RecordedOutcome:
    """Store one outcome."""
    return (await record_outcomes(graph, [outcome], learn, now, course, bandits))[0]
