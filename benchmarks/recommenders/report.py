"""Figures, tables and the plot of the recommender benchmark, over several seeds.

recommenders.png: NDCG@10 of each ranker with its bootstrap interval, and take-up against what is retained.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.recommenders.horizons import HorizonResult
from benchmarks.recommenders.worker import RankerRun
from models.rankers.evaluation import GainDifference, RankerResult, compare_results

RANKING_FIGURES = ("ndcg10", "hit10", "mrr")
LIST_FIGURES = ("coverage", "novelty", "diversity", "calibration", "recommend_ms")
COST = ("train_s", "memory_mib")
PEER_PREFIX = "peer."
OWN_COUNTERPARTS = {"implicit": "als", "implicit_anew": "als", "sasrec_rectools": "sasrec"}
"""Which of our rankers stands beside a peer, where the names differ."""
DIGITS = {"train_s": 2, "recommend_ms": 3, "memory_mib": 1, "novelty": 3}


@dataclass
class DataSetRuns:
    """What was measured on one data set: runs by rung, the simplest first, one a seed. `fixed`: see `Study`."""

    data: str
    fixed: bool = True
    runs: dict[str, list[RankerRun]] = field(default_factory=dict)

    def add(self, rung: str, run: RankerRun) -> None:
        """One more seed of a rung."""
        self.runs.setdefault(rung, []).append(run)

    def figures(self) -> dict[str, float]:
        """DATA.RUNG.NAME, rounded; without what is unknown."""
        found = {}
        for rung, runs in self.runs.items():
            values = summarise_seeds(runs) | self._above(rung)
            found |= {
                f"{self.data}.{rung}.{name}": round(value, DIGITS.get(name, 4))
                for name, value in values.items()
                if np.isfinite(value)
            }
        return found

    def _above(self, rung: str) -> dict[str, float]:
        gap = self.above(rung)
        names = ("ndcg10_above", "ndcg10_above_low", "ndcg10_above_high")
        return {} if gap is None else dict(zip(names, (gap.mean, gap.low, gap.high), strict=True))

    def above(self, rung: str) -> GainDifference | None:
        """NDCG@10 over the rung before, of a peer over ours, on the seeds that both have; None for the first."""
        below = self._below(rung)
        if below not in self.runs:
            return None
        seeds = min(len(self.runs[name]) for name in (rung, below))
        return compare_results(
            *(pool_results([run.result for run in self.runs[name][:seeds]], self.fixed) for name in (rung, below))
        )

    def _below(self, rung: str) -> str:
        if rung.startswith(PEER_PREFIX):
            peer = rung.removeprefix(PEER_PREFIX)
            return OWN_COUNTERPARTS.get(peer, peer)
        names = ["", *self.runs]
        return names[names.index(rung) - 1]

    def table(self) -> list[dict[str, object]]:
        """A line a rung."""
        return [{"rung": rung} | _line(summarise_seeds(runs), self.above(rung)) for rung, runs in self.runs.items()]


def summarise_seeds(runs: Sequence[RankerRun]) -> dict[str, float]:
    """Means over seeds, and standard deviations of the ranked ones where there are several."""
    each = [collect_figures(run) for run in runs]
    found = {name: float(np.mean([one[name] for one in each])) for name in each[0] if all(name in one for one in each)}
    if len(runs) > 1:
        found |= {f"{name}_sd": float(np.std([one[name] for one in each], ddof=1)) for name in RANKING_FIGURES}
    return found


def collect_figures(run: RankerRun) -> dict[str, float]:
    """The figures of one run by name."""
    result = run.result
    found = result.figures() | {name: getattr(result, name) for name in LIST_FIGURES}
    found |= {name: getattr(run, name) for name in COST}
    for name, rows in (("cold_learner", result.cold_learner), ("cold_item", result.cold_item)):
        found |= {f"{name}_{measure}": value for measure, value in result.figures(rows).items() if measure != "mrr"}
    return found


def pool_results(results: Sequence[RankerResult], fixed: bool) -> RankerResult:
    """The moments of several seeds as one result; learners of different seeds are others unless `fixed`."""
    shift = 0 if fixed else 1 + max(int(result.learner.max(initial=0)) for result in results)
    whose = [result.learner + number * shift for number, result in enumerate(results)]
    joined = {
        name: np.concatenate([getattr(result, name) for result in results])
        for name in ("rank", "lists", "cold_learner", "cold_item")
    }
    return replace(results[0], learner=np.concatenate(whose), **joined)


def bootstrap_difference(results: Sequence[RankerResult], fixed: bool) -> GainDifference:
    """Mean NDCG@10 with its bootstrap interval: the difference to what ranks nothing."""
    all_ = pool_results(results, fixed)
    return compare_results(all_, replace(all_, rank=np.full_like(all_.rank, np.inf)))


def _line(found: Mapping[str, float], above: GainDifference | None) -> dict[str, object]:
    line: dict[str, object] = {}
    for name in RANKING_FIGURES:
        line[name] = _number(found, name) + (f" ± {found[f'{name}_sd']:.3f}" if f"{name}_sd" in found else "")
    line["above the one before, or ours"] = f"{above.mean:+.3f} ({above.low:+.3f} … {above.high:+.3f})" if above else ""
    names = ("cold_learner_ndcg10", "cold_item_ndcg10", *LIST_FIGURES[:-1])
    return line | {name.removesuffix("_ndcg10"): _number(found, name) for name in (*names, *COST, LIST_FIGURES[-1])}


def _number(found: Mapping[str, float], name: str) -> str:
    value = found.get(name, float("nan"))
    return f"{value:.{min(3, DIGITS.get(name, 3))}f}" if np.isfinite(value) else ""


def plot_rankers(standings: Sequence[DataSetRuns], horizons: Mapping[str, HorizonResult], path: Path) -> None:
    """A panel a data set, and one for the two horizons where there are some."""
    panels = len(standings) + bool(horizons)
    columns = min(panels, 3)
    lines = -(-panels // columns)
    figure = Figure(figsize=(6 * columns, 5.5 * lines), layout="constrained")
    axes = list(figure.subplots(lines, columns, squeeze=False).flat)
    for spare in axes[panels:]:
        spare.remove()
    for standing, panel in zip(standings, axes, strict=False):
        _ranking(panel, standing)
    if horizons:
        _plot_horizons(axes[panels - 1], horizons)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)


def _ranking(panel: Axes, standing: DataSetRuns) -> None:
    found = [bootstrap_difference([run.result for run in runs], standing.fixed) for runs in standing.runs.values()]
    means = [each.mean for each in found]
    whiskers = [[each.mean - each.low for each in found], [each.high - each.mean for each in found]]
    panel.errorbar(means, range(len(means)), xerr=whiskers, fmt="o", color="#2563eb", capsize=3)
    panel.set_yticks(range(len(means)), list(standing.runs))
    panel.set(title=standing.data, xlabel="NDCG@10, 95 % by bootstrap over learners")
    panel.grid(alpha=0.3)


def _plot_horizons(panel: Axes, horizons: Mapping[str, HorizonResult]) -> None:
    for name, horizon in horizons.items():
        found = horizon.means()
        panel.plot(found["take_up"], found["retained"], "o", color="#2563eb")
        panel.annotate(name, (found["take_up"], found["retained"]), xytext=(4, 4), textcoords="offset points")
    panel.set(title="two horizons", xlabel="share taken up", ylabel="knowledge of the goal 30 days later")
    panel.grid(alpha=0.3)
