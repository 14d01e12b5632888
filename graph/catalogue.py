"""Courses, points, resources and items as rows for the layers above, read in one query, and how much data a course has.

Rows are dicts with the columns that their types name, in one order whatever the database's was. Resource texts,
the bulk of a course, are read by id only.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple, TypedDict, TypeVar

from graph.connection import Graph, Row, Work
from graph.errors import NotFound
from graph.values import to_datetime_or_none

T = TypeVar("T")


class PointRow(TypedDict):
    """A knowledge point; `mastered_at` and `met_at` are None where the course's thresholds hold."""

    id: str
    name: str
    description: str | None
    domain: str | None
    level: str | None
    mastered_at: float | None
    met_at: float | None
    hours: float | None


class PrerequisiteRow(TypedDict):
    """An accepted prerequisite: `before` gates `after`."""

    before: str
    after: str
    reason: str | None


class RelatedRow(TypedDict):
    """A semantic pair with its Jaccard weight, once and without direction."""

    a: str
    b: str
    weight: float


class ResourceRow(TypedDict):
    """A resource without its text."""

    id: str
    title: str
    kind: str
    modality: str
    minutes: float
    level: str | None
    difficulty: float
    url: str | None
    language: str | None
    status: str


class ResourceText(ResourceRow):
    """A resource with its text."""

    text: str | None


class TeachesRow(TypedDict):
    """A resource teaches a point with importance η."""

    resource: str
    point: str
    role: str
    importance: float


class ItemRow(TypedDict):
    """An item with its 3PL parameters: a discrimination, b difficulty (logits), c guessing."""

    id: str
    prompt: str
    answer: str
    distractors: list[str]
    points: list[str]
    a: float
    b: float
    c: float


class CourseRows(NamedTuple):
    """A course as rows.

    Attributes:
        settings: by their names in the graph (camelCase), e.g. masteredAt.
        revision: of the graph when reading began; what changed meanwhile may be in the rows and has a later number.
        included: ids of the course's own points, sorted. `points` begins with these and goes on with points of other
            courses that lie before them or are taught by the same resources, so that these rows suffice for gating.
    """

    id: str
    title: str
    settings: dict[str, object]
    revision: int
    included: list[str]
    points: list[PointRow]
    prerequisites: list[PrerequisiteRow]
    related: list[RelatedRow]
    resources: list[ResourceRow]
    teaches: list[TeachesRow]
    items: list[ItemRow]


@dataclass(frozen=True, slots=True)
class CourseSummary:
    """A course in a list, with the size of its tables (active resources and items only)."""

    id: str
    title: str
    language: str | None
    licence: str | None
    points: int
    resources: int
    items: int


async def list_courses(graph: Graph) -> list[CourseSummary]:
    """Return every course, by id."""
    return [CourseSummary(**row) for row in await graph.read("catalogue/courses")]


async def read_course_rows(graph: Graph, id: str, retired: bool = False) -> CourseRows:
    """Return all rows of a course, with `retired` resources for logs of old decisions. Raises `NotFound`."""
    return await graph.execute_read(partial(_read_course, id=id, retired=retired))


async def read_points(graph: Graph, ids: list[str]) -> list[PointRow]:
    """Return those of the points that exist, in the order asked for."""
    return _make_rows(PointRow, await graph.read("catalogue/points", ids=ids))


async def read_resources(graph: Graph, ids: list[str]) -> list[ResourceText]:
    """Return those of the resources that exist, retired or not, with their texts, in the order asked for."""
    return _make_rows(ResourceText, await graph.read("catalogue/resources_by_id", ids=ids))


async def _read_course(work: Work, id: str, retired: bool) -> CourseRows:
    revised = await work.run("catalogue/revision")
    found = await work.run("catalogue/included", course=id)
    if not found:
        raise NotFound("course", id)
    settings, included = found[0]["properties"], sorted(found[0]["points"])
    gates = await _read_gates(work, included)
    points = list(gates)
    teaches = _make_rows(TeachesRow, await work.run("catalogue/teaches", points=points, retired=retired))
    resources = await work.run("catalogue/resources", points=points, retired=retired)
    gates |= await _read_gates(work, sorted({row["point"] for row in teaches} - gates.keys()))
    own = set(included)
    everything = included + sorted(gates.keys() - own)
    return CourseRows(
        id=settings.pop("id"),
        title=settings.pop("title", id),
        settings=settings,
        revision=revised[0]["revision"] if revised else 0,
        included=included,
        points=_make_rows(PointRow, await work.run("catalogue/points", ids=everything)),
        prerequisites=[row for point in everything for row in _sort_rows(gates[point], "before")],
        related=_sort_rows(_make_rows(RelatedRow, await work.run("catalogue/related", points=everything)), "a", "b"),
        resources=_sort_rows(_make_rows(ResourceRow, resources), "id"),
        teaches=_sort_rows(teaches, "resource", "point"),
        items=_sort_rows(_make_rows(ItemRow, await work.run("catalogue/items", points=included)), "id"),
    )


async def _read_gates(work: Work, points: list[str]) -> dict[str, list[PrerequisiteRow]]:
    """Return these points and everything before them, each with the prerequisites that gate it."""
    gates: dict[str, list[PrerequisiteRow]] = {}
    while points:
        gates |= {point: [] for point in points}
        for row in _make_rows(PrerequisiteRow, await work.run("catalogue/prerequisites", points=points)):
            gates[row["after"]].append(row)
        points = sorted({row["before"] for point in points for row in gates[point]} - gates.keys())
    return gates


def _make_rows(kind: Callable[..., T], answer: list[Row]) -> list[T]:
    """Return rows of the class `kind` from a query's list of lists, whose columns are in the order of its fields."""
    names = tuple(kind.__annotations__)
    return [kind(zip(names, row, strict=True)) for row in answer[0]["rows"]]


def _sort_rows(rows: list[T], *columns: str) -> list[T]:
    """Return the rows in one fixed order, so that a seed gives the same result on every database."""
    key: Callable[[Any], Any] = itemgetter(*columns)
    return sorted(rows, key=key)


@dataclass(frozen=True, slots=True)
class CourseDataCounts:
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


async def count_course_data(graph: Graph, course: str) -> CourseDataCounts:
    """Count the records that a course has for training. Raises `NotFound`."""
    rows = await graph.read("recommend/data", course=course)
    if not rows:
        raise NotFound("course", course)
    row = dict(rows[0])
    for name in ("first", "last"):
        row[name] = to_datetime_or_none(row[name])
    for name in ("learner_events", "item_events"):
        row[name] = tuple(row[name])
    return CourseDataCounts(**row)
