"""A course of the graph as the models' arrays, for commands that need no service."""

from api.course_arrays import course_of
from graph.catalogue import course
from graph.connection import Address, connect
from graph.schema import migrate
from models.course import Course


async def load_course(address: Address, id: str) -> Course:
    """The arrays of the course `id`; raises `NotFound`."""
    async with connect(address) as graph:
        await migrate(graph)
        return course_of(await course(graph, id))
