"""Plan the path to a goal: the recommender's choices rolled forward with the learner model, each step with its reasons.

A plan keeps to the learner's limits and leaves out what was done lately (rules 4 and 5 of the candidates). Say why the
path ends where it ends.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from graph.recommendations.decisions import HistoryEvent, read_history
from models.arrays import Flags
from models.course import MODALITIES
from models.policies.planner import PlannedStep, plan_steps
from models.policies.strategies import find_strategy
from models.rankers.interactions import InteractionHistory
from services.context import AppContext
from services.learners.state import (
    LearnerState,
    estimate_gain,
    read_learner_state,
    read_recent_history,
    replace_goals,
)
from services.recommendations.explanations import LevelEstimate, explain_no_recommendation, explain_resource
from services.recommendations.schemas import LearningPath, NoRecommendation, PathStep, PolicyName
from services.schemas import LevelChangeView

MAX_EVENTS = 1000
"""Latest events of a learner that are looked at for what was done lately."""


@dataclass(frozen=True, eq=False)
class PlanningState:
    """A learner's state and what a plan may use.

    Attributes:
        allowed: (R,) resources that the plan may use.
        history: recent interactions, for a strategy that uses them.
    """

    state: LearnerState
    allowed: Flags
    history: InteractionHistory | None = None


async def read_planning_state(context: AppContext, learner: str, course: str | None, goals: list[str]) -> PlanningState:
    """Read the state to plan from; `goals`: points to reach, the learner's own without any. Raises `NotFound`."""
    state = replace_goals(await read_learner_state(context, learner, course), goals)
    events = await read_history(context.graph, learner, MAX_EVENTS)
    looks_back = find_strategy(state.served.strategies.order[0]).looks_back
    history = await read_recent_history(context, state) if looks_back else None
    return PlanningState(state, _find_within_limits(state) & ~_find_done_recently(state, events), history)


def _find_within_limits(state: LearnerState) -> Flags:
    """(R,) A limit of None allows everything; a resource without a language fits all."""
    course, limits = state.served.course, state.candidates.limits
    fits = np.ones(course.resources, dtype=bool)
    if limits.max_minutes is not None:
        fits &= course.minutes <= limits.max_minutes
    if limits.modalities is not None:
        codes = [code for code, name in enumerate(MODALITIES) if name in limits.modalities]
        fits &= np.isin(course.modality, codes)
    if limits.languages is not None:
        spoken = {None, *limits.languages}
        fits &= np.fromiter((each.language in spoken for each in state.served.resources), dtype=bool)
    return fits


def _find_done_recently(state: LearnerState, events: list[HistoryEvent]) -> Flags:
    """(R,) done right a while ago, or tried just now."""
    course = state.served.course
    rests = np.zeros(course.resources, dtype=bool)
    for event in events:
        position = course.resource_index.get(event.resource or "")
        if event.outcome is None or position is None:
            continue
        days = course.thresholds.repeat_after_days if event.right else course.thresholds.retry_after_days
        rests[position] |= event.at > state.now - timedelta(days=days)
    return rests


def plan_path(planning: PlanningState, longest: int) -> LearningPath:
    """Plan the path, of at most `longest` steps."""
    found, served = planning.state.candidates, planning.state.served
    start = replace(planning.state.observation, history=planning.history)
    path = plan_steps(served.course, served.recommender, start, planning.allowed, longest)
    steps = [_make_path_step(planning, number, step) for number, step in enumerate(path.steps, 1)]
    return LearningPath(
        learner=found.learner,
        course=found.course,
        goals=served.names(list(planning.state.goals)),
        policy=PolicyName(served.recommender.name, served.recommender.version),
        steps=steps,
        reached=path.reached,
        minutes=sum(step.resource.minutes for step in steps),
    )


def _make_path_step(planning: PlanningState, number: int, step: PlannedStep) -> PathStep:
    served = planning.state.served
    gain = estimate_gain(planning.state, step.before, step.resource, step.success)
    why = explain_resource(served, planning.state.path, LevelEstimate(step.before), step.resource, (gain, step.success))
    raises = [_make_level_change(planning, point.id, step) for point in why.teaches]
    return PathStep(number, served.resources[step.resource], why, raises)


def _make_level_change(planning: PlanningState, id: str, step: PlannedStep) -> LevelChangeView:
    served = planning.state.served
    point = served.index_of(id)
    before, after = float(step.before[point]), float(step.after[point])
    return LevelChangeView(id, served.points[point].name, round(before, 3), round(after, 3))


MAX_PATH_STEPS = 60
"""Steps of a path at most, unless the caller says otherwise; a goal further away is planned in parts."""


async def find_path(
    context: AppContext,
    learner: str,
    course: str | None = None,
    goals: list[str] | None = None,
    longest: int = MAX_PATH_STEPS,
) -> LearningPath:
    """Plan from today's mastery to `goals`, the learner's own without any. Raises `NotFound`."""
    planning = await read_planning_state(context, learner, course, goals or [])
    path = plan_path(planning, longest)
    return replace(path, reason=await _explain_end(context, planning, path, longest))


async def _explain_end(
    context: AppContext, planning: PlanningState, path: LearningPath, longest: int
) -> NoRecommendation | None:
    """Why there is no further step; None where the path simply reaches its goal."""
    if path.reached:
        return None if path.steps else NoRecommendation("goal_reached", "The goal is reached already.")
    if len(path.steps) >= longest:
        return NoRecommendation("longest", f"The goal is further away than {longest} steps; ask again on the way.")
    if not path.steps and not planning.state.candidates.resources:
        return await explain_no_recommendation(context, planning.state)
    return NoRecommendation(
        "blocked", "No further resource is open within the learner's limits and within what was not done lately."
    )
