"""Plan the path to a goal: the recommender's choices rolled forward with the learner model, each step with its reasons.

A plan keeps to the learner's limits, and takes what was done lately only where nothing else is open, as the candidates
do. Say why the path ends where it ends.
"""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from graph.recommendations.candidates import Obstacles, UnmetPrerequisite
from graph.recommendations.decisions import HistoryEvent, read_history
from models.arrays import Flags
from models.course import MODALITIES
from models.policies.planner import PathPlan, PlannedStep, plan_steps
from models.policies.strategies import find_strategy
from models.rankers.interactions import InteractionHistory
from models.recommender import find_blocked_points, find_wanted_points
from services.context import AppContext
from services.learners.state import (
    LearnerState,
    estimate_gain,
    read_learner_state,
    read_recent_history,
    replace_goals,
)
from services.recommendations.explanations import LevelEstimate, describe_obstacles, explain_resource
from services.recommendations.schemas import LearningPath, NoRecommendation, PathStep, PolicyName
from services.schemas import LevelChangeView

MAX_EVENTS = 1000
"""Latest events of a learner that are looked at for what was done lately."""


@dataclass(frozen=True, eq=False)
class PlanningState:
    """A learner's state and what a plan may use.

    Attributes:
        limits: by name of a limit which resources (R,) keep it.
        resting: (R,) those done lately, which the plan uses only where there is no other.
        history: recent interactions, for a strategy that uses them.
    """

    state: LearnerState
    limits: dict[str, Flags]
    resting: Flags
    history: InteractionHistory | None = None

    @property
    def allowed(self) -> Flags:
        """(R,) resources within all of the learner's limits."""
        return np.asarray(np.logical_and.reduce([np.ones_like(self.resting), *self.limits.values()]), dtype=bool)


async def read_planning_state(context: AppContext, learner: str, course: str | None, goals: list[str]) -> PlanningState:
    """Read the state to plan from; `goals`: points to reach, the learner's own without any. Raises `NotFound`."""
    state = replace_goals(await read_learner_state(context, learner, course), goals)
    events = await read_history(context.graph, learner, MAX_EVENTS)
    looks_back = find_strategy(state.served.strategies.order[0]).looks_back
    history = await read_recent_history(context, state) if looks_back else None
    return PlanningState(state, _find_limits(state), _find_done_recently(state, events), history)


def _find_limits(state: LearnerState) -> dict[str, Flags]:
    """Return by name of a limit which resources (R,) keep it; a resource without a language fits all."""
    course, limits = state.served.course, state.candidates.limits
    fits = {}
    if limits.max_minutes is not None:
        fits["max_minutes"] = course.minutes <= limits.max_minutes
    if limits.modalities is not None:
        codes = [code for code, name in enumerate(MODALITIES) if name in limits.modalities]
        fits["modalities"] = np.isin(course.modality, codes)
    if limits.languages is not None:
        spoken = {None, *limits.languages}
        fits["languages"] = np.fromiter((each.language in spoken for each in state.served.resources), dtype=bool)
    if state.candidates.refused:
        refused = set(state.candidates.refused)
        fits["dismissed"] = np.fromiter((each.id not in refused for each in state.served.resources), dtype=bool)
    return fits


def _find_done_recently(state: LearnerState, events: list[HistoryEvent]) -> Flags:
    """(R,) done right a while ago, tried just now, or dismissed."""
    course = state.served.course
    dismissed = set(state.candidates.dismissed)
    rests = np.fromiter((each in dismissed for each in course.resource_ids), dtype=bool, count=course.resources)
    for event in events:
        position = course.resource_index.get(event.resource or "")
        if event.outcome is None or position is None:
            continue
        days = course.thresholds.repeat_after_days if event.right else course.thresholds.retry_after_days
        rests[position] |= event.at > state.now - timedelta(days=days)
    return rests


def plan_path(planning: PlanningState, longest: int) -> LearningPath:
    """Plan the path, of at most `longest` steps, and say why it ends where it does not reach the goal."""
    found, served = planning.state.candidates, planning.state.served
    start = replace(planning.state.observation, history=planning.history)
    path = plan_steps(served.course, served.recommender, start, planning.allowed, planning.resting, longest)
    steps = [_make_path_step(planning, number, step) for number, step in enumerate(path.steps, 1)]
    return LearningPath(
        learner=found.learner,
        course=found.course,
        goals=served.names(list(planning.state.goals)),
        policy=PolicyName(served.recommender.name, served.recommender.version),
        steps=steps,
        reached=path.reached,
        minutes=sum(step.resource.minutes for step in steps),
        reason=_explain_end(planning, path, longest),
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
    return plan_path(await read_planning_state(context, learner, course, goals or []), longest)


def _explain_end(planning: PlanningState, path: PathPlan, longest: int) -> NoRecommendation | None:
    """Return why there is no further step; None where the path simply reaches its goal."""
    if path.reached:
        return None if path.steps else NoRecommendation("goal_reached", "The goal is reached already.")
    if len(path.steps) >= longest:
        return NoRecommendation("longest", f"The goal is further away than {longest} steps; ask again on the way.")
    return describe_obstacles(planning.state.served, _find_obstacles(planning, path))


def _find_obstacles(planning: PlanningState, path: PathPlan) -> Obstacles:
    """Return what is in the way at the end of a plan: no resource, the learner's limits, or unmet prerequisites."""
    course, start = planning.state.served.course, planning.state.observation
    wanted = find_wanted_points(course, path.level[None], start.target, planning.state.path.closure[None])[0]
    blocked = find_blocked_points(course, path.gate[None])[0]
    untaught, limits, unmet = [], set(), []
    for point in np.flatnonzero(wanted & ~blocked):
        taught = np.flatnonzero(course.teaches[:, [point]].toarray().ravel())
        if not len(taught):
            untaught.append(course.point_ids[point])
        limits |= {name for name, fits in planning.limits.items() if len(taught) and not fits[taught].any()}
        for other in {int(each) for resource in taught for each in course.teaches[resource].indices if blocked[each]}:
            for before in course.before[other].indices:
                level, needed = float(path.gate[before]), float(course.met[before])
                if level < needed:
                    unmet.append(UnmetPrerequisite(course.point_ids[before], level, needed, course.point_ids[other]))
    return Obstacles("blocked", prerequisites=unmet, untaught=untaught, limits=sorted(limits))
