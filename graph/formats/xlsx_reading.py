"""Spreadsheets: a workbook with a sheet for each table of a course, or one row a topic as teachers keep it.

A workbook with any visible sheet named as a table is read as tables, with the columns of the CSV files; the sheet
`course` takes the place of course.json. Any other workbook is read by `graph.formats.xlsx_topics`.
"""

from pathlib import Path
from typing import Any

from graph import reading
from graph.course import Place, Problem, Scalar
from graph.course_files import TABLES, Folder, Row, Sheet
from graph.formats import xlsx_topics
from graph.formats.xlsx_cells import Grid, grids, shown
from graph.reading import Unreadable

_COURSE = "course"
_TEXTS = ("id", "title", "language", "licence", "description")
_OTHERS = {
    ".xls": "is an old Excel file",
    ".ods": "is an OpenDocument spreadsheet",
    ".numbers": "is a Numbers spreadsheet",
}


def read(path: Path) -> Folder:
    """The workbook at `path` as a folder of tables; what is wrong is among its problems, with sheet and row."""
    folder = Folder()
    kind = _OTHERS.get(path.suffix.lower())
    if kind:
        folder.say(Place(path.name, 0), f"{kind}; save it as an Excel workbook (.xlsx) and import that")
        return folder
    try:
        visible = _visible(path, folder)
    except Unreadable as error:
        folder.say(Place(path.name, error.line), f"{error} (an .xlsx file is expected)")
        return folder
    header = visible.pop(_COURSE, None)
    if header:
        folder.header = Row(_place(path, header, 1), _settings(header))
    if not any(map(_table, visible)):
        xlsx_topics.read(path, list(visible.values()), folder)
        return folder
    if header is None:
        folder.say(Place(path.name, 0), "lacks the sheet course; make one with the rows id and title")
    for name, grid in visible.items():
        _read_table(path, name, grid, folder)
    return folder


def _visible(path: Path, folder: Folder) -> dict[str, Grid]:
    """The sheets to read, by name in lower case. Raises `Unreadable`."""
    found = {}
    for grid in grids(path):
        if grid.hidden:
            folder.notes.append(Problem(_place(path, grid, 0), "", "was not read: it is hidden"))
            continue
        folder.problems += [Problem(_place(path, grid, row), "", fault) for row, fault in grid.faults]
        found[grid.name.strip().lower()] = grid
    return found


def _read_table(path: Path, name: str, grid: Grid, folder: Folder) -> None:
    table = _table(name)
    if table is None:
        message = f"was not read: sheets of tables are named {', '.join(TABLES)}"
        folder.notes.append(Problem(_place(path, grid, 0), "", message))
        return
    rows = list(grid.filled())
    first, header = rows[0] if rows else (1, {})
    names = {column: shown(value).strip() for column, value in header.items()}
    twice = sorted({name for name in names.values() if list(names.values()).count(name) > 1})
    if twice:
        folder.say(_place(path, grid, first), f"names {', '.join(map(repr, twice))} twice; name every column once")
        return
    values = [
        Row(_place(path, grid, row), {name: _value(cells.get(column, "")) for column, name in names.items()})
        for row, cells in rows[1:]
    ]
    file = _place(path, grid, 0).file
    folder.sheets.append(Sheet(file, table, tuple(names.values()), values, whole=not grid.faults))


def _value(cell: Scalar) -> Any:
    """Text as in CSV; a list is parted by | or written as JSON."""
    text = shown(cell)
    if text.startswith('["') and text.endswith('"]'):
        try:
            return reading.json(text.encode())
        except Unreadable:
            return text
    return text


def _table(name: str) -> str | None:
    """The table that a sheet holds; a table may be parted into sheets, as points.a1 and points.a2."""
    table = name.partition(".")[0]
    return table if table in TABLES else None


def _settings(grid: Grid) -> dict[str, Scalar]:
    """The first two columns; a row of headings may stand above. A number stays one, unless a text is wanted."""
    pairs = ((shown(cells.get(1, "")).strip(), cells.get(2, "")) for _, cells in grid.filled())
    found = {key: value for key, value in pairs if key and (key, value) != ("setting", "value")}
    return {key: shown(value) if key in _TEXTS else value for key, value in found.items()}


def _place(path: Path, grid: Grid, row: int) -> Place:
    return Place(f"{path.name}, sheet {grid.name}", row)
