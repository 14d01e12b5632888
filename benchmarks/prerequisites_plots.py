"""docs/pictures/mining.png: recall, precision and false discoveries against learners, and against noise."""

from collections.abc import Mapping
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from benchmarks.prerequisites_runs import NOISES, SIZES

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "mining.png"
SHOWN = {
    "recall": "recall of edges",
    "precision": "precision, edges",
    "fdr": "false discoveries, chains count as right",
}


def draw(figures: Mapping[str, float]) -> None:
    """One panel a policy, one for the noise."""
    figure = Figure(figsize=(15, 4.5), layout="constrained")
    panels = figure.subplots(1, 3)
    for panel, policy in zip(panels, ("syllabus", "own"), strict=False):
        _lines(panel, figures, [(str(size), f"growth.{policy}.{size}") for size in SIZES])
        panel.set(title=f"{policy}: 50 points", xlabel="learners")
    noisy = [("usual", "planted"), *((name.replace("_", " "), f"noise.{name}") for name in NOISES)]
    _lines(panels[2], figures, noisy)
    panels[2].set(title="syllabus: 3,000 learners", xlabel="noise of the answers")
    panels[2].tick_params("x", labelrotation=25)
    PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(PICTURE, dpi=110)


def _lines(panel: Axes, figures: Mapping[str, float], places: list[tuple[str, str]]) -> None:
    there = [(label, start) for label, start in places if f"{start}.recall" in figures]
    labels = [label for label, _ in there]
    for name, label in SHOWN.items():
        values = [figures[f"{start}.{name}"] for _, start in there]
        errors = [figures.get(f"{start}.{name}_sd", 0) for _, start in there]
        panel.errorbar(labels, values, errors, marker="o", capsize=3, label=label)
    panel.set_ylim(-0.02, 1.02)
    panel.grid(alpha=0.3)
    panel.legend(fontsize=8)
