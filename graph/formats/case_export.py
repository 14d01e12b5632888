"""Writes a course as a CFPackage, with one field beside the standard's so that nothing is lost."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from graph.course import Course
from graph.course_folder import replace_file, row
from graph.formats.case_extra import Added
from graph.formats.case_framework import Framework, framework
from graph.formats.case_reading import understood


def write(course: Course, path: Path) -> None:
    """Write the course into the file `path`, made anew; the folders above it are made if need be."""
    course = course.sorted()
    found = framework(course, datetime.now(UTC).isoformat(timespec="seconds"))
    package = found.package()
    package["CFDocument"] = found.document | _added(course, found).field()
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, orjson.dumps(package, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))


def _added(course: Course, found: Framework) -> Added:
    """What reading the package would get wrong: it is read as it was made, and compared."""
    added = Added(course={"id": course.id})
    for table in ("resources", "teaches", "items"):
        setattr(added, table, [row(table, each) for each in getattr(course, table)])
    plain = understood(found.as_read(), added, []).points
    added.headings = sorted(plain.keys() - found.points.values())
    ids = {identifier: {"id": id} for id, identifier in found.points.items()}
    bare = understood(found.as_read(), replace(added, points=ids), [])
    added.course |= _differing({"id": course.id, "title": course.title, **course.settings}, bare.header)
    for point in course.points:
        identifier = found.points[point.id]
        differing = _differing(row("points", point), bare.points[identifier])
        if plain.get(identifier, {}).get("id") != point.id:
            differing["id"] = point.id
        if differing:
            added.points[identifier] = differing
    for edge in course.prerequisites:
        values = row("prerequisites", edge)
        identifier = found.prerequisites.get((edge.before, edge.after), "")
        if not identifier:
            added.edges.append(values)
        elif differing := _differing(values, bare.prerequisites.get(identifier, {})):
            added.prerequisites[identifier] = differing
    return added


def _differing(wanted: dict[str, Any], read: dict[str, Any]) -> dict[str, Any]:
    """What must be said beside `read` to have `wanted`; None where it must not be there."""
    names = sorted(wanted.keys() | read.keys())
    return {name: wanted.get(name) for name in names if wanted.get(name) != read.get(name)}
