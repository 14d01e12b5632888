"""Plan a path to the goal: roll a strategy's own choices forward with the learner model (docs/design.md).

Each step assumes the mean outcome of the learner model at the predicted probability of a right answer, floored at
`optimism`, so that a plan is the path of a diligent learner. A resource appears at most once.
"""

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Flags, Floats
from models.course import Course
from models.knowledge_tracing.state import compress_level, compute_expected_change, propagate_change
from models.recommender import (
    Observation,
    Recommender,
    find_feasible_resources,
    find_wanted_points,
    pad_candidates,
    predict_success,
)


@dataclass(frozen=True)
class PlannedStep:
    """One step: the resource's index, the mastery before and after it (N,), and the predicted chance of success."""

    resource: int
    before: Floats
    after: Floats
    success: float


@dataclass(frozen=True)
class PathPlan:
    """The steps, and whether the goal's mastery is reached at their end."""

    steps: list[PlannedStep]
    reached: bool


def plan_steps(
    course: Course,
    recommender: Recommender,
    start: Observation,
    allowed: Flags,
    longest: int = 60,
    optimism: float = 0.8,
) -> PathPlan:
    """Roll one learner (B = 1) forward. `allowed` (R,): resources within the learner's limits and not done lately."""
    closure = compute_closure(course, start)
    level, open_resources = start.level, allowed.copy()[None]
    steps: list[PlannedStep] = []
    while len(steps) < longest:
        wanted = find_wanted_points(course, level, start.target, closure)
        if not _find_open_points(course, level, start, closure).any():
            return PathPlan(steps, reached=True)
        candidates, mask = pad_candidates(find_feasible_resources(course, level, wanted) & open_resources)
        if not mask.any():
            break
        seen = replace(start, level=level, wanted=wanted, candidates=candidates, mask=mask, sd=None)
        index = recommender.decide(seen).chosen
        chance = max(optimism, float(predict_success(course, seen)[0, index[0]]))
        resource = int(candidates[0, index[0]])
        after = _expect_level(course, level, resource, chance)
        steps.append(PlannedStep(resource, level[0], after[0], chance))
        open_resources[0, resource] = False
        level = after
    return PathPlan(steps, reached=not _find_open_points(course, level, start, closure).any())


def compute_closure(course: Course, observation: Observation) -> Flags:
    """Return the points on the way to each learner's goal, (B, N); the whole course without a goal."""
    return np.stack(
        [
            course.closure(np.flatnonzero(target)) if target.any() else np.ones(course.points, dtype=bool)
            for target in observation.target
        ]
    )


def _find_open_points(course: Course, level: Floats, start: Observation, closure: Flags) -> Flags:
    """Return the goal points below their level, (B, N); without a goal every unmastered point."""
    if start.target.any():
        return np.asarray((start.target > 0) & (level < start.target), dtype=bool)
    return find_wanted_points(course, level, start.target, closure)


def _expect_level(course: Course, level: Floats, resource: int, chance: float) -> Floats:
    importance = np.asarray(course.teaches[resource].todense(), dtype=np.float32)
    change = compute_expected_change(level, importance, np.array([chance], dtype=np.float32), course.rates)
    total = change + propagate_change(change, course.influence, course.rates)
    return np.where(total != 0, compress_level(level + total, course.rates), level).astype(np.float32)
