"""Writes a course as a folder of tables: sorted rows, plain numbers, and no column that says nothing."""

import csv
import io
from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson

from graph.course import Course
from graph.course_fields import SPECS
from graph.course_files import HEADER, TABLES
from graph.errors import Conflict

FILES = {
    "points": "points.csv",
    "prerequisites": "prerequisites.csv",
    "resources": "resources.jsonl",
    "teaches": "teaches.csv",
    "items": "items.jsonl",
}


def write(course: Course, folder: Path) -> None:
    """Write course.json and one file a table; a file is replaced only when it is complete.

    Raises `Conflict` if the folder holds table files that an import would read beside ours.
    """
    course = course.sorted()
    others = _other_tables(folder)
    if others:
        raise Conflict(
            f"{folder} holds {', '.join(others)}, which an import would read too. Export to an empty folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    header = {"id": course.id, "title": course.title, **{key: _plain(value) for key, value in course.settings.items()}}
    replace_file(folder / HEADER, orjson.dumps(header, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    for table, name in FILES.items():
        rows = [row(table, record) for record in getattr(course, table)]
        content = _csv(table, rows) if name.endswith(".csv") else _jsonl(rows)
        replace_file(folder / name, content)


def _other_tables(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    names = sorted(file.name for file in folder.iterdir() if file.suffix in (".csv", ".jsonl"))
    return [name for name in names if name.partition(".")[0] in TABLES and name not in FILES.values()]


def replace_file(file: Path, content: bytes) -> None:
    """Replace a file when its new content is complete."""
    partial_file = file.with_name(f".{file.name}.part")
    partial_file.write_bytes(content)
    partial_file.replace(file)


def row(table: str, record: Any) -> dict[str, Any]:
    """The record by columns; what is as it would be without the column is left out."""
    defaults = {one.name: one.default for one in fields(record)}
    return {
        column.column: _plain(getattr(record, column.attribute))
        for column in SPECS[table].fields
        if column.required or getattr(record, column.attribute) != defaults[column.attribute]
    }


def _plain(value: Any) -> Any:
    """Whole numbers without a point, line ends as import reads them."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def _jsonl(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _csv(table: str, rows: list[dict[str, Any]]) -> bytes:
    """With the required columns and those that any row needs."""
    used = {column for row in rows for column in row}
    columns = [one.column for one in SPECS[table].fields if one.required or one.column in used]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
