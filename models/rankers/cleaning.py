"""Clean the raw rows of an interaction log into an `InteractionLog`, with a report of what was wrong.

finding                             what is done
no learner, no resource, no time    row left out
bot                                 named; all rows of that learner left out
time in the future                  row left out
unknown resource                    row left out
duplicate row                       same learner, resource and time: later ones left out
outcome outside [0, 1]              taken as unknown

A bot acts faster than people do (`BotThresholds`). All rows of a learner count for that, faulty ones too.
"""

from collections.abc import Collection, Iterable
from dataclasses import InitVar, dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from graph.learners.log_files import RawInteraction
from models.arrays import NO_INDEX, Flags, Floats, Ints
from models.cleaning_report import MAX_EXAMPLES, CleaningFinding, CleaningReport, add_finding
from models.rankers.interactions import InteractionLog

MAX_DAYS = 3e6
"""Days from 1970 to beyond the year 9999; a greater value is not a time."""
MINUTES_A_DAY = 1440
MINUTE_RANGE = 2 * int(MAX_DAYS) * MINUTES_A_DAY + 2
"""Minutes between the first possible time and the last."""
UNNAMED_ITEM = -2
"""Item of a row that names none; NO_INDEX is the item of a row that names an unknown one."""


@dataclass(frozen=True)
class BotThresholds:
    """Rates of rows that no person reaches.

    Attributes:
        burst: so many rows within one minute, at least 2; 300 to 1,000.
        rate: more rows than this in each of `minutes` successive minutes; 30 to 120.
        minutes: 3 to 30.
    """

    burst: int = 1000
    rate: float = 60.0
    minutes: int = 5


@dataclass(frozen=True)
class InteractionReport(CleaningReport):
    """Report on the cleaning of an interaction log."""

    resources: int

    @property
    def summary(self) -> str:
        """Numbers of learners and resources."""
        return f"{self.learners} learners, {self.resources} resources"


def clean_interactions(
    rows: Iterable[RawInteraction],
    known: Collection[str] | None = None,
    now: float | None = None,
    pace: BotThresholds | None = None,
) -> tuple[InteractionLog, InteractionReport]:
    """Return a log that rankers can be fitted to, in days since 1970, and the report. No row makes it fail.

    `known` are the resources there are, in their order; without it, those that the rows name, sorted. `now`, in days
    since 1970, is the present; without it, no time is in the future.
    """
    sieve = _RowFilter(list(rows), known)
    sieve.leave_out(sieve.learner == NO_INDEX, "row without learner")
    sieve.leave_out(sieve.item == UNNAMED_ITEM, "row without resource")
    sieve.leave_out(~(np.abs(sieve.days) < MAX_DAYS), "time missing or unreadable")
    sieve.leave_out_bots(pace or BotThresholds())
    sieve.leave_out(sieve.days > (MAX_DAYS if now is None else now), "time in the future")
    sieve.leave_out(sieve.item == NO_INDEX, "unknown resource")
    sieve.leave_out(sieve.find_duplicates(), "duplicate row")
    log = sieve.log()
    done = len(np.unique(log.item))
    return log, InteractionReport(len(sieve.rows), len(log), len(log.learners), tuple(sieve.findings), done)


