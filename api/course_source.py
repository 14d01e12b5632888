"""Where the courses in memory come from: the graph's catalogue."""

from pathlib import Path

from api.course_models import served_of
from api.courses import Courses
from api.served import Served
from api.tracers import Tracers
from graph import catalogue
from graph.connection import Graph


def courses_of(graph: Graph, policies: Path, tracers: Tracers | None = None) -> Courses:
    """The courses of a graph, read when they are asked for, with their policies and learner models."""

    async def build(course: str) -> Served:
        return served_of(await catalogue.course(graph, course), policies, tracers)

    async def ids() -> list[str]:
        return [summary.id for summary in await catalogue.courses(graph)]

    return Courses(build, ids)
