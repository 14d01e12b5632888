"""Baselines and learned policies on both courses: `python -m benchmarks.training.strategies [--quick] [--seeds 3]`.

Trains the whole policy and each ablation once a seed (an interrupted training continues), then measures every strategy
on the same held-out learners. Figures: COURSE.RUNG.ep, .ep_sd, .reached, .steps, .minutes, .violations, .diversity,
.ms_per_step, RUNG being the strategy; in the table also the paired p-values of the whole policy against each strategy.
Pictures: courses-COURSE.png.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from benchmarks.allocator import keep_freed_memory
from benchmarks.folders import RESULTS, RUNS_FOLDER
from benchmarks.report import Report
from benchmarks.stage import read_stage_arrays
from models.course import Course
from models.evaluation.leaderboard import Leaderboard, measure_strategies, plot_leaderboard
from models.evaluation.simulated import compare_results
from models.policies.selection import make_baselines
from models.recommender import Recommender
from models.rl.network import NetworkConfig
from models.rl.policy import LearnedPolicy
from models.rl.run import load_policy, train_policy
from models.rl.trainer import TrainingConfig
from models.simulation.environment import LearnerVectorEnv

RUNS = RUNS_FOLDER / "courses"
COURSES = ("english", "metacademy")
POLICY_VARIANTS = {
    "lodestar": {},
    "q": {"method": "q"},
    "ppo": {"method": "ppo"},
    "no_graph": {"network": NetworkConfig(graph=False)},
}
"""The whole, and what is left when one part is taken away."""


def main() -> None:
    """Train what is missing, measure, print and write."""
    options = parse_arguments()
    settings = {"steps": options.steps, "learners": options.learners, "seeds": options.seeds}
    report = Report("courses", quick=options.quick, settings=settings)
    for name in options.course:
        course = asyncio.run(read_stage_arrays(name))
        if course is None:
            print(f"skipped {name}: its files are missing")
            continue
        train_all(course, options)
        standings, rows = compare_strategies(course, options)
        report.table(f"{name}, {options.learners} learners × {options.seeds} seeds", rows)
        report.figures.update(summarise_strategies(name, standings))
        plot_leaderboard(standings, RESULTS / f"courses-{name}.png")
    report.keep_earlier()
    report.write()


def parse_arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, a few thousand steps, under a minute")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=TrainingConfig.steps, help="answers of simulated learners a run")
    parser.add_argument("--learners", type=int, default=500, help="held-out learners a seed")
    parser.add_argument("--course", nargs="*", default=COURSES, choices=COURSES)
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.steps, options.learners, options.course = 1, 4_000, 100, ["english"]
    return options


def locate_run(course: str, variant: str, seed: int, steps: int) -> Path:
    """Where one run is kept."""
    return RUNS / course / f"{variant}-{seed}-{steps}"


def train_all(course: Course, options: Namespace) -> None:
    """Train what is not there yet, two runs at a time."""
    jobs = [(variant, seed) for seed in range(options.seeds) for variant in POLICY_VARIANTS]
    jobs = [job for job in jobs if not (locate_run(course.id, *job, options.steps) / "policy.pt").exists()]
    if not jobs:
        return
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for line in pool.map(train_variant, *zip(*[(course, *job, options.steps) for job in jobs], strict=True)):
            print(line, flush=True)


def train_variant(course: Course, variant: str, seed: int, steps: int) -> str:
    """One run in a process of its own."""
    keep_freed_memory()
    config = TrainingConfig(steps=steps, seed=seed, **POLICY_VARIANTS[variant])
    train_policy(course, config, locate_run(course.id, variant, seed, steps), "cpu")
    return f"trained  {course.id} {variant} seed {seed}"


def compare_strategies(course: Course, options: Namespace) -> tuple[Leaderboard, list[dict[str, object]]]:
    """Measure the ladder and the variants, each seed's own."""

    def strategies_of(seed: int) -> list[Recommender]:
        return [
            *make_baselines(course, seed),
            *(load_trained(course, variant, seed, options.steps) for variant in POLICY_VARIANTS),
        ]

    env = LearnerVectorEnv(course, options.learners)
    standings, results = measure_strategies(
        env, strategies_of, options.seeds, lambda name: print(f"measured {course.id} {name}")
    )
    rows: list[dict[str, object]] = []
    for rung in standings.rows:
        against = compare_results(results["lodestar"], results[rung.name])
        row: dict[str, object] = {
            "rung": rung.name,
            "E_p": f"{rung.ep:.3f} ± {rung.ep_sd:.3f}",
            "goal reached": f"{rung.reached:.1%}",
        }
        row |= {"steps": f"{rung.steps:.2f} ± {rung.steps_sd:.2f}"}
        row |= {"minutes": f"{rung.minutes:.0f} ± {rung.minutes_sd:.0f}", "violations": rung.violations}
        row |= {"diversity": f"{rung.diversity:.2f}", "ms": f"{rung.ms_per_step:.3f}"}
        row |= {"lodestar E_p": f"{against.ep:+.3f}  p={against.ep_p:.1e}"}
        row |= {"lodestar steps": f"{against.steps:+.2f}  p={against.steps_p:.1e}"}
        rows.append(row)
    return standings, rows


def load_trained(course: Course, variant: str, seed: int, steps: int) -> LearnedPolicy:
    """One trained variant under its own name."""
    policy = load_policy(locate_run(course.id, variant, seed, steps), course)
    policy.name = variant
    return policy


def summarise_strategies(course: str, standings: Leaderboard) -> dict[str, float]:
    """Flat names as in docs/design.md."""
    measured = ("ep", "ep_sd", "reached", "steps", "steps_sd", "minutes", "minutes_sd")
    names = (*measured, "violations", "diversity", "ms_per_step")
    return {f"{course}.{rung.name}.{name}": getattr(rung, name) for rung in standings.rows for name in names}


if __name__ == "__main__":
    main()
