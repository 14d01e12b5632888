"""The forms in which a course can come and go: each is read into one folder of raw rows, then typed and checked alike.

A form is a module with `read(path) -> Folder`, and `write(course, path)` where it can be exported too; it is imported
when its form is asked for.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from graph.course import Course
from graph.course_fields import Parsed, parse
from graph.errors import Invalid


@dataclass(frozen=True)
class Form:
    """One form: the module that knows it, what it is, whether it can be written, and the file names it is known by."""

    module: str
    about: str
    writes: bool = False
    suffixes: tuple[str, ...] = ()

    def load(self) -> Any:
        """The module."""
        return import_module(self.module)


FORMATS: dict[str, Form] = {
    "folder": Form("graph.formats.folder", "course.json and tables in CSV or JSONL", writes=True),
    "junyi": Form("graph.formats.junyi", "Junyi Academy's exercise table"),
    "metacademy": Form("graph.formats.metacademy", "Metacademy's graph.json"),
}


def guess(path: Path) -> str:
    """The form that a path's name speaks for; a folder of tables where it says nothing."""
    suffix = path.suffix.lower()
    return next((name for name, form in FORMATS.items() if suffix and suffix in form.suffixes), "folder")


def read(path: Path, form: str | None = None) -> Parsed:
    """The course at `path`; what is wrong with it is among its problems, not an exception.

    `form`: one of `FORMATS`, else guessed from the name. Raises `Invalid` for an unknown one.
    """
    reader: Callable[[Path], Any] = _form(form or guess(path)).load().read
    with _uncollected():
        return parse(reader(path))


def write(course: Course, path: Path, form: str | None = None) -> None:
    """Write the course in a form that can be written. Raises `Invalid` for another, `Conflict` as the form does."""
    chosen = _form(form or guess(path))
    if not chosen.writes:
        able = ", ".join(name for name, each in FORMATS.items() if each.writes)
        raise Invalid(f"A course cannot be written as {form or guess(path)}; choose one of {able}.", "form")
    chosen.load().write(course, path)


def _form(name: str) -> Form:
    if name not in FORMATS:
        raise Invalid(f"There is no form {name!r}; choose one of {', '.join(FORMATS)}.", "form")
    return FORMATS[name]


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
