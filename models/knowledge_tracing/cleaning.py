"""Clean the raw rows of an answer log into an `AnswerLog`, with a report that names and counts what was wrong.

finding                          what is done
no learner, no skill             row dropped
unknown skill                    that skill dropped, the row too when none is left
answer not on the scale          row dropped
duplicate row                    later ones dropped; only rows with a time or an order can be told from a repeated try
time missing or unreadable       takes the time before it of the same learner, else the one after it
times out of order               sorted within the learner, equal times in the order given
one-answer learner               kept and named
skill never wrong, never right   kept and named: a fit is hardly informed by it
"""

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from graph.learners.log_files import RawAnswer
from models.cleaning_report import CleaningFinding, CleaningReport, add_finding
from models.knowledge_tracing.answer_log import AnswerLog, build_answer_log


@dataclass(frozen=True)
class AnswerScale:
    """Scale of answers: numbers in [low, high], right from `right_from` on. The default allows 0 and 1 alone."""

    low: float = 0.0
    high: float = 1.0
    right_from: float = 1.0

    def contains(self, value: float) -> bool:
        """Return whether `value` is an answer; NaN is none."""
        return value in (0, 1) if self == AnswerScale() else self.low <= value <= self.high


@dataclass(frozen=True)
class AnswerCleaningReport(CleaningReport):
    """Report on the cleaning of an answer log."""

    skills: int

    @property
    def summary(self) -> str:
        """Numbers of learners and skills."""
        return f"{self.learners} learners, {self.skills} skills"


class _Row(NamedTuple):
    """An answer, its remaining skills, and its moment: its time, else its order, NaN where it has neither."""

    number: int
    answer: RawAnswer
    skills: tuple[str, ...]
    moment: float

    @property
    def name(self) -> str:
        """Name of the row in the report."""
        return str(self.answer.at) or f"row {self.number}"


def clean_answers(
    answers: Iterable[RawAnswer], known: Collection[str] | None = None, scale: AnswerScale | None = None
) -> tuple[AnswerLog, AnswerCleaningReport]:
    """Return a log that can be fitted, and the report. No row makes it fail.

    `known` are the skills there are, in their order; without it, those that the rows name, sorted.
    """
    scale, findings = scale or AnswerScale(), list[CleaningFinding]()
    rows = [_Row(number, answer, answer.skills, _get_moment(answer)) for number, answer in enumerate(answers, 1)]
    kept = _drop_unknown_skills(_drop_incomplete(rows, findings), known, findings)
    kept = _drop_off_scale(kept, scale, findings)
    kept = _drop_duplicates(_sort_by_time(kept, findings), findings)
    days = _fill_days(kept, findings)
    log = build_answer_log(
        [
            (row.answer.learner, list(row.skills), row.answer.item, row.answer.right >= scale.right_from, day)
            for row, day in zip(kept, days, strict=True)
        ],
        None if known is None else tuple(known),
    )
    _note_unbalanced(log, findings)
    return log, AnswerCleaningReport(len(rows), len(kept), len(log.learners), tuple(findings), len(log.skills))


def _drop_bad_rows(
    rows: list[_Row], good: Callable[[_Row], bool], findings: list[CleaningFinding], kind: str
) -> list[_Row]:
    """Return the good rows and note the others as dropped."""
    flags = [good(row) for row in rows]
    bad = [row.name for row, fine in zip(rows, flags, strict=True) if not fine]
    add_finding(findings, kind, bad, "dropped")
    return [row for row, fine in zip(rows, flags, strict=True) if fine]


def _drop_incomplete(rows: list[_Row], findings: list[CleaningFinding]) -> list[_Row]:
    rows = _drop_bad_rows(rows, lambda row: bool(row.answer.learner), findings, "row without learner")
    return _drop_bad_rows(rows, lambda row: bool(row.skills), findings, "row without skill")


