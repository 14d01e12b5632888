"""From what the graph says of a learner to what a recommender sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from api.served import Served
from api.way import Way
from models.course import Floats
from models.recommender import Observation, wanted_points


@dataclass(frozen=True, eq=False)
class Seen:
    """One learner as a batch of one, and the way to the goals."""

    observation: Observation
    way: Way
    goals: tuple[int, ...]


def observe(served: Served, mastery: Sequence[Sequence[Any]], goals: Sequence[Sequence[Any]], answers: int) -> Seen:
    """The learner's state as arrays; candidates are still to be set.

    Args:
        mastery: rows that begin with point id, mastery now, stored mastery, days since practice.
        goals: rows that begin with point id and level aimed at; a point's own threshold is the least that is aimed at.
    """
    course = served.course
    level, days, target = (np.zeros((1, course.points), dtype=np.float32) for _ in range(3))
    known = [(course.point_index[row[0]], row[1], row[3]) for row in mastery if row[0] in course.point_index]
    if known:
        places, levels, since = zip(*known, strict=True)
        level[0, places] = levels
        days[0, places] = since
    aims = {course.point_index[row[0]]: row[1] or 0.0 for row in goals if row[0] in course.point_index}
    for place, aimed in aims.items():
        target[0, place] = max(aimed, float(course.mastered[place]))
    way = served.way(tuple(sorted(aims)))
    observation = Observation(
        level=level,
        days=days,
        target=target,
        wanted=wanted_points(course, level, target, way.closure[None]),
        candidates=np.zeros((1, 1), dtype=np.int64),
        mask=np.zeros((1, 1), dtype=bool),
        success=np.array([0.5], dtype=np.float32),
        steps=np.array([answers], dtype=np.float32),
    )
    return Seen(observation, way, tuple(sorted(aims)))


def outlook(gain: Floats, success: Floats, position: int) -> tuple[float, float]:
    """Expected gain and chance of success of the candidate at `position`, from (1, K) arrays."""
    return float(gain[0, position]), float(success[0, position])
