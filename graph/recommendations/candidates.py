"""The resources that a learner can study now, or the reason why there are none.

One query returns the candidates and everything else that the policy needs. Without candidates the reason is: goal
reached, or blocked, with what blocks (limits, prerequisites, points without resources).
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

from graph.connection import Graph, Row
from graph.learners.mastery import MasteryLevels
from graph.learners.profiles import Goal, StudyLimits, refuse_unknown
from graph.values import to_datetime_or_none, to_utc

CANDIDATES_PER_POINT = 20
MAX_CANDIDATES = 100
"""Most candidates weighed in one step; the example courses offer about forty. All are logged, all but a few pruned."""

T = TypeVar("T")
MAX_GOAL_POINTS = 1000
"""Wanted points that are looked at, in curriculum order; enough to name what to do next."""


@dataclass(frozen=True, slots=True)
class CandidateSet:
    """A learner at the moment of choosing.

    Attributes:
        revision: of the curated graph; arrays made at an older one do not know the newest resources.
        step: the version of the learner's state; goes into the log of the decision.
        answers, success: outcomes so far, and the share of right ones, the latest weighing most.
        goals: none means the whole course.
        mastery: every point ever touched, forgetting applied.
        dismissed: resources that rest because their recommendation was dismissed; `refused`: those never offered again.
        resources: ids of the candidates, curriculum order (points by level and id, then by importance).
    """

    learner: str
    course: str
    revision: int
    step: int
    answers: int
    success: float
    goals: list[Goal]
    limits: StudyLimits
    mastery: MasteryLevels
    dismissed: list[str]
    refused: list[str]
    resources: list[str]


async def read_candidates(
    graph: Graph,
    learner: str,
    now: datetime,
    course: str | None = None,
    per_point: int = CANDIDATES_PER_POINT,
    limit: int = MAX_CANDIDATES,
) -> CandidateSet:
    """Return the feasible resources (rule in cypher/recommend/candidates.cypher) and the learner's state.

    Raises `NotFound` for an unknown learner or course, `Invalid` when no course is named and the learner has none.
    """
    rows = await graph.read(
        "recommend/candidates", learner=learner, course=course, now=to_utc(now), per_point=per_point, limit=limit
    )
    if not rows:
        await refuse_unknown(graph, learner, course)
    return _make_candidate_set(rows[0])


def _make_candidate_set(row: Row) -> CandidateSet:
    return CandidateSet(
        learner=row["learner"],
        course=row["course"],
        revision=row["revision"],
        step=row["step"],
        answers=row["answers"],
        success=row["success"],
        goals=[Goal(point, level, to_datetime_or_none(due_at)) for point, level, due_at in row["goals"]],
        limits=StudyLimits(row["max_minutes"], row["modalities"], row["languages"]),
        mastery=MasteryLevels(row["points"], row["levels"], row["days"], row["uncertainties"], row["demonstrated"]),
        dismissed=row["dismissed"],
        refused=row["refused"],
        resources=row["resources"],
    )


@dataclass(frozen=True, slots=True)
class UnmetPrerequisite:
    """A prerequisite that is not met: `level` of `needed`, and a point that it is before."""

    point: str
    level: float
    needed: float
    before: str


@dataclass(frozen=True, slots=True)
class Obstacles:
    """Why a learner has no candidates.

    Attributes:
        reason: what the learner can do about it: nothing, or change something.
        prerequisites: unmet ones that stand before everything else (blocked).
        untaught: wanted points whose prerequisites are met but that no active resource teaches (blocked).
        limits: the learner's own limits, by name, that refuse what is open (blocked); `dismissed` says that the learner
            refused a resource for good.
    """

    reason: Literal["goal_reached", "blocked"]
    prerequisites: list[UnmetPrerequisite] = field(default_factory=list)
    untaught: list[str] = field(default_factory=list)
    limits: list[str] = field(default_factory=list)


async def read_obstacles(graph: Graph, learner: str, now: datetime, course: str | None = None) -> Obstacles:
    """Read the reason for an empty `CandidateSet`; without meaning where there are candidates.

    Raises as `candidates` does.
    """
    rows = await graph.read(
        "recommend/obstacles", learner=learner, course=course, now=to_utc(now), limit=MAX_GOAL_POINTS
    )
    if rows:
        return summarize_obstacles(rows)
    if not await graph.read("learn/studies", learner=learner, course=course):
        await refuse_unknown(graph, learner, course)
    return Obstacles("goal_reached")


def summarize_obstacles(rows: list[Row]) -> Obstacles:
    """Return one reason from all obstacles: limits before prerequisites, as they are easier to remove."""
    opened = [row for row in rows if not row["unmet"] and row["resource"] is not None]
    limits = _unique(limit for row in opened for limit in row["limits"])
    if limits:
        return Obstacles("blocked", limits=limits)
    untaught = _unique(row["point"] for row in rows if row["resource"] is None and not row["unmet"])
    return Obstacles("blocked", prerequisites=_first_unmet(rows), untaught=untaught)


def _first_unmet(rows: list[Row]) -> list[UnmetPrerequisite]:
    """Return the unmet prerequisites that wait for no other one; all of them where each waits for another."""
    unmet = _unique(UnmetPrerequisite(*values) for row in rows for values in row["unmet"])
    blocked = {each.before for each in unmet}
    return [each for each in unmet if each.point not in blocked] or unmet


def _unique(values: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(values))
