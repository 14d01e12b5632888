"""The formats in which a course is imported and exported, by name.

Each format is read into one folder of raw rows, which is then typed and checked the same way. A format is a module
with `read(path) -> CourseFolder`, and `write(course, path)` where it can be exported too; it is imported when it is
asked for.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from graph.courses.parsing import ParsedCourse, parse_course
from graph.courses.records import CourseRecord
from graph.errors import Conflict, Invalid


@dataclass(frozen=True)
class CourseFormat:
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


FORMATS: dict[str, CourseFormat] = {
    "folder": CourseFormat("graph.courses.folder", "course.json and tables in CSV or JSONL", writes=True),
    "case": CourseFormat("graph.formats.case", "CASE 1.0 competency framework (CFPackage)", True, (".json",), b'"CF'),
    "cartridge": CourseFormat(
        "graph.formats.cartridge", "IMS Common Cartridge: .imscc, or its folder", writes=True, suffixes=(".imscc",)
    ),
    "qti": CourseFormat(
        "graph.formats.qti", "questions in QTI 1.2, 2.x or 3.0: a file, a folder or a zip", writes=True
    ),
    "oatutor": CourseFormat("graph.formats.oatutor", "OATutor's coursePlans.json: PATH#COURSE"),
    "xlsx": CourseFormat(
        "graph.formats.xlsx",
        "Excel workbook: a sheet a table, or a row a topic",
        writes=True,
        suffixes=(".xlsx", ".xls", ".ods", ".numbers"),
    ),
    "junyi": CourseFormat("graph.formats.junyi", "Junyi Academy's exercise table"),
    "metacademy": CourseFormat("graph.formats.metacademy", "Metacademy's graph.json"),
}


def guess_format(path: Path) -> str:
    """The form that a path's name and first bytes speak for; a folder of tables where they say nothing."""
    suffix = path.suffix.lower()
    candidates = [name for name, form in FORMATS.items() if suffix and suffix in form.suffixes]
    start = _first_bytes(path) if any(FORMATS[name].mark for name in candidates) else None
    return next((name for name in candidates if start is None or FORMATS[name].mark in start), "folder")


def _first_bytes(path: Path) -> bytes | None:
    """The first bytes of a file; None where there is none yet."""
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError:
        return None


def read_course_files(path: Path, form: str | None = None) -> ParsedCourse:
    """The course at `path`; what is wrong with it is among its problems, not an exception.

    `form`: one of `FORMATS`, else guessed from the name. Raises `Invalid` for an unknown one.
    """
    reader: Callable[[Path], Any] = _find_format(form or guess_format(path)).load().read
    with _pause_garbage_collection():
        return parse_course(reader(path))


def write_course_files(course: CourseRecord, path: Path, form: str | None = None) -> None:
    """Write the course in a form that can be written.

    Raises `Invalid` for another, `Conflict` where `path` cannot be written or as the form does.
    """
    chosen = _find_format(form or guess_format(path))
    if not chosen.writes:
        able = ", ".join(name for name, each in FORMATS.items() if each.writes)
        raise Invalid(f"A course cannot be written as {form or guess_format(path)}; choose one of {able}.", "form")
    try:
        chosen.load().write(course, path)
    except OSError as error:
        raise Conflict(f"{path} cannot be written ({error.strerror}); name another file or folder.") from error


def _find_format(name: str) -> CourseFormat:
    if name not in FORMATS:
        raise Invalid(f"There is no form {name!r}; choose one of {', '.join(FORMATS)}.", "form")
    return FORMATS[name]


@contextmanager
def _pause_garbage_collection() -> Iterator[None]:
    """Rows are many objects without cycles; walking them again and again takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
