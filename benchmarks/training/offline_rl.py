"""Learning from a log alone, on the English course: `python -m benchmarks.training.offline_rl [--quick] [--seeds 2]`.

A mixed behaviour (a third each: `needed`, any candidate, zone of proximal development) is logged in the simulator, once
a seed. From that log alone, with the rewards that a deployment's log has, the same network is trained with several α: 0
is offline DQN, 100 is behaviour cloning, and of those between, `cql` is the one that fitted Q evaluation on held-out
learners of the log prefers. All are evaluated on the same held-out learners, beside the behaviour and `needed`.

Figures: english.RUNG.ep, .ep_sd, .reached, .steps, .steps_sd; of what was learned also .believed (its own Q at the
start), .earned (the discounted return it then gets from new learners) and .estimate (fitted Q evaluation).

Logs of simulated learners under a known behaviour are for tests and measurements: a deployment has its own.
"""

import asyncio
from argparse import ArgumentParser, Namespace

import numpy as np
import torch

from benchmarks.allocator import keep_freed_memory
from benchmarks.folders import RUNS_FOLDER
from benchmarks.report import Report
from benchmarks.stage import read_stage_arrays
from benchmarks.training.behaviour import MixedRecommender, roll_out
from models.course import Course
from models.evaluation.leaderboard import HELD_OUT_SEED, measure_strategies
from models.evaluation.simulated import compare_results
from models.policies.rule_based import RandomStrategy, make_needed_first, make_zone_of_proximal_development
from models.recommender import Recommender
from models.rl.offline import CQLConfig, OfflineConfig, make_evaluator, train_cql_policy
from models.rl.offline_log import OfflineLog
from models.rl.policy import LearnedPolicy
from models.rl.run import POLICY_FILE, load_policy, save_learned_policy
from models.simulation.environment import LearnerVectorEnv

RUNS = RUNS_FOLDER / "offline_rl"
DQN_ALPHA, CLONING_ALPHA = 0.0, 100.0
LEARNERS = 128


def main() -> None:
    """Train what is missing, measure, print and write."""
    options = parse_arguments()
    keep_freed_memory()
    torch.set_num_threads(1)
    settings = {name: vars(options)[name] for name in ("decisions", "updates", "learners", "seeds")}
    report = Report("offline_rl", quick=options.quick, settings=settings)
    course = asyncio.run(read_stage_arrays("english"))
    if course is None:
        print("skipped: the course's files are missing")
        return
    compare_policies(course, options, report)
    report.write()


def parse_arguments() -> Namespace:
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


def make_behaviour(course: Course, seed: int) -> MixedRecommender:
    """Who decided in the log."""
    parts: list[Recommender] = [
        make_needed_first(course),
        RandomStrategy(course, seed),
        make_zone_of_proximal_development(course),
    ]
    return MixedRecommender([(1 / 3, part) for part in parts], seed, name="behaviour")


def simulate_log(course: Course, seed: int, options: Namespace) -> tuple[OfflineLog, OfflineLog]:
    """The log to learn from, and its held-out learners."""
    logged = roll_out(course, make_behaviour(course, seed), LEARNERS, options.decisions // LEARNERS, seed)
    return logged.split(OfflineConfig.held_out, seed)


def train_policies(course: Course, seed: int, options: Namespace) -> tuple[list[LearnedPolicy], list[dict[str, float]]]:
    """cql, offline DQN and behaviour cloning of one seed, and what is believed and estimated of each."""
    training, apart = simulate_log(course, seed, options)
    judge = make_evaluator(course, apart, CQLConfig())
    policies, worth = {}, {}
    for alpha in (DQN_ALPHA, *OfflineConfig.alphas, CLONING_ALPHA):
        folder = RUNS / f"{seed}-{options.decisions}-{options.updates}-{alpha}"
        if not (folder / POLICY_FILE).exists():
            config = CQLConfig(alpha=alpha, updates=options.updates, seed=seed)
            save_learned_policy(train_cql_policy(course, training, config), folder)
            print(f"trained  α {alpha:g} seed {seed}", flush=True)
        policies[alpha] = load_policy(folder, course)
        worth[alpha] = judge.worth(policies[alpha])
    best = max(OfflineConfig.alphas, key=worth.__getitem__)
    print(f"seed {seed}: {worth}, behaviour {judge.behaviour():.2f}, chosen α {best:g}", flush=True)
    chosen = {"cql": best, "offline_dqn": DQN_ALPHA, "cloning": CLONING_ALPHA}
    chosen |= {f"alpha_{alpha:g}": alpha for alpha in OfflineConfig.alphas}
    named = [_rename(policies[alpha], name) for name, alpha in chosen.items()]
    return named, [measure_beliefs(course, policy, seed) | {"estimate": worth[chosen[policy.name]]} for policy in named]


def measure_beliefs(course: Course, policy: LearnedPolicy, seed: int) -> dict[str, float]:
    """The mean of a policy's own Q at the start, and of the discounted return that it then gets, on new learners."""
    config = CQLConfig()
    logged = roll_out(course, policy, LEARNERS, 40, HELD_OUT_SEED + seed)
    start = logged.learner < LEARNERS
    logged = logged.take(start)
    q = policy.decide(logged.states.take(logged.state[logged.first])).q
    assert q is not None
    returns = logged.returns(logged.rewards(course, config.pay), config.gamma)
    return {"believed": float(q.max(axis=1).mean()), "earned": float(returns[logged.first].mean())}


def compare_policies(course: Course, options: Namespace, report: Report) -> None:
    """Measure everything on the same held-out learners."""
    figures: dict[str, list[dict[str, float]]] = {}

    def strategies_of(seed: int) -> list[Recommender]:
        policies, told = train_policies(course, seed, options)
        for policy, figure in zip(policies, told, strict=True):
            figures.setdefault(policy.name, []).append(figure)
        return [make_behaviour(course, 99), make_needed_first(course), *policies]

    env = LearnerVectorEnv(course, options.learners)
    standings, results = measure_strategies(env, strategies_of, options.seeds)
    rows = []
    for rung in standings.rows:
        against = compare_results(results["cql"], results[rung.name])
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


def _rename(policy: LearnedPolicy, name: str) -> LearnedPolicy:
    return LearnedPolicy(policy.network, name=name, version=policy.version, method="q")


if __name__ == "__main__":
    main()
