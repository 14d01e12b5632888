"""Reads a course out of the graph and writes it as the folder that import reads.

`import(export(x)) = x`, and exporting what was imported gives the same bytes again.
"""

from functools import partial
from pathlib import Path

from graph import course_folder, course_rows
from graph.connection import Graph
from graph.course import Course
from graph.errors import NotFound


async def read_course(graph: Graph, course: str) -> Course:
    """The course as the graph states it, sorted. Raises `NotFound`."""
    found = await graph.reading(partial(course_rows.read, course=course))
    if found is None:
        raise NotFound("course", course)
    return found.sorted()


async def export_course(graph: Graph, course: str, folder: Path) -> Course:
    """Write the course into `folder` (made if need be) and return it.

    Raises `NotFound`, and `Conflict` if the folder holds table files that an import would read beside ours.
    """
    found = await read_course(graph, course)
    course_folder.write(found, folder)
    return found
