"""Practice worlds, in which students of any kind practise skills and a tutor sees their answers; rollouts in them.

`World` is the interface for training and rollouts with B simulated learners of one course. `LearnerVectorEnv` is the
parametric simulator on a course; in `PracticeWorld` students of any kind (KSS, a knowledge-tracing model fitted to real
logs) practise a set of skills. `observe` returns what a tutor can know: estimates, answers, the graph, the goal.

There is one resource for each knowledge point. The hidden state (what students know, how they learn and answer) is in
`Students`. The tutor's estimate is the course's learner model (`course.learner_model`), started on each student's past
answers. Candidates are the points whose prerequisites are met by that estimate; an option of `PracticeConfig` switches
the constraint off.

    E_p = (E_end − E_start) / (1 − E_start),    E: mean mastery of the target points in the students' own exam

The reward of a step is the increase of E_p, so an episode's rewards sum to its E_p. `run_practice_rollout` runs one
path of every student and checks the prerequisites again, edge by edge.
"""

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, Protocol

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.course import Course
from models.knowledge_tracing.base import ModelState
from models.recommender import (
    Observation,
    Recommender,
    find_blocked_points,
    pad_candidates,
)
from models.simulation.tutor import BatchedLearnerModel, RecentEvents, running_share

PRACTICE_WIDTH = 6
RECENCY_DECAY = 0.8


@dataclass(frozen=True, kw_only=True)
class PracticeObservation(Observation):
    """The observation of B learners in a practice world.

    Attributes:
        practice: (B, N, PRACTICE_WIDTH) last answer right, last answer wrong, log1p of right and of wrong answers,
            recency (RECENCY_DECAY to the power of the answers since), whether it was the last answer of all.
        memory: (B, H) the vector of the learner model, H = 0 without one.
        left: (B,) remaining steps of the path.
    """

    practice: Floats
    memory: Floats
    left: Floats


def update_practice(practice: Floats, points: Ints, right: Flags) -> Floats:
    """Return `practice` (B, N, PRACTICE_WIDTH) after answers `right` (B,) on `points` (B,); no answer where < 0."""
    after, rows = practice.copy(), np.flatnonzero(points >= 0)
    point, answer = points[rows], right[rows]
    after[rows, :, 4] *= RECENCY_DECAY
    after[rows, :, 5] = 0
    after[rows, point, 0], after[rows, point, 1] = answer, ~answer
    counts = np.expm1(after[rows, point, 2:4])
    after[rows, point, 2:4] = np.log1p(counts + np.stack([answer, ~answer], axis=1))
    after[rows, point, 4:6] = 1
    return after


_STATE_FIELDS = (
    "level",
    "practice",
    "memory",
    "answers",
    "target",
    "closure",
    "success",
    "steps",
    "length",
    "start",
    "last",
    "turn",
)


class PastAnswers(NamedTuple):
    """Answers of S students before the path: points and right (S, T), oldest first, NO_INDEX where there is none."""

    point: Ints
    right: Flags


class Students(Protocol):
    """S students with a hidden state, of which B practise at a time."""

    past: PastAnswers

    def begin(self, size: int, generator: np.random.Generator) -> None:
        """Allocate the state of B = `size` learners; every random number comes from `generator`."""
        ...

    def renew(self, who: Ints, students: Ints) -> Floats:
        """Replace learners `who` (n,) of the B by `students` (n,) of the S, after their past; return targets (n, N)."""
        ...

    def answer(self, points: Ints) -> Flags:
        """Practise `points` (B,), update the hidden state and return right or wrong, (B,)."""
        ...

    def exam(self) -> Floats:
        """Return the hidden mastery of each point, (B, N) in [0, 1]."""
        ...

    def state(self) -> dict[str, Any]:
        """Return copies of everything that changes except the generator."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Set everything that changes from `state()`."""
        ...


@dataclass(frozen=True)
class PracticeConfig:
    """The rules of an episode.

    Attributes:
        lengths: numbers of steps of a path, drawn uniformly; the tutor sees the drawn one.
        free: whether every point is a candidate, met prerequisites or not.
        in_turn: whether students are taken in order, each once (a test), or at random (practice).
    """

    lengths: tuple[int, ...] = (10, 30)
    free: bool = False
    in_turn: bool = False


