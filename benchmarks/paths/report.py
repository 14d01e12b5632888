"""Tables, figures and plots of the comparisons of paths.

Courses: of planner: E_p as a share of the best planner's (which uses the truth); saved: steps and minutes as a share of
those of mastery sequencing; p: two-sided and paired by learner, against the whole policy (t-test on E_p, Wilcoxon on
steps and minutes). Practice worlds: E_p by path length, mean and standard deviation between seeds, paired t-test by
student. Plot: E_p against the length of the path, a panel a world.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from scipy import stats

from benchmarks.paths.methods import ABLATIONS, DECISION_VARIANTS
from benchmarks.paths.runs import WalkOutcome
from benchmarks.report import format_p_value
from models.evaluation.simulated import SimulationResult, compare_results, join_results

MAIN_STRATEGY, BASIS_STRATEGY = "lodestar", "mastery"
ORACLE_NAMES = ("clairvoyant", "clairvoyant_minutes")
USUAL_WORLD = "usual"


@dataclass(frozen=True)
class StrategyRuns:
    """One rung in one world: the results of its seeds, and the seconds of each training."""

    parts: list[SimulationResult]
    seconds: list[float]

    @property
    def whole(self) -> SimulationResult:
        """All seeds as one."""
        return join_results(self.parts)

    def spread(self, name: str) -> float:
        """Standard deviation between the seeds' means."""
        return float(np.std([getattr(part, name).mean() for part in self.parts]))


RunsByWorld = Mapping[tuple[str, str], StrategyRuns]
"""By where and rung."""


def tabulate_strategies(lines: RunsByWorld, wanted: Iterable[tuple[str, str]]) -> list[dict[str, object]]:
    """One for each of the wanted (where, rung) that was measured, by E_p, the best last."""
    found = {key: lines[key] for key in wanted if key in lines}
    ordered = sorted(found, key=lambda key: found[key].whole.ep.mean())
    return [_format_strategy_row(format_label(*key), found[key], lines) for key in ordered]


def summarise_strategies(course: str, lines: RunsByWorld) -> dict[str, float]:
    """COURSE.RUNG.… of the course's own learners, unlike.POPULATION.COURSE.RUNG.… of others, see `format_label`."""
    told: dict[str, float] = {}
    for (where, rung), line in lines.items():
        name = f"{course}.{format_label(where, rung)}" if _is_course_world(where) else f"unlike.{where}.{course}.{rung}"
        values = _values(line, lines)
        if not _is_course_world(where):
            values = {key: values[key] for key in ("ep", "ep_sd", "reached", "steps", "minutes", "violations")}
            values["drop"] = float(lines[USUAL_WORLD, rung].whole.ep.mean() - line.whole.ep.mean())
            values["of_planner"] = values["ep"] / find_upper_bound(lines, where)
        told |= {f"{name}.{key}": round(value, 5) for key, value in values.items() if np.isfinite(value)}
    return told


def format_label(where: str, rung: str) -> str:
    """The rung, and the world where that is not the usual one or named as the rung: needed_free, mastery_paper."""
    return rung if where in (USUAL_WORLD, rung) else f"{rung}_{where}"


def find_upper_bound(lines: RunsByWorld, where: str) -> float:
    """The highest mean E_p of a planner there; NaN without one."""
    found = [float(lines[where, name].whole.ep.mean()) for name in ORACLE_NAMES if (where, name) in lines]
    return max(found, default=float("nan"))


def compute_saved_share(line: StrategyRuns, basis: StrategyRuns, name: str) -> float:
    """Share of the steps or minutes of `basis` that are not needed."""
    return 1 - float(getattr(line.whole, name).mean() / getattr(basis.whole, name).mean())


