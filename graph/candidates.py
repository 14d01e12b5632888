"""What a learner can study now. One query gives the candidates and everything else the policy looks at."""

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from graph.connection import Graph, Row
from graph.errors import Invalid, NotFound
from graph.learners import Goal, Limits, read_learner
from graph.mastery import Levels
from graph.times import moment_or_none, utc

PER_POINT = 20
LIMIT = 100
"""Most candidates weighed in one step; the example courses offer about forty. All are logged, all but a few pruned."""


@dataclass(frozen=True, slots=True)
class CandidateSet:
    """A learner at the moment of choosing.

    Attributes:
        revision: of the curated graph; arrays made at an older one do not know the newest resources.
        step: the version of the learner's state; goes into the log of the decision.
        answers, success: outcomes so far, and the share of right ones, the latest weighing most.
        goals: none means the whole course.
        mastery: every point ever touched, forgetting applied.
        resources: ids of the candidates, curriculum order (points by level and id, then by importance).
    """

    learner: str
    course: str
    revision: int
    step: int
    answers: int
    success: float
    goals: list[Goal]
    limits: Limits
    mastery: Levels
    resources: list[str]


async def candidates(
    graph: Graph,
    learner: str,
    now: datetime,
    course: str | None = None,
    per_point: int = PER_POINT,
    limit: int = LIMIT,
) -> CandidateSet:
    """The feasible resources (rule in cypher/recommend/candidates.cypher) and the learner's state.

    Raises `NotFound` for an unknown learner or course, `Invalid` when no course is named and the learner has none.
    """
    rows = await graph.read(
        "recommend/candidates", learner=learner, course=course, now=utc(now), per_point=per_point, limit=limit
    )
    if not rows:
        await refuse(graph, learner, course)
    return _candidate_set(rows[0])


async def refuse(graph: Graph, learner: str, course: str | None) -> NoReturn:
    """Say which of learner and course is missing."""
    known = await read_learner(graph, learner)
    if course is None and known.course is None:
        raise Invalid(f"{learner!r} has no course of their own: name one.", "course")
    raise NotFound("course", str(course or known.course))


def _candidate_set(row: Row) -> CandidateSet:
    return CandidateSet(
        learner=row["learner"],
        course=row["course"],
        revision=row["revision"],
        step=row["step"],
        answers=row["answers"],
        success=row["success"],
        goals=[Goal(point, level, moment_or_none(due_at)) for point, level, due_at in row["goals"]],
        limits=Limits(row["max_minutes"], row["modalities"], row["languages"]),
        mastery=Levels(row["points"], row["levels"], row["days"], row["uncertainties"]),
        resources=row["resources"],
    )
