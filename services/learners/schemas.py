"""Request and response bodies of learners, their mastery, their history, and the skip verdict."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal

import numpy as np
from pydantic import AwareDatetime, Field

from models.knowledge_tracing.state import compute_weight
from services.schemas import LevelField, PointIdField, PointName, PointNameField, PointStateView, RequestBody


@dataclass(frozen=True, slots=True)
class GoalView:
    """A point that a learner aims at."""

    point: PointIdField
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
    name: str | None
    team: str | None
    properties: dict[str, str | float | bool]
    course: str | None
    created_at: datetime
    goals: Annotated[list[GoalView], Field(description="None: the whole course.")]
    limits: LimitsView
    answers: Annotated[int, Field(description="Outcomes so far.")]
    success: Annotated[float, Field(description="Share of right ones, the latest weighing most; 0.5 without any.")]


@dataclass(frozen=True, slots=True)
class LearnerSummaryView:
    """A learner in a list."""

    id: Annotated[str, Field(examples=["learner-17"])]
    name: str | None
    team: str | None
    course: str | None
    created_at: datetime
    answers: Annotated[int, Field(description="Outcomes so far.")]
    success: Annotated[float, Field(description="Share of right ones, the latest weighing most; 0.5 without any.")]


@dataclass(frozen=True, slots=True)
class LearnerPage:
    """Learners by id; `after` of the next page, null on the last."""

    learners: list[LearnerSummaryView]
    after: Annotated[str | None, Field(description="Ask for the next page with after=…; null: this is the last.")]


@dataclass(frozen=True, slots=True)
class MasteryOfPoint:
    """One point as the learner knows it."""

    id: PointIdField
    name: PointNameField
    level: LevelField
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
class LearnerHistory:
    """A learner's events, newest first."""

    learner: str
    events: list[EventView]


def compute_inferred_share(level: float, uncertainty: float, attempts: int) -> float:
    """Return 1 − attempts / the number of answers that the level is worth: the share that a prior still has."""
    worth = float(compute_weight(np.array([level], np.float32), np.array([uncertainty], np.float32))[0])
    return round(min(1.0, max(0.0, 1 - attempts / worth)), 3) if worth else float(not attempts)


GoalLevelField = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
NewLearnerIdField = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$",
        description="Letters, digits and . _ : @ - (it stands in web addresses); no names or e-mail addresses, please.",
        examples=["learner-17"],
    ),
]


class GoalBody(RequestBody):
    """A point to reach."""

    point: str = Field(examples=["english/past-perfect"])
    level: GoalLevelField | None = Field(
        default=None, description="Mastery aimed at; the point's own threshold without it."
    )
    due_at: AwareDatetime | None = Field(default=None, description="By when, with a time zone.")


class GoalsBody(RequestBody):
    """The goals of a learner; they replace the earlier ones. For the whole course, delete the goals instead."""

    goals: list[GoalBody] = Field(min_length=1, max_length=200)


class LimitsBody(RequestBody):
    """What the learner's day allows. A missing or null limit allows everything."""

    max_minutes: float | None = Field(
        default=None, gt=0, le=1440, allow_inf_nan=False, description="Longest single resource."
    )
    modalities: list[str] | None = Field(default=None, min_length=1, examples=[["text", "video"]])
    languages: list[str] | None = Field(default=None, min_length=1, examples=[["en"]])


PropertyNameField = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
TextField = Annotated[str, Field(min_length=1, max_length=200)]


class LabelsBody(RequestBody):
    """Name, team and further properties of a learner; what is missing is removed."""

    name: TextField | None = Field(default=None, description="For people to read.", examples=["Ana"])
    team: TextField | None = Field(default=None, description="A class or a department.", examples=["5b"])
    properties: dict[PropertyNameField, TextField | bool | float] = Field(
        default={}, max_length=20, description="Further values by name.", examples=[{"grade": 5}]
    )


class NewLearner(RequestBody):
    """A learner to create."""

    id: NewLearnerIdField | None = Field(default=None, description="Made up when missing.")
    course: str | None = Field(default=None, description="The course to follow; needed where there is more than one.")
    goals: list[GoalBody] = Field(default=[], max_length=200)
    limits: LimitsBody | None = None
    labels: LabelsBody | None = Field(default=None, description="Name, team and further properties.")
    level: str | None = Field(
        default=None,
        description="The level that the learner names, one of the course's: a first guess, until answers come.",
        examples=["A2"],
    )


ProbabilityField = Annotated[float, Field(ge=0, le=1, description="A probability.", examples=[0.86])]


@dataclass(frozen=True, slots=True)
class DependentView:
    """A point that the learner has mastered and that builds on the point in question."""

    point: PointStateView
    chain: Annotated[list[PointName], Field(description="The prerequisites from the point in question to this one.")]
    hops: Annotated[int, Field(ge=1, description="Steps along the chain.")]
    confidence: Annotated[float, Field(description="The product of the confidences along the chain.")]


@dataclass(frozen=True, slots=True)
class SkipView:
    """Whether a point may be skipped. An unmet prerequisite gates whatever the verdict says."""

    learner: str
    course: str
    verdict: Annotated[
        Literal["skip", "test_first", "learn"],
        Field(description="skip: nothing to do. test_first: likely known; `items` would show it. learn: study it."),
    ]
    reason: Annotated[str, Field(description="One sentence for the learner.")]
    chance: Annotated[ProbabilityField, Field(description="That the point is known, by all evidence.")]
    own: Annotated[
        ProbabilityField, Field(description="The same by the point's own record alone; a prior without one.")
    ]
    point: PointStateView
    gates: Annotated[bool, Field(description="Not met: what builds on it is not recommended until it is.")]
    on_the_way: Annotated[bool, Field(description="To the learner's goals; in the course, without goals.")]
    prerequisites: list[PointStateView]
    shown_by: Annotated[list[DependentView], Field(description="Mastered points that build on it, nearest first.")]
    missed: Annotated[
        list[PointStateView],
        Field(description="On the way, within four hops, in need of it, and not shown to be known in any way."),
    ]
    items: Annotated[list[str], Field(description="Diagnostic items on the point: a short check.")]