def compare_strategy(line: StrategyRuns, main: StrategyRuns) -> dict[str, float]:
    """The main one's mean advantage in E_p, and p-values."""
    mine, other = main.whole, line.whole
    if len(mine.ep) != len(other.ep) or not (mine.ep != other.ep).any():
        return {"behind": 0.0, "ep_p": 1.0, "steps_p": 1.0, "minutes_p": 1.0}
    found, minutes = compare_results(mine, other), mine.minutes - other.minutes
    p = float(stats.wilcoxon(minutes).pvalue) if minutes.any() else 1.0
    return {"behind": found.ep, "ep_p": found.ep_p, "steps_p": found.steps_p, "minutes_p": p}


def _is_course_world(where: str) -> bool:
    return where in (USUAL_WORLD, "free", "no_propagation", "paper")


def _values(line: StrategyRuns, lines: RunsByWorld) -> dict[str, float]:
    whole = line.whole
    told = {name: float(getattr(whole, name).mean()) for name in ("ep", "reached", "steps", "minutes")}
    told |= {f"{name}_sd": line.spread(name) for name in ("ep", "steps", "minutes")}
    told |= {"violations": whole.violations, "ms": whole.ms_per_step}
    told["of_planner"] = told["ep"] / find_upper_bound(lines, USUAL_WORLD)
    if (USUAL_WORLD, BASIS_STRATEGY) in lines:
        told |= {
            f"saved_{name}": compute_saved_share(line, lines[USUAL_WORLD, BASIS_STRATEGY], name)
            for name in ("steps", "minutes")
        }
    if (USUAL_WORLD, MAIN_STRATEGY) in lines:
        told |= compare_strategy(line, lines[USUAL_WORLD, MAIN_STRATEGY])
    if line.seconds:
        told["train_minutes"] = float(np.mean(line.seconds)) / 60
    return told


def _format_strategy_row(name: str, line: StrategyRuns, lines: RunsByWorld) -> dict[str, object]:
    told = _values(line, lines)
    row: dict[str, object] = {"rung": name, "E_p": f"{told['ep']:.3f} ± {told['ep_sd']:.3f}"}
    row["of planner"] = f"{told['of_planner']:.1%}"
    row["reached"] = f"{told['reached']:.1%}"
    for unit, digits in (("steps", 2), ("minutes", 1)):
        row[unit] = f"{told[unit]:.{digits}f} ± {told[f'{unit}_sd']:.{digits}f}"
        row[f"saved {unit}"] = f"{told[f'saved_{unit}']:+.1%}" if f"saved_{unit}" in told else ""
    row |= {"violations": line.whole.violations, "ms": f"{told['ms']:.2f}"}
    row["lodestar"] = ""
    if "behind" in told and name != MAIN_STRATEGY:
        row["lodestar"] = f"{told['behind']:+.3f}"
        row["p E_p, steps, min"] = " ".join(format_p_value(told[f"{unit}_p"]) for unit in ("ep", "steps", "minutes"))
    else:
        row["p E_p, steps, min"] = ""
    row["train min"] = f"{told['train_minutes']:.1f}" if "train_minutes" in told else ""
    return row


MAIN_METHOD = "lodestar"


