"""Who is asked where on the example courses, and what comes of it: one place, one seed's held-out learners, kept.

Where: usual; free (the prerequisite filter switched off, in the test only); no_propagation and paper (the learner model
under other constants, in practice and in the test); the populations of `benchmarks.paths_unlike`. Everywhere the same
learners with the same goals begin. What is measured is kept under the recommender's version, the course's arrays and
the world's settings in benchmarks/.runs/paths/courses/measured; delete that after a change of the simulator itself.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.paths_courses_runs import RUNS, THRIFTY, VARIANTS, course_of, is_trained, mark, trained, with_rates
from benchmarks.paths_unlike import UNLIKE
from models.clairvoyant import Clairvoyant, Foresight
from models.course import Flags, Floats
from models.environment import LearnerVectorEnv
from models.evaluation import Result, evaluate
from models.ladder import simple_rungs
from models.policy import LearnedPolicy
from models.recommender import Recommender, wanted_points
from models.rungs import bandit
from models.standing import HELD_OUT

LADDER = ("random", "popularity", "curriculum", "mastery", "zpd", "greedy", "needed", "bandit")
PLANNERS = {"clairvoyant": Foresight(), "clairvoyant_minutes": THRIFTY}
"""Planners that see truth, by what they value."""
ALL = 1_000_000
SWEEP: dict[str, dict[str, float]] = {
    **{f"keep_{keep}": {"keep": keep} for keep in (2, 4, 8, 16, 32)},
    "keep_all": {"keep": ALL},
    **{f"tau_{round(100 * share)}": {"keep": ALL, "share": share} for share in (0.125, 0.25, 0.5, 0.75)},
}
"""What the trained whole keeps of the candidates at decision time: the best M, everybody, a share τ (in per cent)."""

PLAN: dict[str, tuple[str, ...]] = {
    "usual": (*LADDER, *PLANNERS, "lodestar", "q", "ppo", "no_graph", "roles", "by_minutes", "imitated", *SWEEP),
    "no_propagation": ("random", "mastery", "needed", "no_propagation"),
    "paper": ("random", "mastery", "needed", "paper"),
    "free": ("random", "needed", *PLANNERS, "lodestar", "imitated"),
    **{population: (*LADDER, *PLANNERS, "lodestar", "imitated") for population in UNLIKE if population != "usual"},
}
"""Who is asked where."""


class FreeEnv(LearnerVectorEnv):
    """The same learners without the prerequisite filter: anything that teaches something wanted and is fresh.

    What is hard without its prerequisites stays hard: the truth's readiness is as ever.
    """

    def allowed(self, level: Floats | None = None) -> Flags:
        """(B, R) the candidates."""
        level = self.current() if level is None else level
        wanted = wanted_points(self.course, level, self.target, self.closure).astype(np.float32)
        return np.asarray((self.course.teaches @ wanted.T).T > 0) & self.fresh()


@dataclass(frozen=True)
class Place:
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
        if self.rung in SWEEP:
            return "lodestar"
        return self.rung if self.rung in VARIANTS else None


def places(name: str, seeds: int, learners: int = 500, steps: int | None = None) -> list[Place]:
    """All of one course that can be measured: what is learnt where it is trained."""
    course = course_of(name)
    every = [
        Place(name, where, rung, seed, learners, steps)
        for seed in range(seeds)
        for where, rungs in PLAN.items()
        for rung in rungs
    ]
    return [one for one in every if not one.variant or (course and is_trained(course, one.variant, one.seed, steps))]


def measured(place: Place) -> Result:
    """What is reached; from the disk where it is known."""
    env = world(place)
    version, make = recommender(place, env)
    path = _path(place, env, version)
    if path.exists():
        with np.load(path) as kept:
            return Result(**{name: kept[name] if kept[name].ndim else kept[name].item() for name in kept.files})
    torch.set_num_threads(1)
    found = evaluate(env, make(), HELD_OUT + place.seed)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part.npz")
    np.savez(part, **vars(found))
    part.replace(path)
    return found


def world(place: Place) -> LearnerVectorEnv:
    """The learners of one place."""
    course = course_of(place.course)
    assert course
    if place.where == "free":
        return FreeEnv(course, place.learners)
    return LearnerVectorEnv(with_rates(course, place.where), place.learners, UNLIKE.get(place.where))


def recommender(place: Place, env: LearnerVectorEnv) -> tuple[str, Callable[[], Recommender]]:
    """Its version, and a way to make it, which for the bandit takes practice."""
    if place.variant:
        policy = policy_of(place)
        return f"{policy.version} {policy.keep} {policy.share} {policy.method}", lambda: policy
    if values := PLANNERS.get(place.rung):
        return f"{Clairvoyant.version} {values}", lambda: Clairvoyant(env, values)
    if place.rung == "bandit":
        return "1", lambda: bandit(env.course, place.seed)
    rung = next(rung for rung in simple_rungs(env.course, place.seed) if rung.name == place.rung)
    return rung.version, lambda: rung


def policy_of(place: Place) -> LearnedPolicy:
    """The trained policy that is asked there."""
    course = course_of(place.course)
    assert course and place.variant
    policy, _ = trained(course, place.variant, place.seed, place.steps)
    return replace(policy, name=place.rung, **SWEEP.get(place.rung, {}))  # type: ignore[arg-type]


def _path(place: Place, env: LearnerVectorEnv, version: str) -> Path:
    told = repr((version, mark(env.course), env.population, env.episode))
    name = f"{place.rung}-{place.seed}-{place.learners}-{hashlib.sha256(told.encode()).hexdigest()[:10]}.npz"
    return RUNS / "measured" / place.course / place.where / name
