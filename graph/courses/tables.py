"""Read a course folder into raw rows that know their file and line; `graph.courses.parsing` types their values.

Any table may be CSV or JSONL and may be split: every file whose name begins with `TABLE.` belongs to TABLE. A file that
cannot be read becomes a problem, never an exception, so that one report lists everything.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from graph import readers
from graph.courses.records import CourseProblem, FileLocation
from graph.readers import Unreadable

TABLES = ("points", "prerequisites", "resources", "teaches", "items")
COURSE_FILE = "course.json"

MAX_CELL_LENGTH = 2**20
"""Characters of one cell of CSV or one line of JSONL."""

MAX_COLUMNS = 200
MAX_ROWS = 4_000_000
"""Of one file; in memory that takes about 3 GB."""

MAX_PROBLEMS = 1000
"""Of one file; then the rest of it is not read."""

_LINE_END = re.compile(r"\r\n?|\n")
_DELIMITERS = ((";", "semicolons"), ("\t", "tabs"), ("|", "bars"))


class RawRow(NamedTuple):
    """One row as it stands in its file: text in CSV, JSON values in JSONL."""

    at: FileLocation
    values: Mapping[str, object]


@dataclass(frozen=True)
class RawTable:
    """One file of a table. `columns` is the CSV header, None of JSONL; `is_complete`: no row is missing."""

    file: str
    table: str
    columns: tuple[str, ...] | None
    rows: list[RawRow]
    is_complete: bool = True


@dataclass
class CourseFolder:
    """All that could be read of a course folder.

    Attributes:
        header: course.json.
        unstated: tables, or "settings", that a source of this form has no place for: an import leaves them alone.
    """

    header: RawRow | None = None
    tables: list[RawTable] = field(default_factory=list)
    problems: list[CourseProblem] = field(default_factory=list)
    notes: list[CourseProblem] = field(default_factory=list)
    unstated: set[str] = field(default_factory=set)

    def add_problem(self, at: FileLocation, message: str) -> None:
        """Add a problem that belongs to no row."""
        self.problems.append(CourseProblem(at, "", message))


def read(path: Path) -> CourseFolder:
    """Read every table file and course.json of the folder `path`."""
    folder = CourseFolder()
    if not path.is_dir():
        what = "is a file of no form that is known" if path.exists() else "there is no such folder"
        folder.add_problem(FileLocation(path.name, 0), f"{what}; give the folder that holds course.json")
        return folder
    try:
        files = sorted(path.iterdir())
    except OSError as error:
        folder.add_problem(FileLocation(path.name, 0), f"cannot be read ({error.strerror}); check its rights")
        return folder
    _read_header(path / COURSE_FILE, folder)
    for file in files:
        table, _, kind = file.name.partition(".")
        kind = kind.rpartition(".")[2].lower()
        if kind not in ("csv", "jsonl", "tsv", "xlsx"):
            continue
        if table in TABLES and kind in ("csv", "jsonl"):
            folder.tables.append(read_table(file, table, kind, folder))
        else:
            message = f"was not read: tables are named {', '.join(TABLES)} and end in .csv or .jsonl"
            folder.notes.append(CourseProblem(FileLocation(file.name, 0), "", message))
    return folder


def _read_header(file: Path, folder: CourseFolder) -> None:
    if not file.exists():
        folder.add_problem(
            FileLocation(COURSE_FILE, 0), 'is missing; write at least {"id": …, "title": …, "language": …}'
        )
        return
    try:
        values = readers.parse_json(readers.read_bytes(file))
    except Unreadable as error:
        folder.add_problem(FileLocation(COURSE_FILE, error.line), str(error))
    else:
        if isinstance(values, dict):
            folder.header = RawRow(FileLocation(COURSE_FILE, 1), values)
        else:
            folder.add_problem(FileLocation(COURSE_FILE, 1), 'must be one object: {"id": …, "title": …}')


def read_table(file: Path, table: str, kind: str, folder: CourseFolder) -> RawTable:
    """Return one file of `kind` csv or jsonl; what is wrong with it joins the problems of `folder`."""
    columns: tuple[str, ...] | None = None
    rows: list[RawRow] = []
    before = len(folder.problems)
    try:
        text = readers.read_text(file)
        if kind == "csv":
            columns = _read_csv(file.name, text, rows, folder)
        else:
            _read_jsonl(file.name, text, rows, folder)
    except Unreadable as error:
        folder.add_problem(FileLocation(file.name, error.line), str(error))
    return RawTable(file.name, table, columns, rows, is_complete=len(folder.problems) == before)


def _read_csv(file: str, text: str, rows: list[RawRow], folder: CourseFolder) -> tuple[str, ...]:
    """Append the rows below the header; returns the header. Rows without any text are passed over."""
    lines = _read_cells(text)
    _, header = next(lines, (1, []))
    columns = tuple(cell.strip() for cell in header)
    while columns and not columns[-1]:
        columns = columns[:-1]
    _check_header(columns)
    for line, cells in lines:
        if not any(cells):
            continue
        at = FileLocation(file, line)
        if len(cells) > len(columns) and not any(cells[len(columns) :]):
            cells = cells[: len(columns)]
        if len(cells) == len(columns):
            rows.append(RawRow(at, dict(zip(columns, cells, strict=True))))
        else:
            hint = "put a text that holds commas into double quotes"
            _add_problem(folder, at, f"has {len(cells)} cells and the header has {len(columns)}; {hint}")
    return columns


def _read_cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the cells of each row with the line it starts on; a quoted cell may go over several lines."""
    csv.field_size_limit(MAX_CELL_LENGTH)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for number, cells in enumerate(reader):
            if number > MAX_ROWS:
                raise Unreadable(start, f"has more than {MAX_ROWS:,} rows; split it into several files")
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        hint = "close every double quote and double the quotes inside a cell"
        if "field limit" in str(error):
            error = csv.Error(f"a cell has more than {MAX_CELL_LENGTH:,} characters")
        raise Unreadable(start, f"the row that starts here is not CSV ({error}); {hint}") from error


