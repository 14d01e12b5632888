"""Managed Neo4j of the benchmarks, apart from any other data, with the example courses imported into it."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from benchmarks.folders import DATA, EXAMPLES, RUNS_FOLDER
from graph.connection import Graph, connect
from graph.courses import tables
from graph.courses.parsing import parse_course
from graph.formats import metacademy
from graph.importing import import_course
from graph.migrations import migrate
from models.course import Course
from services.courses.artifacts import load_course_arrays
from services.settings import Settings, get_managed_server

T = TypeVar("T")
COURSE_READERS = {
    "english": (tables.read, EXAMPLES / "english"),
    "metacademy": (metacademy.read, DATA / "metacademy"),
}


async def read_stage_arrays(name: str) -> Course | None:
    """The arrays of an example course, by way of an import into a real server; None where its files are missing."""
    return await import_and_read(name, lambda graph: load_course_arrays(graph, name))


async def import_and_read(name: str, read_graph: Callable[[Graph], Awaitable[T]]) -> T | None:
    """What `read_graph` reads after the import of an example course; None where its files are missing."""
    read, folder = COURSE_READERS[name]
    if not folder.exists():
        return None
    server = get_managed_server(Settings(LODESTAR_HOME=RUNS_FOLDER / "home"))
    address = server.start()
    try:
        async with connect(address) as graph:
            await migrate(graph)
            await import_course(graph, parse_course(read(folder)))
            return await read_graph(graph)
    finally:
        server.stop()
