"""Read a workbook with a sheet for each table of a course; pass other workbooks to `graph.formats.xlsx.topics`.

Which workbooks are read as tables: see `graph.formats.xlsx`. `read` is the protocol of a format.
"""

from pathlib import Path
from typing import Any

from graph import readers
from graph.courses.records import CourseProblem, FileLocation, Scalar
from graph.courses.tables import TABLES, CourseFolder, RawRow, RawTable
from graph.formats.xlsx import topics
from graph.formats.xlsx.cells import Worksheet, format_cell, read_worksheets
from graph.readers import Unreadable

_COURSE_SHEET = "course"
_TEXT_SETTINGS = ("id", "title", "language", "licence", "description")
_OTHER_SUFFIXES = {
    ".xls": "is an old Excel file",
    ".ods": "is an OpenDocument spreadsheet",
    ".numbers": "is a Numbers spreadsheet",
}


def read(path: Path) -> CourseFolder:
    """Return the workbook at `path` as a folder of tables; what is wrong is among its problems, with sheet and row."""
    folder = CourseFolder()
    kind = _OTHER_SUFFIXES.get(path.suffix.lower())
    if kind:
        folder.add_problem(FileLocation(path.name, 0), f"{kind}; save it as an Excel workbook (.xlsx) and import that")
        return folder
    try:
        visible = _visible_sheets(path, folder)
    except Unreadable as error:
        folder.add_problem(FileLocation(path.name, error.line), f"{error} (an .xlsx file is expected)")
        return folder
    header = visible.pop(_COURSE_SHEET, None)
    if header:
        folder.header = RawRow(_location(path, header, 1), _read_settings(header))
    if not any(map(_table_of_sheet, visible)):
        topics.read_topics(path, list(visible.values()), folder)
        return folder
    if header is None:
        folder.add_problem(FileLocation(path.name, 0), "lacks the sheet course; make one with the rows id and title")
    for name, grid in visible.items():
        _read_table(path, name, grid, folder)
    return folder


def _visible_sheets(path: Path, folder: CourseFolder) -> dict[str, Worksheet]:
    """Return the sheets to read, by name in lower case. Raises `Unreadable`."""
    found = {}
    for grid in read_worksheets(path):
        if grid.hidden:
            folder.notes.append(CourseProblem(_location(path, grid, 0), "", "was not read: it is hidden"))
            continue
        folder.problems += [CourseProblem(_location(path, grid, row), "", fault) for row, fault in grid.faults]
        found[grid.name.strip().lower()] = grid
    return found


def _read_table(path: Path, name: str, grid: Worksheet, folder: CourseFolder) -> None:
    table = _table_of_sheet(name)
    if table is None:
        message = f"was not read: sheets of tables are named {', '.join(TABLES)}"
        folder.notes.append(CourseProblem(_location(path, grid, 0), "", message))
        return
    rows = list(grid.filled_rows())
    first, header = rows[0] if rows else (1, {})
    names = {column: format_cell(value).strip() for column, value in header.items()}
    twice = sorted({name for name in names.values() if list(names.values()).count(name) > 1})
    if twice:
        folder.add_problem(
            _location(path, grid, first), f"names {', '.join(map(repr, twice))} twice; name every column once"
        )
        return
    values = [
        RawRow(_location(path, grid, row), {name: _cell_value(cells.get(column, "")) for column, name in names.items()})
        for row, cells in rows[1:]
    ]
    file = _location(path, grid, 0).file
    folder.tables.append(RawTable(file, table, tuple(names.values()), values, is_complete=not grid.faults))


def _cell_value(cell: Scalar) -> Any:
    """Return text as in CSV; a list is parted by | or written as JSON."""
    text = format_cell(cell)
    if text.startswith('["') and text.endswith('"]'):
        try:
            return readers.parse_json(text.encode())
        except Unreadable:
            return text
    return text


def _table_of_sheet(name: str) -> str | None:
    """Return the table that a sheet holds; a table may be parted into sheets, as points.a1 and points.a2."""
    table = name.partition(".")[0]
    return table if table in TABLES else None


def _read_settings(grid: Worksheet) -> dict[str, Scalar]:
    """Return the first two columns; a row of headings may stand above. A number stays one, unless a text is wanted."""
    pairs = ((format_cell(cells.get(1, "")).strip(), cells.get(2, "")) for _, cells in grid.filled_rows())
    found = {key: value for key, value in pairs if key and (key, value) != ("setting", "value")}
    return {key: format_cell(value) if key in _TEXT_SETTINGS else value for key, value in found.items()}


def _location(path: Path, grid: Worksheet, row: int) -> FileLocation:
    return FileLocation(f"{path.name}, sheet {grid.name}", row)
