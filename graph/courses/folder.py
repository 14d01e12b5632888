"""Write a course as a folder: course.json and one CSV or JSONL file a table, Lodestar's own format.

Rows are sorted, numbers are plain, and a column that no row needs is left out. A file is replaced only when its new
content is complete. `read` and `write` are the protocol of a format, see `graph.formats.registry`.
"""

import csv
import io
from dataclasses import fields
from pathlib import Path
from typing import Any

import orjson

from graph.courses.parsing import TABLE_SPECS
from graph.courses.records import CourseRecord
from graph.courses.tables import COURSE_FILE, TABLES
from graph.errors import Conflict

TABLE_FILES = {
    "points": "points.csv",
    "prerequisites": "prerequisites.csv",
    "resources": "resources.jsonl",
    "teaches": "teaches.csv",
    "items": "items.jsonl",
}


def write(course: CourseRecord, folder: Path) -> None:
    """Write course.json and one file a table; a file is replaced only when it is complete.

    Raises `Conflict` if the folder holds table files that an import would read beside ours.
    """
    course = course.sorted()
    others = _stale_files(folder)
    if others:
        raise Conflict(
            f"{folder} holds {', '.join(others)}, which an import would read too. Export to an empty folder."
        )
    folder.mkdir(parents=True, exist_ok=True)
    header = {
        "id": course.id,
        "title": course.title,
        **{key: _plain_value(value) for key, value in course.settings.items()},
    }
    replace_file(folder / COURSE_FILE, orjson.dumps(header, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE))
    for table, name in TABLE_FILES.items():
        rows = [record_columns(table, record) for record in getattr(course, table)]
        content = _render_csv(table, rows) if name.endswith(".csv") else _render_jsonl(rows)
        replace_file(folder / name, content)


def _stale_files(folder: Path) -> list[str]:
    if not folder.is_dir():
        return []
    names = sorted(file.name for file in folder.iterdir() if file.suffix in (".csv", ".jsonl"))
    return [name for name in names if name.partition(".")[0] in TABLES and name not in TABLE_FILES.values()]


def replace_file(file: Path, content: bytes) -> None:
    """Replace a file when its new content is complete."""
    partial_file = file.with_name(f".{file.name}.part")
    partial_file.write_bytes(content)
    partial_file.replace(file)


def record_columns(table: str, record: Any) -> dict[str, Any]:
    """Return the record by columns; what is as it would be without the column is left out."""
    defaults = {one.name: one.default for one in fields(record)}
    return {
        column.column: _plain_value(getattr(record, column.attribute))
        for column in TABLE_SPECS[table].fields
        if column.required or getattr(record, column.attribute) != defaults[column.attribute]
    }


def _plain_value(value: Any) -> Any:
    """Return whole numbers without a point, line ends as import reads them."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def _render_jsonl(rows: list[dict[str, Any]]) -> bytes:
    return b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in rows)


def _render_csv(table: str, rows: list[dict[str, Any]]) -> bytes:
    """Render rows as CSV, with the required columns and those that any row needs."""
    used = {column for row in rows for column in row}
    columns = [one.column for one in TABLE_SPECS[table].fields if one.required or one.column in used]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()
