"""recommenders.png: NDCG@10 of each rung with its bootstrap interval, and what is taken up against what is retained."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.recommender_tables import Standing, interval
from models.horizons import Horizon


def draw(standings: Sequence[Standing], horizons: Mapping[str, Horizon], path: Path) -> None:
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
        _both(axes[panels - 1], horizons)
    path.parent.mkdir(exist_ok=True)
    figure.savefig(path, dpi=120)


def _ranking(panel: Axes, standing: Standing) -> None:
    found = [interval([run.result for run in runs], standing.fixed) for runs in standing.runs.values()]
    means = [each.mean for each in found]
    whiskers = [[each.mean - each.low for each in found], [each.high - each.mean for each in found]]
    panel.errorbar(means, range(len(means)), xerr=whiskers, fmt="o", color="#2563eb", capsize=3)
    panel.set_yticks(range(len(means)), list(standing.runs))
    panel.set(title=standing.data, xlabel="NDCG@10, 95 % by bootstrap over learners")
    panel.grid(alpha=0.3)


def _both(panel: Axes, horizons: Mapping[str, Horizon]) -> None:
    for name, horizon in horizons.items():
        found = horizon.means()
        panel.plot(found["take_up"], found["retained"], "o", color="#2563eb")
        panel.annotate(name, (found["take_up"], found["retained"]), xytext=(4, 4), textcoords="offset points")
    panel.set(title="two horizons", xlabel="share taken up", ylabel="knowledge of the goal 30 days later")
    panel.grid(alpha=0.3)
