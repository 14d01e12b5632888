"""A course of the graph as the models' arrays, for commands that need no service."""

from api.course_arrays import course_of
from api.tracers import Tracers
from graph.catalogue import course
from graph.connection import Address, Graph, connect
from graph.errors import Invalid
from models.course import Course


async def read_arrays(graph: Graph, id: str, tracers: Tracers | None = None) -> Course:
    """The arrays of the course `id`; raises `NotFound`, or `Invalid` where there is nothing to learn with.

    `tracers` puts the course's learner model in charge; the platform's own is without them.
    """
    rows = await course(graph, id)
    arrays = course_of(rows)
    if not arrays.resources:
        raise Invalid(f"The course {id!r} has no active resource, so there is nothing to recommend or to train on.")
    return tracers.on(arrays, rows.settings) if tracers else arrays


async def load_course(address: Address, id: str) -> Course:
    """Like `read_arrays`, over a connection of its own."""
    async with connect(address) as graph:
        return await read_arrays(graph, id)


__all__ = ["Course", "load_course", "read_arrays"]
