"""Practice worlds: hidden students of any kind practise skills, and a tutor sees their answers; and rollouts in them.

`World` is what training and rollouts need of B simulated learners of one course: `LearnerVectorEnv` is our parametric
simulator on a course; `PracticeWorld` lets students of any kind (KSS, a knowledge-tracing model fitted to real logs)
practise a set of skills. `observe` gives what a tutor can know: estimates, answers, the graph, the goal.

One resource a knowledge point. The students (`Students`) hold the truth: what they know, how they learn and answer.
The tutor's estimate is the course's learner model (`course.learner_model`), started on each student's past answers.
Candidates are the points whose prerequisites are met by that estimate; an option of `PracticeConfig` switches the
constraint off.

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
    """What is known of B learners in a practice world.

    Attributes:
        practice: (B, N, PRACTICE_WIDTH) last answer right, last answer wrong, log1p of right and of wrong answers,
            recency (RECENCY_DECAY to the power of the answers since), whether it was the very last.
        memory: (B, H) the vector of the learner model, H = 0 without one.
        left: (B,) steps left of the path.
    """

    practice: Floats
    memory: Floats
    left: Floats


def update_practice(practice: Floats, points: Ints, right: Flags) -> Floats:
    """Return `practice` (B, N, PRACTICE_WIDTH) after `right` (B,) on `points` (B,), no answer where a point is < 0."""
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
    """The answers that S students bring along: points and right (S, T), oldest first, NOTHING where there is none."""

    point: Ints
    right: Flags


class Students(Protocol):
    """The hidden side: S students to draw from, B of them at work. All arrays are about B unless said otherwise."""

    past: PastAnswers

    def begin(self, size: int, generator: np.random.Generator) -> None:
        """Make room for B = `size`; all chance comes from `generator`."""
        ...

    def renew(self, who: Ints, students: Ints) -> Floats:
        """Places `who` (n,) are taken by `students` (n,) of the S, after their past. Targets (n, N), 0 or 1."""
        ...

    def answer(self, points: Ints) -> Flags:
        """Everybody practises `points` (B,) and learns. Returns right or wrong (B,)."""
        ...

    def exam(self) -> Floats:
        """(B, N) the truth: mastery of each point in [0, 1]."""
        ...

    def state(self) -> dict[str, Any]:
        """Everything that changes, generator aside."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from `state`."""
        ...


