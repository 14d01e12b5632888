"""Leaderboard of all strategies on held-out simulated learners, and the strategy to serve.

Serve a learned policy if it beats every simpler strategy, else the best of the others. The result is stored beside the
policy as evaluation.json, with the version of each strategy, and plotted as ladder.png.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.evaluation.simulated import SimulationResult, compare_results, evaluate_recommender, join_results
from models.recommender import Recommender
from models.simulation.environment import LearnerVectorEnv
from models.storage import replace_file

EVALUATION_FILE = "evaluation.json"
ROWS_KEY = "rungs"
"""The key of the rows in the file, as it has been from the start."""

LEARNED_POLICIES = ("lodestar", "cql")
"""Policies that are served only if they win: trained in the simulator, and from the log."""

HELD_OUT_SEED = 1_000_000
"""Seeds of held-out learners start here; training uses the small ones."""


@dataclass(frozen=True)
class LeaderboardRow:
    """One strategy over all seeds: means, and sd between the seeds' means where there is one.

    minutes, minutes_sd: of the path; 0 in a file written before they were measured.
    """

    name: str
    version: str
    ep: float
    ep_sd: float
    reached: float
    steps: float
    steps_sd: float
    violations: int
    diversity: float
    ms_per_step: float
    minutes: float = 0.0
    minutes_sd: float = 0.0


@dataclass(frozen=True)
class Leaderboard:
    """The strategies on one course; served: name of the one to serve; verdict: why, in one sentence."""

    course: str
    learners: int
    seeds: list[int]
    rows: list[LeaderboardRow]
    served: str
    verdict: str

    def of(self, name: str) -> LeaderboardRow:
        """Return the row called `name`."""
        return next(row for row in self.rows if row.name == name)


def measure_strategies(
    env: LearnerVectorEnv,
    strategies_of: Callable[[int], Sequence[Recommender]],
    seeds: int = 3,
    report: Callable[[str], None] = lambda name: None,
) -> tuple[Leaderboard, dict[str, SimulationResult]]:
    """Measure every strategy on the same held-out learners of `env`, once for each seed.

    strategies_of: returns the strategies of a seed, e.g. policies trained with it.
    """
    results: dict[str, list[SimulationResult]] = {}
    versions: dict[str, str] = {}
    for seed in range(seeds):
        for strategy in strategies_of(seed):
            results.setdefault(strategy.name, []).append(evaluate_recommender(env, strategy, HELD_OUT_SEED + seed))
            versions[strategy.name] = strategy.version
            report(strategy.name)
    joined = {name: join_results(parts) for name, parts in results.items()}
    lines = [_summarize_results(name, versions[name], results[name], joined[name]) for name in results]
    served, verdict = choose_served_strategy(joined)
    numbers = list(range(HELD_OUT_SEED, HELD_OUT_SEED + seeds))
    return Leaderboard(env.course.id, env.num_envs, numbers, lines, served, verdict), joined


def choose_served_strategy(results: dict[str, SimulationResult]) -> tuple[str, str]:
    """Return the strategy to serve and why.

    A learned policy is served only if it wins against every other strategy, see `Comparison.wins`; of several, the one
    with the highest E_p.
    """
    others = {name: result for name, result in results.items() if name not in LEARNED_POLICIES}
    lost = {name: _list_unbeaten(results[name], others) for name in LEARNED_POLICIES if name in results}
    winners = [name for name in lost if not lost[name]]
    if winners:
        learned = _find_best({name: results[name] for name in winners})
        return learned, f"{learned}: it beats every other rung on E_p and on steps to the goal (p < 0.05)."
    best = _find_best(others)
    if not lost:
        return best, f"{best}: it has the highest E_p; no policy is trained."
    why = "; ".join(f"{name} does not beat {', '.join(names)}" for name, names in lost.items())
    return best, f"{best}: {why} on both E_p and steps (p < 0.05)."


def _list_unbeaten(learned: SimulationResult, others: dict[str, SimulationResult]) -> list[str]:
    return [name for name, result in others.items() if not compare_results(learned, result).wins]


def _find_best(results: dict[str, SimulationResult]) -> str:
    return max(results, key=lambda name: float(results[name].ep.mean()))


def save_leaderboard(leaderboard: Leaderboard, folder: Path) -> None:
    """Write evaluation.json and the plot ladder.png."""
    content = {ROWS_KEY if name == "rows" else name: value for name, value in asdict(leaderboard).items()}
    folder.mkdir(parents=True, exist_ok=True)
    replace_file(folder / EVALUATION_FILE, json.dumps(content, indent=1).encode())
    plot_leaderboard(leaderboard, folder / "ladder.png")


def load_leaderboard(folder: Path) -> Leaderboard | None:
    """Read the leaderboard in `folder`; None where there is none."""
    path = folder / EVALUATION_FILE
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    rows = [LeaderboardRow(**row) for row in content.pop(ROWS_KEY)]
    return Leaderboard(**content, rows=rows)


def plot_leaderboard(leaderboard: Leaderboard, path: Path) -> None:
    """Plot bars of E_p and of steps to the goal to `path`, with the sd over seeds as whiskers."""
    from matplotlib.figure import Figure  # 40 MB, loaded only to plot

    figure = Figure(figsize=(10, 4.5), layout="constrained")
    names = [row.name for row in leaderboard.rows]
    colours = ["#2563eb" if name == leaderboard.served else "#94a3b8" for name in names]
    panels = figure.subplots(1, 2, sharey=True)
    for panel, value, sd, title in (
        (panels[0], "ep", "ep_sd", "normalised learning gain E_p (more is better)"),
        (panels[1], "steps", "steps_sd", "steps to the goal (fewer is better)"),
    ):
        values = [getattr(row, value) for row in leaderboard.rows]
        panel.barh(names, values, xerr=[getattr(row, sd) for row in leaderboard.rows], color=colours)
        panel.set_title(title, fontsize=10)
        panel.grid(axis="x", alpha=0.3)
    figure.suptitle(f"{leaderboard.course}: {leaderboard.verdict}", fontsize=10)
    figure.savefig(path, dpi=120)


def _summarize_results(
    name: str, version: str, parts: list[SimulationResult], whole: SimulationResult
) -> LeaderboardRow:
    return LeaderboardRow(
        name=name,
        version=version,
        ep=float(whole.ep.mean()),
        ep_sd=float(np.std([part.ep.mean() for part in parts])),
        reached=float(whole.reached.mean()),
        steps=float(whole.steps.mean()),
        steps_sd=float(np.std([part.steps.mean() for part in parts])),
        violations=whole.violations,
        diversity=whole.diversity,
        ms_per_step=whole.ms_per_step,
        minutes=float(whole.minutes.mean()),
        minutes_sd=float(np.std([part.minutes.mean() for part in parts])),
    )
