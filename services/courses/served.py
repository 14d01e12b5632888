"""A course as it is served, at one revision of the graph: arrays, names, diagnostic items, strategies.

Also the prerequisite path to goals: every point before them, and from each point the next one on a shortest chain of
prerequisites to the nearest goal.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from graph.errors import NotFound
from models.arrays import Flags
from models.course import Course
from models.policies.selection import CourseStrategies
from models.recommender import Recommender
from services.schemas import PointName, ResourceView


@dataclass(frozen=True, eq=False)
class ServedStrategies:
    """The strategies of a course while it is served.

    Attributes:
        order: names; the course's own strategy first, then who steps in for it.
        recommender: the own one and its stand-ins as one; it plans paths.
        making: strategies that are being read or trained.
        resting: until when (monotonic seconds) a strategy is left alone, and why.
    """

    strategies: CourseStrategies
    order: tuple[str, ...]
    recommender: Recommender
    making: dict[str, Any] = field(default_factory=dict, repr=False)
    resting: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, eq=False)
class PrerequisitePath:
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


def cover_whole_course(included: int, points: int) -> PrerequisitePath:
    """Without a goal, all of the course's own points are wanted."""
    return PrerequisitePath(np.arange(points) < included, {})


def find_prerequisite_path(goals: list[int], before: list[list[int]]) -> PrerequisitePath:
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
    return PrerequisitePath(closure, toward)


K = TypeVar("K")
V = TypeVar("V")
MAX_PATHS = 512
"""Ways to goals kept at once; each takes a few dozen bytes a point."""


def get_cached(kept: dict[K, V], key: K, most: int, make: Callable[[], V]) -> V:
    """What is kept under the key, made if need be; of more than `most` the oldest goes."""
    if key not in kept:
        if len(kept) >= most:
            kept.pop(next(iter(kept)))
        kept[key] = make()
    return kept[key]


@dataclass(frozen=True, slots=True)
class DiagnosticItem:
    """A diagnostic item; `points` are positions in the course, `response` its discrimination, difficulty, guessing."""

    id: str
    prompt: str
    answer: str
    distractors: tuple[str, ...]
    points: tuple[int, ...]
    response: tuple[float, float, float] = (1.0, 0.0, 0.25)


@dataclass(frozen=True, eq=False)
class ServedCourse:
    """One course at one revision.

    Attributes:
        included: the course's own points come first; what is behind them only gates.
        points, levels, resources: what people read, at the same positions as in `course`.
        line_up: who recommends on this course.
        grounds: what diagnostics towards the same goals share, see `services.diagnostics`.
        plain: bandits start from nothing, not from practice with simulated learners.
        bandits: those of this course before their first outcome, see `services.recommendations.bandits`.
        absent: ids of resources that were looked for in vain, and when (monotonic seconds).
    """

    course: Course
    revision: int
    title: str
    included: int
    points: list[PointName]
    levels: list[str | None]
    resources: list[ResourceView]
    questions: list[DiagnosticItem]
    line_up: ServedStrategies
    plain: bool = False
    bandits: dict[str, Any] = field(default_factory=dict, repr=False)
    grounds: dict[tuple[int, ...], Any] = field(default_factory=dict, repr=False)
    absent: dict[str, float] = field(default_factory=dict, repr=False)
    _ways: dict[tuple[int, ...], PrerequisitePath] = field(default_factory=dict, repr=False)

    @property
    def recommender(self) -> Recommender:
        """Who chooses on this course."""
        return self.line_up.recommender

    @cached_property
    def before(self) -> list[list[int]]:
        """The direct prerequisites of each point."""
        matrix = self.course.before
        return [matrix.indices[a:b].tolist() for a, b in zip(matrix.indptr, matrix.indptr[1:], strict=False)]

    def way(self, goals: tuple[int, ...]) -> PrerequisitePath:
        """The way to these goals (sorted positions), remembered."""
        return get_cached(self._ways, goals, MAX_PATHS, lambda: self._way(goals))

    def _way(self, goals: tuple[int, ...]) -> PrerequisitePath:
        return (
            find_prerequisite_path(list(goals), self.before)
            if goals
            else cover_whole_course(self.included, len(self.points))
        )

    @cached_property
    def _questions(self) -> dict[str, DiagnosticItem]:
        return {question.id: question for question in self.questions}

    def question(self, id: str) -> DiagnosticItem:
        """A question by id; raises `NotFound`."""
        if id not in self._questions:
            raise NotFound("item", id)
        return self._questions[id]

    def names(self, points: list[int]) -> list[PointName]:
        """The names of some points."""
        return [self.points[point] for point in points]

    def position(self, point: str) -> int:
        """Where a point is in the arrays; raises `NotFound`."""
        if point not in self.course.point_index:
            raise NotFound("knowledge point", point)
        return self.course.point_index[point]

    def name(self, point: str) -> str:
        """The name of a point by its id; the id itself for a point of another course."""
        position = self.course.point_index.get(point)
        return point if position is None else self.points[position].name
