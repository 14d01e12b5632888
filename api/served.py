"""A course as it is served: the model's arrays beside the names that people read, at one revision of the graph."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from api.line_up import LineUp, Recommender
from api.views import PointName, ResourceView
from api.way import Way, way_to, whole
from graph.errors import NotFound
from models.course import Course

K = TypeVar("K")
V = TypeVar("V")
WAYS = 512
"""Ways to goals kept at once; each takes a few dozen bytes a point."""


def remembered(kept: dict[K, V], key: K, most: int, make: Callable[[], V]) -> V:
    """What is kept under the key, made if need be; of more than `most` the oldest goes."""
    if key not in kept:
        if len(kept) >= most:
            kept.pop(next(iter(kept)))
        kept[key] = make()
    return kept[key]


@dataclass(frozen=True, slots=True)
class Question:
    """A diagnostic item; `points` are positions in the course, `response` its discrimination, difficulty, guessing."""

    id: str
    prompt: str
    answer: str
    distractors: tuple[str, ...]
    points: tuple[int, ...]
    response: tuple[float, float, float] = (1.0, 0.0, 0.25)


@dataclass(frozen=True, eq=False)
class Served:
    """One course at one revision.

    Attributes:
        included: the course's own points come first; what is behind them only gates.
        points, levels, resources: what people read, at the same positions as in `course`.
        line_up: who recommends on this course.
        grounds: what diagnostics towards the same goals share, see `api.placing`.
        plain: bandits start from nothing, not from practice with simulated learners.
        bandits: those of this course before their first outcome, see `api.bandits`.
        absent: ids of resources that were looked for in vain, and when (monotonic seconds).
    """

    course: Course
    revision: int
    title: str
    included: int
    points: list[PointName]
    levels: list[str | None]
    resources: list[ResourceView]
    questions: list[Question]
    line_up: LineUp
    plain: bool = False
    bandits: dict[str, Any] = field(default_factory=dict, repr=False)
    grounds: dict[tuple[int, ...], Any] = field(default_factory=dict, repr=False)
    absent: dict[str, float] = field(default_factory=dict, repr=False)
    _ways: dict[tuple[int, ...], Way] = field(default_factory=dict, repr=False)

    @property
    def recommender(self) -> Recommender:
        """Who chooses on this course."""
        return self.line_up.recommender

    @cached_property
    def before(self) -> list[list[int]]:
        """The direct prerequisites of each point."""
        matrix = self.course.before
        return [matrix.indices[a:b].tolist() for a, b in zip(matrix.indptr, matrix.indptr[1:], strict=False)]

    def way(self, goals: tuple[int, ...]) -> Way:
        """The way to these goals (sorted positions), remembered."""
        return remembered(self._ways, goals, WAYS, lambda: self._way(goals))

    def _way(self, goals: tuple[int, ...]) -> Way:
        return way_to(list(goals), self.before) if goals else whole(self.included, len(self.points))

    @cached_property
    def _questions(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}

    def question(self, id: str) -> Question:
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
