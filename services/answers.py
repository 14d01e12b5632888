"""Mark the answers to a recommendation's questions, and make one outcome of the lesson and its questions.

The score is the one that was sent, else the share of right answers; the outcome is right from 0.6 on. Giving up is a
wrong outcome of score 0; declining is no outcome, but the dismissal `not_now`.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Annotated

from pydantic import AwareDatetime, Field

from graph.errors import Invalid
from graph.recommendations.decisions import LoggedDecision, read_decision
from services.context import AppContext
from services.courses.served import ServedCourse
from services.outcomes import OutcomeBody, OutcomeView, is_right_score, report_outcomes
from services.recommendations.dismissals import DismissalBody, DismissalView, dismiss
from services.schemas import AnswerBody, RequestBody


class StepAnswersBody(RequestBody):
    """What a learner did with a recommendation: answers, a score, or neither."""

    answers: list[AnswerBody] = Field(
        default_factory=list, max_length=50, description="Answers to its questions, each question once."
    )
    score: float | None = Field(
        default=None,
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="The app's own score; without it the share of right answers counts.",
    )
    declined: bool = Field(default=False, description="The learner did not want it: a dismissal, no outcome.")
    gave_up: bool = Field(default=False, description="The learner began and stopped: a wrong outcome.")
    minutes: float | None = Field(default=None, ge=0, allow_inf_nan=False, description="How long it took.")
    at: AwareDatetime | None = Field(default=None, description="When, with a time zone; now without it, never later.")
    id: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="The outcome's id; one made of the recommendation's without it, so that sending it again is safe.",
    )


@dataclass(frozen=True, slots=True)
class MarkedAnswer:
    """One answer, marked."""

    item: Annotated[str, Field(examples=["english/q/present-simple-be-1"])]
    answer: Annotated[str, Field(description="As it was sent.", examples=["is"])]
    right: bool
    right_answer: Annotated[str, Field(examples=["am"])]


@dataclass(frozen=True, slots=True)
class StepResult:
    """The marks, and the one outcome or the dismissal that was made of them."""

    recommendation: Annotated[str, Field(examples=["rec-0d5f…"])]
    answers: list[MarkedAnswer]
    score: Annotated[float | None, Field(description="Null for what was declined.", examples=[0.8])]
    right: Annotated[bool | None, Field(description="Whether the score is 0.6 or more; null for what was declined.")]
    outcome: OutcomeView | None
    dismissal: DismissalView | None


async def answer_recommendation(context: AppContext, recommendation: str, sent: StepAnswersBody) -> StepResult:
    """Mark the answers and store one outcome, or the dismissal of what was declined.

    Raises `NotFound`, `Invalid` for an answer that cannot be marked or what contradicts itself, `Conflict` for a
    recommendation that has another outcome.
    """
    _check_consistent(sent)
    decision = await read_decision(context.graph, recommendation)
    if sent.declined:
        dismissal = await dismiss(context, recommendation, DismissalBody(reason="not_now", at=sent.at))
        return StepResult(recommendation, [], None, None, None, dismissal)
    marked = mark_answers(await context.courses.get(decision.course), decision, sent.answers)
    score = compute_score(sent, marked)
    outcome = OutcomeBody(
        id=sent.id or f"out-{recommendation}",
        learner=decision.learner,
        recommendation=recommendation,
        score=score,
        minutes=sent.minutes,
        at=sent.at,
    )
    [view] = await report_outcomes(context, [outcome])
    return StepResult(recommendation, marked, round(score, 4), is_right_score(score), view, None)


def _check_consistent(sent: StepAnswersBody) -> None:
    if sent.declined and (sent.gave_up or sent.answers or sent.score is not None):
        raise Invalid("What was declined has no answers, no score, and was not given up: leave them out.", "declined")
    if sent.gave_up and sent.score is not None:
        raise Invalid("What was given up has no score: leave it out.", "score")
    if not (sent.answers or sent.declined or sent.gave_up or sent.score is not None):
        raise Invalid("Send `answers`, a `score`, `gave_up` or `declined`.", "answers")
    repeated = [item for item, times in Counter(each.item for each in sent.answers).items() if times > 1]
    if repeated:
        raise Invalid(f"{repeated[0]!r} is answered more than once; send one answer a question.", "answers")


def mark_answers(served: ServedCourse, decision: LoggedDecision, answers: list[AnswerBody]) -> list[MarkedAnswer]:
    """Return each answer with its mark. Raises `Invalid` for an item that is not about the resource, or no option."""
    course = served.course
    resource = course.resource_index.get(decision.resource)
    taught = set() if resource is None else set(course.teaches[[resource]].indices.tolist())
    marked = []
    for each in answers:
        question = served.find_question(each.item)
        if question is None or not taught & set(question.points):
            raise Invalid(f"{each.item!r} is no question on what {decision.resource!r} teaches.", "answers")
        marked.append(MarkedAnswer(each.item, each.answer, question.is_right(each.answer), question.answer))
    return marked


def compute_score(sent: StepAnswersBody, marked: list[MarkedAnswer]) -> float:
    """Return 0 for what was given up, the score that was sent, or the share of right answers."""
    if sent.gave_up:
        return 0.0
    return sum(each.right for each in marked) / len(marked) if sent.score is None else sent.score
