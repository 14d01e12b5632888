"""Reads a course out of the graph as the records that its files would give; export writes them, import compares."""

from collections.abc import Callable
from typing import Any

from graph.connection import Work
from graph.course import Course as Course
from graph.course import Item, Point, Prerequisite, Resource, Teaches
from graph.course_changes import Changes, difference

_RECORDS: dict[str, tuple[str, Callable[..., Any]]] = {
    "points": ("curate/points", Point),
    "prerequisites": ("curate/prerequisites", Prerequisite),
    "resources": ("curate/resources", Resource),
    "teaches": ("curate/teaches", Teaches),
    "items": ("curate/items", lambda *row: Item(*map(_frozen, row))),
}


async def read(work: Work, course: str) -> Course | None:
    """The course as it is stated in the graph, None if there is none; rows of other courses are left out."""
    found = await work.run("curate/course", course=course)
    if not found:
        return None
    settings = dict(found[0]["properties"])
    del settings["id"]
    title = settings.pop("title", course)
    tables = {}
    for table, (query, record) in _RECORDS.items():
        answer = await work.run(query, course=course)
        tables[table] = tuple(record(*row) for row in answer[0]["rows"])
    return Course(course, title, settings, **tables)


async def changes(work: Work, course: Course) -> Changes:
    """What `course` changes in its stored state."""
    return difference(await read(work, course.id), course)


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
