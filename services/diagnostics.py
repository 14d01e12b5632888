"""Run a learner's diagnostic: start, ask, answer, finish; the result is s(0) of every point before the goals.

Each question is chosen from the answers so far (`models.assessment.diagnostic`). The state of a diagnostic is in the
graph alone. The placement covers at most 600 points, because its covariance is dense. A point that was not asked about
is inferred along the graph, unless the learner has practised it.
"""

import secrets
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import Field

from graph.errors import Invalid
from graph.learners import diagnostics
from graph.learners.diagnostics import AskedItem, Diagnostic
from graph.learners.mastery import read_mastery
from graph.learners.practice import PointUpdate
from models.arrays import Flags, Floats
from models.assessment.diagnostic import DiagnosticRules, choose_question, prepare_placement, replay_answers
from models.assessment.placement import Placement, Posterior
from services.context import AppContext
from services.courses.served import CourseMemo, DiagnosticItem, ServedCourse
from services.learners.state import read_learner_state
from services.schemas import AnswerBody, LevelField, PointIdField, PointNameField, RequestBody

MAX_QUESTIONS = 20
"""Questions of a diagnostic at most, unless the caller says otherwise."""


class NewDiagnostic(RequestBody):
    """A diagnostic to start."""

    course: str | None = Field(default=None, description="The learner's own course without it.")
    length: int = Field(
        default=MAX_QUESTIONS, ge=1, le=200, description="Questions at most; fewer where enough is known earlier."
    )


class AnswersBody(RequestBody):
    """Some answers of a diagnostic; the first answer to a question stays."""

    answers: list[AnswerBody] = Field(min_length=1, max_length=200)


@dataclass(frozen=True, slots=True)
class QuestionView:
    """A question with its options in mixed order."""

    id: Annotated[str, Field(examples=["english/q/present-simple-be-1"])]
    prompt: str
    options: list[str]
    answered: bool


@dataclass(frozen=True, slots=True)
class PlacedPoint:
    """The level of one point that a diagnostic found."""

    id: PointIdField
    name: PointNameField
    level: LevelField
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
    """The result of a finished diagnostic: s(0) of every point before the goals, asked about or inferred."""

    id: str
    learner: str
    course: str
    answered: int
    right: int
    points: list[PlacedPoint]


def make_question_view(question: DiagnosticItem, diagnostic: str, answered: bool) -> QuestionView:
    """Return the question with its options in an order that stays the same within one diagnostic."""
    return QuestionView(question.id, question.prompt, question.mix_options(diagnostic), answered)


MAX_POINTS = 600
"""Points that one diagnostic covers at most, the first before the goals: the covariance is dense."""


@dataclass(frozen=True, eq=False)
class DiagnosticScope:
    """The placement that diagnostics towards the same goals share; `items`: ids → indices of its questions."""

    placement: Placement
    items: dict[str, int]

    def posterior(self, answered: Sequence[AskedItem]) -> Posterior:
        """Return the posterior after these answers; items that are no longer in the course are left out."""
        known = [each for each in answered if each.item in self.items]
        return replay_answers(
            self.placement, [self.items[each.item] for each in known], [bool(each.right) for each in known]
        )

    def choose_next_item(self, answered: Sequence[AskedItem], length: int, seed: int) -> str | None:
        """Return the item to ask now, one of the best three by `seed`; None where enough is known or none is left."""
        asked = [self.items[each.item] for each in answered if each.item in self.items]
        wanted: Floats = np.ones(len(self.placement.field.points), dtype=np.float32)
        rules, draw = DiagnosticRules(max_questions=length, randomesque=3), np.random.default_rng((seed, len(asked)))
        index = choose_question(self.placement, self.posterior(answered), asked, wanted, rules, draw)
        return None if index is None else list(self.items)[index]


SCOPES: CourseMemo[tuple[int, ...], DiagnosticScope] = CourseMemo(32)
"""The scopes of each course in memory, by goals; a few megabytes each at most."""


def get_scope(served: ServedCourse, goals: tuple[int, ...], closure: Flags) -> DiagnosticScope:
    """Return the scope for the points `closure` (N,) before these goals, remembered."""
    return SCOPES.get(served, goals, lambda: build_scope(served, closure))


def build_scope(served: ServedCourse, closure: Flags) -> DiagnosticScope:
    """Build the scope for the points of `closure` (N,)."""
    order = served.course.order
    points = order[closure[order]][:MAX_POINTS]
    inside = np.zeros(served.course.points, dtype=bool)
    inside[points] = True
    asked = [question for question in served.questions if inside[list(question.points)].any()]
    response = np.array([question.response for question in asked], dtype=np.float32).reshape(-1, 3)
    placement = prepare_placement(served.course, points, [question.points for question in asked], response)
    return DiagnosticScope(placement, {question.id: index for index, question in enumerate(asked)})


def estimate_levels(
    served: ServedCourse, scope: DiagnosticScope, answered: list[AskedItem], practised: list[str]
) -> list[PointUpdate]:
    """Return s(0) with its uncertainty. A point that was not asked about is inferred, unless it was `practised`."""
    if not answered:
        return []
    estimate = scope.placement.estimate(scope.posterior(answered))
    tested = {point for each in answered for point in served.question(each.item).points}
    ids, kept = served.course.point_ids, set(practised)
    return [
        PointUpdate(ids[point], float(np.clip(level, 0, 1)), float(sd))
        for point, level, sd in zip(
            scope.placement.field.points.tolist(), estimate.level[0], estimate.sd[0], strict=True
        )
        if point in tested or ids[point] not in kept
    ]


