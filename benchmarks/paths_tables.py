"""What `benchmarks.paths` says of each method: rows of a table, and figures."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy import stats

from benchmarks.paths_runs import Outcome
from benchmarks.report import told_p

MAIN = "lodestar"


@dataclass
class Place:
    """One method in one world: the outcomes of its seeds by path length, and the seconds of each training."""

    outcomes: dict[int, list[Outcome]] = field(default_factory=dict)
    seconds: list[float] = field(default_factory=list)

    def add(self, length: int, outcome: Outcome) -> None:
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


def rows(places: Mapping[str, Place]) -> list[dict[str, object]]:
    """One a method, the best at the longest path last."""
    longest = max(next(iter(places.values())).outcomes)
    ordered = sorted(places.items(), key=lambda entry: entry[1].means(longest).mean())
    return [_row(name, place, places.get(MAIN)) for name, place in ordered]


def figures(world: str, places: Mapping[str, Place]) -> dict[str, float]:
    """Flat names as in DESIGN §7."""
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


def against(place: Place, main: Place, length: int) -> tuple[float, float]:
    """Mean difference of `main` to `place` in E_p and its two-sided p-value, paired by student (t-test)."""
    if length not in main.outcomes:
        return float("nan"), float("nan")
    mine, other = (np.concatenate([one.ep for one in each.outcomes[length]]) for each in (main, place))
    if len(mine) != len(other):
        return float("nan"), float("nan")
    if not (mine != other).any():
        return 0.0, 1.0
    return float((mine - other).mean()), float(stats.ttest_rel(mine, other).pvalue)


def _row(name: str, place: Place, main: Place | None) -> dict[str, object]:
    row: dict[str, object] = {"method": name}
    for length in sorted(place.outcomes):
        ep, judged = place.means(length), place.means(length, "judged")
        row[f"E_p {length}"] = f"{ep.mean():.3f} ± {ep.std():.3f}"
        if np.isfinite(judged).all():
            row[f"judge {length}"] = f"{judged.mean():.3f}"
    longest = max(place.outcomes)
    difference, p = against(place, main, longest) if main else (float("nan"), float("nan"))
    row[f"lodestar at {longest}"] = f"{difference:+.3f} p={told_p(p)}" if name != MAIN else ""
    row |= {"violations": place.violations, "ms": f"{place.ms:.2f}"}
    row["minutes"] = f"{place.minutes:.1f}" if place.seconds else ""
    return row
