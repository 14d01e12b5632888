"""Read answer logs from CSV or JSONL files: files in, raw rows out; and the raw row of an interaction log.

The columns; `models.knowledge_tracing.cleaning` interprets the rows together:

    learner   id
    skill     id of a knowledge point; several: `a;b` in CSV, a list in JSONL
    right     1 or 0 (true, false), or a number on a scale that the caller declares
    item      id of what was asked; optional
    time      ISO 8601 (UTC where it has no zone) or seconds since 1970; optional
    order     a number that grows from answer to answer of a learner; optional, for logs without a clock
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from graph.courses.records import NO_LOCATION, CourseProblem, FileLocation
from graph.courses.tables import CourseFolder, RawRow, read_table

SECONDS_PER_DAY = 86400.0
_OUTCOME_WORDS = {"true": 1.0, "false": 0.0, "right": 1.0, "wrong": 0.0}

REQUIRED_ANSWER_COLUMNS = ("learner", "skill", "right")
ANSWER_COLUMNS = (*REQUIRED_ANSWER_COLUMNS, "item", "time", "order")


def parse_optional_number(values: Mapping[str, Any], column: str, read: Callable[[Any], float]) -> float | None:
    """Return the cell as a number; None where it is empty."""
    return None if values.get(column) in (None, "") else read(values[column])


def parse_text(value: Any) -> str:
    """Return the text without surrounding blanks; "" for None."""
    return "" if value is None else str(value).strip()


def parse_number(value: Any) -> float:
    """Return the number, or NaN where the value is none."""
    if isinstance(value, str) and value.strip().lower() in _OUTCOME_WORDS:
        return _OUTCOME_WORDS[value.strip().lower()]
    try:
        found = float(value)
    except (TypeError, ValueError, OverflowError):
        return math.nan
    return found if math.isfinite(found) else math.nan


def parse_days(value: Any) -> float:
    """Return the days since 1970, or NaN where the value is no time."""
    seconds = parse_number(value)
    if math.isnan(seconds):
        try:
            moment = datetime.fromisoformat(parse_text(value))
            seconds = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
        except (ValueError, OverflowError):
            return math.nan
    return seconds / SECONDS_PER_DAY


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
    at: FileLocation = field(default=NO_LOCATION, compare=False)


def read_answer_files(path: Path) -> tuple[list[RawAnswer], list[CourseProblem]]:
    """Return the answers of one file, or of a folder's files in the order of their names, and the problems.

    A file that cannot be read is a problem, never an exception.
    """
    found, answers = CourseFolder(), list[RawAnswer]()
    files = [path] if path.is_file() else sorted(path.glob("*")) if path.is_dir() else []
    if not files:
        found.add_problem(FileLocation(path.name, 0), "there is no such file or folder, or nothing in it")
    for file in files:
        answers += map(parse_answer, _read_rows(file, found))
    return answers, found.problems


def _read_rows(file: Path, found: CourseFolder) -> list[RawRow]:
    """Return the rows of one file; problems are added to `found`."""
    kind = file.suffix.lower().removeprefix(".")
    if kind not in ("csv", "jsonl"):
        found.add_problem(FileLocation(file.name, 0), "was not read: answer logs end in .csv or .jsonl")
        return []
    sheet = read_table(file, "answer", kind, found)
    missing = [name for name in REQUIRED_ANSWER_COLUMNS if sheet.columns and name not in sheet.columns]
    if missing:
        columns = ", ".join(ANSWER_COLUMNS)
        found.add_problem(FileLocation(file.name, 1), f"has no column {', '.join(missing)}; columns are {columns}")
        return []
    return sheet.rows


def parse_answer(row: RawRow) -> RawAnswer:
    """Return the row's cells as far as they can be read."""
    values = row.values
    return RawAnswer(
        learner=parse_text(values.get("learner")),
        skills=_parse_skills(values.get("skill")),
        right=parse_number(values.get("right")),
        item=parse_text(values.get("item")) or None,
        days=parse_optional_number(values, "time", parse_days),
        order=parse_optional_number(values, "order", parse_number),
        at=row.at,
    )


def _parse_skills(value: Any) -> tuple[str, ...]:
    """Return each once, in the order given."""
    parts = value if isinstance(value, list) else parse_text(value).split(";")
    return tuple(dict.fromkeys(name for name in map(parse_text, parts) if name))


class RawInteraction(NamedTuple):
    """One row of an interaction log. NaN stands for what was given and is no number or no time, None for what was not.

    Attributes:
        item: the resource's id.
        days: since 1970.
        is_own_choice: the learner chose it; no recommendation led to it.
    """

    learner: str
    item: str
    days: float | None = None
    outcome: float | None = None
    at: FileLocation = NO_LOCATION
    is_own_choice: bool = True