class PracticeWorld:
    """B students of one course, stepped together: a `models.simulation.practice.World`."""

    level: Floats
    practice: Floats
    memory: Floats
    answers: Floats
    target: Floats
    closure: Flags
    success: Floats
    steps: Floats
    length: Floats
    start: Floats
    last: Floats
    turn: Ints

    def __init__(self, course: Course, students: Students, size: int, rules: PracticeConfig | None = None) -> None:
        assert course.learner_model, "the tutor needs a learner model"
        self.course, self.students, self.size, self.rules = course, students, size, rules or PracticeConfig()
        self._learner_model = BatchedLearnerModel(course.learner_model.model)
        self._initial = self._follow_past(students.past)
        self._start_from_seed(0)

    def reset(self, *, seed: int | list[int | None] | None = None) -> Any:
        """Replace all students by new ones; `seed` makes the whole run repeatable."""
        if seed is not None:
            self._start_from_seed(seed)
        self._renew(np.arange(self.size))

    def advance(self, actions: Ints) -> tuple[Floats, Flags, Flags]:
        """See `World`; the goal is reached where E, the mean hidden mastery of the targets, is 1."""
        right = self.students.answer(actions)
        self._learn(actions, right)
        self.steps += 1
        before, self.last = self.last, self.mastery()
        reward = (self.last - before) / (1 - self.start)
        return reward.astype(np.float32), self.steps >= self.length, self.last >= 1 - 1e-6

    def restart(self, ended: Flags) -> None:
        """Replace the students whose episode has `ended` (B,) by new ones."""
        if ended.any():
            self._renew(np.flatnonzero(ended))

    def observe(self) -> PracticeObservation:
        """Return the observation of all B students, the input of recommenders."""
        candidates, mask = pad_candidates(self.allowed())
        return PracticeObservation(
            level=self.level,
            days=np.zeros_like(self.level),
            target=self.target * self.course.mastered,
            wanted=self.closure & (self.level < self.course.mastered),
            candidates=candidates,
            mask=mask,
            success=self.success.copy(),
            steps=self.steps.copy(),
            history=self.recent.history(self.steps),
            practice=self.practice.copy(),
            memory=self.memory.copy(),
            left=(self.length - self.steps).astype(np.float32),
        )

    def allowed(self) -> Flags:
        """Return the candidates as flags, (B, R): points without an unmet prerequisite, by the tutor's estimate."""
        if self.rules.free:
            return np.ones_like(self.level, dtype=bool)
        return ~find_blocked_points(self.course, self.level)

    def mastery(self) -> Floats:
        """Return E, the mean hidden mastery of the targets, (B,)."""
        return np.asarray((self.students.exam() * self.target).sum(axis=1) / self.target.sum(axis=1), dtype=np.float32)

    def gain(self) -> Floats:
        """Return E_p so far, (B,)."""
        return np.asarray((self.mastery() - self.start) / (1 - self.start), dtype=np.float32)

    def state(self) -> dict[str, Any]:
        """See `World`."""
        own = {name: getattr(self, name).copy() for name in _STATE_FIELDS}
        random = self._generator.bit_generator.state
        return {"mine": own, "students": self.students.state(), "recent": self.recent.state(), "random": random}

    def restore(self, state: dict[str, Any]) -> None:
        """See `World`."""
        for name, array in state["mine"].items():
            setattr(self, name, array.copy())
        self.students.restore(state["students"])
        self.recent.restore(state["recent"])
        self._generator.bit_generator.state = state["random"]

    def _start_from_seed(self, seed: Any) -> None:
        size, points = self.size, self.course.points
        self._generator = np.random.default_rng(seed)
        self.students.begin(size, self._generator)
        self.level = np.zeros((size, points), dtype=np.float32)
        self.practice = np.zeros((size, points, PRACTICE_WIDTH), dtype=np.float32)
        self.memory, self.answers = self._learner_model.start(size)
        self.target = np.zeros((size, points), dtype=np.float32)
        self.closure = np.zeros((size, points), dtype=bool)
        self.success, self.steps, self.length, self.start, self.last = np.zeros((5, size), dtype=np.float32)
        self.recent = RecentEvents(size)
        self.turn = np.zeros((), dtype=np.int64)

    def _renew(self, who: Ints) -> None:
        count = len(self.students.past.point)
        if self.rules.in_turn:
            chosen = (self.turn + np.arange(len(who))) % count
            self.turn += len(who)
        else:
            chosen = self._generator.integers(0, count, len(who))
        self.target[who] = self.students.renew(who, chosen)
        for current, initial in zip((self.memory, self.answers, self.practice, self.level), self._initial, strict=True):
            current[who] = initial[chosen]
        self.closure[who] = (self.target[who] @ self._closures) > 0
        self.success[who], self.steps[who] = 0.5, 0
        self.length[who] = self._generator.choice(self.rules.lengths, len(who))
        self.recent.bring(who, self.students.past.point[chosen], self.students.past.right[chosen])
        self.start[who] = self.last[who] = self.mastery()[who]

    @cached_property
    def _closures(self) -> Floats:
        """(N, N): row k flags point k and all points before it."""
        return np.stack([self.course.closure(np.array([k])) for k in range(self.course.points)]).astype(np.float32)

    def _learn(self, points: Ints, right: Flags) -> None:
        """Update the tutor's estimate by the answers `right` (B,) on `points` (B,)."""
        known = self._learner_model.heard(ModelState(self.memory, self.answers), points, right)
        self.memory, self.answers = known
        self.level = self._learner_model.levels(known)
        self.practice = update_practice(self.practice, points, right)
        self.recent.add(points, self.steps, right)
        self.success = running_share(self.success, right)

    def _follow_past(self, past: PastAnswers) -> tuple[Floats, Floats, Floats, Floats]:
        """Return the tutor's estimate after each of the S students' past: memory, answers, practice and levels."""
        known = self._learner_model.after(past.point, past.right)
        practice = np.zeros((len(past.point), self.course.points, PRACTICE_WIDTH), dtype=np.float32)
        for points, right in zip(past.point.T, past.right.T, strict=True):
            practice = update_practice(practice, points, right)
        return *known, practice, self._learner_model.levels(known)


