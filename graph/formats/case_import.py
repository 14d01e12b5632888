"""Reads a CFPackage file as a course folder."""

from pathlib import Path

from graph.course_files import Folder, Row, Sheet
from graph.formats.case_extra import added
from graph.formats.case_file import Package, load
from graph.formats.case_reading import Reading, understood


def read(path: Path) -> Folder:
    """The package at `path` in the form that `course_fields.parse` takes."""
    folder = Folder()
    package = load(path, folder.problems)
    if package is not None:
        extra = added(package.document.values, package.document.at, folder.notes)
        found = understood(package, extra, folder.problems)
        if isinstance(found.header["title"], str) and found.header["title"].strip():
            folder.header = Row(package.document.at, found.header)
        folder.sheets = [
            *_sheets(path.name, package, found, whole=not folder.problems),
            *extra.sheets(package.document.at),
        ]
        folder.notes += found.notes
    return folder


def _sheets(file: str, package: Package, found: Reading, whole: bool) -> list[Sheet]:
    points = [Row(package.items[one].at, values) for one, values in found.points.items()]
    edges = [Row(package.associations[one].at, values) for one, values in found.prerequisites.items()]
    return [
        Sheet(file, "points", None, points, whole),
        Sheet(file, "prerequisites", None, edges, whole),
    ]
