"""Where the courses in memory come from: the graph's catalogue."""

from api.course_models import Served, served_of
from api.courses import Courses
from api.trained import Trained
from graph import catalogue
from graph.connection import Graph


def courses_of(graph: Graph, trained: Trained) -> Courses:
    """The courses of a graph, read when they are asked for, with their policies and learner models."""

    async def build(course: str) -> Served:
        return served_of(await catalogue.course(graph, course), trained)

    async def ids() -> list[str]:
        return [summary.id for summary in await catalogue.courses(graph)]

    return Courses(build, ids)
