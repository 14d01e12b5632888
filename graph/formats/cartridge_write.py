"""Writes a course as a Common Cartridge 1.3, which learning management systems read.

Other programs see: a module for each point, in an order in which prerequisites come first, and in it the resources that
teach the point, the most important first, and an assessment of its items. A resource with a web address is a web link,
another a page of its text. What is retired is not shown. Everything else that Lodestar knows (ids, kinds, minutes,
roles, prerequisites, difficulties, settings) is in `lodestar.jsonl`, see `companion`.
"""

from pathlib import Path

from graph.course import Course
from graph.formats.cartridge_build import Built
from graph.formats.cartridge_own import given_by
from graph.formats.companion import lines
from graph.formats.packing import pack


def write(course: Course, path: Path) -> None:
    """Write the cartridge; a file that is there is replaced. Raises `Conflict` if `path` is a folder."""
    course = course.sorted()
    built = Built(course)
    companion = lines(course, built.parts, given_by(built.members))
    pack(built.members, companion, path)
