"""The benchmarks' own managed Neo4j, apart from anybody's data, and the example courses on it."""

from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from api.loading import read_arrays
from api.server import managed
from api.settings import Settings
from graph import course_files
from graph.connection import Graph, connect
from graph.course_fields import parse
from graph.formats import metacademy
from graph.importing import import_course
from graph.schema import migrate
from models.course import Course

T = TypeVar("T")
ROOT = Path(__file__).parent
READERS = {
    "english": (course_files.read, "../examples/english"),
    "metacademy": (metacademy.read, "../../shared/data/metacademy"),
}


async def course_arrays(name: str) -> Course | None:
    """The arrays of an example course, by way of an import into a real server; None where its files are missing."""
    return await imported(name, lambda graph: read_arrays(graph, name))


async def imported(name: str, read_graph: Callable[[Graph], Awaitable[T]]) -> T | None:
    """What `read_graph` reads after the import of an example course; None where its files are missing."""
    read, place = READERS[name]
    folder = ROOT / place
    if not folder.exists():
        return None
    server = managed(Settings(LODESTAR_HOME=ROOT / ".runs" / "home"))
    address = server.start()
    try:
        async with connect(address) as graph:
            await migrate(graph)
            await import_course(graph, parse(read(folder)))
            return await read_graph(graph)
    finally:
        server.stop()
