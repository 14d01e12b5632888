"""The answers that learner models of a course are fitted to."""

from pathlib import Path

from graph.answer_files import RawAnswer, read_answers
from graph.answers import read_course_answers
from graph.catalogue import course as read_course
from graph.connection import Graph
from graph.course import Problem


async def read(graph: Graph, course: str, log: Path | None) -> tuple[list[str], list[RawAnswer], list[Problem]]:
    """The course's point ids, the answers in a file or folder (else the graph's), and what could not be read.

    Raises `NotFound` for the course.
    """
    points = [row["id"] for row in (await read_course(graph, course)).points]
    if log is None:
        return points, await read_course_answers(graph, course), []
    return points, *read_answers(log)
