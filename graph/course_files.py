"""Reads a course folder into raw rows that know their file and line. What the values mean is `graph.course_fields`.

Any table may be CSV or JSONL and may be split: every file whose name begins with `TABLE.` belongs to TABLE. A file that
cannot be read becomes a problem, never an exception, so that one report tells everything.
"""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from graph import reading
from graph.course import Place, Problem
from graph.reading import Unreadable

TABLES = ("points", "prerequisites", "resources", "teaches", "items")
HEADER = "course.json"

LONGEST_CELL = 2**20
"""Characters of one cell of CSV or one line of JSONL."""

MOST_COLUMNS = 200
MOST_ROWS = 4_000_000
"""Of one file; in memory that takes about 3 GB."""

MOST_PROBLEMS = 1000
"""Of one file; then the rest of it is not read."""

_LINE_END = re.compile(r"\r\n?|\n")
_DELIMITERS = ((";", "semicolons"), ("\t", "tabs"), ("|", "bars"))


class Row(NamedTuple):
    """One row as it stands in its file: text in CSV, JSON values in JSONL."""

    at: Place
    values: dict[str, Any]


@dataclass(frozen=True)
class Sheet:
    """One file of a table. `columns` is the CSV header; JSONL has none. `whole` is false where rows are missing."""

    file: str
    table: str
    columns: tuple[str, ...] | None
    rows: list[Row]
    whole: bool = True


@dataclass
class Folder:
    """All that could be read of a course folder. `header` is course.json."""

    header: Row | None = None
    sheets: list[Sheet] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def say(self, at: Place, message: str) -> None:
        """Add a problem that belongs to no row."""
        self.problems.append(Problem(at, "", message))


def read(path: Path) -> Folder:
    """Read every table file and course.json of the folder `path`."""
    folder = Folder()
    if not path.is_dir():
        what = "is a file of no form that is known" if path.exists() else "there is no such folder"
        folder.say(Place(path.name, 0), f"{what}; give the folder that holds course.json")
        return folder
    try:
        files = sorted(path.iterdir())
    except OSError as error:
        folder.say(Place(path.name, 0), f"cannot be read ({error.strerror}); check its rights")
        return folder
    _read_header(path / HEADER, folder)
    for file in files:
        table, _, kind = file.name.partition(".")
        kind = kind.rpartition(".")[2].lower()
        if kind not in ("csv", "jsonl", "tsv", "xlsx"):
            continue
        if table in TABLES and kind in ("csv", "jsonl"):
            folder.sheets.append(read_sheet(file, table, kind, folder))
        else:
            message = f"was not read: tables are named {', '.join(TABLES)} and end in .csv or .jsonl"
            folder.notes.append(Problem(Place(file.name, 0), "", message))
    return folder


def _read_header(file: Path, folder: Folder) -> None:
    if not file.exists():
        folder.say(Place(HEADER, 0), 'is missing; write at least {"id": …, "title": …, "language": …}')
        return
    try:
        values = reading.json(reading.content(file))
    except Unreadable as error:
        folder.say(Place(HEADER, error.line), str(error))
    else:
        if isinstance(values, dict):
            folder.header = Row(Place(HEADER, 1), values)
        else:
            folder.say(Place(HEADER, 1), 'must be one object: {"id": …, "title": …}')


def read_sheet(file: Path, table: str, kind: str, folder: Folder) -> Sheet:
    """One file of `kind` csv or jsonl; what is wrong with it joins the problems of `folder`."""
    columns: tuple[str, ...] | None = None
    rows: list[Row] = []
    before = len(folder.problems)
    try:
        text = reading.text(file)
        if kind == "csv":
            columns = _read_csv(file.name, text, rows, folder)
        else:
            _read_jsonl(file.name, text, rows, folder)
    except Unreadable as error:
        folder.say(Place(file.name, error.line), str(error))
    return Sheet(file.name, table, columns, rows, whole=len(folder.problems) == before)


def _read_csv(file: str, text: str, rows: list[Row], folder: Folder) -> tuple[str, ...]:
    """Append the rows below the header; returns the header. Rows without any text are passed over."""
    lines = _cells(text)
    _, header = next(lines, (1, []))
    columns = tuple(cell.strip() for cell in header)
    while columns and not columns[-1]:
        columns = columns[:-1]
    _check_header(columns)
    for line, cells in lines:
        if not any(cells):
            continue
        at = Place(file, line)
        if len(cells) > len(columns) and not any(cells[len(columns) :]):
            cells = cells[: len(columns)]
        if len(cells) == len(columns):
            rows.append(Row(at, dict(zip(columns, cells, strict=True))))
        else:
            hint = "put a text that holds commas into double quotes"
            _add(folder, at, f"has {len(cells)} cells and the header has {len(columns)}; {hint}")
    return columns


def _cells(text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each row with the line it starts on; a quoted cell may go over several lines."""
    csv.field_size_limit(LONGEST_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    start = 1
    try:
        for number, cells in enumerate(reader):
            if number > MOST_ROWS:
                raise Unreadable(start, f"has more than {MOST_ROWS:,} rows; split it into several files")
            yield start, cells
            start = reader.line_num + 1
    except csv.Error as error:
        hint = "close every double quote and double the quotes inside a cell"
        if "field limit" in str(error):
            error = csv.Error(f"a cell has more than {LONGEST_CELL:,} characters")
        raise Unreadable(start, f"the row that starts here is not CSV ({error}); {hint}") from error


def _check_header(columns: tuple[str, ...]) -> None:
    if not any(columns):
        raise Unreadable(1, "is empty; the first line names the columns")
    for delimiter, name in _DELIMITERS:
        if len(columns) == 1 and delimiter in columns[0]:
            raise Unreadable(1, f"has its columns separated by {name}; save it with commas")
    if len(columns) > MOST_COLUMNS:
        raise Unreadable(1, f"has {len(columns)} columns and {MOST_COLUMNS} are allowed; keep those of the table")
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise Unreadable(1, f"names {', '.join(map(repr, twice))} twice; name every column once")


def _read_jsonl(file: str, text: str, rows: list[Row], folder: Folder) -> None:
    if text.lstrip().startswith("["):
        raise Unreadable(1, "is one JSON array; write one object a line, without brackets and commas around it")
    for number, line in enumerate(_LINE_END.split(text) if "\r" in text else text.split("\n"), 1):
        if not line or line.isspace():
            continue
        at = Place(file, number)
        try:
            rows.append(Row(at, _object(line)))
        except Unreadable as error:
            _add(folder, at, str(error))
        if len(rows) > MOST_ROWS:
            raise Unreadable(number, f"has more than {MOST_ROWS:,} rows; split it into several files")


def _add(folder: Folder, at: Place, message: str) -> None:
    """One more problem of a row. Raises `Unreadable` where there are too many to tell."""
    folder.say(at, message)
    if len(folder.problems) > MOST_PROBLEMS:
        raise Unreadable(at.line, "has more problems than can be told, and was not read further; mend the first ones")


def _object(line: str) -> dict[str, Any]:
    """One line of JSONL."""
    if len(line) > LONGEST_CELL:
        raise Unreadable(0, f"has more than {LONGEST_CELL:,} characters; shorten its texts")
    try:
        values = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        hint = "write one whole object a line"
        raise Unreadable(0, f"is not JSON: {error.msg} at column {error.colno}; {hint}") from error
    if not isinstance(values, dict):
        raise Unreadable(0, "is not an object; write one object a line")
    if not reading.unique_keys(line, values):
        raise Unreadable(0, "names a key twice in one object; keep one")
    return values
