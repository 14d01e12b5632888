"""May a learner skip a point: the answer with its evidence, as the API documents it."""

from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from api.views import PointName, PointState

Chance = Annotated[float, Field(ge=0, le=1, description="A probability.", examples=[0.86])]


@dataclass(frozen=True, slots=True)
class ShownBy:
    """A point that the learner has mastered and that builds on the point in question."""

    point: PointState
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
    chance: Annotated[Chance, Field(description="That the point is known, by all evidence.")]
    own: Annotated[Chance, Field(description="The same by the point's own record alone; a prior without one.")]
    point: PointState
    gates: Annotated[bool, Field(description="Not met: what builds on it is not recommended until it is.")]
    on_the_way: Annotated[bool, Field(description="To the learner's goals; in the course, without goals.")]
    prerequisites: list[PointState]
    shown_by: Annotated[list[ShownBy], Field(description="Mastered points that build on it, nearest first.")]
    missed: Annotated[
        list[PointState],
        Field(description="On the way, within four hops, in need of it, and not shown to be known in any way."),
    ]
    items: Annotated[list[str], Field(description="Diagnostic items on the point: a short check.")]


__all__ = ["PointName", "PointState", "ShownBy", "SkipView"]
