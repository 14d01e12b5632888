"""Judges a course before it is imported, with and without a graph to judge it against."""

from functools import partial

from graph.connection import Graph, Work
from graph.course_check import Known, check, foreign_points
from graph.course_fields import Parsed as Parsed
from graph.errors import BadCourse


async def check_course(graph: Graph, parsed: Parsed) -> list[str]:
    """Every problem for which an import would be refused, also against what is in the graph; writes nothing."""
    return await graph.reading(partial(_problems, parsed=parsed))


def check_files(parsed: Parsed) -> list[str]:
    """Every problem that shows without a graph; points of other courses count as unknown."""
    return [str(problem) for problem in check(parsed, Known())]


async def refuse_bad(work: Work, parsed: Parsed) -> None:
    """Raises `BadCourse` with every problem."""
    problems = await _problems(work, parsed)
    if problems:
        raise BadCourse(problems)


async def _problems(work: Work, parsed: Parsed) -> list[str]:
    course = parsed.course
    points = await work.run("curate/existing_points", ids=foreign_points(course))
    edges = await work.run("curate/other_prerequisites", course=course.id)
    known = Known(frozenset(points[0]["found"]), tuple(map(tuple, edges[0]["rows"])))
    return [str(problem) for problem in check(parsed, known)]
