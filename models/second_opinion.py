"""Students whose exam is marked by two learner models: what only one of them believes counts for less.

    exam = (1 − w) own exam + w second model's levels after the same answers

A policy that practises with students of one simulator learns its quirks too. A second model of another kind, fitted to
other learners, shares the regularities and not the quirks (as ensembles of dynamics do in model-based reinforcement
learning, Kurutach et al. 2018). For practice only: a test is marked by the students' own exam.
"""

from typing import Any

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.belief import Belief, LearnerModel, Memory
from models.practice import Students


class SecondOpinion:
    """A `Students` around others; weight: w."""

    def __init__(self, students: Students, model: LearnerModel, weight: float) -> None:
        self.students, self.past, self.weight = students, students.past, weight
        self._belief = Belief(model)
        self._brought = self._belief.after(self.past.point, self.past.right)

    def begin(self, size: int, generator: np.random.Generator) -> None:
        """See `Students`."""
        self.students.begin(size, generator)
        self._known = self._belief.start(size)
        self._level = self._belief.levels(self._known)

    def renew(self, who: Ints, students: Ints) -> Floats:
        """See `Students`."""
        for mine, brought in zip(self._known, self._brought, strict=True):
            mine[who] = brought[students]
        self._level[who] = self._belief.levels(Memory(*(part[who] for part in self._known)))
        return self.students.renew(who, students)

    def answer(self, points: Ints) -> Flags:
        """See `Students`."""
        right = self.students.answer(points)
        self._known = self._belief.heard(self._known, points, right)
        self._level = self._belief.levels(self._known)
        return right

    def exam(self) -> Floats:
        """See the module, (B, N)."""
        return np.asarray((1 - self.weight) * self.students.exam() + self.weight * self._level, dtype=np.float32)

    def state(self) -> dict[str, Any]:
        """See `Students`."""
        known = {name: part.copy() for name, part in self._known._asdict().items()}
        return {"students": self.students.state(), "known": known, "level": self._level.copy()}

    def restore(self, state: dict[str, Any]) -> None:
        """See `Students`."""
        self.students.restore(state["students"])
        self._known = Memory(*(state["known"][name].copy() for name in Memory._fields))
        self._level = state["level"].copy()
