"""The cells of a workbook (Office Open XML, ECMA-376) as values with row, column and any fault.

Parsed with `graph.readers` instead of a library, so that the limits hold, every fault has its cell, and merged
cells and links are seen too. A formula counts as the value that was calculated last.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import isfinite
from pathlib import Path
from posixpath import dirname, join, normpath
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

from graph import readers
from graph.courses.records import Scalar
from graph.readers import Unreadable

MAX_CELLS = 1_000_000
"""Cells that merged ranges may fill."""

_CELL_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
_ESCAPED_CHARACTER = re.compile(r"_x([0-9A-Fa-f]{4})_")
_WHOLE_NUMBER = re.compile(r"-?[0-9]{1,15}")
_WORKBOOK_PART = "xl/workbook.xml"


@dataclass
class Worksheet:
    """One sheet. `rows` holds those with any value; `faults` are rows and what is wrong with a cell there.

    Attributes:
        merged: cells that have their value from the cell above that they are merged with.
        links: where the hyperlink of a cell points.
    """

    name: str
    hidden: bool = False
    rows: dict[int, dict[int, Scalar]] = field(default_factory=dict)
    faults: list[tuple[int, str]] = field(default_factory=list)
    merged: set[tuple[int, int]] = field(default_factory=set)
    links: dict[tuple[int, int], str] = field(default_factory=dict)

    def filled_rows(self) -> Iterator[tuple[int, dict[int, Scalar]]]:
        """Yield the rows, from the top, in which any cell has a value of its own and none has a fault."""
        faulty = {row for row, _ in self.faults}
        for row, cells in sorted(self.rows.items()):
            own = (value for column, value in cells.items() if (row, column) not in self.merged)
            if row not in faulty and any(not isinstance(value, str) or value.strip() for value in own):
                yield row, cells


def read_worksheets(path: Path) -> list[Worksheet]:
    """Return the sheets of the workbook at `path`. Raises `Unreadable`."""
    archive = readers.open_archive(path)
    if _WORKBOOK_PART not in archive.namelist():
        raise Unreadable(0, f"is no Excel workbook ({_WORKBOOK_PART} is missing); save it as .xlsx")
    workbook = _read_part(archive, _WORKBOOK_PART)
    book = _Workbook(archive, any(one.get("date1904") in ("1", "true") for one in _find_all(workbook, "workbookPr")))
    targets = _relationship_targets(archive, _WORKBOOK_PART)
    found = {}
    for sheet in _find_all(workbook, "sheet"):
        part = targets.get(_get_attribute(sheet, "id"), "")
        if "/worksheets/" in part and part not in found:
            found[part] = Worksheet(sheet.get("name", ""), hidden=sheet.get("state", "visible") != "visible")
            book.fill(found[part], part)
    return list(found.values())


class _Workbook:
    """What the cells of all sheets refer to: shared texts, and which styles show a number as a date."""

    def __init__(self, archive: ZipFile, since_1904: bool) -> None:
        self._archive = archive
        self._epoch = CALENDAR_MAC_1904 if since_1904 else CALENDAR_WINDOWS_1900
        names = set(archive.namelist())
        parts = _relationship_targets(archive, _WORKBOOK_PART).values()
        texts, styles = (
            next((part for part in parts if part.endswith(end)), "") for end in ("Strings.xml", "styles.xml")
        )
        self._texts = [_rich_text(one) for one in _find_all(_read_part(archive, texts), "si")] if texts in names else []
        self._dates = _date_styles(_read_part(archive, styles)) if styles in names else set()

    def fill(self, grid: Worksheet, part: str) -> None:
        """Read the sheet at `part` into `grid`."""
        sheet = _read_part(self._archive, part)
        row = 0
        for element in _find_all(sheet, "row"):
            row = _row_number(element, row)
            column = 0
            for cell in _find_all(element, "c"):
                column = _column_number(cell, column)
                try:
                    value = self._value(cell)
                except ValueError as error:
                    grid.faults.append((row, f"{grid.name}!{get_column_letter(column)}{row} {error}"))
                    continue
                if value is not None:
                    grid.rows.setdefault(row, {})[column] = value
        _fill_merged(grid, sheet)
        _take_links(grid, sheet, _relationship_targets(self._archive, part))

    def _value(self, cell: Element) -> Scalar | None:
        kind = cell.get("t", "n")
        value = next((inner.text or "" for inner in _find_all(cell, "v")), "")
        if value == "" and kind != "str" and any(True for _ in _find_all(cell, "f")):
            hint = "open the file in a spreadsheet program and save it, or write the value"
            raise ValueError(f"holds a formula that was never calculated; {hint}")
        if kind == "inlineStr":
            return next((_rich_text(inner) for inner in _find_all(cell, "is")), None) or None
        if kind == "e":
            raise ValueError(f"holds the error {value}; correct it")
        if kind in ("str", "d") or value == "":
            return _unescape(value) or None
        if kind == "s":
            return self._shared(value)
        return value not in ("0", "false") if kind == "b" else self._number(value, cell.get("s", "0"))

    def _shared(self, place: str) -> str | None:
        if not place.isdigit() or int(place) >= len(self._texts):
            raise ValueError(f"refers to the text number {place[:20]!r}, which is not there; save the file once more")
        return self._texts[int(place)] or None

    def _number(self, value: str, style: str) -> Scalar:
        try:
            number = int(value) if _WHOLE_NUMBER.fullmatch(value) else float(value)
            if not isfinite(number):
                raise ValueError
            if style not in self._dates:
                return number
            return str(from_excel(number, self._epoch).isoformat()).removesuffix("T00:00:00")
        except (ValueError, OverflowError, AttributeError) as error:
            raise ValueError(f"holds {value[:40]!r}, which is no number or date; correct it") from error


def _read_part(archive: ZipFile, name: str) -> readers.XmlElement:
    try:
        return readers.parse_xml(readers.read_member(archive, name))
    except Unreadable as error:
        line = f", line {error.line}" if error.line else ""
        raise Unreadable(0, f"is no whole workbook: {name}{line} {error}") from error


def _find_all(element: Element, name: str) -> Iterator[Element]:
    """Return elements of that name in any namespace: there are two of OOXML."""
    return (inner for inner in element.iter() if inner.tag.rpartition("}")[2] == name)


def _get_attribute(element: Element, name: str) -> str:
    return next((value for key, value in element.attrib.items() if key.rpartition("}")[2] == name), "")


def _relationship_targets(archive: ZipFile, part: str) -> dict[str, str]:
    """Return ids of what a part refers to: another part, or an address outside."""
    name = f"{dirname(part)}/_rels/{part.rpartition('/')[2]}.rels"
    if name not in archive.namelist():
        return {}
    found = {}
    for one in _find_all(_read_part(archive, name), "Relationship"):
        target = one.get("Target", "")
        outside = one.get("TargetMode") == "External"
        found[one.get("Id", "")] = target if outside else normpath(join("/", dirname(part), target)).lstrip("/")
    return found


def _rich_text(element: Element) -> str:
    """Return the runs of a rich text, without its phonetic hints."""
    hints = {inner for hint in _find_all(element, "rPh") for inner in _find_all(hint, "t")}
    return _unescape("".join(inner.text or "" for inner in _find_all(element, "t") if inner not in hints))


def _unescape(text: str) -> str:
    return _ESCAPED_CHARACTER.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _date_styles(styles: Element) -> set[str]:
    """Return indexes into cellXfs whose number format is that of a date."""
    formats = {str(key): value for key, value in BUILTIN_FORMATS.items()}
    formats.update({one.get("numFmtId", ""): one.get("formatCode", "") for one in _find_all(styles, "numFmt")})
    cells = next(_find_all(styles, "cellXfs"), None)
    kinds = [one.get("numFmtId", "0") for one in _find_all(cells, "xf")] if cells is not None else []
    return {str(place) for place, kind in enumerate(kinds) if kind in formats and is_date_format(formats[kind])}


def _row_number(row: Element, before: int) -> int:
    number = row.get("r", str(before + 1))
    if not _CELL_REFERENCE.fullmatch(f"A{number}"):
        raise Unreadable(0, f"is no whole workbook: it has a row {number[:20]!r}; save it once more")
    return int(number)


def _column_number(cell: Element, before: int) -> int:
    match = _CELL_REFERENCE.fullmatch(cell.get("r", f"{get_column_letter(min(before, 18_000) + 1)}1"))
    if not match:
        raise Unreadable(0, f"is no whole workbook: it has a cell {cell.get('r', '')[:20]!r}; save it once more")
    return _column_letters(match[1])


def _column_letters(letters: str) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _take_links(grid: Worksheet, sheet: Element, targets: dict[str, str]) -> None:
    for link in _find_all(sheet, "hyperlink"):
        cell, target = _CELL_REFERENCE.match(link.get("ref", "")), targets.get(_get_attribute(link, "id"))
        if cell and target:
            grid.links[int(cell[2]), _column_letters(cell[1])] = target


def _fill_merged(grid: Worksheet, sheet: Element) -> None:
    """Give the value of a merged cell to every row that it covers, in its first column."""
    last = max(grid.rows, default=0)
    for one in _find_all(sheet, "mergeCell"):
        ends = [_CELL_REFERENCE.fullmatch(end) for end in one.get("ref", "").split(":")]
        if len(ends) != 2 or not (ends[0] and ends[1]):
            continue
        column, top, bottom = _column_letters(ends[0][1]), int(ends[0][2]), min(int(ends[1][2]), last)
        value = grid.rows.get(top, {}).get(column)
        if value is None:
            continue
        for row in range(top + 1, bottom + 1):
            grid.rows.setdefault(row, {})[column] = value
            grid.merged.add((row, column))
        if len(grid.merged) > MAX_CELLS:
            raise Unreadable(0, f"has merged cells over more than {MAX_CELLS:,} rows; part them")


def format_cell(value: Scalar) -> str:
    """Return a value as its cell shows it: whole numbers without a point."""
    if isinstance(value, bool):
        return str(value).upper()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
