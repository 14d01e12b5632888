"""What callers send: the API's bodies, and what the command line builds from its options."""

from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError

from graph.errors import Invalid

T = TypeVar("T", bound=BaseModel)

QUESTIONS = 20
"""Of a diagnostic at most, where nobody says otherwise."""

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
    level: Level | None = Field(default=None, description="Mastery aimed at; the point's own threshold without it.")
    due_at: AwareDatetime | None = Field(default=None, description="By when, with a time zone.")


class Goals(Body):
    """The goals of a learner; they replace the earlier ones. For the whole course, delete the goals instead."""

    goals: list[Goal] = Field(min_length=1, max_length=200)


class Limits(Body):
    """What the learner's day allows. A missing or null limit allows everything."""

    max_minutes: float | None = Field(
        default=None, gt=0, le=1440, allow_inf_nan=False, description="Longest single resource."
    )
    modalities: list[str] | None = Field(default=None, min_length=1, examples=[["text", "video"]])
    languages: list[str] | None = Field(default=None, min_length=1, examples=[["en"]])


class NewLearner(Body):
    """A learner to create."""

    id: LearnerId | None = Field(default=None, description="Made up when missing.")
    course: str | None = Field(default=None, description="The course to follow; needed where there is more than one.")
    goals: list[Goal] = Field(default=[], max_length=200)
    limits: Limits | None = None
    level: str | None = Field(
        default=None,
        description="The level that the learner names, one of the course's: a first guess, until answers come.",
        examples=["A2"],
    )


class Outcome(Body):
    """What happened: with a recommendation that was followed, or with a resource or an item chosen otherwise."""

    id: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Your id: the same one sent twice counts once.",
        examples=["session-7-step-3"],
    )
    learner: str = Field(examples=["learner-17"])
    right: bool = Field(description="Whether the learner got it right.")
    recommendation: str | None = Field(default=None, description="The id of the recommendation that was followed.")
    resource: str | None = Field(
        default=None, description="What was done; known from the recommendation, if there is one."
    )
    item: str | None = Field(default=None, description="The diagnostic item, if it was one.")
    minutes: float | None = Field(default=None, ge=0, allow_inf_nan=False, description="How long it took.")
    at: AwareDatetime | None = Field(default=None, description="When, with a time zone; now without it, never later.")


class Outcomes(Body):
    """Several outcomes, stored in this order: all of them or, when one is refused, none."""

    outcomes: list[Outcome] = Field(min_length=1, max_length=1000)


class NewDiagnostic(Body):
    """A diagnostic to start."""

    course: str | None = Field(default=None, description="The learner's own course without it.")
    length: int = Field(
        default=QUESTIONS, ge=1, le=200, description="Questions at most; fewer where enough is known earlier."
    )


class Answer(Body):
    """One answer of a diagnostic."""

    item: str = Field(description="The question's id.", examples=["english/q/present-simple-be-1"])
    answer: str = Field(description='The text of the chosen option; "" for "I do not know".', examples=["am"])


class Answers(Body):
    """Some answers of a diagnostic; the first answer to a question stays."""

    answers: list[Answer] = Field(min_length=1, max_length=200)


def checked(kind: type[T], **values: Any) -> T:
    """A request made by our own code; raises `Invalid` with the first field that breaks a rule."""
    try:
        return kind(**values)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise Invalid(f"{field}: {first['msg']}", field) from error
