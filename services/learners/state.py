"""Read a learner's state from the graph, as rows and as the arrays that recommenders take.

Also the learner's recent interactions, for strategies that use history.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from graph.learners.history import read_recent_outcomes
from graph.learners.practice import UNSEEN_SD
from graph.learners.profiles import Goal, read_learner, refuse_unknown
from graph.recommendations.candidates import CandidateSet, read_candidates
from models.arrays import Floats
from models.policies.wrappers import make_empty_history
from models.rankers.interactions import MAX_HISTORY, InteractionHistory
from models.recommender import Observation, compute_expected_gain, find_wanted_points
from services.context import AppContext
from services.courses.served import PrerequisitePath, ServedCourse, get_prerequisite_path
from services.timings import measure_async_time, measure_time


@dataclass(frozen=True, eq=False)
class LearnerState:
    """A learner on a course at the moment `now`, as the graph has it and as the arrays that recommenders take.

    Attributes:
        candidates: the resources that are open, and the learner's levels, goals and limits, by id.
        observation: the learner as a batch of one, without candidates.
        path: the points before the goals.
        goals: indices of the goals, sorted.
    """

    served: ServedCourse
    candidates: CandidateSet
    now: datetime
    observation: Observation
    path: PrerequisitePath
    goals: tuple[int, ...]


async def get_learner_course(context: AppContext, learner: str, course: str | None) -> ServedCourse:
    """Return the named course, or the learner's own. Raises `NotFound` for an unknown learner or course."""
    own = course or (await read_learner(context.graph, learner)).course
    return await context.courses.get(own) if own else await refuse_unknown(context.graph, learner, course)


async def read_learner_state(context: AppContext, learner: str, course: str | None) -> LearnerState:
    """Read a learner's state on the named course, or on the learner's own.

    Raises `NotFound` for an unknown learner or course.
    """
    now = context.now()
    candidates = await _read_candidates(context, learner, course, now)
    served = await context.courses.get_with_resources(candidates.course, candidates.revision, candidates.resources)
    return make_learner_state(served, candidates, now)


@measure_async_time("cypher")
async def _read_candidates(context: AppContext, learner: str, course: str | None, now: datetime) -> CandidateSet:
    return await read_candidates(context.graph, learner, now, course)


@measure_time("model")
def make_learner_state(served: ServedCourse, candidates: CandidateSet, now: datetime) -> LearnerState:
    """Build the arrays of a learner's state. Points of other courses are left out.

    A point that was never touched is unknown: level 0, and the standard deviation of a uniform distribution. A goal
    aims at the mastered threshold of its point, or higher if the learner says so.
    """
    course = served.course
    level, days, target, demonstrated = (np.zeros((1, course.points), dtype=np.float32) for _ in range(4))
    sd = np.full((1, course.points), UNSEEN_SD, dtype=np.float32)
    index = course.point_index
    indices = np.array([index.get(point, -1) for point in candidates.mastery.points], dtype=np.int64)
    here = indices >= 0
    level[0, indices[here]] = np.array(candidates.mastery.levels)[here]
    days[0, indices[here]] = np.array(candidates.mastery.days)[here]
    sd[0, indices[here]] = np.array(candidates.mastery.sds)[here]
    demonstrated[0, indices[here]] = np.array(candidates.mastery.demonstrated)[here]
    goals = {index[goal.point]: goal.level for goal in candidates.goals if goal.point in index}
    for point, aimed in goals.items():
        target[0, point] = max(aimed, float(course.mastered[point]))
    order = tuple(sorted(goals))
    path = get_prerequisite_path(served, order)
    observation = Observation(
        level=level,
        days=days,
        target=target,
        wanted=find_wanted_points(course, level, target, path.closure[None]),
        candidates=np.zeros((1, 1), dtype=np.int64),
        mask=np.zeros((1, 1), dtype=bool),
        success=np.array([candidates.success], dtype=np.float32),
        steps=np.array([candidates.answers], dtype=np.float32),
        sd=sd,
        demonstrated=demonstrated if course.rates.keeps_gates else None,
    )
    return LearnerState(served, candidates, now, observation, path, order)


def replace_goals(state: LearnerState, goals: list[str]) -> LearnerState:
    """Return the learner with these goals, or with their own for none. Raises `NotFound` for an unknown goal."""
    if not goals:
        return state
    for goal in goals:
        state.served.index_of(goal)
    candidates = replace(state.candidates, goals=[Goal(goal) for goal in goals])
    return make_learner_state(state.served, candidates, state.now)


def estimate_gain(state: LearnerState, level: Floats, resource: int, success: float) -> float:
    """Return the expected gain of one resource at some mastery `level` (N,) and chance of success."""
    only = replace(state.observation, level=level[None], candidates=np.array([[resource]]), mask=np.array([[True]]))
    return float(compute_expected_gain(state.served.course, only, np.array([[success]], dtype=np.float32))[0, 0])


async def read_recent_history(context: AppContext, state: LearnerState) -> InteractionHistory:
    """Read what the learner did lately on this course's resources, as a batch of one."""
    index = state.served.course.resource_index
    did = await read_recent_outcomes(context.graph, state.candidates.learner, state.now, MAX_HISTORY)
    here = [each for each in did if each.resource in index]
    if not here:
        return make_empty_history(1)
    return InteractionHistory(
        np.array([[index[each.resource] for each in here]], dtype=np.int64),
        np.array([[(state.now - each.at) / timedelta(days=1) for each in here]], dtype=np.float32),
        np.array([[float(each.right) for each in here]], dtype=np.float32),
    )
