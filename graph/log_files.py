"""What all logs from CSV or JSONL files share: their rows as they stand, and how their cells are read."""

import math
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graph.course import Place, Problem
from graph.course_files import Folder, Row, read_sheet

SECONDS_A_DAY = 86400.0
_WORDS = {"true": 1.0, "false": 0.0, "right": 1.0, "wrong": 0.0}


def read_rows(
    path: Path, table: str, required: Sequence[str], columns: Sequence[str]
) -> tuple[list[Row], list[Problem]]:
    """The rows of one file, or of all CSV and JSONL files of a folder, in the order of their names; and what is wrong.

    A file that cannot be read is a problem, never an exception.
    """
    found, rows = Folder(), []
    files = [path] if path.is_file() else sorted(path.glob("*")) if path.is_dir() else []
    if not files:
        found.say(Place(path.name, 0), "there is no such file or folder, or nothing in it")
    for file in files:
        kind = file.suffix.lower().removeprefix(".")
        if kind not in ("csv", "jsonl"):
            found.say(Place(file.name, 0), f"was not read: {table} logs end in .csv or .jsonl")
            continue
        sheet = read_sheet(file, table, kind, found)
        missing = [name for name in required if sheet.columns and name not in sheet.columns]
        if missing:
            found.say(Place(file.name, 1), f"has no column {', '.join(missing)}; columns are {', '.join(columns)}")
        else:
            rows += sheet.rows
    return rows, found.problems


def given(values: Mapping[str, Any], column: str, read: Callable[[Any], float]) -> float | None:
    """The cell as a number; None where it is empty."""
    return None if values.get(column) in (None, "") else read(values[column])


def text(value: Any) -> str:
    """Without the blanks around it; "" for nothing."""
    return "" if value is None else str(value).strip()


def number(value: Any) -> float:
    """NaN where it is none."""
    if isinstance(value, str) and value.strip().lower() in _WORDS:
        return _WORDS[value.strip().lower()]
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return found if math.isfinite(found) else math.nan


def days(value: Any) -> float:
    """Since 1970; NaN where it is no time."""
    seconds = number(value)
    if math.isnan(seconds):
        try:
            moment = datetime.fromisoformat(text(value))
            seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return math.nan
    return seconds / SECONDS_A_DAY