def _drop_unknown_skills(
    rows: list[_Row], known: Collection[str] | None, findings: list[CleaningFinding]
) -> list[_Row]:
    if known is None:
        return rows
    names = frozenset(known)
    unknown = [f"{row.name} {skill}" for row in rows for skill in row.skills if skill not in names]
    add_finding(findings, "unknown skill", unknown, "skill dropped")
    if not unknown:
        return rows
    reduced = [row._replace(skills=tuple(name for name in row.skills if name in names)) for row in rows]
    return _drop_bad_rows(reduced, lambda row: bool(row.skills), findings, "row of unknown skills alone")


def _drop_off_scale(rows: list[_Row], scale: AnswerScale, findings: list[CleaningFinding]) -> list[_Row]:
    wanted = "{0, 1}" if scale == AnswerScale() else f"[{scale.low:g}, {scale.high:g}]"
    return _drop_bad_rows(rows, lambda row: scale.contains(row.answer.right), findings, f"answer outside {wanted}")


def _get_moment(answer: RawAnswer) -> float:
    for value in (answer.days, answer.order):
        if value is not None and not math.isnan(value):
            return value
    return math.nan


def _sort_by_time(rows: list[_Row], findings: list[CleaningFinding]) -> list[_Row]:
    """Sort each learner's rows by time, else order; a row with neither stays behind the one before it."""
    learners = {name: index for index, name in enumerate(dict.fromkeys(row.answer.learner for row in rows))}
    last: dict[str, float] = {}
    late, keys = [], []
    for row in rows:
        learner, moment = row.answer.learner, row.moment
        before = last.get(learner, -math.inf)
        if moment < before:
            late.append(row.name)
        keys.append((learners[learner], before if math.isnan(moment) else moment))
        last[learner] = max(before, keys[-1][1])
    add_finding(findings, "time out of order", late, "sorted")
    return [rows[index] for index in sorted(range(len(rows)), key=keys.__getitem__)]


def _drop_duplicates(rows: list[_Row], findings: list[CleaningFinding]) -> list[_Row]:
    seen: set[tuple[object, ...]] = set()
    kept, twice = list[_Row](), list[_Row]()
    for row in rows:
        answer = row.answer
        key = (answer.learner, row.skills, answer.item, answer.right, row.moment)
        (twice if key in seen else kept).append(row)
        if not math.isnan(row.moment):
            seen.add(key)
    add_finding(findings, "duplicate row", [row.name for row in twice], "dropped")
    return kept


def _fill_days(rows: list[_Row], findings: list[CleaningFinding]) -> list[float]:
    """Return the days of each row, filled from its neighbours of the same learner; NaN without a clock."""
    days = [math.nan if row.answer.days is None else row.answer.days for row in rows]
    timed, ordered = (any(getattr(row.answer, name) is not None for row in rows) for name in ("days", "order"))
    missing = [
        row.name
        for row, day in zip(rows, days, strict=True)
        if (timed and math.isnan(day)) or (ordered and math.isnan(row.moment))
    ]
    add_finding(
        findings, "time missing or unreadable", missing, "takes the place and time of the learner's answer beside it"
    )
    for direction in (range(len(rows)), range(len(rows) - 1, -1, -1)):
        last: dict[str, float] = {}
        for index in direction:
            learner = rows[index].answer.learner
            if math.isnan(days[index]):
                days[index] = last.get(learner, math.nan)
            last[learner] = days[index]
    return days


def _note_unbalanced(log: AnswerLog, findings: list[CleaningFinding]) -> None:
    """Note learners and skills whose answers hardly inform a fit."""
    short = [log.learners[one] for one in (log.lengths == 1).nonzero()[0]]
    add_finding(findings, "one-answer learner", short, "kept")
    right = log.right[:, None]
    asked, won, lost = (set(log.skill[(log.skill >= 0) & mask].tolist()) for mask in (right | True, right, ~right))
    for kind, some in (("skill never wrong", lost), ("skill never right", won)):
        add_finding(findings, kind, [log.skills[skill] for skill in sorted(asked - some)], "kept")
