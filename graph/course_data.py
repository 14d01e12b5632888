"""How much data a course has to recommend by."""

from dataclasses import dataclass
from datetime import datetime

from graph.connection import Graph
from graph.errors import NotFound
from graph.times import moment_or_none


@dataclass(frozen=True, slots=True)
class CourseData:
    """Counts of one course.

    Attributes:
        described: resources with a title.
        right: share of right outcomes; None without any.
        followed: outcomes that a recommendation led to; the others learners chose themselves.
        decisions: recommendations served.
        learner_events, item_events: outcomes of each learner, and of each resource, that has any.
    """

    points: int
    prerequisites: int
    resources: int
    described: int
    interactions: int
    right: float | None
    followed: int
    decisions: int
    first: datetime | None
    last: datetime | None
    learner_events: tuple[int, ...]
    item_events: tuple[int, ...]


async def read_course_data(graph: Graph, course: str) -> CourseData:
    """Count; raises `NotFound`."""
    rows = await graph.read("recommend/data", course=course)
    if not rows:
        raise NotFound("course", course)
    row = dict(rows[0])
    for name in ("first", "last"):
        row[name] = moment_or_none(row[name])
    for name in ("learner_events", "item_events"):
        row[name] = tuple(row[name])
    return CourseData(**row)
