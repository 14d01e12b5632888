"""How well prerequisites are recovered: `python -m benchmarks.prerequisites.compare [--quick] [--seeds 3]`.

A planted graph is recovered from simulated logs (benchmarks/prerequisites/planted.py), a million masteries are mined,
ASSISTments 2009 is mined for its strongest pairs, and names are scored on AL-CPL (benchmarks/prerequisites/names.py).
An interrupted run continues; delete benchmarks/.runs/prerequisites to measure anew.

Figures: planted.* is a graph of 50 points, 3,000 learners who follow a syllabus; growth.POLICY.LEARNERS.*, noise.*,
null.*, graph.*; mine_1m.*; texts.COURSE.*: the example courses by names and texts; DOMAIN.f1 and DOMAIN.auc (names and
training pairs), names.DOMAIN.VARIANT.*; standard deviations over seeds as …_sd. Also the tables of docs/mining.md, and
docs/pictures/mining.png: recall, precision and false discoveries against learners, and against noise.
"""

import time
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from rich.progress import Progress

from benchmarks.folders import PICTURES
from benchmarks.prerequisites.measure import (
    LEARNER_COUNTS,
    NOISES,
    PLANTED_POINTS,
    RULE_VARIANTS,
    USUAL_LEARNERS,
    Figures,
    Measurement,
    list_measurements,
    load_or_measure,
    measure_million,
    mine_assistments,
)
from benchmarks.prerequisites.names import DOMAINS, PUBLISHED_SCORES, VARIANTS
from benchmarks.report import Report
from models.mining.prerequisites import MiningRules

RECOVERY_FIGURES = ("precision", "recall", "fdr", "reversed", "proposals")
RECOVERY_HEAD = "precision, edges | recall, edges | false discoveries, chains are right | turned round | proposals"


def render_mining_table(result: Mapping[str, Any], name: str) -> list[str]:
    """One table."""
    if name == "assist2009":
        return render_strongest_pairs(result["settings"]["assist2009"])
    figures: Mapping[str, float] = result["figures"]
    made: dict[str, Callable[[Mapping[str, float]], list[str]]] = {
        "growth": render_growth,
        "rules": lambda own: render_recovery(
            own, {f"q and rules: {rule}": f"growth.syllabus.{rule}" for rule in RULE_VARIANTS}
        ),
        "noise": lambda own: render_recovery(own, {"usual": "planted"} | {name: f"noise.{name}" for name in NOISES}),
        "graphs": render_graphs,
        "null": render_null,
        "names": render_names,
        "million": render_million,
        "texts": render_texts,
    }
    return made[name](figures)


def render_recovery(figures: Mapping[str, float], rows: Mapping[str, str]) -> list[str]:
    """Label and start of the figures' names, a row each; rows that were not measured are left out."""
    lines = [f"| | {RECOVERY_HEAD} |", "|" + "---|" * (len(RECOVERY_FIGURES) + 1)]
    for label, start in rows.items():
        if f"{start}.recall" in figures:
            cells = [
                _cell(figures, f"{start}.{name}", ".1f" if name == "proposals" else ".2f") for name in RECOVERY_FIGURES
            ]
            lines.append(f"| {label.replace('_', ' ')} | {' | '.join(cells)} |")
    return lines


def render_growth(figures: Mapping[str, float]) -> list[str]:
    """By policy and number of learners."""
    policies = ("syllabus", "own", "random", "gated")
    rows = {f"{policy}, {size:,} learners": f"growth.{policy}.{size}" for policy in policies for size in LEARNER_COUNTS}
    return render_recovery(figures, rows)


def render_graphs(figures: Mapping[str, float]) -> list[str]:
    """Other graphs, and learners who know a part before they begin."""
    rows = {"known in part": "placed"}
    rows |= {name: f"graph.{name}" for name in ("random_100", "random_200", "english", "metacademy")}
    return render_recovery(figures, rows)


