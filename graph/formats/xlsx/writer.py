"""Write a course as a workbook that a teacher can edit: frozen headings, column widths, lists of allowed values.

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

from graph.courses.folder import record_columns, replace_file
from graph.courses.parsing import MODALITIES, RESOURCE_KINDS, TABLE_SPECS
from graph.courses.records import ROLE_IMPORTANCE, CourseRecord, Scalar
from graph.courses.tables import TABLES
from graph.errors import Conflict

MAX_CELL_LENGTH = 32_767
"""UTF-16 units that a cell can hold, by the file format."""

_COLUMN_CHOICES = {
    "kind": RESOURCE_KINDS,
    "modality": MODALITIES,
    "role": tuple(ROLE_IMPORTANCE),
    "source": ("expert", "mined"),
    "status": ("active", "retired"),
}
_EDGE_STATUS = ("accepted", "proposed", "rejected")
_COLUMN_WIDTHS = {
    "id": 34,
    "name": 40,
    "title": 40,
    "description": 60,
    "text": 60,
    "prompt": 60,
    "reason": 50,
    "url": 40,
}
_DEFAULT_WIDTH = 16
_TO_ESCAPE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
_FORMULA_STARTS = ("=", "+", "-", "@")


def write(course: CourseRecord, path: Path) -> None:
    """Write the workbook; the file is replaced only when it is complete.

    Raises `Conflict` for a text that is too long for a cell.
    """
    course = course.sorted()
    book = Workbook()
    book.remove(book.active)
    settings: dict[str, Scalar] = {"id": course.id, "title": course.title, **course.settings}
    _write_sheet(book, "course", ["setting", "value"], [{"setting": key, "value": settings[key]} for key in settings])
    for table in TABLES:
        columns = [one.column for one in TABLE_SPECS[table].fields]
        _write_sheet(book, table, columns, [record_columns(table, record) for record in getattr(course, table)])
    content = io.BytesIO()
    book.save(content)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, content.getvalue())


def _write_sheet(book: Workbook, name: str, columns: list[str], rows: list[dict[str, Any]]) -> None:
    sheet = book.create_sheet(name)
    sheet.freeze_panes = "A2"
    for number, column in enumerate(columns, 1):
        letter = get_column_letter(number)
        sheet.cell(1, number, column).font = Font(bold=True)
        sheet.column_dimensions[letter].width = _COLUMN_WIDTHS.get(column, _DEFAULT_WIDTH)
        choices = _EDGE_STATUS if (name, column) == ("prerequisites", "status") else _COLUMN_CHOICES.get(column)
        if choices:
            sheet.add_data_validation(_make_choice_rule(f"{letter}2:{letter}1048576", choices))
    for place, row in enumerate(rows, 2):
        for number, column in enumerate(columns, 1):
            _write_cell(sheet, place, number, row.get(column))


def _make_choice_rule(cells: str, choices: tuple[str, ...]) -> DataValidation:
    """Return the validation of cells: a list to choose from, and a message for anything else."""
    rule = DataValidation("list", formula1=f'"{",".join(choices)}"', allow_blank=True, showErrorMessage=True)
    rule.error = f"Choose one of {', '.join(choices)}."
    rule.add(cells)
    return rule


def _write_cell(sheet: Any, row: int, column: int, value: Any) -> None:
    if value is None or isinstance(value, (bool, int)):
        sheet.cell(row, column, value)
        return
    if isinstance(value, float):
        cell = sheet.cell(row, column, repr(value))
        cell.data_type = "n"
        return
    text = _TO_ESCAPE.sub(
        lambda sign: f"_x{ord(sign[0]):04X}_", _join_list(value) if isinstance(value, tuple) else value
    )
    cell = sheet.cell(row, column)
    length = len(text.encode("utf-16-le")) // 2
    if length > MAX_CELL_LENGTH:
        at = f"{sheet.title}!{cell.coordinate}"
        hint = f"a spreadsheet's cell holds {MAX_CELL_LENGTH:,}. Export to a folder."
        raise Conflict(f"{at} would hold {length:,} characters, and {hint}")
    cell.value = text
    cell.data_type = "s"
    cell.quotePrefix = text.startswith(_FORMULA_STARTS)
    if "\n" in text:
        cell.alignment = Alignment(wrap_text=True, vertical="top")


def _join_list(values: tuple[str, ...]) -> str:
    """Parted by |, as in CSV; as a JSON list where a value holds a | itself."""
    text = "|".join(values)
    return text if text.count("|") == len(values) - 1 and not text.startswith("[") else orjson.dumps(values).decode()
