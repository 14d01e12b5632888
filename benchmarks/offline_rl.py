"""Learning from a log alone, on the English course: `python -m benchmarks.offline_rl [--quick] [--seeds 2]`.

A mixed behaviour (a third each: `needed`, any candidate, zone of proximal development) is logged in the simulator, once
a seed. From that log alone, paid by what a deployment's log pays, the same network is trained with several α: 0 is
offline DQN, 100 is behaviour cloning, and of those between, `cql` is the one that fitted Q evaluation on held-out
learners of the log prefers. All meet the same held-out learners, beside the behaviour and `needed`.

Figures: english.RUNG.ep, .ep_sd, .reached, .steps, .steps_sd; of what was learned also .believed (its own Q at the
start), .earned (the discounted return it then gets from new learners) and .estimate (fitted Q evaluation).
"""

import asyncio
from argparse import ArgumentParser, Namespace
from pathlib import Path

import numpy as np
import torch

from benchmarks.report import Report
from benchmarks.stage import course_arrays
from models.behaviour import Logged, Mixture, roll_out
from models.checkpoint import POLICY, load_policy, save_learned
from models.course import Course
from models.cql import CQLConfig
from models.environment import LearnerVectorEnv
from models.evaluation import compare
from models.ladder import Random, needed_first, zone_of_proximal_development
from models.memory import keep_freed_memory
from models.offline_learning import LearnedPolicy, OfflineConfig, evaluator, trained
from models.recommender import Recommender
from models.standing import HELD_OUT, measure

ROOT = Path(__file__).parent
RUNS = ROOT / ".runs" / "offline_rl"
DQN, CLONING = 0.0, 100.0
LEARNERS = 128


def main() -> None:
    """Train what is missing, measure, print and write."""
    options = arguments()
    keep_freed_memory()
    torch.set_num_threads(1)
    settings = {name: vars(options)[name] for name in ("decisions", "updates", "learners", "seeds")}
    report = Report("offline_rl", quick=options.quick, settings=settings)
    course = asyncio.run(course_arrays("english"))
    if course is None:
        print("skipped: the course's files are missing")
        return
    contest(course, options, report)
    report.write()


def arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, a small log, few updates")
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--decisions", type=int, default=30_000, help="of the log")
    parser.add_argument("--updates", type=int, default=CQLConfig.updates, help="gradient steps a policy")
    parser.add_argument("--learners", type=int, default=300, help="held-out learners a seed")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.decisions, options.updates, options.learners = 1, 6_000, 60, 60
    return options


def behaviour(course: Course, seed: int) -> Mixture:
    """Who decided in the log."""
    parts: list[Recommender] = [needed_first(course), Random(course, seed), zone_of_proximal_development(course)]
    return Mixture([(1 / 3, part) for part in parts], seed, name="behaviour")


def log_of(course: Course, seed: int, options: Namespace) -> tuple[Logged, Logged]:
    """The log to learn from, and its held-out learners."""
    logged = roll_out(course, behaviour(course, seed), LEARNERS, options.decisions // LEARNERS, seed)
    return logged.split(OfflineConfig.held_out, seed)


def learned(course: Course, seed: int, options: Namespace) -> tuple[list[LearnedPolicy], list[dict[str, float]]]:
    """cql, offline DQN and behaviour cloning of one seed, and what is believed and estimated of each."""
    training, apart = log_of(course, seed, options)
    judge = evaluator(course, apart, CQLConfig())
    policies, worth = {}, {}
    for alpha in (DQN, *OfflineConfig.alphas, CLONING):
        folder = RUNS / f"{seed}-{options.decisions}-{options.updates}-{alpha}"
        if not (folder / POLICY).exists():
            config = CQLConfig(alpha=alpha, updates=options.updates, seed=seed)
            save_learned(trained(course, training, config), folder)
            print(f"trained  α {alpha:g} seed {seed}", flush=True)
        policies[alpha] = load_policy(folder, course)
        worth[alpha] = judge.worth(policies[alpha])
    best = max(OfflineConfig.alphas, key=worth.__getitem__)
    print(f"seed {seed}: {worth}, behaviour {judge.behaviour():.2f}, chosen α {best:g}", flush=True)
    chosen = {"cql": best, "offline_dqn": DQN, "cloning": CLONING}
    chosen |= {f"alpha_{alpha:g}": alpha for alpha in OfflineConfig.alphas}
    named = [_named(policies[alpha], name) for name, alpha in chosen.items()]
    return named, [beliefs(course, policy, seed) | {"estimate": worth[chosen[policy.name]]} for policy in named]


def beliefs(course: Course, policy: LearnedPolicy, seed: int) -> dict[str, float]:
    """The mean of a policy's own Q at the start, and of the discounted return that it then gets, on new learners."""
    config = CQLConfig()
    logged = roll_out(course, policy, LEARNERS, 40, HELD_OUT + seed)
    start = logged.learner < LEARNERS
    logged = logged.take(start)
    q = policy.decide(logged.states.take(logged.state[logged.first])).q
    assert q is not None
    returns = logged.returns(logged.rewards(course, config.pay), config.gamma)
    return {"believed": float(q.max(axis=1).mean()), "earned": float(returns[logged.first].mean())}


def contest(course: Course, options: Namespace, report: Report) -> None:
    """Measure everything on the same held-out learners."""
    figures: dict[str, list[dict[str, float]]] = {}

    def rungs_of(seed: int) -> list[Recommender]:
        policies, told = learned(course, seed, options)
        for policy, figure in zip(policies, told, strict=True):
            figures.setdefault(policy.name, []).append(figure)
        return [behaviour(course, 99), needed_first(course), *policies]

    env = LearnerVectorEnv(course, options.learners)
    standings, results = measure(env, rungs_of, options.seeds)
    rows = []
    for rung in standings.rungs:
        against = compare(results["cql"], results[rung.name])
        own = {name: float(np.mean([each[name] for each in parts])) for name, parts in _columns(figures, rung.name)}
        plain = {name: getattr(rung, name) for name in ("ep", "ep_sd", "reached", "steps", "steps_sd")}
        report.figures |= {f"english.{rung.name}.{name}": value for name, value in (plain | own).items()}
        row = {"rung": rung.name, "E_p": f"{rung.ep:.3f} ± {rung.ep_sd:.3f}", "goal reached": f"{rung.reached:.0%}"}
        row |= {"steps": f"{rung.steps:.1f} ± {rung.steps_sd:.1f}"}
        row |= {name: f"{own[name]:.2f}" if own else "" for name in ("believed", "earned", "estimate")}
        row |= {"cql E_p": f"{against.ep:+.3f}  p={against.ep_p:.1e}"}
        row |= {"cql steps": f"{against.steps:+.2f}  p={against.steps_p:.1e}"}
        rows.append(row)
    report.table(f"english, {options.learners} held-out learners × {options.seeds} seeds", rows)


def _columns(figures: dict[str, list[dict[str, float]]], name: str) -> list[tuple[str, list[dict[str, float]]]]:
    parts = figures.get(name, [])
    return [(column, parts) for column in (parts[0] if parts else {})]


def _named(policy: LearnedPolicy, name: str) -> LearnedPolicy:
    return LearnedPolicy(policy.network, name=name, version=policy.version, method="q")


if __name__ == "__main__":
    main()
