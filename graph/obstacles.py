"""Why there is nothing to recommend: goal reached, waiting, or blocked, and by what."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

from graph.candidates import refuse
from graph.connection import Graph, Row
from graph.times import moment_or_none, utc

T = TypeVar("T")

POINTS = 1000
"""Wanted points that are looked at, in curriculum order; enough to name what to do next."""


@dataclass(frozen=True, slots=True)
class Unmet:
    """A prerequisite that is not met: `level` of `needed`, and a point that it is before."""

    point: str
    level: float
    needed: float
    before: str


@dataclass(frozen=True, slots=True)
class WhyNothing:
    """Why a learner has no candidates.

    Attributes:
        reason: what the learner can do about it: nothing, come back at `until`, or change something.
        until: when the first resource is free again (waiting).
        prerequisites: unmet ones that stand before everything else (blocked).
        untaught: wanted points whose prerequisites are met but that no active resource teaches (blocked).
        limits: the learner's own limits, by name, that refuse what is open (blocked).
    """

    reason: Literal["goal_reached", "blocked", "waiting"]
    until: datetime | None = None
    prerequisites: list[Unmet] = field(default_factory=list)
    untaught: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)


async def why_nothing(graph: Graph, learner: str, now: datetime, course: str | None = None) -> WhyNothing:
    """The reason for an empty `CandidateSet`; means nothing where there are candidates. Raises as `candidates` does."""
    rows = await graph.read("recommend/obstacles", learner=learner, course=course, now=utc(now), limit=POINTS)
    if rows:
        return explain(rows)
    if not await graph.read("learn/studies", learner=learner, course=course):
        await refuse(graph, learner, course)
    return WhyNothing("goal_reached")


def explain(rows: list[Row]) -> WhyNothing:
    """One reason from all obstacles: rest before limits before prerequisites, as each is easier to remove."""
    opened = [row for row in rows if not row["unmet"] and row["resource"] is not None]
    resting = [row["until"] for row in opened if row["until"] is not None and not row["limits"]]
    if resting:
        return WhyNothing("waiting", until=moment_or_none(min(resting)))
    limits = _unique(limit for row in opened for limit in row["limits"])
    if limits:
        return WhyNothing("blocked", limits=limits)
    untaught = _unique(row["point"] for row in rows if row["resource"] is None and not row["unmet"])
    return WhyNothing("blocked", prerequisites=_first_unmet(rows), untaught=untaught)


def _first_unmet(rows: list[Row]) -> list[Unmet]:
    """The unmet prerequisites that wait for no other one; all of them where each waits for another."""
    unmet = _unique(Unmet(*values) for row in rows for values in row["unmet"])
    blocked = {each.before for each in unmet}
    return [each for each in unmet if each.point not in blocked] or unmet


def _unique(values: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(values))
