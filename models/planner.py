"""A path to the goal: the recommender's own choices, rolled forward with the learner model (DESIGN §4).

Each step assumes the mean outcome of the learner model at the predicted chance of a right answer, floored at `optimism`
so that a plan shows the way a diligent learner takes. A resource appears once.
"""

from dataclasses import dataclass, replace

import numpy as np

from models.course import Course, Flags, Floats
from models.recommender import Observation, Recommender, feasible, pad, success_probability, wanted_points
from models.state import compress, expected_change, propagate


@dataclass(frozen=True)
class PlannedStep:
    """One step: the resource's index, the mastery before and after it (N,), and the predicted chance of success."""

    resource: int
    before: Floats
    after: Floats
    success: float


@dataclass(frozen=True)
class Plan:
    """The steps, and whether the goal's mastery is reached at their end."""

    steps: list[PlannedStep]
    reached: bool


def plan(
    course: Course,
    recommender: Recommender,
    start: Observation,
    allowed: Flags,
    longest: int = 60,
    optimism: float = 0.8,
) -> Plan:
    """Roll one learner (B = 1) forward. `allowed` (R,): resources within the learner's limits and not done lately."""
    closure = closure_of(course, start)
    level, open_resources = start.level, allowed.copy()[None]
    steps: list[PlannedStep] = []
    while len(steps) < longest:
        wanted = wanted_points(course, level, start.target, closure)
        if not _goal_open(course, level, start, closure).any():
            return Plan(steps, reached=True)
        candidates, mask = pad(feasible(course, level, wanted) & open_resources)
        if not mask.any():
            break
        seen = replace(start, level=level, wanted=wanted, candidates=candidates, mask=mask, spread=None)
        position = recommender.decide(seen).chosen
        chance = max(optimism, float(success_probability(course, seen)[0, position[0]]))
        resource = int(candidates[0, position[0]])
        after = _after(course, level, resource, chance)
        steps.append(PlannedStep(resource, level[0], after[0], chance))
        open_resources[0, resource] = False
        level = after
    return Plan(steps, reached=not _goal_open(course, level, start, closure).any())


def closure_of(course: Course, observation: Observation) -> Flags:
    """(B, N) what is on the way to each learner's goal; the whole course without one."""
    return np.stack(
        [
            course.closure(np.flatnonzero(target)) if target.any() else np.ones(course.points, dtype=bool)
            for target in observation.target
        ]
    )


def _goal_open(course: Course, level: Floats, start: Observation, closure: Flags) -> Flags:
    """(B, N) goal points below the level aimed at; without a goal every unmastered point."""
    if start.target.any():
        return np.asarray((start.target > 0) & (level < start.target), dtype=bool)
    return wanted_points(course, level, start.target, closure)


def _after(course: Course, level: Floats, resource: int, chance: float) -> Floats:
    importance = np.asarray(course.teaches[resource].todense(), dtype=np.float32)
    change = expected_change(level, importance, np.array([chance], dtype=np.float32), course.rates)
    total = change + propagate(change, course.influence, course.rates)
    return np.where(total != 0, compress(level + total, course.rates), level).astype(np.float32)
