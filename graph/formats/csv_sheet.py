"""Read a CSV file as teachers keep it: a row a topic, by the same headings as in a workbook.

Cells are parted by commas, semicolons or tabs, whichever gives headings. Tables with a file each are a folder
(`graph.courses.tables`).
"""

import csv
import io
from pathlib import Path

from graph import readers
from graph.courses.records import FileLocation
from graph.courses.tables import MAX_CELL_LENGTH, MAX_COLUMNS, MAX_ROWS, CourseFolder
from graph.formats.xlsx.cells import Worksheet
from graph.formats.xlsx.headings import has_heading
from graph.formats.xlsx.topics import HEADINGS, read_topics
from graph.readers import Unreadable

DELIMITERS = (",", ";", "\t")


def read(path: Path) -> CourseFolder:
    """Return the sheet at `path` as a folder of tables; what is wrong is among its problems, with line."""
    folder = CourseFolder()
    try:
        grids = [_read_grid(readers.read_text(path), delimiter) for delimiter in DELIMITERS]
    except Unreadable as error:
        folder.add_problem(FileLocation(path.name, error.line), str(error))
        return folder
    widest = max(grids, key=lambda grid: max(map(len, grid.rows.values()), default=0))
    chosen = next((grid for grid in grids if has_heading(grid, HEADINGS["topic"])), widest)
    read_topics(path, [chosen], folder)
    return folder


def _read_grid(text: str, delimiter: str) -> Worksheet:
    """Return the cells of a file by line and column. Raises `Unreadable`."""
    csv.field_size_limit(MAX_CELL_LENGTH)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    grid, start = Worksheet(""), 1
    try:
        for number, cells in enumerate(lines):
            if number > MAX_ROWS or len(cells) > MAX_COLUMNS:
                raise Unreadable(start, f"has more than {MAX_ROWS:,} rows or {MAX_COLUMNS} columns; split it")
            grid.rows[start] = {column: cell.strip() for column, cell in enumerate(cells, 1) if cell.strip()}
            start = lines.line_num + 1
    except csv.Error as error:
        raise Unreadable(start, f"is not CSV ({error}); close every double quote") from error
    return grid
