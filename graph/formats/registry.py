"""The formats in which a course is imported and exported, by name.

Each format is read into one folder of raw rows, which is then typed and checked the same way. A format names a module
with `read(path) -> CourseFolder`, and one with `write(course, path)` where it can be exported too; a module is
imported when it is asked for.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from graph.courses.parsing import ParsedCourse, parse_course
from graph.courses.records import CourseRecord
from graph.courses.tables import CourseFolder
from graph.errors import Conflict, Invalid


@dataclass(frozen=True)
class CourseFormat:
    """One format: its description, and the modules that read and write it (no writer: import only).

    A file is of this format if its name ends with one of `suffixes` and, if it exists, `signature` is near its start.
    """

    about: str
    reader: str
    writer: str | None = None
    suffixes: tuple[str, ...] = ()
    signature: bytes = b""


FORMATS: dict[str, CourseFormat] = {
    "folder": CourseFormat("course.json and tables in CSV or JSONL", "graph.courses.tables", "graph.courses.folder"),
    "case": CourseFormat(
        "CASE 1.0 competency framework (CFPackage)",
        "graph.formats.case.reader",
        "graph.formats.case.writer",
        suffixes=(".json",),
        signature=b'"CF',
    ),
    "cartridge": CourseFormat(
        "IMS Common Cartridge: .imscc, or its folder",
        "graph.formats.ims.cartridge_reader",
        "graph.formats.ims.cartridge_writer",
        suffixes=(".imscc",),
    ),
    "qti": CourseFormat(
        "questions in QTI 1.2, 2.x or 3.0: a file, a folder or a zip",
        "graph.formats.ims.qti_reader",
        "graph.formats.ims.qti_writer",
    ),
    "oatutor": CourseFormat("OATutor's coursePlans.json: PATH#COURSE", "graph.formats.oatutor"),
    "xlsx": CourseFormat(
        "Excel workbook: a sheet a table, or a row a topic and a row a question",
        "graph.formats.xlsx.reader",
        "graph.formats.xlsx.writer",
        suffixes=(".xlsx", ".xls", ".ods", ".numbers"),
    ),
    "csv": CourseFormat(
        "CSV of a row a topic, by the headings of a workbook", "graph.formats.csv_sheet", suffixes=(".csv", ".tsv")
    ),
    "junyi": CourseFormat("Junyi Academy's exercise table", "graph.formats.junyi"),
    "metacademy": CourseFormat("Metacademy's graph.json", "graph.formats.metacademy"),
}


def guess_format(path: Path) -> str:
    """Guess the format from a path's name and first bytes; return "folder" where neither decides."""
    suffix = path.suffix.lower()
    candidates = [name for name, form in FORMATS.items() if suffix and suffix in form.suffixes]
    start = _first_bytes(path) if any(FORMATS[name].signature for name in candidates) else None
    return next((name for name in candidates if start is None or FORMATS[name].signature in start), "folder")


def _first_bytes(path: Path) -> bytes | None:
    """Return the first bytes of a file; None where there is none yet."""
    try:
        with path.open("rb") as file:
            return file.read(4096)
    except OSError:
        return None


def read_course_files(path: Path, form: str | None = None) -> ParsedCourse:
    """Read the course at `path`; its faults are among its problems, not an exception.

    `form`: one of `FORMATS`, else guessed from the name. Raises `Invalid` for an unknown one.
    """
    read: Callable[[Path], CourseFolder] = import_module(_find_format(form or guess_format(path)).reader).read
    with _pause_garbage_collection():
        return parse_course(read(path))


def write_course_files(course: CourseRecord, path: Path, form: str | None = None) -> None:
    """Write the course in a format that can be written.

    Raises `Invalid` for another, `Conflict` where `path` cannot be written or as the form does.
    """
    writer = _find_format(form or guess_format(path)).writer
    if writer is None:
        able = ", ".join(name for name, each in FORMATS.items() if each.writer)
        raise Invalid(f"A course cannot be written as {form or guess_format(path)}; choose one of {able}.", "form")
    try:
        import_module(writer).write(course, path)
    except OSError as error:
        raise Conflict(f"{path} cannot be written ({error.strerror}); name another file or folder.") from error


def _find_format(name: str) -> CourseFormat:
    if name not in FORMATS:
        raise Invalid(f"There is no form {name!r}; choose one of {', '.join(FORMATS)}.", "form")
    return FORMATS[name]


@contextmanager
def _pause_garbage_collection() -> Iterator[None]:
    """Yield rows are many objects without cycles; walking them again and again takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
