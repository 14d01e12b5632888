"""Students simulated by a knowledge-tracing model that was fitted to real logs (the "KES" of the field).

    P(right) = the model's, after the student's past and the path so far        right ~ Bernoulli(P)
    mastery of a point = P(right) if it came next

Each student starts with a real learner's first answers; the answers after those are drawn from the model. Targets are
drawn among the points that are not mastered by the model.

`make_skill_course` is a course of skills alone, one equal practice resource for each knowledge point: for data
without a catalogue, such as KSS and the skills of an answer log.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.course import RESOURCE_KINDS, Course, Thresholds
from models.knowledge_tracing.answer_log import AnswerLog
from models.knowledge_tracing.base import LearnerModel, ServedLearnerModel
from models.simulation.practice import PastAnswers
from models.simulation.tutor import BatchedVectorModel

MIN_TARGETS, MAX_TARGETS = 3, 8
"""Bounds of the number of points of a target."""
MASTERED_LEVEL = Thresholds.mastered


class KTStudentState(NamedTuple):
    """State of B learners: the model's vector (B, H) and P(right) of each point (B, N)."""

    learner: Floats
    level: Floats


class KTStudents:
    """S students of a model: `models.simulation.practice.Students`.

    With a `seed`, a student has the same target in every episode (a test); without one it is drawn for each episode.
    """

    def __init__(self, model: LearnerModel, past: PastAnswers, seed: int | None = None) -> None:
        self.past, self._follower = past, BatchedVectorModel(model)
        learner = self._follower.after(past.point, past.right)
        self._initial = KTStudentState(learner, self._follower.levels(learner))
        generator = np.random.default_rng(seed)
        self._targets = None if seed is None else draw_targets(self._initial.level, generator)
        self.begin(0, generator)

    def begin(self, size: int, generator: np.random.Generator) -> None:
        """See `Students`."""
        self._generator = generator
        self._known = KTStudentState(*(np.zeros((size, part.shape[1]), dtype=np.float32) for part in self._initial))

    def renew(self, who: Ints, students: Ints) -> Floats:
        """See `Students`."""
        for current, initial in zip(self._known, self._initial, strict=True):
            current[who] = initial[students]
        if self._targets is not None:
            return self._targets[students]
        return draw_targets(self._initial.level[students], self._generator)

    def answer(self, points: Ints) -> Flags:
        """See `Students`."""
        right = self._generator.random(len(points)) < self._known.level[np.arange(len(points)), points]
        learner = self._follower.heard(self._known.learner, points, right)
        self._known = KTStudentState(learner, self._follower.levels(learner))
        return np.asarray(right, dtype=bool)

    def exam(self) -> Floats:
        """See `Students`."""
        return self._known.level

    def state(self) -> dict[str, Any]:
        """See `Students`."""
        return {name: part.copy() for name, part in self._known._asdict().items()}

    def restore(self, state: dict[str, Any]) -> None:
        """See `Students`."""
        self._known = KTStudentState(*(state[name].copy() for name in KTStudentState._fields))


def draw_targets(level: Floats, generator: np.random.Generator) -> Floats:
    """Draw the targets (n, N), 0 or 1, of students at `level` (n, N).

    A target is MIN_TARGETS to MAX_TARGETS of the unmastered points, or all of them if there are fewer, but at least one
    point.
    """
    rank = (generator.random(level.shape) + (level >= MASTERED_LEVEL)).argsort(axis=1).argsort(axis=1)
    wanted = generator.integers(MIN_TARGETS, MAX_TARGETS + 1, len(level))
    count = np.clip(np.minimum(wanted, (level < MASTERED_LEVEL).sum(axis=1)), 1, level.shape[1])
    return np.asarray(rank < count[:, None], dtype=np.float32)


def collect_past_answers(log: AnswerLog, answers: int, learners: int | None = None) -> PastAnswers:
    """Return the first `answers` answers of the first `learners` learners that have as many.

    All such learners without `learners`. Of an answer on several points only the first point is kept.
    """
    who = np.flatnonzero(log.lengths >= answers)[:learners]
    rows = log.starts[who][:, None] + np.arange(answers)
    return PastAnswers(log.skill[rows, 0], log.right[rows])


RESOURCE_MINUTES = 5


def make_skill_course(
    id: str,
    point_ids: Sequence[str],
    prerequisites: Ints,
    learner_model: ServedLearnerModel | None = None,
    thresholds: Thresholds | None = None,
) -> Course:
    """Return a course of N points and N resources of the same ids, where resource k practises point k.

    prerequisites: (E, 2) as (from, to).
    """
    size, limits = len(point_ids), thresholds or Thresholds()
    return Course(
        id=id,
        point_ids=list(point_ids),
        resource_ids=list(point_ids),
        prerequisites=np.asarray(prerequisites, dtype=np.int64).reshape(-1, 2),
        related=np.zeros((0, 2), dtype=np.int64),
        related_weight=np.zeros(0, dtype=np.float32),
        taught=np.arange(size)[:, None],
        importance=np.ones((size, 1), dtype=np.float32),
        mastered=np.full(size, limits.mastered, dtype=np.float32),
        met=np.full(size, limits.met, dtype=np.float32),
        difficulty=np.zeros(size, dtype=np.float32),
        minutes=np.full(size, RESOURCE_MINUTES, dtype=np.float32),
        kind=np.full(size, RESOURCE_KINDS.index("practice"), dtype=np.int64),
        modality=np.zeros(size, dtype=np.int64),
        learner_model=learner_model,
        thresholds=limits,
    )
