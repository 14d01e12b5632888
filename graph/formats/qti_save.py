"""Writes the items of a course as a QTI 2.1 package.

Other programs see a question for each active item, with the names of its points as subjects. Everything else, the other
tables of the course too, is in `lodestar.jsonl`, see `companion`.
"""

from pathlib import Path

from graph.course import Course
from graph.formats.companion import lines
from graph.formats.packing import pack
from graph.formats.qti_build import Built
from graph.formats.qti_own import given_by


def write(course: Course, path: Path) -> None:
    """Write the package; a file that is there is replaced. Raises `Conflict` if `path` is a folder."""
    course = course.sorted()
    built = Built(course)
    companion = lines(course, built.parts, given_by(built.members))
    pack(built.members, companion, path)