async def start_diagnostic(context: AppContext, learner: str, course: str | None, length: int) -> DiagnosticView:
    """Open a diagnostic of up to `length` questions. Raises `NotFound`, `Invalid` for a course without questions."""
    served, scope = await _read_scope(context, learner, course)
    if not scope.items:
        raise Invalid(f"The course {served.course.id!r} has no diagnostic items on the way to this goal.", "course")
    id = f"diag-{secrets.token_hex(8)}"
    opened = await diagnostics.start_diagnostic(context.graph, id, learner, served.course.id, context.now(), length)
    return make_diagnostic_view(served, await _ask_next_question(context, opened, scope))


async def get_diagnostic(context: AppContext, id: str) -> DiagnosticView:
    """Return a diagnostic as it stands; raises `NotFound`."""
    diagnostic = await diagnostics.read_diagnostic(context.graph, id)
    return make_diagnostic_view(await context.courses.get(diagnostic.course), diagnostic)


async def answer_questions(context: AppContext, id: str, answers: dict[str, str]) -> DiagnosticView:
    """Mark and store answers, item id → text, and ask the next question; the first answer to a question stays.

    Raises `NotFound` for the diagnostic, `Invalid` for a question that was not asked, `Conflict` when it is finished.
    """
    served = await context.courses.get((await diagnostics.read_diagnostic(context.graph, id)).course)
    right = {item: served.question(item).is_right(text) for item, text in answers.items()}
    answered = await diagnostics.record_answers(context.graph, id, right, context.now())
    served, scope = await _read_scope(context, answered.learner, answered.course)
    return make_diagnostic_view(served, await _ask_next_question(context, answered, scope))


async def finish_diagnostic(context: AppContext, id: str) -> DiagnosticResult:
    """Close the diagnostic and set s(0) of every point before the goals; a finished one stays as it is.

    Raises `NotFound`.
    """
    diagnostic = await diagnostics.read_diagnostic(context.graph, id)
    if diagnostic.finished_at is not None:
        return make_diagnostic_result(await context.courses.get(diagnostic.course), diagnostic)
    served, scope = await _read_scope(context, diagnostic.learner, diagnostic.course)
    mastery = await read_mastery(context.graph, diagnostic.learner, context.now(), diagnostic.course)
    practised = [row.point for row in mastery if row.attempts]
    levels = estimate_levels(served, scope, diagnostic.answered_items, practised)
    finished = await diagnostics.finish_diagnostic(context.graph, id, levels, context.now())
    return make_diagnostic_result(served, finished)


async def _read_scope(context: AppContext, learner: str, course: str | None) -> tuple[ServedCourse, DiagnosticScope]:
    """Return the course, and the scope of the learner's goals as they are now. Raises `NotFound`."""
    state = await read_learner_state(context, learner, course)
    return state.served, get_scope(state.served, state.goals, state.path.closure)


async def _ask_next_question(context: AppContext, diagnostic: Diagnostic, scope: DiagnosticScope) -> Diagnostic:
    """Store the next question, unless one waits for its answer or enough is known."""
    if len(diagnostic.answered_items) < len(diagnostic.asked):
        return diagnostic
    seed = zlib.crc32(diagnostic.learner.encode())
    item = scope.choose_next_item(diagnostic.answered_items, diagnostic.length, seed)
    return diagnostic if item is None else await diagnostics.record_questions(context.graph, diagnostic.id, [item])


def make_diagnostic_view(served: ServedCourse, diagnostic: Diagnostic) -> DiagnosticView:
    """Return a diagnostic as it stands: questions in the order asked, without their answers."""
    asked, answered = diagnostic.asked, diagnostic.answered_items
    return DiagnosticView(
        id=diagnostic.id,
        learner=diagnostic.learner,
        course=diagnostic.course,
        finished=diagnostic.finished_at is not None,
        answered=len(answered),
        right=sum(bool(each.right) for each in answered),
        questions=[
            make_question_view(served.question(each.item), diagnostic.id, each.right is not None) for each in asked
        ],
        complete=len(answered) == len(asked),
    )


def make_diagnostic_result(served: ServedCourse, diagnostic: Diagnostic) -> DiagnosticResult:
    """Return s(0) by point, in the course's order, beside the level that counts as mastered."""
    answered = diagnostic.answered_items
    answers = Counter(point for each in answered for point in served.question(each.item).points)
    points = [
        PlacedPoint(
            id=change.point,
            name=served.name(change.point),
            level=round(change.level, 4),
            uncertainty=round(change.sd, 4),
            needed=round(float(served.course.mastered[served.index_of(change.point)]), 4),
            answers=answers[served.index_of(change.point)],
        )
        for change in sorted(diagnostic.levels, key=lambda change: served.index_of(change.point))
    ]
    right = sum(bool(each.right) for each in answered)
    return DiagnosticResult(diagnostic.id, diagnostic.learner, diagnostic.course, len(answered), right, points)
