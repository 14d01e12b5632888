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
from graph.errors import Conflict, Invalid


@dataclass(frozen=True)
class Form:
    """One form: the module that knows it, what it is, whether it can be written, and how its files are known.

    A file is of this form if its name ends so and, where it exists, `mark` is near its beginning.
    """

    module: str
    about: str
    writes: bool = False
    suffixes: tuple[str, ...] = ()
    mark: bytes = b""

    def load(self) -> Any:
        """The module."""
        return import_module(self.module)


FORMATS: dict[str, Form] = {
    "folder": Form("graph.formats.folder", "course.json and tables in CSV or JSONL", writes=True),
    "case": Form("graph.formats.case", "CASE 1.0 competency framework (CFPackage)", True, (".json",), b'"CF'),
    "cartridge": Form(
        "graph.formats.cartridge", "IMS Common Cartridge: .imscc, or its folder", writes=True, suffixes=(".imscc",)
    ),
    "qti": Form("graph.formats.qti", "questions in QTI 1.2, 2.x or 3.0: a file, a folder or a zip", writes=True),
    "oatutor": Form("graph.formats.oatutor", "OATutor's coursePlans.json: PATH#COURSE"),
    "xlsx": Form(
        "graph.formats.xlsx",
        "Excel workbook: a sheet a table, or a row a topic",
        writes=True,
        suffixes=(".xlsx", ".xls", ".ods", ".numbers"),
    ),
    "junyi": Form("graph.formats.junyi", "Junyi Academy's exercise table"),
    "metacademy": Form("graph.formats.metacademy", "Metacademy's graph.json"),
}


def guess(path: Path) -> str:
    """The form that a path's name and first bytes speak for; a folder of tables where they say nothing."""
    suffix = path.suffix.lower()
    candidates = [name for name, form in FORMATS.items() if suffix and suffix in form.suffixes]
    start = _start(path) if any(FORMATS[name].mark for name in candidates) else None
    return next((name for name in candidates if start is None or FORMATS[name].mark in start), "folder")


def _start(path: Path) -> bytes | None:
    """The first bytes of a file; None where there is none yet."""
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError:
        return None


def read(path: Path, form: str | None = None) -> Parsed:
    """The course at `path`; what is wrong with it is among its problems, not an exception.

    `form`: one of `FORMATS`, else guessed from the name. Raises `Invalid` for an unknown one.
    """
    reader: Callable[[Path], Any] = _form(form or guess(path)).load().read
    with _uncollected():
        return parse(reader(path))


def write(course: Course, path: Path, form: str | None = None) -> None:
    """Write the course in a form that can be written.

    Raises `Invalid` for another, `Conflict` where `path` cannot be written or as the form does.
    """
    chosen = _form(form or guess(path))
    if not chosen.writes:
        able = ", ".join(name for name, each in FORMATS.items() if each.writes)
        raise Invalid(f"A course cannot be written as {form or guess(path)}; choose one of {able}.", "form")
    try:
        chosen.load().write(course, path)
    except OSError as error:
        raise Conflict(f"{path} cannot be written ({error.strerror}); name another file or folder.") from error


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
