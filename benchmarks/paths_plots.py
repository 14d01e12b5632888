"""E_p against the length of the path, a panel a world."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.figure import Figure

from benchmarks.paths_methods import ABLATIONS, DECIDING
from benchmarks.paths_tables import MAIN, Place


def draw(places: Mapping[str, Mapping[str, Place]], path: Path) -> None:
    """Means over seeds with their spread; ablations are left to the tables."""
    if not places:
        return
    columns = min(3, len(places))
    lines = -(-len(places) // columns)
    figure = Figure(figsize=(4.6 * columns, 3.8 * lines), layout="constrained")
    panels = figure.subplots(lines, columns, squeeze=False).ravel()
    for panel, (world, found) in zip(panels, places.items(), strict=False):
        for name, place in found.items():
            if name in ABLATIONS or name in DECIDING:
                continue
            lengths = sorted(place.outcomes)
            means = [place.means(length).mean() for length in lengths]
            spread = [place.means(length).std() for length in lengths]
            style = {"color": "#2563eb", "linewidth": 2.5} if name == MAIN else {"linewidth": 1, "alpha": 0.8}
            panel.errorbar(lengths, means, spread, label=name, marker="o", markersize=3, capsize=2, **style)
        panel.set(title=world, xlabel="steps", ylabel="E_p", xticks=lengths)
        panel.grid(alpha=0.3)
        panel.legend(fontsize=7)
    for panel in panels[len(places) :]:
        panel.set_axis_off()
    figure.savefig(path, dpi=120)
