"""Evaluate one strategy on one seed's held-out learners of one course and world; the result is kept on disk.

Worlds: usual; free (the prerequisite filter switched off, in the test only); no_propagation and paper (the learner
model under other constants, in practice and in the test); the other populations. In each the same learners with the
same goals begin. Results are kept under the strategy's version, the course's arrays and the world's settings in
benchmarks/.runs/paths/courses/measured; delete that folder after a change of the simulator itself.

Populations that differ from the usual one in one thing: slower learns half as fast; noisier guesses and slips more;
forgetful forgets twice as fast; careless answers three in ten questions at random and learns nothing from them; gaming
gets six in ten of its wrong answers right by help and then learns a fifth. Nothing is trained or tuned on them.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.paths.course_runs import (
    RUNS,
    THRIFTY_ORACLE,
    VARIANTS,
    apply_rates,
    hash_course,
    is_trained,
    load_course,
    load_trained,
)
from benchmarks.paths.oracle import OraclePlanner, OracleSettings
from models.arrays import Flags, Floats
from models.course import Course
from models.evaluation.leaderboard import HELD_OUT_SEED
from models.evaluation.simulated import SimulationResult, evaluate_recommender, join_results
from models.policies.rule_based import make_simple_baselines
from models.policies.selection import train_baseline_bandit
from models.recommender import Recommender, find_wanted_points
from models.rl.policy import LearnedPolicy
from models.simulation.environment import LearnerVectorEnv
from models.simulation.learners import Population

USUAL_POPULATION = Population()
POPULATIONS = {
    "usual": USUAL_POPULATION,
    "slower": replace(USUAL_POPULATION, rate=USUAL_POPULATION.rate / 2),
    "noisier": replace(USUAL_POPULATION, guess=0.25, slip=0.15),
    "forgetful": replace(USUAL_POPULATION, forgetting=2 * USUAL_POPULATION.forgetting),
    "careless": replace(USUAL_POPULATION, careless=0.3),
    "gaming": replace(USUAL_POPULATION, gaming=0.6),
}


def evaluate_populations(
    course: Course,
    rungs: Callable[[LearnerVectorEnv], Sequence[Recommender]],
    seeds: Sequence[int],
    learners: int = 500,
) -> dict[tuple[str, str], SimulationResult]:
    """What each rung reaches on each population, by (rung, population); `rungs` are made for each world anew.

    Within a population every rung meets the same learners.
    """
    results: dict[tuple[str, str], SimulationResult] = {}
    for population, differs in POPULATIONS.items():
        env = LearnerVectorEnv(course, learners, differs)
        for rung in rungs(env):
            results[rung.name, population] = join_results([evaluate_recommender(env, rung, seed) for seed in seeds])
    return results


def tabulate_populations(results: dict[tuple[str, str], SimulationResult]) -> list[dict[str, object]]:
    """E_p of every rung (a row) on every population, and how much of the usual is left."""
    rows: list[dict[str, object]] = []
    for rung in dict.fromkeys(name for name, _ in results):
        usual = float(results[rung, "usual"].ep.mean())
        row: dict[str, object] = {"rung": rung}
        for population in POPULATIONS:
            ep = float(results[rung, population].ep.mean())
            row[population] = f"{ep:.3f}" if population == "usual" else f"{ep:.3f} ({ep / usual:.0%})"
        rows.append(row)
    return rows


def summarise_populations(course: str, results: dict[tuple[str, str], SimulationResult]) -> dict[str, float]:
    """COURSE.POPULATION.RUNG.ep, .steps and .minutes."""
    return {
        f"{course}.{population}.{rung}.{name}": float(getattr(result, name).mean())
        for (rung, population), result in results.items()
        for name in ("ep", "steps", "minutes")
    }


BASELINES = ("random", "popularity", "curriculum", "mastery", "zpd", "greedy", "needed", "bandit")
ORACLES = {"clairvoyant": OracleSettings(), "clairvoyant_minutes": THRIFTY_ORACLE}
"""Planners that see truth, by what they value."""
KEEP_ALL = 1_000_000
PRUNING_SWEEP: dict[str, dict[str, float]] = {
    **{f"keep_{keep}": {"keep": keep} for keep in (2, 4, 8, 16, 32)},
    "keep_all": {"keep": KEEP_ALL},
    **{f"tau_{round(100 * share)}": {"keep": KEEP_ALL, "share": share} for share in (0.125, 0.25, 0.5, 0.75)},
}
"""What the trained whole keeps of the candidates at decision time: the best M, everybody, a share τ (in per cent)."""

WORLD_STRATEGIES: dict[str, tuple[str, ...]] = {
    "usual": (
        *BASELINES,
        *ORACLES,
        "lodestar",
        "q",
        "ppo",
        "no_graph",
        "roles",
        "by_minutes",
        "imitated",
        *PRUNING_SWEEP,
    ),
    "no_propagation": ("random", "mastery", "needed", "no_propagation"),
    "paper": ("random", "mastery", "needed", "paper"),
    "free": ("random", "needed", *ORACLES, "lodestar", "imitated"),
    **{
        population: (*BASELINES, *ORACLES, "lodestar", "imitated")
        for population in POPULATIONS
        if population != "usual"
    },
}
"""Who is asked where."""


class UnfilteredEnv(LearnerVectorEnv):
    """The same learners without the prerequisite filter: anything that teaches something wanted and is fresh.

    What is hard without its prerequisites stays hard: the truth's readiness is as ever.
    """

    def allowed(self, level: Floats | None = None) -> Flags:
        """(B, R) the candidates."""
        level = self.current() if level is None else level
        wanted = find_wanted_points(self.course, level, self.target, self.closure).astype(np.float32)
        return np.asarray((self.course.teaches @ wanted.T).T > 0) & ~self.resting()


@dataclass(frozen=True)
class CourseEvaluation:
    """One rung on one seed's held-out learners of one world. `steps`: of training, where not the usual number."""

    course: str
    where: str
    rung: str
    seed: int
    learners: int = 500
    steps: int | None = None

    @property
    def variant(self) -> str | None:
        """The training that it needs, if any."""
        if self.rung in PRUNING_SWEEP:
            return "lodestar"
        return self.rung if self.rung in VARIANTS else None


