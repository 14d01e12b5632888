"""A learner's diagnostic: start, ask, answer, finish; the result is s(0) of every point on the way to the goals.

Each question is chosen from the answers so far (`models.assessment.diagnostic`). The state of a diagnostic is in the
graph alone. The placement covers at most 600 points, because its covariance is dense. A point that was not asked about
is inferred along the graph, unless the learner has practised it.
"""

import secrets
import zlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
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
from services.courses.served import DiagnosticItem, ServedCourse, get_cached
from services.learners.state import observe_learner, read_learner_state
from services.schemas import LevelField, PointIdField, PointNameField, RequestBody

MAX_QUESTIONS = 20
"""Of a diagnostic at most, where nobody says otherwise."""


class NewDiagnostic(RequestBody):
    """A diagnostic to start."""

    course: str | None = Field(default=None, description="The learner's own course without it.")
    length: int = Field(
        default=MAX_QUESTIONS, ge=1, le=200, description="Questions at most; fewer where enough is known earlier."
    )


class AnswerBody(RequestBody):
    """One answer of a diagnostic."""

    item: str = Field(description="The question's id.", examples=["english/q/present-simple-be-1"])
    answer: str = Field(description='The text of the chosen option; "" for "I do not know".', examples=["am"])


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
    """What a diagnostic says of one point."""

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
    """What a finished diagnostic says: s(0) of every point on the way, asked about or inferred."""

    id: str
    learner: str
    course: str
    answered: int
    right: int
    points: list[PlacedPoint]


def make_question_view(question: DiagnosticItem, diagnostic: str, answered: bool) -> QuestionView:
    """The question with its options in an order that stays the same within one diagnostic."""
    options = [question.answer, *question.distractors]
    Random(f"{diagnostic} {question.id}").shuffle(options)
    return QuestionView(question.id, question.prompt, options, answered)


def is_right(question: DiagnosticItem, answer: str) -> bool:
    """Whether the answer is the right one; "" says "I do not know". Raises `Invalid` for what is no option."""
    if answer.strip() == question.answer:
        return True
    if answer.strip() not in ("", *question.distractors):
        raise Invalid(f"{answer!r} is none of the options of {question.id!r}.", "answer")
    return False


MAX_POINTS = 600
"""Points that one diagnostic is about at most, the first of the way: the belief is dense."""

MAX_SCOPES = 32
"""Ways kept at once, a few megabytes each at most."""


@dataclass(frozen=True, eq=False)
class DiagnosticScope:
    """What one diagnostic stands on; `items`: ids at the positions of the placement's questions."""

    placement: Placement
    items: dict[str, int]

    def belief(self, answered: Sequence[AskedItem]) -> Posterior:
        """After these answers; items that have gone since count no more."""
        known = [each for each in answered if each.item in self.items]
        return replay_answers(
            self.placement, [self.items[each.item] for each in known], [bool(each.right) for each in known]
        )

    def following(self, answered: Sequence[AskedItem], length: int, seed: int) -> str | None:
        """The item to ask now, or None where enough is known or nothing is left; one of the best three by `seed`."""
        asked = [self.items[each.item] for each in answered if each.item in self.items]
        wanted: Floats = np.ones(len(self.placement.field.points), dtype=np.float32)
        rules, draw = DiagnosticRules(max_questions=length, randomesque=3), np.random.default_rng((seed, len(asked)))
        place = choose_question(self.placement, self.belief(answered), asked, wanted, rules, draw)
        return None if place is None else list(self.items)[place]


def get_scope(served: ServedCourse, goals: tuple[int, ...], closure: Flags) -> DiagnosticScope:
    """The ground for the way `closure` (N,) to these goals, remembered."""
    found: DiagnosticScope = get_cached(served.grounds, goals, MAX_SCOPES, lambda: build_scope(served, closure))
    return found


def build_scope(served: ServedCourse, closure: Flags) -> DiagnosticScope:
    """For the points of `closure` (N,)."""
    order = served.course.order
    points = order[closure[order]][:MAX_POINTS]
    inside = np.zeros(served.course.points, dtype=bool)
    inside[points] = True
    asked = [question for question in served.questions if inside[list(question.points)].any()]
    response = np.array([question.response for question in asked], dtype=np.float32).reshape(-1, 3)
    placement = prepare_placement(served.course, points, [question.points for question in asked], response)
    return DiagnosticScope(placement, {question.id: place for place, question in enumerate(asked)})


def estimate_levels(
    served: ServedCourse, ground: DiagnosticScope, answered: list[AskedItem], practised: list[str]
) -> list[PointUpdate]:
    """s(0) with its uncertainty. A point that was not asked about is inferred, unless it was `practised`."""
    if not answered:
        return []
    estimate = ground.placement.estimate(ground.belief(answered))
    tested = {point for each in answered for point in served.question(each.item).points}
    ids, kept = served.course.point_ids, set(practised)
    return [
        PointUpdate(ids[point], float(np.clip(level, 0, 1)), float(spread))
        for point, level, spread in zip(
            ground.placement.field.points.tolist(), estimate.level[0], estimate.sd[0], strict=True
        )
        if point in tested or ids[point] not in kept
    ]


@dataclass(frozen=True)
class DiagnosticSession:
    """The course, and what a diagnostic in it stands on."""

    course: str
    ground: DiagnosticScope