@dataclass
class _RowFilter:
    """All n rows as arrays (n,), a mask `kept` of those not left out, and the findings so far."""

    rows: list[RawInteraction]
    known: InitVar[Collection[str] | None]
    findings: list[CleaningFinding] = field(default_factory=list)

    def __post_init__(self, known: Collection[str] | None) -> None:
        rows = self.rows
        self.items = tuple(sorted({row.item for row in rows if row.item}) if known is None else known)
        self.learners = tuple(dict.fromkeys(row.learner for row in rows if row.learner))
        item_index, learner_index = (
            {name: number for number, name in enumerate(names)} for names in (self.items, self.learners)
        )
        self.item = np.array(
            [item_index.get(row.item, NO_INDEX) if row.item else UNNAMED_ITEM for row in rows], dtype=np.int64
        )
        self.learner = np.array([learner_index.get(row.learner, NO_INDEX) for row in rows], dtype=np.int64)
        self.days = np.array([np.nan if row.days is None else row.days for row in rows], dtype=np.float64)
        self.kept = np.ones(len(rows), dtype=bool)

    def leave_out(self, bad: Flags, kind: str) -> None:
        """Leave out the `bad` (n,) of the kept rows and note them."""
        numbers = np.flatnonzero(bad & self.kept)
        self.kept[numbers] = False
        self._note(kind, numbers, "left out")

    def _note(self, kind: str, numbers: Ints, action: str) -> None:
        examples = tuple(_describe_row(self.rows[number], number) for number in numbers[:MAX_EXAMPLES])
        if len(numbers):
            self.findings.append(CleaningFinding(kind, len(numbers), examples, action))

    def leave_out_bots(self, pace: BotThresholds) -> None:
        """Leave out all rows of learners that are faster than `pace`, and name them."""
        learner, days = self.learner[self.kept], self.days[self.kept]
        minute = np.floor(days * MINUTES_A_DAY).astype(np.int64) + MINUTE_RANGE // 2
        each, rows = np.unique(learner * MINUTE_RANGE + minute, return_counts=True)
        busy = each[rows > pace.rate]
        hasty = _find_bursts(learner, days, pace.burst, 1 / MINUTES_A_DAY)
        tireless = _find_bursts(busy // MINUTE_RANGE, busy % MINUTE_RANGE, pace.minutes, pace.minutes)
        bots = np.union1d(hasty, tireless)
        theirs = self.kept & np.isin(self.learner, bots)
        self.kept &= ~theirs
        add_finding(self.findings, "bot", [self.learners[bot] for bot in bots], f"all {theirs.sum()} rows left out")

    def find_duplicates(self) -> Flags:
        """Mask the rows with learner, item and time of an earlier row, (n,)."""
        numbers = np.flatnonzero(self.kept)
        keys = np.stack([self.learner[numbers], self.item[numbers], self.days[numbers]])
        order = np.lexsort(keys)
        same = (np.diff(keys[:, order]) == 0).all(axis=0)
        flags = np.zeros(len(self.rows), dtype=bool)
        flags[numbers[order[1:][same]]] = True
        return flags

    def log(self) -> InteractionLog:
        """Return the kept rows in order of time, equal times in the order given; learners by their first event."""
        numbers = np.flatnonzero(self.kept)
        numbers = numbers[np.argsort(self.days[numbers], kind="stable")]
        codes, first, learner = np.unique(self.learner[numbers], return_index=True, return_inverse=True)
        order = np.argsort(first)
        return InteractionLog(
            learners=tuple(self.learners[code] for code in codes[order]),
            items=self.items,
            learner=np.argsort(order)[learner],
            item=self.item[numbers],
            days=self.days[numbers],
            outcome=self._outcomes(numbers),
            self_chosen=np.array([self.rows[number].is_own_choice for number in numbers], dtype=bool),
        )

    def _outcomes(self, numbers: Ints) -> Floats:
        given = [self.rows[number].outcome for number in numbers]
        outcome = np.array([np.nan if value is None else value for value in given], dtype=np.float32)
        bad = np.array([value is not None for value in given], dtype=bool) & ~((outcome >= 0) & (outcome <= 1))
        self._note("outcome outside [0, 1]", numbers[bad], "taken as unknown")
        return np.where(bad, np.float32(np.nan), outcome)


def _find_bursts(who: Ints, moment: NDArray[Any], count: int, span: float) -> Ints:
    """Return those of `who` (n,) with `count` moments (n,) less than `span` apart."""
    order = np.lexsort((moment, who))
    who, moment = who[order], moment[order]
    last, first = slice(count - 1, None), slice(0, max(0, len(who) - count + 1))
    return np.unique(who[first][(who[last] == who[first]) & (moment[last] - moment[first] < span)])


def _describe_row(row: RawInteraction, number: int) -> str:
    """Return the name of a row in the report: its location, learner and item."""
    return f"{str(row.at) or f'row {number + 1}'} {row.learner or '?'} {row.item or '?'}"
