"""Managed Neo4j of the benchmarks, apart from any other data, with the example courses imported into it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

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
BENCHMARKS = Path(__file__).parent
COURSE_READERS = {
    "english": (tables.read, "../examples/english"),
    "metacademy": (metacademy.read, "../../shared/data/metacademy"),
}


async def read_stage_arrays(name: str) -> Course | None:
    """The arrays of an example course, by way of an import into a real server; None where its files are missing."""
    return await import_and_read(name, lambda graph: load_course_arrays(graph, name))


async def import_and_read(name: str, read_graph: Callable[[Graph], Awaitable[T]]) -> T | None:
    """What `read_graph` reads after the import of an example course; None where its files are missing."""
    read, place = COURSE_READERS[name]
    folder = BENCHMARKS / place
    if not folder.exists():
        return None
    server = get_managed_server(Settings(LODESTAR_HOME=BENCHMARKS / ".runs" / "home"))
    address = server.start()
    try:
        async with connect(address) as graph:
            await migrate(graph)
            await import_course(graph, parse_course(read(folder)))
            return await read_graph(graph)
    finally:
        server.stop()
