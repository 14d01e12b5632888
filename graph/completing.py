"""What a ready question may leave out, and ids that nobody has: told, instead of answered by nothing."""

from typing import Any

from graph import catalogue
from graph.analysis import Question
from graph.connection import Graph
from graph.errors import Invalid
from graph.learners import read_learner


async def complete(graph: Graph, question: Question, given: dict[str, Any]) -> dict[str, Any]:
    """With the course, if it is the only one. Raises `Invalid` without a course, `NotFound` for an unknown learner."""
    if "learner" in question.params and "learner" in given:
        await read_learner(graph, given["learner"])
    if "course" not in question.params:
        return given
    courses = [course.id for course in await catalogue.courses(graph)]
    if not courses:
        raise Invalid("There is no course yet. Import one: lodestar import examples/english", "course")
    course = given.get("course", courses[0] if len(courses) == 1 else None)
    if course not in courses:
        said = f"There is no course {course!r}" if course else f"{question.name} needs --course"
        raise Invalid(f"{said}: one of {', '.join(courses)}.", "course")
    return given | {"course": course}
