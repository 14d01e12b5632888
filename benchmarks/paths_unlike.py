"""Learners unlike those a policy practised on: E_p and steps of every rung on populations that differ in one thing.

slower learns half as fast; noisier guesses and slips more; forgetful forgets twice as fast; careless answers three in
ten questions at random and learns nothing from them; gaming gets six in ten of its wrong answers right by help and then
learns a fifth. Nothing is trained or tuned here.
"""

from collections.abc import Callable, Sequence
from dataclasses import replace

from models.course import Course
from models.environment import LearnerVectorEnv
from models.evaluation import Result, evaluate, join
from models.recommender import Recommender
from models.simulator import Population

USUAL = Population()
UNLIKE = {
    "usual": USUAL,
    "slower": replace(USUAL, rate=USUAL.rate / 2),
    "noisier": replace(USUAL, guess=0.25, slip=0.15),
    "forgetful": replace(USUAL, forgetting=2 * USUAL.forgetting),
    "careless": replace(USUAL, careless=0.3),
    "gaming": replace(USUAL, gaming=0.6),
}


def unlike(
    course: Course,
    rungs: Callable[[LearnerVectorEnv], Sequence[Recommender]],
    seeds: Sequence[int],
    learners: int = 500,
) -> dict[tuple[str, str], Result]:
    """What each rung reaches on each population, by (rung, population); `rungs` are made for each world anew.

    Within a population every rung meets the same learners.
    """
    results: dict[tuple[str, str], Result] = {}
    for population, differs in UNLIKE.items():
        env = LearnerVectorEnv(course, learners, differs)
        for rung in rungs(env):
            results[rung.name, population] = join([evaluate(env, rung, seed) for seed in seeds])
    return results


def table(results: dict[tuple[str, str], Result]) -> list[dict[str, object]]:
    """E_p of every rung (a row) on every population, and how much of the usual is left."""
    rows: list[dict[str, object]] = []
    for rung in dict.fromkeys(name for name, _ in results):
        usual = float(results[rung, "usual"].ep.mean())
        row: dict[str, object] = {"rung": rung}
        for population in UNLIKE:
            ep = float(results[rung, population].ep.mean())
            row[population] = f"{ep:.3f}" if population == "usual" else f"{ep:.3f} ({ep / usual:.0%})"
        rows.append(row)
    return rows


def figures(course: str, results: dict[tuple[str, str], Result]) -> dict[str, float]:
    """COURSE.POPULATION.RUNG.ep, .steps and .minutes."""
    return {
        f"{course}.{population}.{rung}.{name}": float(getattr(result, name).mean())
        for (rung, population), result in results.items()
        for name in ("ep", "steps", "minutes")
    }
