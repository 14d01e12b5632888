"""Schemas shared by use cases: the base of request bodies, and views of points and resources.

Request bodies are pydantic models; the command line builds them from its options. Views are plain dataclasses: FastAPI
reads their descriptions into OpenAPI, orjson writes them without conversion.
"""

from dataclasses import dataclass
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from graph.catalogue import ResourceRow
from graph.errors import Invalid

T = TypeVar("T", bound=BaseModel)


class RequestBody(BaseModel):
    """A body with an unknown field is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid")


def validate_body(kind: type[T], **values: Any) -> T:
    """Make a request body from values; raises `Invalid` with the first field that breaks a rule."""
    try:
        return kind(**values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{field}: {first['msg']}", field) from error


class AnswerBody(RequestBody):
    """One answer to a question."""

    item: str = Field(description="The question's id.", examples=["english/q/present-simple-be-1"])
    answer: str = Field(description='The text of the chosen option; "" for "I do not know".', examples=["am"])


PointIdField = Annotated[str, Field(description="Readable and stable.", examples=["english/present-simple-be"])]
LevelField = Annotated[float, Field(ge=0, le=1, description="Mastery now, forgetting included.", examples=[0.62])]
PointNameField = Annotated[str, Field(description="Its readable name.", examples=["Present simple of be"])]


@dataclass(frozen=True, slots=True)
class PointName:
    """A knowledge point, by name."""

    id: PointIdField
    name: PointNameField


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
class ItemView:
    """A question with its options in mixed order, which tells nothing of the answer."""

    id: Annotated[str, Field(examples=["english/q/present-simple-be-1"])]
    prompt: Annotated[str, Field(examples=["I ___ a student."])]
    options: Annotated[list[str], Field(examples=[["is", "am", "are"]])]
    points: Annotated[list[PointName], Field(description="What it assesses.")]


@dataclass(frozen=True, slots=True)
class PointStateView:
    """A point, the learner's mastery of it, and the level that is asked for.

    `uncertainty` is null where the level is what a plan expects by then.
    """

    id: PointIdField
    name: PointNameField
    level: LevelField
    needed: Annotated[float, Field(description="The mastery that is asked for here.", examples=[0.6])]
    uncertainty: Annotated[float | None, Field(description="Standard deviation of the level.", examples=[0.1])] = None


@dataclass(frozen=True, slots=True)
class LevelChangeView:
    """What a step is expected to do to one point."""

    id: PointIdField
    name: PointNameField
    before: LevelField
    after: LevelField


def make_resource_view(row: ResourceRow) -> ResourceView:
    """Return a resource's row as a view."""
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