@dataclass(frozen=True)
class PracticeConfig:
    """What an episode is.

    Attributes:
        lengths: paths are as long as one of these; the tutor knows which.
        free: whether prerequisites are no constraint.
        in_turn: whether students are taken in order, each once (a test), or drawn by chance (practice).
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
        self._belief = BatchedLearnerModel(course.learner_model.model)
        self._brought = self._follow_past(students.past)
        self._seeded(0)

    def reset(self, *, seed: int | list[int | None] | None = None) -> Any:
        """New students everywhere; `seed` makes the whole run repeatable."""
        if seed is not None:
            self._seeded(seed)
        self._renew(np.arange(self.size))

    def advance(self, actions: Ints) -> tuple[Floats, Flags, Flags]:
        """See `World`; the goal is reached where every target is mastered in the exam."""
        right = self.students.answer(actions)
        self._learn(actions, right)
        self.steps += 1
        before, self.last = self.last, self.mastery()
        reward = (self.last - before) / (1 - self.start)
        return reward.astype(np.float32), self.steps >= self.length, self.last >= 1 - 1e-6

    def restart(self, ended: Flags) -> None:
        """New students where an episode has ended, (B,)."""
        if ended.any():
            self._renew(np.flatnonzero(ended))

    def observe(self) -> PracticeObservation:
        """Return what the tutor knows."""
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
        """(B, R) the candidates: nothing whose prerequisites are not met, by the tutor's estimate."""
        if self.rules.free:
            return np.ones_like(self.level, dtype=bool)
        return ~find_blocked_points(self.course, self.level)

    def mastery(self) -> Floats:
        """(B,) the truth: E, mean mastery of the targets."""
        return np.asarray((self.students.exam() * self.target).sum(axis=1) / self.target.sum(axis=1), dtype=np.float32)

    def gain(self) -> Floats:
        """(B,) E_p so far."""
        return np.asarray((self.mastery() - self.start) / (1 - self.start), dtype=np.float32)

    def state(self) -> dict[str, Any]:
        """See `World`."""
        mine = {name: getattr(self, name).copy() for name in _STATE_FIELDS}
        random = self._generator.bit_generator.state
        return {"mine": mine, "students": self.students.state(), "recent": self.recent.state(), "random": random}

    def restore(self, state: dict[str, Any]) -> None:
        """See `World`."""
        for name, array in state["mine"].items():
            setattr(self, name, array.copy())
        self.students.restore(state["students"])
        self.recent.restore(state["recent"])
        self._generator.bit_generator.state = state["random"]

    def _seeded(self, seed: Any) -> None:
        size, points = self.size, self.course.points
        self._generator = np.random.default_rng(seed)
        self.students.begin(size, self._generator)
        self.level = np.zeros((size, points), dtype=np.float32)
        self.practice = np.zeros((size, points, PRACTICE_WIDTH), dtype=np.float32)
        self.memory, self.answers = self._belief.start(size)
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
        for mine, brought in zip((self.memory, self.answers, self.practice, self.level), self._brought, strict=True):
            mine[who] = brought[chosen]
        self.closure[who] = (self.target[who] @ self._behind) > 0
        self.success[who], self.steps[who] = 0.5, 0
        self.length[who] = self._generator.choice(self.rules.lengths, len(who))
        self.recent.bring(who, self.students.past.point[chosen], self.students.past.right[chosen])
        self.start[who] = self.last[who] = self.mastery()[who]

    @cached_property
    def _behind(self) -> Floats:
        """(N, N) row k marks k and everything before it."""
        return np.stack([self.course.closure(np.array([k])) for k in range(self.course.points)]).astype(np.float32)

    def _learn(self, points: Ints, right: Flags) -> None:
        """The tutor hears the answers (B,)."""
        known = self._belief.heard(ModelState(self.memory, self.answers), points, right)
        self.memory, self.answers = known
        self.level = self._belief.levels(known)
        self.practice = update_practice(self.practice, points, right)
        self.recent.add(points, self.steps, right)
        self.success = running_share(self.success, right)

    def _follow_past(self, past: PastAnswers) -> tuple[Floats, Floats, Floats, Floats]:
        """What the tutor makes of each of the S students' past: memory, answers, practice and levels."""
        known = self._belief.after(past.point, past.right)
        practice = np.zeros((len(past.point), self.course.points, PRACTICE_WIDTH), dtype=np.float32)
        for points, right in zip(past.point.T, past.right.T, strict=True):
            practice = update_practice(practice, points, right)
        return *known, practice, self._belief.levels(known)


class World(Protocol):
    """B simulated learners of one course."""

    course: Course

    def reset(self, *, seed: int | list[int | None] | None = None) -> Any:
        """New learners everywhere; `seed` makes the whole run repeatable."""
        ...

    def observe(self) -> Observation:
        """What a tutor knows; the mask holds whoever has no candidate left only where the episode is over."""
        ...

    def advance(self, actions: Ints) -> tuple[Floats, Flags, Flags]:
        """Everybody does the resource `actions` (B,). Returns reward, ended and goal reached, each (B,)."""
        ...

    def restart(self, ended: Flags) -> None:
        """New learners where an episode has ended, (B,)."""
        ...

    def state(self) -> dict[str, Any]:
        """Everything that changes."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from `state`."""
        ...


@dataclass(frozen=True, eq=False)
class PracticeRollout:
    """B paths of T steps.

    Attributes:
        points, right: (B, T) what was practised, and the answers.
        target: (B, N) 0 or 1.
        ep: (B,) E_p by the students' own exam.
        violations: steps on a point with a prerequisite that was not met by the tutor's estimate.
        ms_per_step: of choosing, for one learner.
    """

    points: Ints
    right: Flags
    target: Floats
    ep: Floats
    violations: int
    ms_per_step: float


def run_practice_rollout(world: PracticeWorld, recommender: Recommender, seed: int) -> PracticeRollout:
    """A path of the world's one length for every student, from `seed`."""
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
    """(B,) whether the point of each has a prerequisite whose level is not met."""
    return np.asarray(find_blocked_points(course, level)[np.arange(len(points)), points], dtype=bool)
