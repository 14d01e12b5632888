"""Who is served: a learned policy if it beat every simpler rung on held-out learners, else the best rung.

The verdict lies beside the policy as evaluation.json, with the version it was made for.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from models.environment import LearnerVectorEnv
from models.evaluation import Result, compare, evaluate, join
from models.recommender import Recommender
from models.stored import put

EVALUATION = "evaluation.json"
LEARNED = ("lodestar", "cql")
"""Policies that have to win: trained in the simulator, and from the log."""

HELD_OUT = 1_000_000
"""Seeds of held-out learners start here; training uses the small ones."""


@dataclass(frozen=True)
class Standing:
    """One rung over all seeds: means, and sd between the seeds' means where there is one.

    minutes, minutes_sd: of the path; 0 in a standing written before they were measured.
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
class Standings:
    """The ladder on one course; `served` is the name of the rung to serve, `verdict` why in one sentence."""

    course: str
    learners: int
    seeds: list[int]
    rungs: list[Standing]
    served: str
    verdict: str

    def of(self, name: str) -> Standing:
        """The standing called `name`."""
        return next(rung for rung in self.rungs if rung.name == name)


def measure(
    env: LearnerVectorEnv,
    rungs_of: Callable[[int], Sequence[Recommender]],
    seeds: int = 3,
    report: Callable[[str], None] = lambda name: None,
) -> tuple[Standings, dict[str, Result]]:
    """Every rung on the same held-out learners of `env`, once for each seed; `rungs_of(seed)` may train anew."""
    results: dict[str, list[Result]] = {}
    versions: dict[str, str] = {}
    for seed in range(seeds):
        for rung in rungs_of(seed):
            results.setdefault(rung.name, []).append(evaluate(env, rung, HELD_OUT + seed))
            versions[rung.name] = rung.version
            report(rung.name)
    joined = {name: join(parts) for name, parts in results.items()}
    lines = [_standing(name, versions[name], results[name], joined[name]) for name in results]
    served, verdict = judge(joined)
    numbers = list(range(HELD_OUT, HELD_OUT + seeds))
    return Standings(env.course.id, env.num_envs, numbers, lines, served, verdict), joined


def judge(results: dict[str, Result]) -> tuple[str, str]:
    """The rung to serve and why: a learned one only when it wins against each that is not, see `Comparison.wins`.

    Of several that do, the one with the highest E_p.
    """
    others = {name: result for name, result in results.items() if name not in LEARNED}
    lost = {name: _lost(results[name], others) for name in LEARNED if name in results}
    winners = [name for name in lost if not lost[name]]
    if winners:
        learned = _best({name: results[name] for name in winners})
        return learned, f"{learned}: it beats every other rung on E_p and on steps to the goal (p < 0.05)."
    best = _best(others)
    if not lost:
        return best, f"{best}: it has the highest E_p; no policy is trained."
    why = "; ".join(f"{name} does not beat {', '.join(names)}" for name, names in lost.items())
    return best, f"{best}: {why} on both E_p and steps (p < 0.05)."


def _lost(learned: Result, others: dict[str, Result]) -> list[str]:
    return [name for name, result in others.items() if not compare(learned, result).wins]


def _best(results: dict[str, Result]) -> str:
    return max(results, key=lambda name: float(results[name].ep.mean()))


def save(standings: Standings, folder: Path) -> None:
    """Write evaluation.json and the plot ladder.png."""
    folder.mkdir(parents=True, exist_ok=True)
    put(folder / EVALUATION, json.dumps(asdict(standings), indent=1).encode())
    draw(standings, folder / "ladder.png")


def load(folder: Path) -> Standings | None:
    """The verdict in `folder`, or None where nothing was measured."""
    path = folder / EVALUATION
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Standings(**{**content, "rungs": [Standing(**rung) for rung in content["rungs"]]})


def draw(standings: Standings, path: Path) -> None:
    """Bars of E_p and steps to the goal, sd over seeds as whiskers."""
    from matplotlib.figure import Figure  # 40 MB that a service, which draws nothing, need not hold

    figure = Figure(figsize=(10, 4.5), layout="constrained")
    names = [rung.name for rung in standings.rungs]
    colours = ["#2563eb" if name == standings.served else "#94a3b8" for name in names]
    panels = figure.subplots(1, 2, sharey=True)
    for panel, value, spread, title in (
        (panels[0], "ep", "ep_sd", "normalised learning gain E_p (more is better)"),
        (panels[1], "steps", "steps_sd", "steps to the goal (fewer is better)"),
    ):
        values = [getattr(rung, value) for rung in standings.rungs]
        panel.barh(names, values, xerr=[getattr(rung, spread) for rung in standings.rungs], color=colours)
        panel.set_title(title, fontsize=10)
        panel.grid(axis="x", alpha=0.3)
    figure.suptitle(f"{standings.course}: {standings.verdict}", fontsize=10)
    figure.savefig(path, dpi=120)


def _standing(name: str, version: str, parts: list[Result], whole: Result) -> Standing:
    return Standing(
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