def _check_header(columns: tuple[str, ...]) -> None:
    if not any(columns):
        raise Unreadable(1, "is empty; the first line names the columns")
    for delimiter, name in _DELIMITERS:
        if len(columns) == 1 and delimiter in columns[0]:
            raise Unreadable(1, f"has its columns separated by {name}; save it with commas")
    if len(columns) > MAX_COLUMNS:
        raise Unreadable(1, f"has {len(columns)} columns and {MAX_COLUMNS} are allowed; keep those of the table")
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise Unreadable(1, f"names {', '.join(map(repr, twice))} twice; name every column once")


def _read_jsonl(file: str, text: str, rows: list[RawRow], folder: CourseFolder) -> None:
    if text.lstrip().startswith("["):
        raise Unreadable(1, "is one JSON array; write one object a line, without brackets and commas around it")
    for number, line in enumerate(_LINE_END.split(text) if "\r" in text else text.split("\n"), 1):
        if not line or line.isspace():
            continue
        at = FileLocation(file, number)
        try:
            rows.append(RawRow(at, _parse_object(line)))
        except Unreadable as error:
            _add_problem(folder, at, str(error))
        if len(rows) > MAX_ROWS:
            raise Unreadable(number, f"has more than {MAX_ROWS:,} rows; split it into several files")


def _add_problem(folder: CourseFolder, at: FileLocation, message: str) -> None:
    """Add the problem of a row. Raises `Unreadable` above `MAX_PROBLEMS`."""
    folder.add_problem(at, message)
    if len(folder.problems) > MAX_PROBLEMS:
        raise Unreadable(at.line, "has more problems than can be told, and was not read further; mend the first ones")


def _parse_object(line: str) -> dict[str, Any]:
    """Return one line of JSONL."""
    if len(line) > MAX_CELL_LENGTH:
        raise Unreadable(0, f"has more than {MAX_CELL_LENGTH:,} characters; shorten its texts")
    try:
        values = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        hint = "write one whole object a line"
        raise Unreadable(0, f"is not JSON: {error.msg} at column {error.colno}; {hint}") from error
    if not isinstance(values, dict):
        raise Unreadable(0, "is not an object; write one object a line")
    if not readers.has_unique_keys(line, values):
        raise Unreadable(0, "names a key twice in one object; keep one")
    return values
