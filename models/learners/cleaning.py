"""From raw rows of an answer log to an `AnswerLog`, and a report that names and counts what was wrong with them.

finding                          what is done
no learner, no skill             row dropped
unknown skill                    that skill dropped, the row too when none is left
answer not on the scale          row dropped
duplicate row                    later ones dropped; only rows with a time or an order can be told from a repeated try
time missing or unreadable       takes the time before it of the same learner, else the one after it
times out of order               sorted within the learner, equal times as they stand
one-answer learner               kept and named
skill never wrong, never right   kept and named: a fit can say little of it
"""

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from graph.answer_files import RawAnswer
from models.findings import Finding, Report, note
from models.learners.log import AnswerLog, log_of


@dataclass(frozen=True)
class Scale:
    """What answers are given on: numbers in [low, high], right from `right_from` on. Undeclared: 0 and 1 alone."""

    low: float = 0.0
    high: float = 1.0
    right_from: float = 1.0

    def holds(self, value: float) -> bool:
        """Whether `value` is an answer; NaN is none."""
        return value in (0, 1) if self == Scale() else self.low <= value <= self.high


@dataclass(frozen=True)
class CleaningReport(Report):
    """What became of a log's rows."""

    skills: int

    @property
    def about(self) -> str:
        """Who and what is in the log."""
        return f"{self.learners} learners, {self.skills} skills"


class _Row(NamedTuple):
    """An answer, its skills that are left, and what orders it: its time, else its order, NaN where it has neither."""

    number: int
    answer: RawAnswer
    skills: tuple[str, ...]
    moment: float

    @property
    def name(self) -> str:
        """How the report calls it."""
        return str(self.answer.at) or f"row {self.number}"


def clean(
    answers: Iterable[RawAnswer], known: Collection[str] | None = None, scale: Scale | None = None
) -> tuple[AnswerLog, CleaningReport]:
    """The log that can be fitted, and the report. Nothing in the rows makes it fail.

    `known` are the skills there are, in their order; without it, those that the rows name, sorted.
    """
    scale, findings = scale or Scale(), list[Finding]()
    rows = [_Row(number, answer, answer.skills, _moment(answer)) for number, answer in enumerate(answers, 1)]
    kept = _known(_complete(rows, findings), known, findings)
    kept = _on_scale(kept, scale, findings)
    kept = _once(_in_order(kept, findings), findings)
    days = _clock(kept, findings)
    log = log_of(
        [
            (row.answer.learner, list(row.skills), row.answer.item, row.answer.right >= scale.right_from, day)
            for row, day in zip(kept, days, strict=True)
        ],
        None if known is None else tuple(known),
    )
    _unbalanced(log, findings)
    return log, CleaningReport(len(rows), len(kept), len(log.learners), tuple(findings), len(log.skills))


def _split(rows: list[_Row], good: Callable[[_Row], bool], findings: list[Finding], kind: str) -> list[_Row]:
    """The good rows; the others are noted as dropped."""
    flags = [good(row) for row in rows]
    bad = [row.name for row, fine in zip(rows, flags, strict=True) if not fine]
    note(findings, kind, bad, "dropped")
    return [row for row, fine in zip(rows, flags, strict=True) if fine]


def _complete(rows: list[_Row], findings: list[Finding]) -> list[_Row]:
    rows = _split(rows, lambda row: bool(row.answer.learner), findings, "row without learner")
    return _split(rows, lambda row: bool(row.skills), findings, "row without skill")


def _known(rows: list[_Row], known: Collection[str] | None, findings: list[Finding]) -> list[_Row]:
    if known is None:
        return rows
    names = frozenset(known)
    unknown = [f"{row.name} {skill}" for row in rows for skill in row.skills if skill not in names]
    note(findings, "unknown skill", unknown, "skill dropped")
    if not unknown:
        return rows
    reduced = [row._replace(skills=tuple(name for name in row.skills if name in names)) for row in rows]
    return _split(reduced, lambda row: bool(row.skills), findings, "row of unknown skills alone")


def _on_scale(rows: list[_Row], scale: Scale, findings: list[Finding]) -> list[_Row]:
    wanted = "{0, 1}" if scale == Scale() else f"[{scale.low:g}, {scale.high:g}]"
    return _split(rows, lambda row: scale.holds(row.answer.right), findings, f"answer outside {wanted}")


def _moment(answer: RawAnswer) -> float:
    for value in (answer.days, answer.order):
        if value is not None and not math.isnan(value):
            return value
    return math.nan


def _in_order(rows: list[_Row], findings: list[Finding]) -> list[_Row]:
    """Learner by learner, sorted by time or else order; a row with neither stays behind the one before it."""
    learners = {name: place for place, name in enumerate(dict.fromkeys(row.answer.learner for row in rows))}
    last: dict[str, float] = {}
    late, keys = [], []
    for row in rows:
        learner, moment = row.answer.learner, row.moment
        before = last.get(learner, -math.inf)
        if moment < before:
            late.append(row.name)
        keys.append((learners[learner], before if math.isnan(moment) else moment))
        last[learner] = max(before, keys[-1][1])
    note(findings, "time out of order", late, "sorted")
    return [rows[index] for index in sorted(range(len(rows)), key=keys.__getitem__)]


def _once(rows: list[_Row], findings: list[Finding]) -> list[_Row]:
    seen: set[tuple[object, ...]] = set()
    kept, twice = list[_Row](), list[_Row]()
    for row in rows:
        answer = row.answer
        key = (answer.learner, row.skills, answer.item, answer.right, row.moment)
        (twice if key in seen else kept).append(row)
        if not math.isnan(row.moment):
            seen.add(key)
    note(findings, "duplicate row", [row.name for row in twice], "dropped")
    return kept


def _clock(rows: list[_Row], findings: list[Finding]) -> list[float]:
    """Days of each row, filled from its neighbours of the same learner; NaN without a clock."""
    days = [math.nan if row.answer.days is None else row.answer.days for row in rows]
    timed, ordered = (any(getattr(row.answer, name) is not None for row in rows) for name in ("days", "order"))
    missing = [
        row.name
        for row, day in zip(rows, days, strict=True)
        if (timed and math.isnan(day)) or (ordered and math.isnan(row.moment))
    ]
    note(findings, "time missing or unreadable", missing, "takes the place and time of the learner's answer beside it")
    for direction in (range(len(rows)), range(len(rows) - 1, -1, -1)):
        last: dict[str, float] = {}
        for index in direction:
            learner = rows[index].answer.learner
            if math.isnan(days[index]):
                days[index] = last.get(learner, math.nan)
            last[learner] = days[index]
    return days


def _unbalanced(log: AnswerLog, findings: list[Finding]) -> None:
    """What a fit can say little of."""
    short = [log.learners[one] for one in (log.lengths == 1).nonzero()[0]]
    note(findings, "one-answer learner", short, "kept")
    right = log.right[:, None]
    asked, won, lost = (set(log.skill[(log.skill >= 0) & mask].tolist()) for mask in (right | True, right, ~right))
    for kind, some in (("skill never wrong", lost), ("skill never right", won)):
        note(findings, kind, [log.skills[skill] for skill in sorted(asked - some)], "kept")
