"""Courses, points and resources, as the API documents them."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from api.views import Id, Name, PointName, ResourceView, resource_view
from graph.catalogue import ResourceText


@dataclass(frozen=True, slots=True)
class Taught:
    """A point that a resource teaches."""

    id: Id
    name: Name
    importance: Annotated[float, Field(description="η: how much of the resource lands on this point.")]


@dataclass(frozen=True, slots=True)
class PointView:
    """A knowledge point with its place in the graph."""

    id: Id
    name: Name
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
    teaches: list[Taught]


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


def detail(resource: ResourceText, taught: list[Taught]) -> ResourceDetail:
    """A resource's row with what it teaches."""
    return ResourceDetail(resource_view(resource), resource["text"], resource["status"], taught)
