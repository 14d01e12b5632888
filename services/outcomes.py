"""Store outcomes: mastery and bandits are updated in the same transaction, each outcome counts once.

Before the transaction, load the courses that the outcomes belong to and the bandits that they move. A fitted learner
model in charge of the course updates the points, if it knows all of them; else the update of docs/design.md.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from pydantic import AwareDatetime, Field
from scipy import sparse

from graph.errors import Conflict, Invalid
from graph.learners.practice import (
    LearnFunction,
    Outcome,
    PointUpdate,
    Practice,
    PracticePoint,
    PracticeResult,
    RecordedOutcome,
    StoredModelState,
)
from graph.recommendations.bandits import BanditKey
from graph.recommendations.outcomes import read_outcome_origins, record_outcomes
from models.arrays import Floats, Ints
from models.course import Course
from models.knowledge_tracing.base import Estimate, ModelState, ServedLearnerModel, compute_reward
from models.knowledge_tracing.state import Rates, update_demonstrated, update_forgetting, update_levels, update_sd
from models.policies.bandit_training import BANDIT_NAMES
from services.context import AppContext
from services.recommendations.bandits import load_bandit_start, make_bandit_updates
from services.schemas import LevelChangeView, RequestBody
from services.timings import measure_async_time


class OutcomeBody(RequestBody):
    """What happened: with a recommendation that was followed, or with a resource or an item chosen otherwise."""

    id: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Your id: the same one sent twice counts once.",
        examples=["session-7-step-3"],
    )
    learner: str = Field(examples=["learner-17"])
    right: bool | None = Field(
        default=None, description="Whether the learner got it right; without it, a score of 0.6 or more is right."
    )
    score: float | None = Field(
        default=None, ge=0, le=1, allow_inf_nan=False, description="The share that was right.", examples=[0.8]
    )
    recommendation: str | None = Field(default=None, description="The id of the recommendation that was followed.")
    resource: str | None = Field(
        default=None, description="What was done; known from the recommendation, if there is one."
    )
    item: str | None = Field(default=None, description="The diagnostic item, if it was one.")
    minutes: float | None = Field(default=None, ge=0, allow_inf_nan=False, description="How long it took.")
    at: AwareDatetime | None = Field(default=None, description="When, with a time zone; now without it, never later.")


class OutcomesBody(RequestBody):
    """Several outcomes, stored in this order: all of them or, when one is refused, none."""

    outcomes: list[OutcomeBody] = Field(min_length=1, max_length=1000)


@dataclass(frozen=True, slots=True)
class OutcomeView:
    """What an outcome did to the learner."""

    id: str
    learner: str
    step: Annotated[int, Field(description="Version of the learner's state after it.")]
    reward: Annotated[float, Field(description="Σ η Δs over what was practised.")]
    changes: list[LevelChangeView]
    repeated: Annotated[bool, Field(description="The same id was stored before; nothing changed now.")]


@dataclass(frozen=True, slots=True)
class OutcomeViews:
    """Outcomes in the order sent."""

    outcomes: list[OutcomeView]


def apply_outcome(practice: Practice, learner_model: ServedLearnerModel, rates: Rates) -> PracticeResult | None:
    """Apply an outcome by a fitted learner model; None where the model does not know all of the points.

    Numbers that another version stored are not read: the model starts from the level that they led to.
    """
    states = [each for each in practice.points if each.importance > 0]
    skills = learner_model.skills_of([each.point for each in states])[None]
    if not states or (skills < 0).any():
        return None
    level, sd, importance, days = (
        np.array([column], dtype=np.float32)
        for column in zip(*((s.level, s.sd, s.importance, s.days) for s in states), strict=True)
    )
    question = learner_model.question(
        skills, importance, learner_model.items_of([_practised_id(practice.outcome)]), days
    )
    memory = _restore_state(practice, states, learner_model, skills, Estimate(level, sd))
    after, known = learner_model.update(memory, question, np.array([practice.outcome.right]))
    decays = learner_model.forgetting_rates(skills, after)
    shown = np.array([[each.demonstrated for each in states]], dtype=np.float32)
    demonstrated = update_demonstrated(shown, known.level, importance, practice.outcome.right, rates)
    changes = [
        PointUpdate(
            point=state.point,
            level=float(known.level[0, n]),
            sd=float(known.sd[0, n]),
            model_state=_make_stored_state(learner_model, after.points[0, n]),
            decay=None if np.isnan(decays[0, n]) else float(decays[0, n]),
            demonstrated=float(demonstrated[0, n]),
        )
        for n, state in enumerate(states)
    ]
    reward = float(compute_reward(importance, level, known.level)[0])
    return PracticeResult(reward, changes, _make_stored_state(learner_model, after.learner[0]))


def _restore_state(
    practice: Practice, states: list[PracticePoint], learner_model: ServedLearnerModel, skills: Ints, known: Estimate
) -> ModelState:
    """Return the model's stored numbers; without them those of the level, or the start of a point never seen."""
    memory = learner_model.start_from(skills[0], known)
    for index, state in enumerate(states):
        if state.model_state is not None and state.model_state.version == learner_model.version:
            memory.points[0, index] = state.model_state.numbers
        elif not state.is_stored:
            memory.points[0, index] = learner_model.start.points[0, skills[0, index]]
    if practice.model_state is not None and practice.model_state.version == learner_model.version:
        memory.learner[0] = practice.model_state.numbers
    return memory


