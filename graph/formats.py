"""The forms in which a course can come: each is read into one folder of raw rows, then typed and checked alike."""

from collections.abc import Callable
from pathlib import Path

from graph import course_files, metacademy
from graph.course_fields import Parsed, parse

FORMATS: dict[str, Callable[[Path], course_files.Folder]] = {
    "folder": course_files.read,
    "metacademy": metacademy.read,
}


def read(path: Path, form: str = "folder") -> Parsed:
    """The course at `path` in one of `FORMATS`; what is wrong with it is among its problems, not an exception."""
    return parse(FORMATS[form](path))
