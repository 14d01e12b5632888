"""Learners: their id and course, goals, and limits."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NoReturn

from neo4j.exceptions import ConstraintError

from graph.connection import Graph, Row, Work
from graph.errors import Conflict, Invalid, NotFound
from graph.learners.practice import NO_ANSWERS
from graph.values import to_datetime, to_datetime_or_none, to_utc


@dataclass(frozen=True, slots=True)
class Goal:
    """A point that a learner aims at.

    Attributes:
        level: the mastery asked for, in [0, 1]; 0 asks for no more than the point's own threshold.
        due_at: when it should be reached.
    """

    point: str
    level: float = 0.0
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StudyLimits:
    """What a learner allows; None allows all.

    Attributes:
        max_minutes: the longest resource.
        modalities: text, audio, video, interactive.
        languages: of resources; one without a language fits all.
    """

    max_minutes: float | None = None
    modalities: list[str] | None = None
    languages: list[str] | None = None


PropertyValue = str | float | bool
"""What a property of a learner may be."""


@dataclass(frozen=True, slots=True)
class LearnerLabels:
    """What an application keeps of a learner; analysts can ask for it.

    Attributes:
        name: for people to read.
        team: a class or department; ready questions and lists take it.
        properties: further values by name; in the graph they have the prefix `own_`.
    """

    name: str | None = None
    team: str | None = None
    properties: dict[str, PropertyValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LearnerSummary:
    """A learner in a list."""

    id: str
    name: str | None
    team: str | None
    course: str | None
    created_at: datetime
    answers: int
    success: float


@dataclass(frozen=True, slots=True)
class LearnerProfile:
    """A learner without their mastery.

    Attributes:
        labels: name, team and further properties.
        course: what they study when a request names no course.
        answers: outcomes so far.
        success: share of right ones, the latest weighing most; 0.5 without any.
    """

    id: str
    course: str | None
    created_at: datetime
    goals: list[Goal] = field(default_factory=list)
    limits: StudyLimits = field(default_factory=StudyLimits)
    answers: int = 0
    success: float = NO_ANSWERS
    labels: LearnerLabels = field(default_factory=LearnerLabels)


async def create_learner(
    graph: Graph, learner: str, now: datetime, course: str | None = None, limits: StudyLimits | None = None
) -> LearnerProfile:
    """Add a learner. Raises `Conflict` if the id is in use, `NotFound` for an unknown course."""
    if not learner.strip():
        raise Invalid("A learner's id must not be empty.", "id")
    limits = _check_limits(limits or StudyLimits())
    values = {"learner": learner, "course": course, "now": to_utc(now), "max_minutes": limits.max_minutes}
    try:
        rows = await graph.write(
            "learn/create_learner", **values, modalities=limits.modalities, languages=limits.languages
        )
    except ConstraintError as error:
        raise Conflict(f"There is already a learner {learner!r}.") from error
    if not rows:
        raise NotFound("course", str(course))
    return LearnerProfile(learner, course, to_utc(now), limits=limits)


async def read_learner(graph: Graph, learner: str) -> LearnerProfile:
    """Return the learner with goals and limits; raises `NotFound`."""
    rows = await graph.read("learn/learner", learner=learner)
    if not rows:
        raise NotFound("learner", learner)
    return _make_profile(rows[0])


async def delete_learner(graph: Graph, learner: str) -> None:
    """Delete a learner with all mastery, diagnostics, recommendations and interactions. Raises `NotFound`."""
    if not await graph.write("learn/delete_learner", learner=learner):
        raise NotFound("learner", learner)


async def set_goals(graph: Graph, learner: str, goals: list[Goal]) -> None:
    """Replace the goals of a learner. Raises `NotFound` for an unknown id, `Invalid` for no goal or a bad level."""
    if not goals:
        raise Invalid("A goal needs at least one point; to aim at the whole course, clear the goals.", "goals")
    wanted = [_check_goal(goal) for goal in goals]
    if len({goal.point for goal in wanted}) < len(wanted):
        raise Invalid("A point can be a goal only once.", "goals")
    await _replace_goals(graph, learner, wanted)


async def clear_goals(graph: Graph, learner: str) -> None:
    """Remove the goals of a learner, who then aims at the whole course. Raises `NotFound`."""
    await _replace_goals(graph, learner, [])


async def set_limits(graph: Graph, learner: str, limits: StudyLimits) -> None:
    """Replace the limits of a learner. Raises `NotFound`, or `Invalid` for limits that nothing could meet."""
    limits = _check_limits(limits)
    values = {"max_minutes": limits.max_minutes, "modalities": limits.modalities, "languages": limits.languages}
    if not await graph.write("learn/set_limits", learner=learner, **values):
        raise NotFound("learner", learner)


async def set_labels(graph: Graph, learner: str, labels: LearnerLabels) -> None:
    """Replace name, team and properties of a learner. Raises `NotFound`."""
    own = {f"{_OWN}{name}": value for name, value in labels.properties.items()}
    if not await graph.write("learn/set_labels", learner=learner, name=labels.name, team=labels.team, own=own):
        raise NotFound("learner", learner)


async def list_learners(
    graph: Graph, course: str | None, team: str | None, after: str = "", limit: int = 100
) -> list[LearnerSummary]:
    """Return up to `limit` learners by id after one, of a course and a team where they are given."""
    rows = await graph.read("learn/list_learners", course=course, team=team, after=after, limit=limit)
    return [LearnerSummary(**row | {"created_at": to_datetime(row["created_at"])}) for row in rows]


_OWN = "own_"


async def _replace_goals(graph: Graph, learner: str, goals: list[Goal]) -> None:
    rows = [{"point": goal.point, "level": goal.level, "due_at": goal.due_at} for goal in goals]

    async def replace(work: Work) -> None:
        found = await work.run("learn/set_goals", learner=learner, goals=rows)
        if not found:
            raise NotFound("learner", learner)
        for goal in goals:
            if goal.point not in found[0]["found"]:
                raise NotFound("knowledge point", goal.point)

    await graph.execute_write(replace)


def _check_goal(goal: Goal) -> Goal:
    if not 0 <= goal.level <= 1:
        raise Invalid(f"The level of {goal.point!r} is {goal.level}; it must lie in [0, 1].", "level")
    return Goal(goal.point, float(goal.level), goal.due_at and to_utc(goal.due_at, "due_at"))


def _check_limits(limits: StudyLimits) -> StudyLimits:
    if limits.max_minutes is not None and not limits.max_minutes > 0:
        raise Invalid(f"max_minutes is {limits.max_minutes}; it must be above 0.", "max_minutes")
    for name, allowed in (("modalities", limits.modalities), ("languages", limits.languages)):
        if allowed is not None and not allowed:
            raise Invalid(f"{name} is empty, which allows nothing; leave it out to allow all.", name)
    return limits


def _make_profile(row: Row) -> LearnerProfile:
    return LearnerProfile(
        id=row["id"],
        course=row["course"],
        created_at=to_datetime(row["created_at"]),
        goals=[Goal(point, level, to_datetime_or_none(due_at)) for point, level, due_at in row["goals"]],
        limits=StudyLimits(row["max_minutes"], row["modalities"], row["languages"]),
        answers=row["answers"],
        success=row["success"],
        labels=LearnerLabels(row["name"], row["team"], {key.removeprefix(_OWN): value for key, value in row["own"]}),
    )


async def refuse_unknown(graph: Graph, learner: str, course: str | None) -> NoReturn:
    """Raise `NotFound` or `Invalid` for the learner or course that is missing."""
    known = await read_learner(graph, learner)
    if course is None and known.course is None:
        raise Invalid(f"{learner!r} has no course of their own: name one.", "course")
    raise NotFound("course", str(course or known.course))
