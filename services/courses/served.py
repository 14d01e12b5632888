"""A course as it is served, at one revision of the graph: arrays, names, diagnostic items, strategies.

Also the prerequisite path to goals: every point before them, and from each point the next one on a shortest chain of
prerequisites to the nearest goal.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from graph.errors import Invalid, NotFound
from models.arrays import Flags
from models.course import Course
from models.policies.selection import CourseStrategies
from models.recommender import Recommender
from services.schemas import PointName, ResourceView


@dataclass(frozen=True, eq=False)
class ServedStrategies:
    """The strategies of a course while it is served.

    Attributes:
        available: every strategy that can be made for the course.
        order: names; the course's own strategy first, then those that decide where it cannot.
        recommender: the strategies of `order` as one; it plans paths.
    """

    available: CourseStrategies
    order: tuple[str, ...]
    recommender: Recommender


@dataclass(frozen=True, eq=False)
class PrerequisitePath:
    """The points before some goals.

    Attributes:
        closure: (N,) the goals and everything before them; the whole course when there is no goal.
        next_point: point → the next point on a shortest chain of prerequisites to the nearest goal; goals have none.
    """

    closure: Flags
    next_point: dict[int, int]

    def chain_to_goal(self, point: int) -> list[int]:
        """Return the points from `point` to the goal that it leads to, both included; `point` alone without a goal."""
        chain = [point]
        while chain[-1] in self.next_point:
            chain.append(self.next_point[chain[-1]])
        return chain


def cover_whole_course(own_points: int, points: int) -> PrerequisitePath:
    """Return the path without a goal: all of the course's own points, which come first, are wanted."""
    return PrerequisitePath(np.arange(points) < own_points, {})


def find_prerequisite_path(goals: list[int], before: list[list[int]]) -> PrerequisitePath:
    """Search back from the goals, breadth first. `before[k]` lists the direct prerequisites of point k.

    Takes time in proportion to what lies before the goals, not to the course.
    """
    closure = np.zeros(len(before), dtype=bool)
    next_point: dict[int, int] = {}
    closure[goals] = True
    ring = list(goals)
    while ring:
        following = []
        for point in ring:
            for earlier in before[point]:
                if not closure[earlier]:
                    closure[earlier] = True
                    next_point[earlier] = point
                    following.append(earlier)
        ring = following
    return PrerequisitePath(closure, next_point)


@dataclass(frozen=True, slots=True)
class DiagnosticItem:
    """A diagnostic item; `points` are indices in the course, `response` its discrimination, difficulty, guessing."""

    id: str
    prompt: str
    answer: str
    distractors: tuple[str, ...]
    points: tuple[int, ...]
    response: tuple[float, float, float] = (1.0, 0.0, 0.25)

    def mix_options(self, asked_by: str = "") -> list[str]:
        """Return the options in an order that is the same whenever `asked_by`, say a diagnostic, asks it."""
        options = [self.answer, *self.distractors]
        Random(f"{asked_by} {self.id}").shuffle(options)
        return options

    def is_right(self, answer: str) -> bool:
        """Return whether an answer is the right one; "" means "I do not know".

        Spaces around it do not count, nor does case unless options differ by it alone. Raises `Invalid` for what is no
        option.
        """
        given, options = answer.strip(), {each.strip() for each in (self.answer, *self.distractors)}
        if given in options:
            return given == self.answer.strip()
        if given and given.casefold() not in {each.casefold() for each in options}:
            raise Invalid(f"{answer!r} is none of the options of {self.id!r}.", "answer")
        return given.casefold() == self.answer.strip().casefold()


