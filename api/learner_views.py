"""Learners, what they know and what they did, as the API documents them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

import numpy as np
from pydantic import Field

from api.views import Id, Level, Name
from models.evidence import weight_of


@dataclass(frozen=True, slots=True)
class GoalView:
    """A point that a learner aims at."""

    point: Id
    level: Annotated[float | None, Field(description="The mastery aimed at; null: the point's own threshold.")]
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class LimitsView:
    """What a learner allows; null allows everything."""

    max_minutes: float | None
    modalities: list[str] | None
    languages: list[str] | None


@dataclass(frozen=True, slots=True)
class LearnerView:
    """A learner, without mastery."""

    id: Annotated[str, Field(examples=["learner-17"])]
    course: str | None
    created_at: datetime
    goals: Annotated[list[GoalView], Field(description="None: the whole course.")]
    limits: LimitsView
    answers: Annotated[int, Field(description="Outcomes so far.")]
    success: Annotated[float, Field(description="Share of right ones, the latest weighing most; 0.5 without any.")]


@dataclass(frozen=True, slots=True)
class MasteryOfPoint:
    """One point as the learner knows it."""

    id: Id
    name: Name
    level: Level
    uncertainty: Annotated[float, Field(description="Standard deviation of the estimate.")]
    stored: Annotated[float, Field(description="The level when it was last practised, before forgetting.")]
    days: Annotated[float, Field(description="Days since then.")]
    attempts: int
    inferred: Annotated[
        float,
        Field(ge=0, le=1, description="The part of the level that rests on a prior, not on this point's answers."),
    ]
    mastered: bool


@dataclass(frozen=True, slots=True)
class MasteryView:
    """What a learner knows of a course: every point that was ever touched, in the course's order."""

    learner: str
    course: str
    mastered: Annotated[int, Field(description="Points mastered now.")]
    of: Annotated[int, Field(description="Points of the course.")]
    points: list[MasteryOfPoint]


@dataclass(frozen=True, slots=True)
class EventView:
    """An outcome, or a recommendation without one yet."""

    at: datetime
    resource: str | None
    title: Annotated[str | None, Field(description="Of the resource; null where it has gone.")]
    item: str | None
    recommendation: str | None
    policy: str | None
    outcome: str | None
    right: bool | None
    reward: float | None


@dataclass(frozen=True, slots=True)
class History:
    """A learner's events, newest first."""

    learner: str
    events: list[EventView]


def inferred(level: float, uncertainty: float, attempts: int) -> float:
    """1 − attempts / what the level is worth in answers: a prior's part fades as answers come."""
    worth = float(weight_of(np.array([level], np.float32), np.array([uncertainty], np.float32))[0])
    return round(min(1.0, max(0.0, 1 - attempts / worth)), 3) if worth else float(not attempts)
