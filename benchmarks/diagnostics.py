"""How wrong s(0) is after each question of a diagnostic, for `benchmarks.cat`: the ways to ask and to estimate."""

from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.examinees import Examinees
from models.course import Course, Flags, Floats, Ints
from models.diagnostic import starting_level
from models.learners.diagnosis import DiagnosticRules, next_question
from models.learners.field import field_of
from models.learners.placement import Placement

SHORTEST_WAY = 20
"""Points on the way to a goal at least: with three questions each there are 60 to ask."""
LONGEST = 30
"""Adaptive questions at most; random ones go on to 60."""
RANDOM = 60


@dataclass(frozen=True)
class Errors:
    """Mean squared error of the level by number of questions, from 0 on, for each learner (B, T + 1).

    way: over the points on the way to the goal, where all questions are; course: over all points; told: what the
    estimate says of itself over the way, its mean variance.
    """

    way: NDArray[np.float64]
    course: NDArray[np.float64]
    told: NDArray[np.float64]


class Trial:
    """One group of learners, each with a goal, and what is measured of them."""

    def __init__(self, course: Course, group: Examinees, seed: int) -> None:
        self.course, self.group = course, group
        self.placement = Placement(field_of(course, np.arange(course.points)), group.questions)
        self.draw = np.random.default_rng((seed, 1))
        ways = np.array([course.closure(np.array([point])) for point in range(course.points)])
        goals = self.draw.choice(np.flatnonzero(ways.sum(axis=1) >= SHORTEST_WAY), len(group.knowledge))
        self.way: Flags = ways[goals]
        on_way = self.way[:, group.questions.points[:, 0]]
        order = np.where(on_way, self.draw.random(on_way.shape), 2).argsort(axis=1)
        self.random: Ints = order[:, :RANDOM]
        self.ms_per_answer = 0.0

    def measure(self) -> dict[str, Errors]:
        """By way of asking and estimating."""
        return {"adaptive": self.adaptive(), "random": self.at_random(), "share": self.share()}

    def at_random(self) -> Errors:
        """Random questions on the way, the new estimate."""
        belief = self.placement.start(len(self.way))
        seen = [self._errors(*self.placement.estimate(belief))]
        for asked in self.random.T:
            belief = self.placement.update(belief, asked, self.group.right[np.arange(len(asked)), asked])
            seen.append(self._errors(*self.placement.estimate(belief)))
        return _joined(seen)

    def share(self) -> Errors:
        """The same questions, s(0) as the share of right answers (models/diagnostic.py)."""
        right, answers = (np.zeros(self.way.shape, dtype=np.float32) for _ in range(2))
        rows = np.arange(len(right))
        seen = [self._errors(*starting_level(right, answers))]
        for asked in self.random.T:
            points = self.group.questions.points[asked, 0]
            answers[rows, points] += 1
            right[rows, points] += self.group.right[rows, asked]
            seen.append(self._errors(*starting_level(right, answers)))
        return _joined(seen)

    def adaptive(self) -> Errors:
        """The questions that the diagnostic would ask, the new estimate."""
        rules = DiagnosticRules(spread=0, most=LONGEST)
        found, spent = np.zeros((LONGEST + 1, 3, len(self.way))), []
        for learner in range(len(self.way)):
            belief, asked = self.placement.start(), list[int]()
            wanted = self.way[learner].astype(np.float32)
            only = np.array([learner])
            found[0, :, learner] = np.ravel(self._errors(*self.placement.estimate(belief), only))
            began = perf_counter()
            while (item := next_question(self.placement, belief, asked, wanted, rules, self.draw)) is not None:
                belief = self.placement.update(belief, np.array([item]), self.group.right[only, item])
                estimate = self.placement.estimate(belief)
                spent.append(perf_counter() - began)
                asked.append(item)
                found[len(asked), :, learner] = np.ravel(self._errors(*estimate, only))
                began = perf_counter()
        self.ms_per_answer = 1000 * float(np.median(spent))
        return _joined(list(found))

    def _errors(self, level: Floats, spread: Floats, who: Ints | None = None) -> NDArray[np.float64]:
        """(3, B) squared error on the way and over the course, and variance as told."""
        rows = np.arange(len(self.way)) if who is None else who
        way, square = self.way[rows], (level - self.group.knowledge[rows]).astype(float) ** 2
        of_way = [(way * part).sum(axis=1) / way.sum(axis=1) for part in (square, spread.astype(float) ** 2)]
        return np.stack([of_way[0], square.mean(axis=1), of_way[1]])


def _joined(seen: list[NDArray[np.float64]]) -> Errors:
    return Errors(*np.stack(seen, axis=-1))
