"""Hidden students for the tests: a chain whose every link teaches only after the one before it, and a course for it."""

from typing import Any

import numpy as np
import torch

from models.arrays import Flags, Floats, Ints
from models.course import Course, Thresholds
from models.knowledge_tracing.base import ServedLearnerModel
from models.knowledge_tracing.dkt import DKT
from models.simulation.kt_students import make_skill_course
from models.simulation.practice import PastAnswers


def tracing_model(points: int, seed: int = 0) -> DKT:
    """A DKT of random weights, large enough that answers matter."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = DKT(tuple(f"k{point}" for point in range(points)), (), (8, 8))
    with torch.no_grad():
        model.network.answer *= 4
        model.network.out *= 4
    return model


def practice_course(points: int, edges: list[tuple[int, int]], met: float = 0.5, seed: int = 0) -> Course:
    """Skills whose tutor is such a model."""
    tracer = ServedLearnerModel(tracing_model(points, seed), "1")
    return make_skill_course("small", tracer.model.skills, np.array(edges), tracer, Thresholds(mastered=0.8, met=met))


def random_past(students: int, answers: int, points: int, seed: int = 0) -> PastAnswers:
    """Any answers; every third student brings two fewer."""
    generator = np.random.default_rng(seed)
    point = generator.integers(0, points, (students, answers))
    point[::3, max(0, answers - 2) :] = -1
    return PastAnswers(point, generator.random(point.shape) < 0.5)


class Chain:
    """A `Students` without chance: an answer is right where the point is known; then a point whose predecessor is known
    becomes known. `student` (B,) says who is where.
    """

    def __init__(self, known: Flags, target: Flags, past: PastAnswers | None = None) -> None:
        self.start, self.target = known, target.astype(np.float32)
        self.past = past or PastAnswers(np.full((len(known), 1), -1), np.zeros((len(known), 1), dtype=bool))

    def begin(self, size: int, generator: np.random.Generator) -> None:
        """Nobody is there yet."""
        self.known, self.student = np.zeros((size, self.start.shape[1]), dtype=bool), np.full(size, -1)

    def renew(self, who: Ints, students: Ints) -> Floats:
        """They know what they knew at the start."""
        self.known[who], self.student[who] = self.start[students], students
        return self.target[students]

    def answer(self, points: Ints) -> Flags:
        """See the class."""
        rows = np.arange(len(points))
        right = self.known[rows, points].copy()
        self.known[rows, points] |= (points == 0) | self.known[rows, points - 1]
        return right

    def exam(self) -> Floats:
        """1 where known."""
        return self.known.astype(np.float32)

    def state(self) -> dict[str, Any]:
        """Copies."""
        return {"known": self.known.copy(), "student": self.student.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from `state`."""
        self.known, self.student = state["known"].copy(), state["student"].copy()
