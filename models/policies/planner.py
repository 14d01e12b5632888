"""Plan a path to the goal: roll a strategy's own choices forward with the learner model (docs/design.md).

Each step assumes the mean outcome of the learner model at the predicted probability of a right answer, floored at
OPTIMISM, so that a plan is the path of a diligent learner. A resource is planned again only
after every other candidate was planned as often.
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
    """The steps, and at their end whether the goal is reached, the mastery (N,) and the gate (N,)."""

    steps: list[PlannedStep]
    reached: bool
    level: Floats
    gate: Floats


OPTIMISM = 0.8
"""Lower bound of the assumed probability of a right answer."""


def plan_steps(
    course: Course,
    recommender: Recommender,
    start: Observation,
    allowed: Flags,
    resting: Flags | None = None,
    longest: int = 60,
) -> PathPlan:
    """Plan up to `longest` steps of one learner (B = 1).

    allowed: (R,) resources within the learner's limits; resting: (R,) those done recently, which are planned after
    the others.
    """
    closure = compute_closure(course, start)
    level, gate, times = start.level, start.gate, np.zeros(course.resources, dtype=np.int64)
    if resting is not None:
        times += resting
    steps: list[PlannedStep] = []
    while len(steps) < longest:
        wanted = find_wanted_points(course, level, start.target, closure)
        if not _find_open_points(course, level, start, closure).any():
            return PathPlan(steps, True, level[0], gate[0])
        feasible = find_feasible_resources(course, gate, wanted) & allowed
        if not feasible.any():
            break
        candidates, mask = pad_candidates(feasible & (times == times[feasible[0]].min()))
        shown = None if start.demonstrated is None else gate
        seen = replace(start, level=level, wanted=wanted, candidates=candidates, mask=mask, sd=None, demonstrated=shown)
        index = recommender.decide(seen).chosen
        chance = max(OPTIMISM, float(predict_success(course, seen)[0, index[0]]))
        resource = int(candidates[0, index[0]])
        after = _expect_level(course, level, resource, chance)
        steps.append(PlannedStep(resource, level[0], after[0], chance))
        times[resource] += 1
        level, gate = after, after if start.demonstrated is None else np.maximum(gate, after)
    return PathPlan(steps, not _find_open_points(course, level, start, closure).any(), level[0], gate[0])


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
