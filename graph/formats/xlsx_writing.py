"""Writes a course as a workbook that a teacher can edit: headings that stay in sight, widths, lists to choose from.

A text is always written as text, so that no spreadsheet program takes one that begins with = for a formula.
"""

import io
import re
from pathlib import Path
from typing import Any

import orjson
from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from graph.course import ROLE_IMPORTANCE, Course, Scalar
from graph.course_fields import KINDS, MODALITIES, SPECS
from graph.course_files import TABLES
from graph.course_folder import replace_file
from graph.course_folder import row as row_of
from graph.errors import Conflict

LONGEST = 32_767
"""UTF-16 units that a cell can hold, by the file format."""

_CHOICES = {
    "kind": KINDS,
    "modality": MODALITIES,
    "role": tuple(ROLE_IMPORTANCE),
    "source": ("expert", "mined"),
    "status": ("active", "retired"),
}
_EDGE_STATUS = ("accepted", "proposed", "rejected")
_WIDTHS = {"id": 34, "name": 40, "title": 40, "description": 60, "text": 60, "prompt": 60, "reason": 50, "url": 40}
_USUAL_WIDTH = 16
_UNUSUAL = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_RUNS = ("=", "+", "-", "@")


def write(course: Course, path: Path) -> None:
    """Write the workbook; the file is replaced only when it is complete.

    Raises `Conflict` for a text that is too long for a cell.
    """
    course = course.sorted()
    book = Workbook()
    book.remove(book.active)
    settings: dict[str, Scalar] = {"id": course.id, "title": course.title, **course.settings}
    _sheet(book, "course", ["setting", "value"], [{"setting": key, "value": settings[key]} for key in settings])
    for table in TABLES:
        columns = [one.column for one in SPECS[table].fields]
        _sheet(book, table, columns, [row_of(table, record) for record in getattr(course, table)])
    content = io.BytesIO()
    book.save(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, content.getvalue())


def _sheet(book: Workbook, name: str, columns: list[str], rows: list[dict[str, Any]]) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, 1):
        letter = get_column_letter(number)
        sheet.cell(1, number, column).font = Font(bold=True)
        sheet.column_dimensions[letter].width = _WIDTHS.get(column, _USUAL_WIDTH)
        choices = _EDGE_STATUS if (name, column) == ("prerequisites", "status") else _CHOICES.get(column)
        if choices:
            sheet.add_data_validation(_offer(f"{letter}2:{letter}1048576", choices))
    for place, row in enumerate(rows, 2):
        for number, column in enumerate(columns, 1):
            _fill(sheet, place, number, row.get(column))


def _offer(cells: str, choices: tuple[str, ...]) -> DataValidation:
    """A list to choose from, and a message for anything else."""
    rule = DataValidation("list", formula1=f'"{",".join(choices)}"', allow_blank=True, showErrorMessage=True)
    rule.error = f"Choose one of {', '.join(choices)}."
    rule.add(cells)
    return rule


def _fill(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None or isinstance(value, (bool, int)):
        sheet.cell(row, column, value)
        return
    if isinstance(value, float):
        cell = sheet.cell(row, column, repr(value))
        cell.data_type = "n"
        return
    text = _UNUSUAL.sub(lambda sign: f"_x{ord(sign[0]):04X}_", _joined(value) if isinstance(value, tuple) else value)
    cell = sheet.cell(row, column)
    length = len(text.encode("utf-16-le")) // 2
    if length > LONGEST:
        at = f"{sheet.title}!{cell.coordinate}"
        hint = f"a spreadsheet's cell holds {LONGEST:,}. Export to a folder."
        raise Conflict(f"{at} would hold {length:,} characters, and {hint}")
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_RUNS)
    if "\n" in text:
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _joined(values: tuple[str, ...]) -> str:
    """Parted by |, as in CSV; as a JSON list where a value holds a | itself."""
    text = "|".join(values)
    return text if text.count("|") == len(values) - 1 and not text.startswith("[") else orjson.dumps(values).decode()