def render_null(figures: Mapping[str, float]) -> list[str]:
    """Shares of p-values up to .05 where nothing depends on anything."""
    lines = ["| logs | order | dependence | both | proposals |", "|---|---|---|---|---|"]
    for policy in sorted({name.split(".")[1] for name in figures if name.startswith("null.")}):
        cells = [_cell(figures, f"null.{policy}.{test}.up_to_05", ".3f") for test in ("order", "dependence", "both")]
        lines.append(f"| {policy} | {' | '.join(cells)} | {_cell(figures, f'null.{policy}.proposals', '.1f')} |")
    return lines


def render_names(figures: Mapping[str, float]) -> list[str]:
    """AL-CPL: F1 / AUC."""
    lines = [f"| domain | published | {' | '.join(VARIANTS)} |", "|" + "---|" * (len(VARIANTS) + 2)]
    for domain in DOMAINS:
        cells = []
        for variant in VARIANTS:
            start = f"names.{domain}.{variant}"
            there = f"{start}.f1" in figures
            pair = (_cell(figures, f"{start}.{name}", ".3f") for name in ("f1", "auc"))
            cells.append(" / ".join(pair) if there else "")
        published = " / ".join(f"{value:.3f}" for value in PUBLISHED_SCORES[domain])
        lines.append(f"| {domain.replace('_', ' ')} | {published} | {' | '.join(cells)} |")
    return lines


def render_texts(figures: Mapping[str, float]) -> list[str]:
    """The example courses by names and texts."""
    lines = [
        "| course | learnt from four fifths: right, turned round | by the rule: right, turned round |",
        "|---|---|---|",
    ]
    for course in sorted({name.split(".")[1] for name in figures if name.startswith("texts.")}):
        cells = [
            ", ".join(_cell(figures, f"texts.{course}.{way}.{name}", ".2f") for name in ("right", "turned"))
            for way in ("trained", "rule")
        ]
        lines.append(f"| {course} | {' | '.join(cells)} |")
    return lines


def render_million(figures: Mapping[str, float]) -> list[str]:
    """Time and memory."""
    own = {name: figures[f"mine_1m.{name}"] for name in ("events", "seconds", "mib", "before_mib", "proposals")}
    return [
        "| masteries | seconds | MiB at most | MiB before | proposals of 500 planted |",
        "|---|---|---|---|---|",
        "| {events:,.0f} | {seconds:.1f} | {mib:.0f} | {before_mib:.0f} | {proposals:.0f} |".format(**own),
    ]


def render_strongest_pairs(found: Mapping[str, Any]) -> list[str]:
    """The strongest pairs of ASSISTments 2009."""
    lines = ["| | before | after | mastered both, in this order | share | lift | p, corrected | |", "|" + "---|" * 8]
    for rank, row in found["rows"].items():
        told = [row[name] for name in ("before", "after", "support", "confidence", "lift")]
        mark = "proposed" if row["proposed"] else ""
        lines.append(f"| {rank} | {' | '.join(str(each) for each in told)} | {row['p']:.2g} | {mark} |")
    return lines


def _cell(figures: Mapping[str, float], name: str, form: str) -> str:
    spread = f" ± {figures[f'{name}_sd']:{form}}" if f"{name}_sd" in figures else ""
    return f"{figures[name]:{form}}{spread}"


MINING_PICTURE = PICTURES / "mining.png"
PLOTTED_FIGURES = {
    "recall": "recall of edges",
    "precision": "precision, edges",
    "fdr": "false discoveries, chains count as right",
}


