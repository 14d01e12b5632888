"""The log of served decisions: what was offered, what was chosen and how likely that was. Nothing is overwritten."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from graph.connection import Graph, Row
from graph.errors import NotFound
from graph.learners import Goal
from graph.times import moment, utc


@dataclass(frozen=True, slots=True)
class Decision:
    """One served step.

    Attributes:
        policy, version: who decided.
        propensity: probability with which `resource` was chosen.
        revision: of the curated graph.
        step: version of the learner's state (`CandidateSet.step`), from which the state can be rebuilt.
        goals: what was aimed at then.
        candidates: all feasible resources; `kept` says which survived pruning; `q_values` is empty where the policy has
            none; `propensities` are those of all candidates. Equal lengths.
        context: what a linear bandit saw of `resource`, to learn from its outcome.
    """

    id: str
    learner: str
    course: str
    at: datetime
    policy: str
    version: str
    resource: str
    propensity: float
    revision: int
    step: int
    goals: list[Goal] = field(default_factory=list)
    candidates: list[str] = field(default_factory=list)
    kept: list[bool] = field(default_factory=list)
    q_values: list[float] = field(default_factory=list)
    propensities: list[float] = field(default_factory=list)
    context: list[float] | None = None


@dataclass(frozen=True, slots=True)
class Served:
    """A decision and the first outcome that followed it, if any."""

    decision: Decision
    outcome: str | None
    right: bool | None
    reward: float | None


@dataclass(frozen=True, slots=True)
class Event:
    """A line of a learner's history: an outcome, with the recommendation it followed, or one without an outcome."""

    at: datetime
    resource: str | None
    item: str | None
    recommendation: str | None
    policy: str | None
    outcome: str | None
    right: bool | None
    reward: float | None


async def log_decisions(graph: Graph, decisions: list[Decision]) -> set[str]:
    """Store decisions of any learners in one transaction; returns the ids that were stored.

    One whose learner or resource has gone in the meantime is left out, so that it does not spoil the others.
    """
    rows = sorted((_row(decision) for decision in decisions), key=lambda row: (row["learner"], row["id"]))
    return {row["id"] for row in await graph.write("recommend/log_decisions", decisions=rows)}


async def read_decision(graph: Graph, id: str) -> Served:
    """A decision by id, with its first outcome; raises `NotFound`."""
    rows = await graph.read("recommend/decision", id=id)
    if not rows:
        raise NotFound("recommendation", id)
    row = rows[0]
    return Served(decision_of(row["decision"]), row["outcome"], row["right"], row["reward"])


async def read_history(graph: Graph, learner: str, limit: int = 50, before: datetime | None = None) -> list[Event]:
    """A learner's latest events, newest first; `before` pages on. Raises `NotFound`."""
    rows = await graph.read("learn/history", learner=learner, before=before and utc(before, "before"), limit=limit)
    if not rows:
        raise NotFound("learner", learner)
    return [Event(**row | {"at": moment(row["at"])}) for row in rows if row["at"] is not None]


def decision_of(properties: Row) -> Decision:
    """A Recommendation node's properties as a decision."""
    levels = properties.get("goalLevels", [])
    return Decision(
        **{name: properties[name] for name in ("id", "learner", "course", "policy", "version", "resource")},
        at=moment(properties["at"]),
        propensity=properties["propensity"],
        revision=properties["revision"],
        step=properties["step"],
        goals=[Goal(point, level) for point, level in zip(properties.get("goals", []), levels, strict=True)],
        candidates=properties["candidates"],
        kept=properties["kept"],
        q_values=properties["qValues"],
        propensities=properties["propensities"],
        context=properties.get("context"),
    )


def _row(decision: Decision) -> dict[str, Any]:
    row = {each.name: getattr(decision, each.name) for each in fields(decision)} | {"at": utc(decision.at, "at")}
    row["goals"] = [goal.point for goal in decision.goals]
    row["goal_levels"] = [goal.level for goal in decision.goals]
    return row
