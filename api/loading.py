"""A course of the graph as the models' arrays, for commands that need no service."""

from api.course_arrays import Course, course_of
from api.trained import Tracers
from graph.catalogue import CourseRows, course
from graph.connection import Graph
from graph.errors import Invalid


async def read_rows(graph: Graph, id: str, tracers: Tracers | None = None) -> tuple[CourseRows, Course]:
    """The course `id` as the graph has it and as arrays.

    Raises `NotFound`, or `Invalid` where there is nothing to learn with. `tracers` puts the course's learner model in
    charge; the platform's own is without them.
    """
    rows = await course(graph, id)
    arrays = course_of(rows)
    if not arrays.resources:
        raise Invalid(f"The course {id!r} has no active resource, so there is nothing to recommend or to train on.")
    return rows, tracers.on(arrays, rows.settings) if tracers else arrays


async def read_arrays(graph: Graph, id: str, tracers: Tracers | None = None) -> Course:
    """The arrays alone."""
    return (await read_rows(graph, id, tracers))[1]


__all__ = ["Course", "CourseRows", "read_arrays", "read_rows"]
