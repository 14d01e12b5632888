"""Courses, knowledge points and resources, with the schemas in which the API returns them."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from graph import catalogue
from graph.catalogue import ResourceText
from graph.errors import NotFound
from services.context import AppContext
from services.courses.served import ServedCourse
from services.schemas import PointIdField, PointName, PointNameField, ResourceView, make_resource_view


@dataclass(frozen=True, slots=True)
class TaughtPoint:
    """A point that a resource teaches."""

    id: PointIdField
    name: PointNameField
    importance: Annotated[float, Field(description="η: how much of the resource lands on this point.")]


@dataclass(frozen=True, slots=True)
class PointView:
    """A knowledge point with its place in the graph."""

    id: PointIdField
    name: PointNameField
    description: str | None
    domain: str | None
    level: Annotated[str | None, Field(description="The course's own level.", examples=["A1"])]
    mastered_at: Annotated[float, Field(description="From this mastery on it counts as mastered.", examples=[0.8])]
    met_at: Annotated[float, Field(description="From this mastery on it is a met prerequisite.", examples=[0.6])]
    prerequisites: list[PointName]
    opens: list[PointName]


@dataclass(frozen=True, slots=True)
class ResourceDetail:
    """A resource and what it teaches."""

    resource: ResourceView
    text: str | None
    status: Annotated[str, Field(description="active or retired")]
    teaches: list[TaughtPoint]


@dataclass(frozen=True, slots=True)
class CourseView:
    """A course and its size."""

    id: Annotated[str, Field(examples=["english"])]
    title: str
    language: str | None
    licence: str | None
    points: int
    resources: int
    items: int


@dataclass(frozen=True, slots=True)
class CourseViews:
    """Every course."""

    courses: list[CourseView]


@dataclass(frozen=True, slots=True)
class PointNames:
    """The points of a course in the course's order."""

    course: str
    points: list[PointName]


@dataclass(frozen=True, slots=True)
class ResourceViews:
    """Active resources of a course, by id."""

    course: str
    total: Annotated[int, Field(description="How many there are; `offset` pages on.")]
    resources: list[ResourceView]


def make_resource_detail(resource: ResourceText, taught: list[TaughtPoint]) -> ResourceDetail:
    """A resource's row with what it teaches."""
    return ResourceDetail(make_resource_view(resource), resource["text"], resource["status"], taught)


async def list_courses(context: AppContext) -> list[CourseView]:
    """Every course with its size."""
    return [
        CourseView(each.id, each.title, each.language, each.licence, each.points, each.resources, each.items)
        for each in await catalogue.list_courses(context.graph)
    ]


async def list_points(context: AppContext, course: str) -> PointNames:
    """The points of a course. Raises `NotFound`."""
    served = await context.courses.get(course)
    return PointNames(course, served.points[: served.own_points])


async def list_resources(context: AppContext, course: str, point: str | None, limit: int, offset: int) -> ResourceViews:
    """Active resources, of one point if one is named. Raises `NotFound`."""
    served = await context.courses.get(course)
    found = served.resources
    if point is not None:
        teaches = served.course.teaches[:, [served.index_of(point)]].tocoo()
        found = [found[place] for place in sorted(teaches.row.tolist())]
    return ResourceViews(course, len(found), found[offset : offset + limit])


async def get_point(context: AppContext, id: str) -> PointView:
    """A point with its neighbours in the prerequisite graph. Raises `NotFound`."""
    rows = await catalogue.read_points(context.graph, [id])
    served = await _find_course_of_point(context, id)
    if not rows or served is None:
        raise NotFound("knowledge point", id)
    place, course = served.index_of(id), served.course
    return PointView(
        id=id,
        name=rows[0]["name"],
        description=rows[0]["description"],
        domain=rows[0]["domain"],
        level=rows[0]["level"],
        mastered_at=round(course.mastered[place].item(), 4),
        met_at=round(course.met[place].item(), 4),
        prerequisites=served.names(served.prerequisites[place]),
        opens=served.names(course.after[[place]].indices.tolist()),
    )


async def get_resource(context: AppContext, id: str) -> ResourceDetail:
    """A resource, retired or not, with its text and what it teaches. Raises `NotFound`."""
    rows = await catalogue.read_resources(context.graph, [id])
    if not rows:
        raise NotFound("resource", id)
    return make_resource_detail(rows[0], await _find_taught_points(context, id))


async def _find_taught_points(context: AppContext, resource: str) -> list[TaughtPoint]:
    for served in await context.courses.all():
        place = served.course.resource_index.get(resource)
        if place is not None:
            row = served.course.teaches[[place]]
            names = served.names(row.indices.tolist())
            return [
                TaughtPoint(name.id, name.name, round(share.item(), 4))
                for name, share in zip(names, row.data, strict=True)
            ]
    return []


async def _find_course_of_point(context: AppContext, point: str) -> ServedCourse | None:
    """A course that holds the point; read anew if the point is not known yet."""
    return next((each for each in await context.courses.all() if point in each.course.point_index), None)
