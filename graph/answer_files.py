"""Answer logs from CSV or JSONL files: files in, raw rows out. What rows mean together is `models.learners.cleaning`.

learner   id
skill     id of a knowledge point; several: `a;b` in CSV, a list in JSONL
right     1 or 0 (true, false), or a number on a scale that the caller declares
item      id of what was asked; optional
time      ISO 8601 (UTC where it says no zone) or seconds since 1970; optional
order     a number that grows from answer to answer of a learner; optional, for logs without a clock
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from graph.course import NOWHERE, Place, Problem
from graph.course_files import Folder, Row, read_sheet

REQUIRED = ("learner", "skill", "right")
COLUMNS = (*REQUIRED, "item", "time", "order")
_WORDS = {"true": 1.0, "false": 0.0, "right": 1.0, "wrong": 0.0}
_SECONDS_A_DAY = 86400.0


@dataclass(frozen=True, slots=True)
class RawAnswer:
    """One row, as it was given. NaN stands for what was given and is no number or no time, None for what was not.

    Attributes:
        right: on the log's scale.
        days: since 1970.
    """

    learner: str
    skills: tuple[str, ...]
    right: float
    item: str | None = None
    days: float | None = None
    order: float | None = None
    at: Place = field(default=NOWHERE, compare=False)


def read_answers(path: Path) -> tuple[list[RawAnswer], list[Problem]]:
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
            found.say(Place(file.name, 0), "was not read: answer logs end in .csv or .jsonl")
            continue
        sheet = read_sheet(file, "answers", kind, found)
        missing = [name for name in REQUIRED if sheet.columns and name not in sheet.columns]
        if missing:
            found.say(Place(file.name, 1), f"has no column {', '.join(missing)}; columns are {', '.join(COLUMNS)}")
        else:
            rows += [raw_answer(row) for row in sheet.rows]
    return rows, found.problems


def raw_answer(row: Row) -> RawAnswer:
    """The row's cells as far as they can be read."""
    values = row.values
    return RawAnswer(
        learner=_text(values.get("learner")),
        skills=_skills(values.get("skill")),
        right=_number(values.get("right")),
        item=_text(values.get("item")) or None,
        days=_given(values, "time", _days),
        order=_given(values, "order", _number),
        at=row.at,
    )


def _given(values: Mapping[str, Any], column: str, read: Any) -> float | None:
    return None if values.get(column) in (None, "") else read(values[column])


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _skills(value: Any) -> tuple[str, ...]:
    """Each once, in the order given."""
    parts = value if isinstance(value, list) else _text(value).split(";")
    return tuple(dict.fromkeys(name for name in map(_text, parts) if name))


def _number(value: Any) -> float:
    """NaN where it is none."""
    if isinstance(value, str) and value.strip().lower() in _WORDS:
        return _WORDS[value.strip().lower()]
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return number if math.isfinite(number) else math.nan


def _days(value: Any) -> float:
    """Since 1970; NaN where it is no time."""
    seconds = _number(value)
    if math.isnan(seconds):
        try:
            moment = datetime.fromisoformat(_text(value))
        except ValueError:
            return math.nan
        seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    return seconds / _SECONDS_A_DAY
