"""Imports a course: all of it or nothing, and the second time only what differs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from graph.connection import Graph, Work
from graph.course_check import Known, check, foreign_points
from graph.course_fields import Parsed
from graph.course_writes import Written, write
from graph.errors import BadCourse


@dataclass(frozen=True)
class Imported:
    """What an import did. `revision` is the graph's; it grew by one if `written.anything`."""

    course: str
    title: str
    rows: int
    revision: int
    written: Written


def _silent(rows: int) -> None:
    """The progress nobody watches."""


async def import_course(graph: Graph, parsed: Parsed, progress: Callable[[int], None] = _silent) -> Imported:
    """Bring the graph to what the course says, in one transaction.

    `progress` is told how many rows were written since it was last told. Raises `BadCourse` with every problem; then
    nothing was written.
    """
    return await graph.writing(partial(_import, parsed=parsed, progress=progress))


async def check_course(graph: Graph, parsed: Parsed) -> list[str]:
    """Every problem for which an import would be refused, also against what is in the graph; writes nothing."""
    return await graph.reading(partial(_problems, parsed=parsed))


def check_files(parsed: Parsed) -> list[str]:
    """Every problem that shows without a graph; points of other courses count as unknown."""
    return [str(problem) for problem in check(parsed, Known())]


async def _import(work: Work, parsed: Parsed, progress: Callable[[int], None]) -> Imported:
    locked = await work.run("curate/lock_graph")
    problems = await _problems(work, parsed)
    if problems:
        raise BadCourse(problems)
    course = parsed.course
    written = await write(work, course, progress)
    revised = await work.run("curate/next_revision") if written.anything else locked
    return Imported(course.id, course.title, course.rows, revised[0]["revision"], written)


async def _problems(work: Work, parsed: Parsed) -> list[str]:
    course = parsed.course
    points = await work.run("curate/existing_points", ids=foreign_points(course))
    edges = await work.run("curate/other_prerequisites", course=course.id)
    known = Known(frozenset(points[0]["found"]), tuple(map(tuple, edges[0]["rows"])))
    return [str(problem) for problem in check(parsed, known)]