@dataclass
class MethodOutcomes:
    """One method in one world: the outcomes of its seeds by path length, and the seconds of each training."""

    outcomes: dict[int, list[WalkOutcome]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def add(self, length: int, outcome: WalkOutcome) -> None:
        """One seed more."""
        self.outcomes.setdefault(length, []).append(outcome)

    def means(self, length: int, what: str = "ep") -> np.ndarray:
        """(seeds,) mean E_p, or `judged`, of each seed."""
        return np.array([getattr(outcome, what).mean() for outcome in self.outcomes[length]])

    @property
    def violations(self) -> int:
        """Of all seeds and lengths."""
        return sum(outcome.violations for parts in self.outcomes.values() for outcome in parts)

    @property
    def ms(self) -> float:
        """Of choosing, a step of one learner."""
        return float(np.mean([outcome.ms for parts in self.outcomes.values() for outcome in parts]))

    @property
    def minutes(self) -> float:
        """Of one training; NaN without one."""
        return float(np.mean(self.seconds)) / 60 if self.seconds else float("nan")


def tabulate_methods(places: Mapping[str, MethodOutcomes]) -> list[dict[str, object]]:
    """One a method, the best at the longest path last."""
    longest = max(next(iter(places.values())).outcomes)
    ordered = sorted(places.items(), key=lambda entry: entry[1].means(longest).mean())
    return [_format_method_row(name, place, places.get(MAIN_METHOD)) for name, place in ordered]


def summarise_methods(world: str, places: Mapping[str, MethodOutcomes]) -> dict[str, float]:
    """Flat names as in docs/design.md."""
    found: dict[str, float] = {}
    for name, place in places.items():
        for length in place.outcomes:
            ep, judged = place.means(length), place.means(length, "judged")
            found |= {
                f"{world}.{name}.ep_{length}": float(ep.mean()),
                f"{world}.{name}.ep_{length}_sd": float(ep.std()),
            }
            if np.isfinite(judged).all():
                found[f"{world}.{name}.judge_ep_{length}"] = float(judged.mean())
        found[f"{world}.{name}.violations"] = place.violations
        found[f"{world}.{name}.ms"] = place.ms
        if place.seconds:
            found[f"{world}.{name}.train_minutes"] = place.minutes
    return {key: round(value, 4) for key, value in found.items()}


def compare_method(place: MethodOutcomes, main: MethodOutcomes, length: int) -> tuple[float, float]:
    """Mean difference of `main` to `place` in E_p and its two-sided p-value, paired by student (t-test)."""
    if length not in main.outcomes:
        return float("nan"), float("nan")
    mine, other = (np.concatenate([one.ep for one in each.outcomes[length]]) for each in (main, place))
    if len(mine) != len(other):
        return float("nan"), float("nan")
    if not (mine != other).any():
        return 0.0, 1.0
    return float((mine - other).mean()), float(stats.ttest_rel(mine, other).pvalue)


def _format_method_row(name: str, place: MethodOutcomes, main: MethodOutcomes | None) -> dict[str, object]:
    row: dict[str, object] = {"method": name}
    for length in sorted(place.outcomes):
        ep, judged = place.means(length), place.means(length, "judged")
        row[f"E_p {length}"] = f"{ep.mean():.3f} ± {ep.std():.3f}"
        if np.isfinite(judged).all():
            row[f"judge {length}"] = f"{judged.mean():.3f}"
    longest = max(place.outcomes)
    difference, p = compare_method(place, main, longest) if main else (float("nan"), float("nan"))
    row[f"lodestar at {longest}"] = f"{difference:+.3f} p={format_p_value(p)}" if name != MAIN_METHOD else ""
    row |= {"violations": place.violations, "ms": f"{place.ms:.2f}"}
    row["minutes"] = f"{place.minutes:.1f}" if place.seconds else ""
    return row


def plot_path_lengths(places: Mapping[str, Mapping[str, MethodOutcomes]], path: Path) -> None:
    """Means over seeds with their spread; ablations are left to the tables."""
    if not places:
        return
    columns = min(3, len(places))
    lines = -(-len(places) // columns)
    figure = Figure(figsize=(4.6 * columns, 3.8 * lines), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for panel, (world, found) in zip(panels, places.items(), strict=False):
        for name, place in found.items():
            if name in ABLATIONS or name in DECISION_VARIANTS:
                continue
            lengths = sorted(place.outcomes)
            means = [place.means(length).mean() for length in lengths]
            spread = [place.means(length).std() for length in lengths]
            style = {"color": "#2563eb", "linewidth": 2.5} if name == MAIN_METHOD else {"linewidth": 1, "alpha": 0.8}
            panel.errorbar(lengths, means, spread, label=name, marker="o", markersize=3, capsize=2, **style)
        panel.set(title=world, xlabel="steps", ylabel="E_p", xticks=lengths)
        panel.grid(alpha=0.3)
        panel.legend(fontsize=7)
    for panel in panels[len(places) :]:
        panel.set_axis_off()
    figure.savefig(path, dpi=120)
