"""Request and response bodies of recommendations, paths and their reasons.

Views are plain dataclasses: FastAPI reads their descriptions into OpenAPI, orjson writes them without conversion.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from services.schemas import (
    ItemView,
    LevelChangeView,
    LevelField,
    PointIdField,
    PointName,
    PointNameField,
    PointStateView,
    RequestBody,
    ResourceView,
)


class NewRecommendations(RequestBody):
    """What to recommend; every field may be left out."""

    course: str | None = Field(default=None, description="The learner's own course without it.", examples=["english"])
    n: int = Field(default=1, ge=1, le=20, description="How many, best first.")
    explain: bool = Field(
        default=False, description="Also list every candidate with its Q value, kept or dropped.", examples=[True]
    )
    strategy: str | None = Field(
        default=None,
        description="Who decides, a name from `lodestar strategies`; who serves the course without it. One that cannot "
        "hands over to the next, and `strategy` in the answer says so.",
        examples=["needed"],
    )
    fresh: bool = Field(default=False, description="Decide anew, whatever is open.")


@dataclass(frozen=True, slots=True)
class Reasons:
    """The reasons for a resource."""

    text: Annotated[str, Field(description="The reasons in one sentence.")]
    prerequisites: Annotated[list[PointStateView], Field(description="What it builds on; every one is met.")]
    teaches: Annotated[
        list[PointStateView], Field(description="What it raises, and the level that counts as mastered.")
    ]
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
    score: Annotated[
        float | None, Field(description="What the policy ordered by; null where the decision is an earlier one.")
    ]
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
    questions: Annotated[
        list[ItemView], Field(description="Up to 5 on what the resource teaches, the main point first; may be empty.")
    ]
    candidates: Annotated[list[CandidateView] | None, Field(description="With explain=true: all, kept or dropped.")]


@dataclass(frozen=True, slots=True)
class UnmetPrerequisiteView:
    """A prerequisite that is not met, and the name of a point that it is before."""

    id: PointIdField
    name: PointNameField
    level: LevelField
    needed: Annotated[float, Field(description="The level from which it counts as met.", examples=[0.6])]
    before: str


class ObstacleDetails(TypedDict, total=False):
    """The obstacles as data; only the keys that the reason is about are present."""

    limits: list[str]
    prerequisites: list[UnmetPrerequisiteView]
    untaught: list[str]


@dataclass(frozen=True, slots=True)
class NoRecommendation:
    """Why there is nothing to recommend."""

    code: Annotated[
        str,
        Field(
            description="goal_reached or blocked; of a path also longest, of open ones none_open",
            examples=["goal_reached"],
        ),
    ]
    text: str
    details: ObstacleDetails = field(default_factory=lambda: ObstacleDetails())


@dataclass(frozen=True, slots=True)
class FailedStrategy:
    """A strategy that could not decide."""

    strategy: Annotated[str, Field(examples=["als"])]
    why: Annotated[str, Field(examples=["it has no opinion of this learner"])]


@dataclass(frozen=True, slots=True)
class StrategyView:
    """Which strategy decided, and which were asked before it."""

    asked: Annotated[str | None, Field(description="The one that was asked for.")]
    used: Annotated[str, Field(description="The one that decided.", examples=["needed"])]
    handed_over: Annotated[list[FailedStrategy], Field(description="Those that were asked before it and could not.")]


@dataclass(frozen=True, slots=True)
class Recommendations:
    """What to learn next, best first; when there is nothing, `reason` says why."""

    learner: str
    course: str
    recommendations: list[Recommendation]
    reason: NoRecommendation | None = None
    strategy: StrategyView | None = None


@dataclass(frozen=True, slots=True)
class PathStep:
    """One step of a planned path."""

    step: Annotated[int, Field(ge=1)]
    resource: ResourceView
    reasons: Reasons
    raises: list[LevelChangeView]


@dataclass(frozen=True, slots=True)
class LearningPath:
    """The path to the goal as planned today; it is planned anew after every outcome."""

    learner: str
    course: str
    goals: list[PointName]
    policy: PolicyName
    steps: list[PathStep]
    reached: Annotated[bool, Field(description="Whether the goal is reached at the end of the steps.")]
    minutes: Annotated[float, Field(description="All steps together.")]
    reason: Annotated[NoRecommendation | None, Field(description="Why there is no (further) step.")] = None
