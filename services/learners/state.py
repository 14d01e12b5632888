"""A learner's state: one read of the graph, and the same as the arrays that recommenders take.

Also the learner's recent interactions, for strategies that use history.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from graph.learners.history import read_recent_outcomes
from graph.learners.profiles import Goal, read_learner, refuse_unknown
from graph.recommendations.candidates import CandidateSet, read_candidates
from models.arrays import Floats
from models.policies.wrappers import make_empty_history
from models.rankers.interactions import MAX_HISTORY, InteractionHistory
from models.recommender import Observation, compute_expected_gain, find_wanted_points
from services.context import AppContext
from services.courses.served import PrerequisitePath, ServedCourse
from services.timings import measure_async_time


@dataclass(frozen=True, eq=False)
class LearnerState:
    """A learner at the moment `now`, and the course."""

    served: ServedCourse
    found: CandidateSet
    now: datetime


async def get_learner_course(loop: AppContext, learner: str, course: str | None) -> ServedCourse:
    """The course that is named, or the learner's own. Raises `NotFound` for an unknown learner or course."""
    own = course or (await read_learner(loop.graph, learner)).course
    return await loop.courses.get(own) if own else await refuse_unknown(loop.graph, learner, course)


async def read_learner_state(loop: AppContext, learner: str, course: str | None) -> LearnerState:
    """Raises `NotFound` for an unknown learner or course."""
    now = loop.now()
    found = await _read_candidates(loop, learner, course, now)
    served = await loop.courses.covering(found.course, found.revision, found.resources)
    return LearnerState(served, found, now)


def replace_goals(situation: LearnerState, goals: list[str]) -> LearnerState:
    """The same learner with other goals; the learner's own without any. Raises `NotFound` for an unknown point."""
    if not goals:
        return situation
    for goal in goals:
        situation.served.position(goal)
    return replace(situation, found=replace(situation.found, goals=[Goal(goal) for goal in goals]))


@measure_async_time("cypher")
async def _read_candidates(loop: AppContext, learner: str, course: str | None, now: datetime) -> CandidateSet:
    return await read_candidates(loop.graph, learner, now, course)


@dataclass(frozen=True, eq=False)
class ObservedState:
    """One learner as a batch of one, the way to the goals, and the goals' positions."""

    observation: Observation
    way: PrerequisitePath
    goals: tuple[int, ...]


def observe_learner(served: ServedCourse, found: CandidateSet) -> ObservedState:
    """The learner's state as arrays, without candidates. Points of other courses are left out.

    A goal aims at the mastered threshold of its point, or higher if the learner says so.
    """
    course = served.course
    level, days, target = (np.zeros((1, course.points), dtype=np.float32) for _ in range(3))
    index = course.point_index
    places = np.array([index.get(point, -1) for point in found.mastery.points], dtype=np.int64)
    here = places >= 0
    level[0, places[here]] = np.array(found.mastery.levels)[here]
    days[0, places[here]] = np.array(found.mastery.days)[here]
    spread = np.zeros_like(level)
    spread[0, places[here]] = np.array(found.mastery.uncertainties)[here]
    goals = {index[goal.point]: goal.level for goal in found.goals if goal.point in index}
    for place, aimed in goals.items():
        target[0, place] = max(aimed, float(course.mastered[place]))
    order = tuple(sorted(goals))
    way = served.way(order)
    observation = Observation(
        level=level,
        days=days,
        target=target,
        wanted=find_wanted_points(course, level, target, way.closure[None]),
        candidates=np.zeros((1, 1), dtype=np.int64),
        mask=np.zeros((1, 1), dtype=bool),
        success=np.array([found.success], dtype=np.float32),
        steps=np.array([found.answers], dtype=np.float32),
        sd=spread,
    )
    return ObservedState(observation, way, order)


def estimate_gain(served: ServedCourse, seen: ObservedState, level: Floats, resource: int, success: float) -> float:
    """Expected gain of one resource at some mastery `level` (N,) and chance of success."""
    only = replace(seen.observation, level=level[None], candidates=np.array([[resource]]), mask=np.array([[True]]))
    return float(compute_expected_gain(served.course, only, np.array([[success]], dtype=np.float32))[0, 0])


async def read_recent_history(loop: AppContext, situation: LearnerState) -> InteractionHistory:
    """What the learner did lately on this course's resources, as a batch of one."""
    index = situation.served.course.resource_index
    did = await read_recent_outcomes(loop.graph, situation.found.learner, situation.now, MAX_HISTORY)
    here = [each for each in did if each.resource in index]
    if not here:
        return make_empty_history(1)
    return InteractionHistory(
        np.array([[index[each.resource] for each in here]], dtype=np.int64),
        np.array([[(situation.now - each.at) / timedelta(days=1) for each in here]], dtype=np.float32),
        np.array([[float(each.right) for each in here]], dtype=np.float32),
    )
