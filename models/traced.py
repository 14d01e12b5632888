"""Students simulated by a knowledge-tracing model that was fitted to real logs (the "KES" of the field).

    P(right) = the model's, after the student's past and the path so far        right ~ Bernoulli(P)
    mastery of a point = P(right) if it came next

Each student is a real learner's first answers; what would have come next is the model's to say. Targets are drawn among
the points that the model says are not mastered.
"""

from typing import Any, NamedTuple

import numpy as np

from models.course import Flags, Floats, Ints, Thresholds
from models.follower import Follower, LearnerModel
from models.learners.log import AnswerLog
from models.practice import Past

FEWEST, MOST = 3, 8
"""Points of a target."""
MASTERED = Thresholds.mastered


class Known(NamedTuple):
    """What a model knows of learners: its vector (B, H) and P(right) of each point (B, N)."""

    learner: Floats
    level: Floats


class TracedStudents:
    """S students of a model: `models.practice.Students`.

    With a `seed`, each student's target is the same whenever they come (a test); without one it is drawn anew.
    """

    def __init__(self, model: LearnerModel, past: Past, seed: int | None = None) -> None:
        self.past, self._follower = past, Follower(model)
        learner = self._follower.after(past.point, past.right)
        self._brought = Known(learner, self._follower.levels(learner))
        generator = np.random.default_rng(seed)
        self._targets = None if seed is None else targets(self._brought.level, generator)
        self.begin(0, generator)

    def begin(self, size: int, generator: np.random.Generator) -> None:
        """See `Students`."""
        self._generator = generator
        self._known = Known(*(np.zeros((size, part.shape[1]), dtype=np.float32) for part in self._brought))

    def renew(self, who: Ints, students: Ints) -> Floats:
        """See `Students`."""
        for mine, brought in zip(self._known, self._brought, strict=True):
            mine[who] = brought[students]
        if self._targets is not None:
            return self._targets[students]
        return targets(self._brought.level[students], self._generator)

    def answer(self, points: Ints) -> Flags:
        """See `Students`."""
        right = self._generator.random(len(points)) < self._known.level[np.arange(len(points)), points]
        learner = self._follower.heard(self._known.learner, points, right)
        self._known = Known(learner, self._follower.levels(learner))
        return np.asarray(right, dtype=bool)

    def exam(self) -> Floats:
        """See `Students`."""
        return self._known.level

    def state(self) -> dict[str, Any]:
        """See `Students`."""
        return {name: part.copy() for name, part in self._known._asdict().items()}

    def restore(self, state: dict[str, Any]) -> None:
        """See `Students`."""
        self._known = Known(*(state[name].copy() for name in Known._fields))


def targets(level: Floats, generator: np.random.Generator) -> Floats:
    """(n, N) 0 or 1: FEWEST to MOST of the points that are not mastered, as far as there are such; at least one."""
    place = (generator.random(level.shape) + (level >= MASTERED)).argsort(axis=1).argsort(axis=1)
    wanted = generator.integers(FEWEST, MOST + 1, len(level))
    count = np.clip(np.minimum(wanted, (level < MASTERED).sum(axis=1)), 1, level.shape[1])
    return np.asarray(place < count[:, None], dtype=np.float32)


def pasts(log: AnswerLog, answers: int, learners: int | None = None) -> Past:
    """The first answers of the learners with as many, `learners` of them; of several points asked the first counts."""
    who = np.flatnonzero(log.lengths >= answers)[:learners]
    rows = log.starts[who][:, None] + np.arange(answers)
    return Past(log.skill[rows, 0], log.right[rows])
