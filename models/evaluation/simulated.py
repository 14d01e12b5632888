"""Evaluation of a strategy on held-out simulated learners, and paired tests of the difference between two.

    E_p = (end − start) / (max − start)

start and end: mean hidden knowledge of the goal points; max = 1. All strategies are run on the same learners (same
seed), so the comparison is paired. Prerequisites are checked again edge by edge, independently of the candidate rule.
"""

import time
from dataclasses import dataclass

import numpy as np
from scipy import stats

from models.arrays import Flags, Floats, Ints
from models.course import RESOURCE_KINDS
from models.recommender import (
    Observation,
    Recommender,
    find_blocked_points,
    find_feasible_resources,
    find_wanted_points,
)
from models.simulation.environment import LearnerVectorEnv


@dataclass(frozen=True)
class SimulationResult:
    """Figures of one strategy on B learners.

    ep (B,), reached (B,), steps (B,): to the goal, the longest path where it is not reached.
    minutes (B,): of the resources of the path, to the goal or of all that was done where it is not reached.
    violations: steps that skipped a prerequisite or repeated a resource too early; diversity: Gini–Simpson index of the
    kinds in a path, mean over learners; ms_per_step: time of one decision for
    one learner.
    """

    ep: Floats
    reached: Flags
    steps: Floats
    minutes: Floats
    violations: int
    diversity: float
    ms_per_step: float


@dataclass(frozen=True)
class Comparison:
    """A paired comparison of two strategies: mean difference in E_p and in steps, and their two-sided p-values."""

    ep: float
    ep_p: float
    steps: float
    steps_p: float

    @property
    def wins(self) -> bool:
        """Whether the first is better on both E_p and steps at p < 0.05."""
        return self.ep > 0 and self.steps < 0 and self.ep_p < 0.05 and self.steps_p < 0.05


def evaluate_recommender(env: LearnerVectorEnv, recommender: Recommender, seed: int) -> SimulationResult:
    """Run one episode of every learner of `env` from `seed` and return the figures."""
    env.reset(seed=seed)
    size = env.num_envs
    start, alive = env.start_knowledge.copy(), env.allowed().any(axis=1)
    ep, steps, reached = np.zeros(size), np.full(size, float(env.episode.longest)), np.zeros(size, dtype=bool)
    kinds, minutes = np.zeros((size, len(RESOURCE_KINDS)), dtype=np.float32), np.zeros(size, dtype=np.float32)
    violations, spent, decisions = 0, 0.0, 0
    rows = np.arange(size)
    while alive.any():
        seen = ensure_candidate(env.observe())
        began = time.perf_counter()
        decision = recommender.decide(seen)
        spent += time.perf_counter() - began
        decisions += size
        actions = seen.candidates[rows, decision.chosen]
        violations += int((_find_violations(env, seen.level, actions) & alive).sum())
        kinds[rows[alive], env.course.kind[actions[alive]]] += 1
        minutes += env.course.minutes[actions] * alive
        _, ended, goal = env.advance(actions)
        ending = alive & ended
        ep[ending] = ((env.knowledge_of_goal() - start) / (1 - start))[ending]
        reached[ending] = goal[ending]
        steps[ending & goal] = env.steps[ending & goal]
        alive &= ~ended
    return SimulationResult(
        ep=ep.astype(np.float32),
        reached=reached,
        steps=steps.astype(np.float32),
        minutes=minutes,
        violations=violations,
        diversity=_compute_diversity(kinds),
        ms_per_step=1000 * spent / max(1, decisions),
    )


def compare_results(first: SimulationResult, second: SimulationResult) -> Comparison:
    """Compare by a paired t-test on E_p and Wilcoxon's signed-rank test on steps, which are cut at the longest path."""
    steps = first.steps - second.steps
    return Comparison(
        ep=float((first.ep - second.ep).mean()),
        ep_p=float(stats.ttest_rel(first.ep, second.ep).pvalue),
        steps=float(steps.mean()),
        steps_p=float(stats.wilcoxon(steps).pvalue) if steps.any() else 1.0,
    )


def join_results(results: list[SimulationResult]) -> SimulationResult:
    """Concatenate the results of several seeds."""
    return SimulationResult(
        ep=np.concatenate([result.ep for result in results]),
        reached=np.concatenate([result.reached for result in results]),
        steps=np.concatenate([result.steps for result in results]),
        minutes=np.concatenate([result.minutes for result in results]),
        violations=sum(result.violations for result in results),
        diversity=float(np.mean([result.diversity for result in results])),
        ms_per_step=float(np.mean([result.ms_per_step for result in results])),
    )


def ensure_candidate(seen: Observation) -> Observation:
    """Give learners without a candidate, whose episode is over, a dummy one, so that the batch keeps its size."""
    mask = seen.mask.copy()
    mask[~mask.any(axis=1), 0] = True
    return seen.keep(mask)


def _find_violations(env: LearnerVectorEnv, level: Floats, actions: Ints) -> Flags:
    """Return whether each chosen resource violates a prerequisite, or rests while other candidates do not, (B,)."""
    course, rows = env.course, np.arange(len(actions))
    blocked = find_blocked_points(course, env.gate(level))
    taught = blocked[rows[:, None], course.taught[actions]] & (course.importance[actions] > 0)
    wanted = find_wanted_points(course, level, env.target, env.closure)
    resting = env.resting()
    others = (find_feasible_resources(course, env.gate(level), wanted) & ~resting).any(axis=1)
    return np.asarray(taught.any(axis=1) | (resting[rows, actions] & others), dtype=bool)


def _compute_diversity(kinds: Floats) -> float:
    total = kinds.sum(axis=1, keepdims=True)
    share = kinds / np.maximum(total, 1)
    return float((1 - (share**2).sum(axis=1))[total[:, 0] > 0].mean()) if total.any() else 0.0
