"""One path of every student of a practice world and what came of it; the constraint is checked again, edge by edge."""

import time
from dataclasses import dataclass

import numpy as np

from models.course import Course, Flags, Floats, Ints
from models.practice import PracticeWorld
from models.recommender import Recommender, blocked_points


@dataclass(frozen=True, eq=False)
class Walk:
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


def walk(world: PracticeWorld, recommender: Recommender, seed: int) -> Walk:
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
        violations += int(skips(world.course, seen.level, chosen).sum())
        _, ended, _ = world.advance(chosen)
        points.append(chosen)
        right.append(world.recent.right[:, -1] > 0)
    decisions = world.size * len(points)
    return Walk(
        np.stack(points, axis=1), np.stack(right, axis=1), target, world.gain(), violations, 1000 * spent / decisions
    )


def skips(course: Course, level: Floats, points: Ints) -> Flags:
    """(B,) whether the point of each has a prerequisite whose level is not met."""
    return np.asarray(blocked_points(course, level)[np.arange(len(points)), points], dtype=bool)
