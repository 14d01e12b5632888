"""An answer as CSV, JSON or Parquet; moments are ISO 8601 in UTC, in Parquet timestamps."""

import csv
import io
from pathlib import Path
from typing import Any

import orjson

from graph.asking import Answer
from graph.errors import Invalid
from graph.parquet import as_text, write_answer

FORMS = ("table", "csv", "json", "parquet")


def form_of(form: str | None, out: Path | None) -> str:
    """What was asked for, else what the file's name says, else a table; `Invalid` for an unknown one."""
    found = form or (out.suffix.removeprefix(".").lower() if out else "table")
    if found not in FORMS:
        raise Invalid(f"{found or 'No suffix'} is no form of an answer; choose one of {', '.join(FORMS)}.", "format")
    if found == "parquet" and out is None:
        raise Invalid("Parquet is for files: name one with --out FILE.parquet.", "out")
    if found == "table" and out is not None:
        raise Invalid("A table is for reading here; --out takes csv, json or parquet.", "format")
    return found


def as_csv(answer: Answer) -> str:
    """A header and the rows; lists and maps as JSON, nothing for null."""
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(answer.columns)
    writer.writerows([cell(value) for value in row] for row in answer.rows)
    return file.getvalue()


def as_json(answer: Answer) -> str:
    """A list of objects."""
    option = orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS
    return orjson.dumps(answer.records(), option=option, default=str).decode() + "\n"


def cell(value: Any) -> str:
    """One value as text."""
    if value is None or isinstance(value, str):
        return value or ""
    if isinstance(value, bool | list | dict):
        return as_text(value) or ""
    return str(value.isoformat()).replace("+00:00", "Z") if hasattr(value, "isoformat") else str(value)


def save(answer: Answer, form: str, path: Path) -> None:
    """Write the answer to a file, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if form == "parquet":
        write_answer(path, answer)
        return
    part = path.with_name(path.name + ".part")
    part.write_text(as_csv(answer) if form == "csv" else as_json(answer), encoding="utf-8")
    part.replace(path)
