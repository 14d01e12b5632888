"""The log of served decisions: candidates, choice and propensity; and which of them are open. Nothing is overwritten.

Group commit: decisions of concurrent requests are written together in one transaction. A request waits for the commit
that holds its own decision, so nothing is served that is not logged. While one transaction is running the next group
gathers; with one client a group is one decision and nothing is delayed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, fields
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from graph.connection import Graph, Row
from graph.errors import Conflict, GraphUnavailable, NotFound
from graph.learners.profiles import Goal
from graph.values import to_datetime, to_utc

GroupCommit = asyncio.Task[set[str]]


@dataclass(frozen=True, slots=True)
class LoggedDecision:
    """One served step.

    Attributes:
        policy, version: who decided; asked: the strategy that was asked for, or that serves the course; empty in logs
            that are older.
        propensity: probability with which `resource` was chosen.
        revision: of the curated graph.
        step: version of the learner's state (`CandidateSet.step`), from which the state can be rebuilt.
        goals: what was aimed at then.
        place: in the slate, from 0.
        candidates: all feasible resources; `kept` says which survived pruning; `q_values` is empty where the policy has
            none; `propensities` are those of all candidates. Equal lengths.
        context: features of `resource` for a linear bandit, which learns from its outcome.
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
    asked: str = ""
    place: int = 0


@dataclass(frozen=True, slots=True)
class HistoryEvent:
    """A line of a learner's history: an outcome, with the recommendation it followed, or one without an outcome."""

    at: datetime
    resource: str | None
    item: str | None
    recommendation: str | None
    policy: str | None
    outcome: str | None
    right: bool | None
    reward: float | None


async def log_decisions(graph: Graph, decisions: list[LoggedDecision]) -> set[str]:
    """Store decisions of any learners in one transaction; returns the ids that were stored.

    One whose learner or resource has gone in the meantime is left out, so that it does not spoil the others.
    """
    rows = sorted((_decision_row(decision) for decision in decisions), key=lambda row: (row["learner"], row["id"]))
    return {row["id"] for row in await graph.write("recommend/log_decisions", decisions=rows)}


class Handover(NamedTuple):
    """How many decisions were asked of one strategy and made by `used`, which may be the same."""

    asked: str
    used: str
    decisions: int


async def read_handovers(graph: Graph, course: str, since: datetime) -> list[Handover]:
    """Return who decided on a course since a moment, by the strategy that was asked for."""
    rows = await graph.read("recommend/handovers", course=course, since=to_utc(since, "since"))
    return [Handover(**row) for row in rows]


async def read_history(
    graph: Graph, learner: str, limit: int = 50, before: datetime | None = None
) -> list[HistoryEvent]:
    """Return a learner's latest events, newest first; `before` pages on. Raises `NotFound`."""
    rows = await graph.read("learn/history", learner=learner, before=before and to_utc(before, "before"), limit=limit)
    if not rows:
        raise NotFound("learner", learner)
    return [HistoryEvent(**row | {"at": to_datetime(row["at"])}) for row in rows if row["at"] is not None]


async def read_unanswered(graph: Graph, learner: str, course: str | None = None) -> list[LoggedDecision]:
    """Return the places of a learner's latest decision that are neither answered nor dismissed, best first.

    `course`: the learner's own without one. Whether they are out of date is for the caller to say.
    """
    rows = await graph.read("recommend/open", learner=learner, course=course)
    return [parse_decision(row["decision"]) for row in rows]


async def read_decision(graph: Graph, recommendation: str) -> LoggedDecision:
    """Return the decision that a recommendation is a place of. Raises `NotFound`."""
    rows = await graph.read("recommend/decision", id=recommendation)
    if not rows:
        raise NotFound("recommendation", recommendation)
    return parse_decision(rows[0]["decision"])


def parse_decision(properties: Row) -> LoggedDecision:
    """Return a Recommendation node's properties as a decision."""
    levels = properties.get("goalLevels", [])
    return LoggedDecision(
        **{name: properties[name] for name in ("id", "learner", "course", "policy", "version", "resource")},
        at=to_datetime(properties["at"]),
        propensity=properties["propensity"],
        revision=properties["revision"],
        step=properties["step"],
        goals=[Goal(point, level) for point, level in zip(properties.get("goals", []), levels, strict=True)],
        candidates=properties["candidates"],
        kept=properties["kept"],
        q_values=properties["qValues"],
        propensities=properties["propensities"],
        context=properties.get("context"),
        asked=properties.get("asked", ""),
        place=properties.get("place", 0),
    )


def _decision_row(decision: LoggedDecision) -> dict[str, Any]:
    row = {each.name: getattr(decision, each.name) for each in fields(decision)} | {"at": to_utc(decision.at, "at")}
    row["goals"] = [goal.point for goal in decision.goals]
    row["goal_levels"] = [goal.level for goal in decision.goals]
    return row


class DecisionRecorder:
    """Write decisions in groups through `write`; the queue is bounded, so that an outage cannot pile up work.

    Args:
        write: stores a group in one transaction and returns the ids that were stored.
        waiting: decisions that may gather before new ones are refused.
    """

    def __init__(self, write: Callable[[list[LoggedDecision]], Awaitable[set[str]]], waiting: int = 1000) -> None:
        self._write = write
        self._waiting = waiting
        self._decisions: list[LoggedDecision] = []
        self._gathering: GroupCommit | None = None
        self._last: GroupCommit | None = None

    @classmethod
    def of(cls, graph: Graph) -> "DecisionRecorder":
        """Return the recorder that writes to `graph`."""
        return cls(partial(log_decisions, graph))

    async def record(self, decisions: list[LoggedDecision]) -> None:
        """Wait until the decisions are committed; an error of `write` is raised for every request in its group.

        Raises `Conflict` when the learner or a resource was deleted since the decision was made.
        """
        if len(self._decisions) + len(decisions) > self._waiting:
            raise GraphUnavailable("Too many decisions wait to be written. Try again in a moment.")
        self._decisions += decisions
        if self._gathering is None:
            self._gathering = self._last = asyncio.create_task(self._commit(self._last))
        stored = await asyncio.shield(self._gathering)
        if not all(decision.id in stored for decision in decisions):
            raise Conflict("The learner or the resource was deleted in the meantime. Ask again.")

    async def drain(self) -> None:
        """Wait until everything that was accepted is written or has failed."""
        if self._last is not None:
            await asyncio.wait([self._last])

    async def _commit(self, previous: GroupCommit | None) -> set[str]:
        if previous is not None and not previous.done():
            await asyncio.wait([previous])
        decisions, self._decisions, self._gathering = self._decisions, [], None
        return await self._write(decisions)
