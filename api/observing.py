"""From what the graph says of a learner to what a recommender sees."""

from dataclasses import dataclass, replace

import numpy as np

from api.served import Served
from api.way import Way
from graph.candidates import CandidateSet
from models.course import Floats
from models.recommender import Observation, expected_gain, wanted_points


@dataclass(frozen=True, eq=False)
class Seen:
    """One learner as a batch of one, the way to the goals, and the goals' positions."""

    observation: Observation
    way: Way
    goals: tuple[int, ...]


def observe(served: Served, found: CandidateSet) -> Seen:
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
        wanted=wanted_points(course, level, target, way.closure[None]),
        candidates=np.zeros((1, 1), dtype=np.int64),
        mask=np.zeros((1, 1), dtype=bool),
        success=np.array([found.success], dtype=np.float32),
        steps=np.array([found.answers], dtype=np.float32),
        spread=spread,
    )
    return Seen(observation, way, order)


def gain_of(served: Served, seen: Seen, level: Floats, resource: int, success: float) -> float:
    """Expected gain of one resource at some mastery `level` (N,) and chance of success."""
    only = replace(seen.observation, level=level[None], candidates=np.array([[resource]]), mask=np.array([[True]]))
    return float(expected_gain(served.course, only, np.array([[success]], dtype=np.float32))[0, 0])
