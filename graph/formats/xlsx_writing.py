"""Writes a course as a workbook that a teacher can edit: bold headings that stay in sight, widths, lists to choose from.

A text is always written as text, so that no spreadsheet program takes one that begins with = for a formula.
"""

import io
import re
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from graph.course import ROLE_IMPORTANCE, Course, Scalar
from graph.course_fields import KINDS, MODALITIES, SPECS
from graph.course_files import TABLES
from graph.course_folder import replace_file, row_of
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
    book = Workbook(write_only=True)
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
        sheet.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(column, _USUAL_WIDTH)
        choices = _EDGE_STATUS if (name, column) == ("prerequisites", "status") else _CHOICES.get(column)
        if choices:
            _offer(sheet, get_column_letter(number), choices)
    sheet.append([_heading(sheet, column) for column in columns])
    for number, row in enumerate(rows, 2):
        places = (f"{name}!{get_column_letter(place)}{number}" for place in range(1, len(columns) + 1))
        sheet.append([_cell(sheet, at, row.get(column)) for at, column in zip(places, columns, strict=True)])


def _offer(sheet: Any, letter: str, choices: tuple[str, ...]) -> None:
    """A list to choose from, and a message for anything else."""
    rule = DataValidation("list", formula1=f'"{",".join(choices)}"', allow_blank=True, showErrorMessage=True)
    rule.error = f"Choose one of {', '.join(choices)}."
    rule.add(f"{letter}2:{letter}1048576")
    sheet.add_data_validation(rule)


def _heading(sheet: Any, text: str) -> Any:
    cell = WriteOnlyCell(sheet, text)
    cell.font = Font(bold=True)
    return cell


def _cell(sheet: Any, at: str, value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, float)):
        return value
    text = _UNUSUAL.sub(lambda sign: f"_x{ord(sign[0]):04X}_", _joined(value) if isinstance(value, tuple) else value)
    length = len(text.encode("utf-16-le")) // 2
    if length > LONGEST:
        raise Conflict(
            f"{at} would hold {length:,} characters, and a spreadsheet's cell holds {LONGEST:,}. Export to a folder."
        )
    cell = WriteOnlyCell(sheet, text)
    cell.data_type = "s"
    if text.startswith(_RUNS):
        cell.quotePrefix = True
    if "\n" in text:
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    return cell


def _joined(values: tuple[str, ...]) -> str:
    """Parted by |, as in CSV; as a JSON list where a value holds a | itself."""
    text = "|".join(values)
    return text if text.count("|") == len(values) - 1 and not text.startswith("[") else as_json(values)