class World(Protocol):
    """B simulated learners of one course."""

    course: Course

    def reset(self, *, seed: int | list[int | None] | None = None) -> Any:
        """Replace all learners by new ones; `seed` makes the whole run repeatable."""
        ...

    def observe(self) -> Observation:
        """Return the observation of all B learners; only where the episode is over may the mask be empty."""
        ...

    def advance(self, actions: Ints) -> tuple[Floats, Flags, Flags]:
        """Do the resources `actions` (B,); return reward, ended and goal reached, each (B,)."""
        ...

    def restart(self, ended: Flags) -> None:
        """Replace the learners whose episode has `ended` (B,) by new ones."""
        ...

    def state(self) -> dict[str, Any]:
        """Return copies of everything that changes."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Set everything that changes from `state()`."""
        ...


@dataclass(frozen=True, eq=False)
class PracticeRollout:
    """B paths of T steps.

    Attributes:
        points, right: (B, T) the practised points, and the answers.
        target: (B, N) 0 or 1.
        ep: (B,) E_p by the students' own exam.
        violations: number of steps on a point with a prerequisite that was not met by the tutor's estimate.
        ms_per_step: time of one decision for one learner, in milliseconds.
    """

    points: Ints
    right: Flags
    target: Floats
    ep: Floats
    violations: int
    ms_per_step: float


def run_practice_rollout(world: PracticeWorld, recommender: Recommender, seed: int) -> PracticeRollout:
    """Roll out one path for every learner of the world from `seed`; all paths need the same length."""
    world.reset(seed=seed)
    target, rows = world.target.copy(), np.arange(world.size)
    points, right, violations, spent = [], [], 0, 0.0
    ended = np.zeros(world.size, dtype=bool)
    while not ended.any():
        seen = world.observe()
        began = time.perf_counter()
        decision = recommender.decide(seen)
        spent += time.perf_counter() - began
        chosen = seen.candidates[rows, decision.chosen]
        violations += int(find_violations(world.course, seen.level, chosen).sum())
        _, ended, _ = world.advance(chosen)
        points.append(chosen)
        right.append(world.recent.right[:, -1] > 0)
    decisions = world.size * len(points)
    return PracticeRollout(
        np.stack(points, axis=1), np.stack(right, axis=1), target, world.gain(), violations, 1000 * spent / decisions
    )


def find_violations(course: Course, level: Floats, points: Ints) -> Flags:
    """Return whether each of `points` (B,) has an unmet prerequisite at `level` (B, N), (B,)."""
    return np.asarray(find_blocked_points(course, level)[np.arange(len(points)), points], dtype=bool)