def list_evaluations(name: str, seeds: int, learners: int = 500, steps: int | None = None) -> list[CourseEvaluation]:
    """All of one course that can be measured: what is learnt where it is trained."""
    course = load_course(name)
    every = [
        CourseEvaluation(name, where, rung, seed, learners, steps)
        for seed in range(seeds)
        for where, rungs in WORLD_STRATEGIES.items()
        for rung in rungs
    ]
    return [one for one in every if not one.variant or (course and is_trained(course, one.variant, one.seed, steps))]


def load_or_evaluate(place: CourseEvaluation) -> SimulationResult:
    """What is reached; from the disk where it is known."""
    env = make_env(place)
    version, make = make_recommender(place, env)
    path = _path(place, env, version)
    if path.exists():
        with np.load(path) as kept:
            return SimulationResult(
                **{name: kept[name] if kept[name].ndim else kept[name].item() for name in kept.files}
            )
    torch.set_num_threads(1)
    found = evaluate_recommender(env, make(), HELD_OUT_SEED + place.seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez(part, **vars(found))
    part.replace(path)
    return found


def make_env(place: CourseEvaluation) -> LearnerVectorEnv:
    """The learners of one place."""
    course = load_course(place.course)
    assert course
    if place.where == "free":
        return UnfilteredEnv(course, place.learners)
    return LearnerVectorEnv(apply_rates(course, place.where), place.learners, POPULATIONS.get(place.where))


def make_recommender(place: CourseEvaluation, env: LearnerVectorEnv) -> tuple[str, Callable[[], Recommender]]:
    """Its version, and a way to make it, which for the bandit takes practice."""
    if place.variant:
        policy = load_pruned_policy(place)
        return f"{policy.version} {policy.keep} {policy.share} {policy.method}", lambda: policy
    if values := ORACLES.get(place.rung):
        return f"{OraclePlanner.version} {values}", lambda: OraclePlanner(env, values)
    if place.rung == "bandit":
        return "1", lambda: train_baseline_bandit(env.course, place.seed)
    rung = next(rung for rung in make_simple_baselines(env.course, place.seed) if rung.name == place.rung)
    return rung.version, lambda: rung


def load_pruned_policy(place: CourseEvaluation) -> LearnedPolicy:
    """The trained policy that is asked there."""
    course = load_course(place.course)
    assert course and place.variant
    policy, _ = load_trained(course, place.variant, place.seed, place.steps)
    return replace(policy, name=place.rung, **PRUNING_SWEEP.get(place.rung, {}))  # type: ignore[arg-type]


def _path(place: CourseEvaluation, env: LearnerVectorEnv, version: str) -> Path:
    told = repr((version, hash_course(env.course), env.population, env.episode))
    name = f"{place.rung}-{place.seed}-{place.learners}-{hashlib.sha256(told.encode()).hexdigest()[:10]}.npz"
    return RUNS / "measured" / place.course / place.where / name
