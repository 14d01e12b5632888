"""Walk simulated learners through a course, one for each goal: who gets there, and after how many answers.

Every learner starts without any knowledge, aims at one goal, does what a strategy recommends, and answers right with a
fixed probability. Sessions of a few answers are separated by pauses, in which levels fade. What counts is the learner
model's estimate, as in serving: gain, propagation, forgetting, gates, and rests as preferences. A goal that a learner
who answers everything right does not reach is out of reach for everybody: the course is at fault.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.course import Course
from models.recommender import (
    Observation,
    Recommender,
    compute_gate,
    find_feasible_resources,
    find_resting,
    find_wanted_points,
    pad_candidates,
    prefer_rested,
)
from models.simulation.tutor import Estimator, running_share


@dataclass(frozen=True)
class WalkConfig:
    """How the learners of a walk learn.

    Attributes:
        right: probability of a right answer.
        session: answers between two pauses.
        pause_days: days between two sessions.
        holiday_days: days of one longer pause, after half of the sessions.
        answers: most answers of a learner.
    """

    right: float = 1.0
    session: int = 20
    pause_days: float = 1.0
    holiday_days: float = 0.0
    answers: int = 400


ALL_RIGHT = WalkConfig()
USUAL = WalkConfig(right=0.75)
WEEKLY = WalkConfig(right=0.75, pause_days=7.0)
ANSWERS_PER_DAY = 200.0
"""Within a session: an answer takes a few minutes."""


class Walk(NamedTuple):
    """The learner of each of G goals: whether it was reached, answers given (G,), levels and gates (G, N) then."""

    reached: Flags
    answers: Ints
    level: Floats
    gate: Floats


def walk_to_goals(
    course: Course, strategy: Recommender, goals: Ints, config: WalkConfig = ALL_RIGHT, seed: int = 0
) -> Walk:
    """Let one learner walk to each of `goals` (G,), indices of points, as `strategy` recommends."""
    walkers = _Walkers(course, strategy, goals, config, np.random.default_rng(seed))
    for number in range(config.answers):
        if not walkers.active.any():
            break
        walkers.answer_once()
        if (number + 1) % config.session == 0:
            session = (number + 1) // config.session
            is_half = session == max(1, config.answers // config.session // 2)
            walkers.clock += config.pause_days + (config.holiday_days if is_half else 0)
    return Walk(walkers.reached, walkers.answers, walkers.read_level(), walkers.gate(walkers.read_level()))


class _Walkers:
    """G learners, stepped together; one that has arrived, or has no candidate, stands still."""

    def __init__(
        self, course: Course, strategy: Recommender, goals: Ints, config: WalkConfig, random: np.random.Generator
    ) -> None:
        size = len(goals)
        self.course, self.config, self._random = course, config, random
        self._estimator, self._strategy = Estimator(course), strategy
        start, self._memory = self._estimator.start(np.zeros((size, course.points), np.float32), 1)
        self._level = start if course.learner_model else np.zeros_like(start)
        self._demonstrated = np.zeros_like(self._level)
        self._practised = np.zeros_like(self._level)
        self._target = np.zeros_like(self._level)
        self._target[np.arange(size), goals] = course.mastered[goals]
        self._closure = np.stack([course.closure(np.array([goal])) for goal in goals])
        self._done, self._done_right = (np.full((size, course.resources), -np.inf, np.float32) for _ in range(2))
        self._success = np.full(size, 0.5, np.float32)
        self.clock = np.float32(0)
        self.answers = np.zeros(size, dtype=np.int64)
        self.active = np.ones(size, dtype=bool)
        self.reached = np.zeros(size, dtype=bool)

    def read_level(self) -> Floats:
        """(G, N) levels now."""
        return self._estimator.now(self._level, self.clock - self._practised, self._memory)

    def gate(self, level: Floats) -> Floats:
        """(G, N) see `compute_gate`."""
        return compute_gate(level, self._demonstrated if self.course.rates.keeps_gates else None)

    def answer_once(self) -> None:
        """Let every active learner do one resource."""
        seen = self._observe()
        self.active &= seen.mask.any(axis=1)
        rows = np.flatnonzero(self.active)
        if not len(rows):
            return
        chosen = self._strategy.decide(seen.take(rows)).chosen
        resources = np.zeros(len(self.active), dtype=np.int64)
        resources[rows] = seen.candidates[rows, chosen]
        right = self._random.random(len(self.active)) < self.config.right
        days = self.clock - self._practised
        level, moved, _, memory = self._estimator.follow(seen.level, days, self._memory, resources, right)
        shown = self._estimator.demonstrate(self._demonstrated, level, resources, right)
        here = self.active[:, None]
        self._level = np.where(here & moved, level, self._level)
        self._practised = np.where(here & moved, self.clock, self._practised)
        self._demonstrated = np.where(here, shown, self._demonstrated)
        self._memory = type(memory)(
            np.where(here, memory.learner, self._memory.learner),
            np.where(here[..., None], memory.points, self._memory.points),
        )
        self._done[rows, resources[rows]] = self.clock
        self._done_right[rows, resources[rows]] = np.where(
            right[rows], self.clock, self._done_right[rows, resources[rows]]
        )
        self._success = np.where(self.active, running_share(self._success, right), self._success)
        self.answers += self.active
        self.clock += np.float32(1 / ANSWERS_PER_DAY)
        arrived = ((self.read_level() >= self._target) | (self._target == 0)).all(axis=1) & self.active
        self.reached |= arrived
        self.active &= ~arrived

    def _observe(self) -> Observation:
        level = self.read_level()
        wanted = find_wanted_points(self.course, level, self._target, self._closure)
        resting = find_resting(self.course, self.clock, self._done, self._done_right)
        feasible = find_feasible_resources(self.course, self.gate(level), wanted)
        candidates, mask = pad_candidates(prefer_rested(feasible, resting))
        return Observation(
            level=level,
            days=self.clock - self._practised,
            target=self._target,
            wanted=wanted,
            candidates=candidates,
            mask=mask,
            success=self._success,
            steps=self.answers.astype(np.float32),
            demonstrated=self._demonstrated if self.course.rates.keeps_gates else None,
        )


def find_goals(course: Course) -> Ints:
    """Return the taught points that nothing builds on, which people aim at; all taught points without any."""
    taught = np.asarray(course.teaches.sum(axis=0)).ravel() > 0
    last = np.asarray(course.after.sum(axis=1)).ravel() == 0
    return np.flatnonzero(taught & last) if (taught & last).any() else np.flatnonzero(taught)
