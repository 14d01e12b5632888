"""Interaction logs from CSV or JSONL files: files in, raw rows out. What is wrong is told by `models.rankers.cleaning`.

learner    id
resource   id
time       ISO 8601 (UTC where it says no zone) or seconds since 1970
outcome    1 or 0 (true, false), or a number between; optional
"""

from pathlib import Path
from typing import NamedTuple

from graph.course import NOWHERE, Place, Problem
from graph.course_files import Row
from graph.log_files import days, given, number, read_rows, text

REQUIRED = ("learner", "resource", "time")
COLUMNS = (*REQUIRED, "outcome")


class RawInteraction(NamedTuple):
    """One row, as it was given. NaN stands for what was given and is no number or no time, None for what was not.

    Attributes:
        item: the resource's id.
        days: since 1970.
        own: the learner chose it; no recommendation led to it.
    """

    learner: str
    item: str
    days: float | None = None
    outcome: float | None = None
    at: Place = NOWHERE
    own: bool = True


def read_interaction_files(path: Path) -> tuple[list[RawInteraction], list[Problem]]:
    """The interactions of one file or of a folder's files, and what is wrong with them: `log_files.read_rows`."""
    rows, problems = read_rows(path, "interaction", REQUIRED, COLUMNS)
    return [raw_interaction(row) for row in rows], problems


def raw_interaction(row: Row) -> RawInteraction:
    """The row's cells as far as they can be read."""
    values = row.values
    learner, item = text(values.get("learner")), text(values.get("resource"))
    return RawInteraction(learner, item, given(values, "time", days), given(values, "outcome", number), row.at)
