"""What callers send: the API's bodies, and what the command line builds from its options."""

from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

Level = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
LearnerId = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._:@-]{0,127}$",
        description="Letters, digits and . _ : @ - (it stands in web addresses); no names or e-mail addresses, please.",
        examples=["learner-17"],
    ),
]


class Body(BaseModel):
    """A body with an unknown field is a mistake, not a wish."""

    model_config = ConfigDict(extra="forbid")


class Goal(Body):
    """A point to reach."""

    point: str = Field(examples=["english/past-perfect"])
    level: Level | None = Field(None, description="Mastery aimed at; the point's own threshold without it.")
    due_at: AwareDatetime | None = Field(None, description="By when, with a time zone.")


class Goals(Body):
    """The goals of a learner; they replace the earlier ones. An empty list means: the whole course."""

    goals: list[Goal] = Field(max_length=200)


class Limits(Body):
    """What the learner's day allows. A missing or null limit allows everything."""

    max_minutes: float | None = Field(None, gt=0, le=1440, allow_inf_nan=False, description="Longest single resource.")
    modalities: list[str] | None = Field(None, min_length=1, examples=[["text", "video"]])
    languages: list[str] | None = Field(None, min_length=1, examples=[["en"]])


class NewLearner(Body):
    """A learner to create."""

    id: LearnerId | None = Field(None, description="Made up when missing.")
    course: str | None = Field(None, description="The course to follow; needed where there is more than one.")
    goals: list[Goal] = Field([], max_length=200)
    limits: Limits | None = None


class Outcome(Body):
    """What happened with a resource."""

    id: str | None = Field(
        None, min_length=1, max_length=200, description="Your id: the same one sent twice counts once."
    )
    learner: str
    recommendation: str | None = Field(None, description="The id of the recommendation that was followed, if one was.")
    resource: str | None = Field(None, description="What was done; the recommendation's resource without it.")
    right: bool = Field(description="Whether the learner got it right.")
    at: AwareDatetime | None = Field(None, description="When, with a time zone; now without it. Never in the future.")


class Outcomes(Body):
    """Several outcomes; each is handled by itself."""

    outcomes: list[Outcome] = Field(min_length=1, max_length=1000)


class Answer(Body):
    """One answer of a diagnostic."""

    item: str = Field(description="The question's id.")
    answer: str = Field(description="The text of the chosen option.")
