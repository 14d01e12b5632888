"""The forms in which a course can come: each is read into one folder of raw rows, then typed and checked alike."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from graph import course_files, metacademy
from graph.course_fields import Parsed, parse

FORMATS: dict[str, Callable[[Path], course_files.Folder]] = {
    "folder": course_files.read,
    "metacademy": metacademy.read,
}


def read(path: Path, form: str = "folder") -> Parsed:
    """The course at `path` in one of `FORMATS`; what is wrong with it is among its problems, not an exception."""
    with _uncollected():
        return parse(FORMATS[form](path))


@contextmanager
def _uncollected() -> Iterator[None]:
    """Rows are many objects without cycles; walking them again and again takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