async def read_session(loop: AppContext, learner: str, course: str | None) -> DiagnosticSession:
    """The way to the learner's goals as it is now; the whole course without a goal. Raises `NotFound`."""
    situation = await read_learner_state(loop, learner, course)
    seen = observe_learner(situation.served, situation.found)
    ground = get_scope(situation.served, seen.goals, seen.way.closure)
    return DiagnosticSession(situation.served.course.id, ground)


async def _start_diagnostic_row(
    loop: AppContext, learner: str, course: str | None, length: int
) -> diagnostics.Diagnostic:
    """Open a diagnostic of up to `length` questions. Raises `NotFound`, `Invalid` for a course without questions."""
    sitting = await read_session(loop, learner, course)
    if not sitting.ground.items:
        raise Invalid(f"The course {sitting.course!r} has no diagnostic items on the way to this goal.", "course")
    id = f"diag-{secrets.token_hex(8)}"
    opened = await diagnostics.start_diagnostic(loop.graph, id, learner, sitting.course, loop.now(), length)
    return await _ask_next_question(loop, opened, sitting)


async def _ask_next_question(
    loop: AppContext, diagnostic: diagnostics.Diagnostic, sitting: DiagnosticSession
) -> diagnostics.Diagnostic:
    """Note the next question, unless one waits for its answer or enough is known."""
    if len(diagnostic.answered) < len(diagnostic.asked):
        return diagnostic
    seed = zlib.crc32(diagnostic.learner.encode())
    item = sitting.ground.following(diagnostic.answered, diagnostic.length, seed)
    return diagnostic if item is None else await diagnostics.record_questions(loop.graph, diagnostic.id, [item])


async def _read_diagnostic_row(loop: AppContext, id: str) -> diagnostics.Diagnostic:
    """One as it stands; raises `NotFound`."""
    return await diagnostics.read_diagnostic(loop.graph, id)


async def _answer_questions_row(loop: AppContext, id: str, answers: dict[str, str]) -> diagnostics.Diagnostic:
    """Mark and note answers by item id, and ask the next question; the first answer to a question stays.

    Raises `NotFound` for the diagnostic, `Invalid` for a question that was not asked, `Conflict` when it is finished.
    """
    served = await loop.courses.get((await diagnostics.read_diagnostic(loop.graph, id)).course)
    right = {item: is_right(served.question(item), text) for item, text in answers.items()}
    noted = await diagnostics.record_answers(loop.graph, id, right, loop.now())
    return await _ask_next_question(loop, noted, await read_session(loop, noted.learner, noted.course))


async def _finish_diagnostic_row(loop: AppContext, id: str) -> diagnostics.Diagnostic:
    """Close the diagnostic and set s(0) of every point on the way; a finished one stays as it is."""
    diagnostic = await diagnostics.read_diagnostic(loop.graph, id)
    if diagnostic.finished_at is not None:
        return diagnostic
    served = await loop.courses.get(diagnostic.course)
    sitting = await read_session(loop, diagnostic.learner, diagnostic.course)
    mastery = await read_mastery(loop.graph, diagnostic.learner, loop.now(), diagnostic.course)
    practised = [row.point for row in mastery if row.attempts]
    found = estimate_levels(served, sitting.ground, diagnostic.answered, practised)
    return await diagnostics.finish_diagnostic(loop.graph, id, found, loop.now())


async def make_diagnostic_view(loop: AppContext, diagnostic: Diagnostic) -> DiagnosticView:
    """Questions in the order asked, without their answers."""
    served = await loop.courses.get(diagnostic.course)
    asked, answered = diagnostic.asked, diagnostic.answered
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


async def make_diagnostic_result(loop: AppContext, diagnostic: Diagnostic) -> DiagnosticResult:
    """s(0) by point, in the course's order, beside the level that counts as mastered."""
    served = await loop.courses.get(diagnostic.course)
    answered = diagnostic.answered
    answers = Counter(point for each in answered for point in served.question(each.item).points)
    points = [
        PlacedPoint(
            id=change.point,
            name=served.name(change.point),
            level=round(change.level, 4),
            uncertainty=round(change.uncertainty, 4),
            needed=round(float(served.course.mastered[served.position(change.point)]), 4),
            answers=answers[served.position(change.point)],
        )
        for change in sorted(diagnostic.levels, key=lambda change: served.position(change.point))
    ]
    right = sum(bool(each.right) for each in answered)
    return DiagnosticResult(diagnostic.id, diagnostic.learner, diagnostic.course, len(answered), right, points)


async def start_diagnostic(loop: AppContext, learner: str, course: str | None, length: int) -> DiagnosticView:
    """Open one of up to `length` questions. Raises `NotFound`, or `Invalid` for a course without questions."""
    return await make_diagnostic_view(loop, await _start_diagnostic_row(loop, learner, course, length))


async def get_diagnostic(loop: AppContext, id: str) -> DiagnosticView:
    """One as it stands; raises `NotFound`."""
    return await make_diagnostic_view(loop, await _read_diagnostic_row(loop, id))


async def answer_questions(loop: AppContext, id: str, answers: dict[str, str]) -> DiagnosticView:
    """Note answers, item id → text. Raises `NotFound`, `Invalid`, or `Conflict` when it is finished."""
    return await make_diagnostic_view(loop, await _answer_questions_row(loop, id, answers))


async def finish_diagnostic(loop: AppContext, id: str) -> DiagnosticResult:
    """Set s(0) and close it; raises `NotFound`. A finished one stays as it is."""
    return await make_diagnostic_result(loop, await _finish_diagnostic_row(loop, id))
