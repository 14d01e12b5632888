"""Answer logs from CSV or JSONL files: files in, raw rows out. What rows mean together is `models.learners.cleaning`.

learner   id
skill     id of a knowledge point; several: `a;b` in CSV, a list in JSONL
right     1 or 0 (true, false), or a number on a scale that the caller declares
item      id of what was asked; optional
time      ISO 8601 (UTC where it says no zone) or seconds since 1970; optional
order     a number that grows from answer to answer of a learner; optional, for logs without a clock
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graph.course import NOWHERE, Place, Problem
from graph.course_files import Row
from graph.log_files import days, given, number, read_rows, text

REQUIRED = ("learner", "skill", "right")
COLUMNS = (*REQUIRED, "item", "time", "order")


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
    """The answers of one file or of a folder's files, and what is wrong with them: `log_files.read_rows`."""
    rows, problems = read_rows(path, "answer", REQUIRED, COLUMNS)
    return [raw_answer(row) for row in rows], problems


def raw_answer(row: Row) -> RawAnswer:
    """The row's cells as far as they can be read."""
    values = row.values
    return RawAnswer(
        learner=text(values.get("learner")),
        skills=_skills(values.get("skill")),
        right=number(values.get("right")),
        item=text(values.get("item")) or None,
        days=given(values, "time", days),
        order=given(values, "order", number),
        at=row.at,
    )


def _skills(value: Any) -> tuple[str, ...]:
    """Each once, in the order given."""
    parts = value if isinstance(value, list) else text(value).split(";")
    return tuple(dict.fromkeys(name for name in map(text, parts) if name))
