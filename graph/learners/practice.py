"""The interface between the database and a learner model: one practised resource or item, and what it changed.

The graph knows no learner model. `record_outcomes` passes each outcome to a callable as `Practice` and stores the
`PracticeResult` that it returns, inside one transaction. Below 3 days without practice nothing is forgotten; the level
then is level · e^(−decay · days), decay being the rate a day.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from graph.errors import Invalid
from graph.values import to_past_utc

FORGETTING = 0.08
"""μ, the share of a level that is forgotten a day, where neither the course nor a learner model says otherwise."""

FORGET_AFTER_DAYS = 3.0
"""No forgetting before this many days without practice. As μ, the number is that of the parts in cypher/parts."""

RECENT = 0.15
"""Weight of the latest answer in a learner's running share of right ones."""

NO_ANSWERS = 0.5
"""A learner's running share of right answers before the first one."""

UNSEEN_SD = 12**-0.5
"""Uncertainty where nothing is known: the standard deviation of a uniform distribution."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a learner did with a resource or an item.

    Attributes:
        id: chosen by the sender; the same id twice counts once.
        recommendation: the decision that it followed; its resource then need not be named.
        resource, item: what was practised: one of the two, or a recommendation.
        minutes: how long it took.
        score: the share that was right, 0 to 1, where there was one; kept beside `right`, which alone moves the levels.
    """

    id: str
    learner: str
    right: bool
    at: datetime
    recommendation: str | None = None
    resource: str | None = None
    item: str | None = None
    minutes: float | None = None
    score: float | None = None


class StoredModelState(NamedTuple):
    """What a learner model keeps of a point or a learner: its own numbers, and which version of it wrote them."""

    version: str
    numbers: list[float]


class PracticePoint(NamedTuple):
    """One point before the outcome: `level` forgetting included, η `importance` (0 for a neighbour).

    `model_state`: what the model that was last in charge kept of it; `is_stored` is False where nothing is stored yet.
    `rate`: share of the level that is forgotten a day; `demonstrated`: level that own answers showed, not forgotten.
    """

    point: str
    importance: float
    level: float
    sd: float
    attempts: int
    days: float
    model_state: StoredModelState | None = None
    is_stored: bool = True
    rate: float = FORGETTING
    demonstrated: float = 0.0


@dataclass(frozen=True, slots=True)
class Practice:
    """One outcome and all of the learner's state that it can touch.

    Attributes:
        course: whose settings count; None where the learner has none.
        points: those that the resource teaches, then their neighbours in W.
        influence: W as (from a taught point, to a point, weight).
        model_state: what the model that was last in charge kept of the learner in this course.
    """

    outcome: Outcome
    course: str | None
    points: list[PracticePoint]
    influence: list[tuple[str, str, float]]
    model_state: StoredModelState | None = None


class PointUpdate(NamedTuple):
    """The new level and standard deviation of a point, and what the learner model keeps of it.

    `decay`: at what rate a day the level fades from now on; the course's own without it. `demonstrated`: what own
    answers show now; unchanged without it.
    """

    point: str
    level: float
    sd: float
    model_state: StoredModelState | None = None
    decay: float | None = None
    demonstrated: float | None = None


@dataclass(frozen=True, slots=True)
class PracticeResult:
    """The result of a learner model for a practice; points without a change keep their state, as does the learner."""

    reward: float
    changes: list[PointUpdate] = field(default_factory=list)
    model_state: StoredModelState | None = None


LearnFunction = Callable[[Practice], PracticeResult]


class LevelChange(NamedTuple):
    """The change of one point's level by an outcome."""

    point: str
    before: float
    after: float


@dataclass(frozen=True, slots=True)
class RecordedOutcome:
    """An outcome as it is stored; `repeated` when it had been stored before."""

    outcome: str
    learner: str
    step: int
    reward: float
    changes: list[LevelChange]
    repeated: bool = False


@dataclass(slots=True)
class StoredMastery:
    """One point of a learner as stored: `level` at `practiced_at`, forgotten at rate `decay` a day since.

    `own_decay`: the rate that the learner model gave, if it gave one.
    """

    level: float
    practiced_at: datetime
    attempts: int
    sd: float
    decay: float
    model_state: StoredModelState | None = None
    is_stored: bool = True
    own_decay: float | None = None
    demonstrated: float = 0.0

    def days(self, at: datetime) -> float:
        """Return the days since it was practised; 0 for an outcome that arrives late."""
        return max(0.0, (at - self.practiced_at) / timedelta(days=1))

    def state(self, point: str, importance: float, at: datetime) -> PracticePoint:
        """Return the point at that moment."""
        days = self.days(at)
        level = decayed(self.level, self.decay, days)
        return PracticePoint(
            point,
            importance,
            level,
            self.sd,
            self.attempts,
            days,
            self.model_state,
            self.is_stored,
            self.decay,
            self.demonstrated,
        )

    def change(self, change: PointUpdate, touched: bool, at: datetime) -> None:
        """Apply an update; count an attempt for a point that was practised itself (`touched`)."""
        if change.decay is not None or self.model_state is not None:
            self.own_decay = change.decay
        self.level, self.sd, self.model_state, self.is_stored = change.level, change.sd, change.model_state, True
        self.decay = self.decay if change.decay is None else change.decay
        self.demonstrated = self.demonstrated if change.demonstrated is None else change.demonstrated
        self.attempts += touched
        self.practiced_at = max(self.practiced_at, at)

    def row(self, learner: str, point: str) -> dict[str, Any]:
        """Return the row of the query that stores it."""
        return {
            "learner": learner,
            "point": point,
            "level": self.level,
            "uncertainty": self.sd,
            "attempts": self.attempts,
            "practiced_at": self.practiced_at,
            "decay": self.own_decay,
            "demonstrated": self.demonstrated,
            "memory_of": self.model_state and self.model_state.version,
            "memory": self.model_state and self.model_state.numbers,
        }


def decayed(level: float, rate: float, days: float) -> float:
    """Return a level after days without practice: s e^(−μ Δt) for Δt ≥ 3 days; as cypher/parts/level.cypher."""
    return level * math.exp(-rate * days) if days >= FORGET_AFTER_DAYS else level


def running_share(success: float, right: bool) -> float:
    """Return the running share of right answers after one more."""
    return success + (right - success) * RECENT


def check_outcome(outcome: Outcome, now: datetime) -> Outcome:
    """Return the outcome with its time in UTC; `Invalid` for the future, or unless it says once what was practised."""
    if not outcome.id.strip():
        raise Invalid("An outcome's id must not be empty.", "id")
    named = [name for name in ("recommendation", "resource", "item") if getattr(outcome, name) is not None]
    if named not in (["recommendation"], ["resource"], ["item"], ["recommendation", "resource"]):
        raise Invalid("An outcome names a recommendation, or a resource, or an item.", "resource")
    if outcome.minutes is not None and not 0 <= outcome.minutes < math.inf:
        raise Invalid(f"minutes is {outcome.minutes}; it must not be negative.", "minutes")
    if outcome.score is not None and not 0 <= outcome.score <= 1:
        raise Invalid(f"score is {outcome.score}; it is a share from 0 to 1.", "score")
    at = to_past_utc(outcome.at, now, "at")
    return replace(outcome, at=at, right=bool(outcome.right))
