"""What the use cases give back: the shapes that the API documents and the command line prints.

Plain dataclasses: FastAPI reads their descriptions into OpenAPI, orjson writes them without a detour.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

Id = Annotated[str, Field(description="Readable and stable.", examples=["english/present-simple-be"])]
Level = Annotated[float, Field(ge=0, le=1, description="Mastery now, forgetting included.", examples=[0.62])]
Name = Annotated[str, Field(description="Its readable name.", examples=["Present simple of be"])]


@dataclass(frozen=True, slots=True)
class PointName:
    """A knowledge point, by name."""

    id: Id
    name: Name


@dataclass(frozen=True, slots=True)
class PointView:
    """A knowledge point with its place in the graph."""

    id: Id
    name: Name
    description: str
    domain: str | None
    level: Annotated[str | None, Field(description="The course's own level.", examples=["A1"])]
    mastered_at: Annotated[float, Field(description="From this mastery on it counts as mastered.", examples=[0.8])]
    met_at: Annotated[float, Field(description="From this mastery on it is a met prerequisite.", examples=[0.6])]
    prerequisites: list[PointName]
    opens: list[PointName]


@dataclass(frozen=True, slots=True)
class ResourceView:
    """Something to learn with."""

    id: Annotated[str, Field(examples=["english/r/present-simple-be-lesson"])]
    title: Annotated[str, Field(examples=["I am, you are, she is"])]
    kind: Annotated[str, Field(examples=["lesson"])]
    modality: Annotated[str, Field(examples=["text"])]
    level: str | None
    difficulty: Annotated[float, Field(description="Logits; 0 is usual for its points.")]
    minutes: Annotated[float, Field(examples=[8])]
    url: str | None
    language: str | None


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
class Taught:
    """A point that a resource teaches."""

    id: Id
    name: Name
    importance: Annotated[float, Field(description="η: how much of the resource lands on this point.")]


@dataclass(frozen=True, slots=True)
class ResourceDetail:
    """A resource and what it teaches."""

    resource: ResourceView
    teaches: list[Taught]


@dataclass(frozen=True, slots=True)
class PointState:
    """A point, the learner's mastery of it, and the level that is asked for."""

    id: Id
    name: Name
    level: Level
    needed: Annotated[float, Field(description="The mastery that is asked for here.", examples=[0.6])]


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why this resource, why now."""

    text: Annotated[str, Field(description="The reasons in one sentence.")]
    prerequisites: Annotated[list[PointState], Field(description="What it builds on; every one is met.")]
    teaches: Annotated[list[PointState], Field(description="What it raises, and the level that counts as mastered.")]
    opens: Annotated[list[PointName], Field(description="A chain of prerequisites from what it teaches to the goal.")]
    expected_gain: Annotated[float, Field(description="Σ η Δs that the learner model expects.", examples=[0.21])]
    success: Annotated[float, Field(description="Predicted chance of a right answer.", examples=[0.66])]


@dataclass(frozen=True, slots=True)
class PolicyName:
    """Which recommender decided."""

    name: Annotated[str, Field(examples=["lodestar"])]
    version: Annotated[str, Field(examples=["1"])]


@dataclass(frozen=True, slots=True)
class CandidateView:
    """One feasible resource as the policy saw it."""

    resource: str
    title: str
    q: Annotated[float | None, Field(description="Its Q value; null where the policy has none.")]
    score: Annotated[float | None, Field(description="What the policy ordered by.")]
    propensity: Annotated[float, Field(description="The probability with which it would have been chosen.")]
    kept: Annotated[bool, Field(description="Whether it survived pruning by Q.")]


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One served step. Send its id along with the outcome."""

    id: Annotated[str, Field(examples=["rec-0d5f…"])]
    at: datetime
    policy: PolicyName
    propensity: Annotated[float, Field(description="The probability with which this resource was chosen.")]
    q: Annotated[float | None, Field(description="Its Q value; null where the policy has none.")]
    revision: Annotated[int, Field(description="The revision of the graph it was made on.")]
    resource: ResourceView
    reasons: Reasons
    candidates: Annotated[list[CandidateView] | None, Field(description="With explain=true: all, kept or dropped.")]


@dataclass(frozen=True, slots=True)
class Nothing:
    """Why there is nothing to recommend."""

    code: Annotated[str, Field(description="goal_reached, blocked or waiting", examples=["goal_reached"])]
    text: str
    details: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Recommendations:
    """What to learn next, best first; when there is nothing, `reason` says why."""

    learner: str
    course: str
    recommendations: list[Recommendation]
    reason: Nothing | None = None


@dataclass(frozen=True, slots=True)
class Rise:
    """What a step is expected to do to one point."""

    id: Id
    name: Name
    before: Level
    after: Level


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of a planned path."""

    step: Annotated[int, Field(ge=1)]
    resource: ResourceView
    reasons: Reasons
    raises: list[Rise]


@dataclass(frozen=True, slots=True)
class Path:
    """The way to the goal as it looks today; it is planned anew after every outcome."""

    learner: str
    course: str
    goals: list[PointName]
    policy: PolicyName
    steps: list[PathStep]
    reached: Annotated[bool, Field(description="Whether the goal is reached at the end of the steps.")]
    minutes: Annotated[float, Field(description="All steps together.")]
    reason: Annotated[Nothing | None, Field(description="Why there is no (further) step.")] = None


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """What an outcome did to the learner."""

    id: str
    learner: str
    step: Annotated[int, Field(description="Version of the learner's state after it.")]
    reward: Annotated[float, Field(description="Σ η Δs over what was practised.")]
    changes: list[Rise]
    repeated: Annotated[bool, Field(description="The same id was stored before; nothing changed now.")]


@dataclass(frozen=True, slots=True)
class OutcomeViews:
    """Outcomes in the order sent."""

    outcomes: list[OutcomeView]


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


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question with its options in mixed order."""

    id: Annotated[str, Field(examples=["english/q/present-simple-be-1"])]
    prompt: str
    options: list[str]
    answered: bool


@dataclass(frozen=True, slots=True)
class DiagnosticView:
    """A diagnostic as it stands."""

    id: str
    learner: str
    course: str
    finished: bool
    answered: int
    right: int
    questions: list[QuestionView]


@dataclass(frozen=True, slots=True)
class DiagnosticResult:
    """What a finished diagnostic says: s(0) of every point that was asked about."""

    id: str
    learner: str
    course: str
    answered: int
    right: int
    points: list[PointState]


@dataclass(frozen=True, slots=True)
class CourseView:
    """A course and its size."""

    id: Annotated[str, Field(examples=["english"])]
    title: str
    language: str | None
    licence: str | None
    points: int
    resources: int
    items: int


@dataclass(frozen=True, slots=True)
class CourseViews:
    """Every course."""

    courses: list[CourseView]