def _make_stored_state(learner_model: ServedLearnerModel, numbers: Floats) -> StoredModelState:
    return StoredModelState(learner_model.version, numbers.tolist())


def _practised_id(outcome: Outcome) -> str | None:
    return outcome.resource or outcome.item


def apply_outcome_by_gain(practice: Practice, rates: Rates) -> PracticeResult:
    """Apply the update of docs/design.md to the points that the outcome can touch."""
    states = practice.points
    right = practice.outcome.right
    level, importance, sd, days, rate, shown = (
        np.array(column, dtype=np.float32)
        for column in zip(*((s.level, s.importance, s.sd, s.days, s.rate, s.demonstrated) for s in states), strict=True)
    )
    changed, reward = update_levels(level, importance, right, _make_influence_matrix(practice), rates)
    decay = update_forgetting(rate, days, importance, right, rates)
    demonstrated = update_demonstrated(shown, changed, importance, right, rates)
    sds = update_sd(level, sd, importance, changed)
    moved = (importance > 0) | (changed != level)
    changes = [
        PointUpdate(
            point=states[index].point,
            level=float(changed[index]),
            sd=float(sds[index]),
            decay=float(decay[index]) if decay[index] != rate[index] else None,
            demonstrated=float(demonstrated[index]),
        )
        for index in np.flatnonzero(moved)
    ]
    return PracticeResult(float(reward), changes)


def _make_influence_matrix(practice: Practice) -> sparse.csr_matrix:
    """Return W among these points alone; its other entries cannot change them."""
    index = {state.point: number for number, state in enumerate(practice.points)}
    edges = [(index[start], index[end], weight) for start, end, weight in practice.influence]
    rows, columns, weights = zip(*edges, strict=True) if edges else ((), (), ())
    return sparse.csr_matrix((weights, (rows, columns)), shape=(len(index), len(index)), dtype=np.float32)


def make_outcome_model(courses: Mapping[str, Course]) -> LearnFunction:
    """Return the model that the transaction calls for each outcome.

    It raises `Conflict` for an outcome of a course that is not among `courses` (id → arrays): the learner joined it
    after the courses were loaded.
    """

    def model(practice: Practice) -> PracticeResult:
        if practice.course is None:
            return apply_outcome_by_gain(practice, Rates())
        if practice.course not in courses:
            raise Conflict(f"The learner joined the course {practice.course!r} a moment ago; send the outcome again.")
        course = courses[practice.course]
        result = apply_outcome(practice, course.learner_model, course.rates) if course.learner_model else None
        return result or apply_outcome_by_gain(practice, course.rates)

    return model


@measure_async_time("cypher")
async def store_outcomes(context: AppContext, outcomes: list[Outcome]) -> list[RecordedOutcome]:
    """Store outcomes in this order, all or none: load the courses and bandits that they move, then one transaction.

    Raises `NotFound`, `Conflict` for somebody else's recommendation, `Invalid` for a time in the future.
    """
    origins = set(await read_outcome_origins(context.graph, outcomes))
    served = {course: await context.courses.get(course) for course, _ in origins if course is not None}
    starts = {
        BanditKey(course, policy): await load_bandit_start(context.graph, served[course], policy)
        for course, policy in origins
        if course is not None and policy in BANDIT_NAMES
    }
    model = make_outcome_model({id: each.course for id, each in served.items()})
    return await record_outcomes(context.graph, outcomes, model, context.now(), bandits=make_bandit_updates(starts))


async def report_outcomes(context: AppContext, sent: list[OutcomeBody]) -> list[OutcomeView]:
    """Store outcomes in this order, all or none; raises as `store_outcomes`."""
    recorded = await store_outcomes(context, [_make_outcome(context, outcome) for outcome in sent])
    return [_make_outcome_view(context, each) for each in recorded]


RIGHT_FROM = 0.6
"""Score from which an outcome is right, where only a score was sent: the level at which a prerequisite is met."""


def is_right_score(score: float) -> bool:
    """Return whether a score counts as right: learner models take right or wrong."""
    return score >= RIGHT_FROM


def _make_outcome(context: AppContext, outcome: OutcomeBody) -> Outcome:
    right = outcome.right
    if right is None:
        if outcome.score is None:
            raise Invalid("An outcome says `right`, or a `score` from 0 to 1.", "right")
        right = is_right_score(outcome.score)
    return Outcome(
        id=outcome.id or f"out-{secrets.token_hex(10)}",
        learner=outcome.learner,
        right=right,
        score=outcome.score,
        at=outcome.at or context.now(),
        recommendation=outcome.recommendation,
        resource=outcome.resource,
        item=outcome.item,
        minutes=outcome.minutes,
    )


def _make_outcome_view(context: AppContext, recorded: RecordedOutcome) -> OutcomeView:
    names = context.courses.point_name
    changes = [
        LevelChangeView(rise.point, names(rise.point), round(rise.before, 4), round(rise.after, 4))
        for rise in recorded.changes
    ]
    return OutcomeView(
        recorded.outcome, recorded.learner, recorded.step, round(recorded.reward, 4), changes, recorded.repeated
    )