@dataclass(frozen=True, eq=False)
class ServedCourse:
    """One course at one revision. What is computed for it later is kept in `CourseMemo`s.

    Attributes:
        own_points: how many points are the course's own; they come first, and those behind them only gate.
        points, levels, resources: what people read, at the same indices as in `course`.
        strategies: those that recommend on this course.
        plain_bandits: bandits start untrained instead of from training on simulated learners.
    """

    course: Course
    revision: int
    title: str
    own_points: int
    points: list[PointName]
    levels: list[str | None]
    resources: list[ResourceView]
    questions: list[DiagnosticItem]
    strategies: ServedStrategies
    plain_bandits: bool = False

    @property
    def recommender(self) -> Recommender:
        """The strategies that serve this course, as one."""
        return self.strategies.recommender

    @cached_property
    def prerequisites(self) -> list[list[int]]:
        """The direct prerequisites of each point."""
        matrix = self.course.before
        return [matrix.indices[a:b].tolist() for a, b in zip(matrix.indptr, matrix.indptr[1:], strict=False)]

    @cached_property
    def _questions(self) -> dict[str, DiagnosticItem]:
        return {question.id: question for question in self.questions}

    def question(self, id: str) -> DiagnosticItem:
        """Return a diagnostic item by id; raises `NotFound`."""
        found = self.find_question(id)
        if found is None:
            raise NotFound("item", id)
        return found

    def find_question(self, id: str) -> DiagnosticItem | None:
        """Return a diagnostic item by id; None where the course has none."""
        return self._questions.get(id)

    @cached_property
    def _questions_by_point(self) -> dict[int, list[DiagnosticItem]]:
        found: dict[int, list[DiagnosticItem]] = {}
        for question in self.questions:
            for point in question.points:
                found.setdefault(point, []).append(question)
        return found

    def questions_of(self, point: int) -> list[DiagnosticItem]:
        """Return the diagnostic items that assess a point, given by its index."""
        return self._questions_by_point.get(point, [])

    def names(self, points: list[int]) -> list[PointName]:
        """Return the names of some points."""
        return [self.points[point] for point in points]

    def index_of(self, point: str) -> int:
        """Return the index of a point in the arrays; raises `NotFound`."""
        if point not in self.course.point_index:
            raise NotFound("knowledge point", point)
        return self.course.point_index[point]

    def name(self, point: str) -> str:
        """Return the name of a point by its id; the id itself for a point of another course."""
        index = self.course.point_index.get(point)
        return point if index is None else self.points[index].name


K = TypeVar("K")
V = TypeVar("V")


class CourseMemo(Generic[K, V]):
    """Values that were computed for a served course, by key: at most `size` a course, of which the oldest goes.

    They go with the served course, that is, at every new revision. A value must not refer to its `ServedCourse`:
    neither would ever be freed.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._values: WeakKeyDictionary[ServedCourse, dict[K, V]] = WeakKeyDictionary()

    def get(self, served: ServedCourse, key: K, make: Callable[[], V]) -> V:
        """Return the value under the key, made if need be."""
        found = self.find(served, key)
        return self.put(served, key, make()) if found is None else found

    def find(self, served: ServedCourse, key: K) -> V | None:
        """Return the value under the key; None where there is none."""
        return self._values.get(served, {}).get(key)

    def put(self, served: ServedCourse, key: K, value: V) -> V:
        """Keep a value and return it."""
        values = self._values.setdefault(served, {})
        if key not in values and len(values) >= self._size:
            values.pop(next(iter(values)))
        values[key] = value
        return value

    def drop(self, served: ServedCourse, key: K) -> None:
        """Forget the value under the key, if there is one."""
        self._values.get(served, {}).pop(key, None)

    def clear(self, served: ServedCourse) -> None:
        """Forget everything of this course."""
        self._values.pop(served, None)


PATHS: CourseMemo[tuple[int, ...], PrerequisitePath] = CourseMemo(512)
"""Prerequisite paths by goals; each takes a few dozen bytes a point."""


def get_prerequisite_path(served: ServedCourse, goals: tuple[int, ...]) -> PrerequisitePath:
    """Return the path to these goals (sorted indices), remembered."""

    def make() -> PrerequisitePath:
        if not goals:
            return cover_whole_course(served.own_points, len(served.points))
        return find_prerequisite_path(list(goals), served.prerequisites)

    return PATHS.get(served, goals, make)
