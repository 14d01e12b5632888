"""What the use cases give back: the shapes that the API documents and the command line prints.

Plain dataclasses: FastAPI reads their descriptions into OpenAPI, orjson writes them without a detour.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from pydantic import Field

from graph.catalogue import ResourceRow

Id = Annotated[str, Field(description="Readable and stable.", examples=["english/present-simple-be"])]
Level = Annotated[float, Field(ge=0, le=1, description="Mastery now, forgetting included.", examples=[0.62])]
Name = Annotated[str, Field(description="Its readable name.", examples=["Present simple of be"])]


@dataclass(frozen=True, slots=True)
class PointName:
    """A knowledge point, by name."""

    id: Id
    name: Name


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
class PointState:
    """A point, the learner's mastery of it, and the level that is asked for.

    `uncertainty` is null where the level is what a plan expects by then.
    """

    id: Id
    name: Name
    level: Level
    needed: Annotated[float, Field(description="The mastery that is asked for here.", examples=[0.6])]
    uncertainty: Annotated[float | None, Field(description="Standard deviation of the level.", examples=[0.1])] = None


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
class HandOver:
    """A strategy that could not decide."""

    strategy: Annotated[str, Field(examples=["als"])]
    why: Annotated[str, Field(examples=["it has no opinion of this learner"])]


@dataclass(frozen=True, slots=True)
class StrategyView:
    """Which strategy decided, and how it came to."""

    asked: Annotated[str | None, Field(description="The one that was asked for.")]
    used: Annotated[str, Field(description="The one that decided.", examples=["needed"])]
    handed_over: Annotated[list[HandOver], Field(description="Those that were asked before it and could not.")]


@dataclass(frozen=True, slots=True)
class Recommendations:
    """What to learn next, best first; when there is nothing, `reason` says why."""

    learner: str
    course: str
    recommendations: list[Recommendation]
    reason: Nothing | None = None
    strategy: StrategyView | None = None


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
class QuestionView:
    """A question with its options in mixed order."""

    id: Annotated[str, Field(examples=["english/q/present-simple-be-1"])]
    prompt: str
    options: list[str]
    answered: bool


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """What a diagnostic says of one point."""

    id: Id
    name: Name
    level: Level
    uncertainty: Annotated[float, Field(description="Standard deviation of the level.", examples=[0.12])]
    needed: Annotated[float, Field(description="The mastery that is asked for here.", examples=[0.8])]
    answers: Annotated[int, Field(description="Questions answered on it; 0: inferred from others along the graph.")]


@dataclass(frozen=True, slots=True)
class DiagnosticView:
    """A diagnostic as it stands; the last question without an answer is the one to ask now."""

    id: str
    learner: str
    course: str
    finished: bool
    answered: int
    right: int
    questions: list[QuestionView]
    complete: Annotated[bool, Field(description="Nothing more is worth asking: finish it.")]


@dataclass(frozen=True, slots=True)
class DiagnosticResult:
    """What a finished diagnostic says: s(0) of every point on the way, asked about or inferred."""

    id: str
    learner: str
    course: str
    answered: int
    right: int
    points: list[PlacedPoint]


def resource_view(row: ResourceRow) -> ResourceView:
    """A resource's row as a view."""
    return ResourceView(
        id=row["id"],
        title=row["title"],
        kind=row["kind"],
        modality=row["modality"],
        level=row["level"],
        difficulty=row["difficulty"],
        minutes=row["minutes"],
        url=row["url"],
        language=row["language"],
    )