def plot_recovery(figures: Mapping[str, float]) -> None:
    """One panel a policy, one for the noise."""
    figure = Figure(figsize=(15, 4.5), layout="constrained")
    panels = figure.subplots(1, 3)
    for panel, policy in zip(panels, ("syllabus", "own"), strict=False):
        _lines(panel, figures, [(str(size), f"growth.{policy}.{size}") for size in LEARNER_COUNTS])
        panel.set(title=f"{policy}: 50 points", xlabel="learners")
    noisy = [("usual", "planted"), *((name.replace("_", " "), f"noise.{name}") for name in NOISES)]
    _lines(panels[2], figures, noisy)
    panels[2].set(title="syllabus: 3,000 learners", xlabel="noise of the answers")
    panels[2].tick_params("x", labelrotation=25)
    MINING_PICTURE.parent.mkdir(exist_ok=True)
    figure.savefig(MINING_PICTURE, dpi=110)


def _lines(panel: Axes, figures: Mapping[str, float], places: list[tuple[str, str]]) -> None:
    there = [(label, start) for label, start in places if f"{start}.recall" in figures]
    labels = [label for label, _ in there]
    for name, label in PLOTTED_FIGURES.items():
        values = [figures[f"{start}.{name}"] for _, start in there]
        errors = [figures.get(f"{start}.{name}_sd", 0) for _, start in there]
        panel.errorbar(labels, values, errors, marker="o", capsize=3, label=label)
    panel.set_ylim(-0.02, 1.02)
    panel.grid(alpha=0.3)
    panel.legend(fontsize=8)


def main() -> None:
    """Measure what is not measured yet, print and write."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, 20 points, 300 learners, one AL-CPL domain")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=600, help="begin nothing new after these; write what is there")
    options = parser.parse_args()
    seeds = 1 if options.quick else options.seeds
    settings = {
        "points": PLANTED_POINTS,
        "learners": USUAL_LEARNERS,
        "q": MiningRules().q,
        "least lift": MiningRules().lift,
        "seeds": seeds,
    }
    report = Report("prerequisites", options.quick, settings)
    until = time.monotonic() + 60 * options.minutes
    todo = [(piece, seed) for seed in range(seeds) for piece in list_measurements(options.quick)]
    found: dict[str, list[Figures]] = {}
    with Progress() as bar:
        for piece, seed in bar.track(todo, description="measuring"):
            figures = load_or_measure(piece, seed, options.quick, time.monotonic() < until)
            if figures:
                found.setdefault(piece.name, []).append(figures)
            bar.console.print(f"{piece.name}, seed {seed}" + ("" if figures else ": nothing"))
    for name, runs in found.items():
        report.figures |= summarise_seeds(name, runs)
    add_short_names(report.figures)
    if not options.quick:
        once = load_or_measure(Measurement("mine_1m", lambda seed: measure_million()), 0, False, True)
        report.figures |= {f"mine_1m.{name}": value for name, value in once.items()}
        report.settings = dict(settings) | {"assist2009": mine_assistments()}
        plot_recovery(report.figures)
    report.table("figures", [{"figure": name, "value": f"{value:.4g}"} for name, value in report.figures.items()])
    report.write()


def summarise_seeds(name: str, runs: Sequence[Mapping[str, float]]) -> Figures:
    """Means over the seeds, and standard deviations where there are several."""
    figures: Figures = {}
    for key in dict.fromkeys(key for run in runs for key in run):
        values = [run[key] for run in runs if key in run]
        figures[f"{name}.{key}"] = round(float(np.mean(values)), 4)
        if len(values) > 1:
            figures[f"{name}.{key}_sd"] = round(float(np.std(values, ddof=1)), 4)
    return figures


def add_short_names(figures: Figures) -> None:
    """The names of docs/design.md for what stands under longer ones."""
    start = f"growth.syllabus.{USUAL_LEARNERS}."
    for name in [name for name in figures if name.startswith(start)]:
        figures[f"planted.{name.removeprefix(start)}"] = figures[name]
    for domain in DOMAINS:
        for figure in ("f1", "f1_sd", "auc", "auc_sd"):
            if f"names.{domain}.all.{figure}" in figures:
                figures[f"{domain}.{figure}"] = figures[f"names.{domain}.all.{figure}"]


if __name__ == "__main__":
    main()
