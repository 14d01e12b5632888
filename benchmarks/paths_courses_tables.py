"""What `benchmarks.paths_courses` says of each rung: rows of tables, and figures.

of planner: E_p as a share of the best planner's (which sees truth); saved: steps and minutes as a share of those of
mastery sequencing; p: two-sided and paired by learner, against the whole policy (t-test on E_p, Wilcoxon on steps and
minutes).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import stats

from benchmarks.report import told_p
from models.evaluation import Result, compare, join

MAIN, BASIS = "lodestar", "mastery"
PLANNERS = ("clairvoyant", "clairvoyant_minutes")
USUAL = "usual"


@dataclass(frozen=True)
class Line:
    """One rung in one world: the results of its seeds, and the seconds of each training."""

    parts: list[Result]
    seconds: list[float]

    @property
    def whole(self) -> Result:
        """All seeds as one."""
        return join(self.parts)

    def spread(self, name: str) -> float:
        """Standard deviation between the seeds' means."""
        return float(np.std([getattr(part, name).mean() for part in self.parts]))


Lines = Mapping[tuple[str, str], Line]
"""By where and rung."""


def rows(lines: Lines, wanted: Iterable[tuple[str, str]]) -> list[dict[str, object]]:
    """One for each of the wanted (where, rung) that was measured, by E_p, the best last."""
    found = {key: lines[key] for key in wanted if key in lines}
    ordered = sorted(found, key=lambda key: found[key].whole.ep.mean())
    return [_row(label(*key), found[key], lines) for key in ordered]


def figures(course: str, lines: Lines) -> dict[str, float]:
    """COURSE.RUNG.… of the course's own learners, unlike.POPULATION.COURSE.RUNG.… of others, see `label`."""
    told: dict[str, float] = {}
    for (where, rung), line in lines.items():
        name = f"{course}.{label(where, rung)}" if _ours(where) else f"unlike.{where}.{course}.{rung}"
        values = _values(line, lines)
        if not _ours(where):
            values = {key: values[key] for key in ("ep", "ep_sd", "reached", "steps", "minutes", "violations")}
            values["drop"] = float(lines[USUAL, rung].whole.ep.mean() - line.whole.ep.mean())
            values["of_planner"] = values["ep"] / bound(lines, where)
        told |= {f"{name}.{key}": round(value, 5) for key, value in values.items() if np.isfinite(value)}
    return told


def label(where: str, rung: str) -> str:
    """The rung, and the world where that is not the usual one or named as the rung: needed_free, mastery_paper."""
    return rung if where in (USUAL, rung) else f"{rung}_{where}"


def bound(lines: Lines, where: str) -> float:
    """The highest mean E_p of a planner there; NaN without one."""
    found = [float(lines[where, name].whole.ep.mean()) for name in PLANNERS if (where, name) in lines]
    return max(found, default=float("nan"))


def saved(line: Line, basis: Line, name: str) -> float:
    """Share of the steps or minutes of `basis` that are not needed."""
    return 1 - float(getattr(line.whole, name).mean() / getattr(basis.whole, name).mean())


def against(line: Line, main: Line) -> dict[str, float]:
    """The main one's mean advantage in E_p, and p-values."""
    mine, other = main.whole, line.whole
    if len(mine.ep) != len(other.ep) or not (mine.ep != other.ep).any():
        return {"behind": 0.0, "ep_p": 1.0, "steps_p": 1.0, "minutes_p": 1.0}
    found, minutes = compare(mine, other), mine.minutes - other.minutes
    p = float(stats.wilcoxon(minutes).pvalue) if minutes.any() else 1.0
    return {"behind": found.ep, "ep_p": found.ep_p, "steps_p": found.steps_p, "minutes_p": p}


def _ours(where: str) -> bool:
    return where in (USUAL, "free", "no_propagation", "paper")


def _values(line: Line, lines: Lines) -> dict[str, float]:
    whole = line.whole
    told = {name: float(getattr(whole, name).mean()) for name in ("ep", "reached", "steps", "minutes")}
    told |= {f"{name}_sd": line.spread(name) for name in ("ep", "steps", "minutes")}
    told |= {"violations": whole.violations, "ms": whole.ms_per_step}
    told["of_planner"] = told["ep"] / bound(lines, USUAL)
    if (USUAL, BASIS) in lines:
        told |= {f"saved_{name}": saved(line, lines[USUAL, BASIS], name) for name in ("steps", "minutes")}
    if (USUAL, MAIN) in lines:
        told |= against(line, lines[USUAL, MAIN])
    if line.seconds:
        told["train_minutes"] = float(np.mean(line.seconds)) / 60
    return told


def _row(name: str, line: Line, lines: Lines) -> dict[str, object]:
    told = _values(line, lines)
    row: dict[str, object] = {"rung": name, "E_p": f"{told['ep']:.3f} ± {told['ep_sd']:.3f}"}
    row["of planner"] = f"{told['of_planner']:.1%}"
    row["reached"] = f"{told['reached']:.1%}"
    for unit, digits in (("steps", 2), ("minutes", 1)):
        row[unit] = f"{told[unit]:.{digits}f} ± {told[f'{unit}_sd']:.{digits}f}"
        row[f"saved {unit}"] = f"{told[f'saved_{unit}']:+.1%}" if f"saved_{unit}" in told else ""
    row |= {"violations": line.whole.violations, "ms": f"{told['ms']:.2f}"}
    row["lodestar"] = ""
    if "behind" in told and name != MAIN:
        row["lodestar"] = f"{told['behind']:+.3f}"
        row["p E_p, steps, min"] = " ".join(told_p(told[f"{unit}_p"]) for unit in ("ep", "steps", "minutes"))
    else:
        row["p E_p, steps, min"] = ""
    row["train min"] = f"{told['train_minutes']:.1f}" if "train_minutes" in told else ""
    return row
