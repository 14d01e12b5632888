"""The way to a goal: every point before it, and from each the next one towards it."""

from dataclasses import dataclass

import numpy as np

from models.course import Flags


@dataclass(frozen=True, eq=False)
class Way:
    """What lies on the way to some goals.

    Attributes:
        closure: (N,) the goals and everything before them; the whole course when there is no goal.
        toward: point → the next point on a shortest chain of prerequisites to the nearest goal; goals have none.
    """

    closure: Flags
    toward: dict[int, int]

    def path(self, point: int) -> list[int]:
        """From `point` to the goal that it leads to, both included; only the point itself where there is no goal."""
        path = [point]
        while path[-1] in self.toward:
            path.append(self.toward[path[-1]])
        return path


def whole(included: int, points: int) -> Way:
    """Without a goal, all of the course's own points are wanted."""
    return Way(np.arange(points) < included, {})


def way_to(goals: list[int], before: list[list[int]]) -> Way:
    """Walk back from the goals, breadth first. `before[k]` lists the direct prerequisites of point k.

    Takes time in proportion to what lies before the goals, not to the course.
    """
    closure = np.zeros(len(before), dtype=bool)
    toward: dict[int, int] = {}
    closure[goals] = True
    ring = list(goals)
    while ring:
        following = []
        for point in ring:
            for earlier in before[point]:
                if not closure[earlier]:
                    closure[earlier] = True
                    toward[earlier] = point
                    following.append(earlier)
        ring = following
    return Way(closure, toward)
