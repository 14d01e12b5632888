"""How well prerequisites are found: `python -m benchmarks.prerequisites [--quick] [--seeds 3]`.

A planted graph is recovered from simulated logs (benchmarks/prerequisites_planted.py), a million masteries are mined,
ASSISTments 2009 is mined for its strongest pairs, and names are scored on AL-CPL (benchmarks/prerequisites_names.py).
A run that was cut off goes on where it was: delete benchmarks/.runs/prerequisites to measure anew.

Figures: planted.* is a graph of 50 points, 3,000 learners who follow a syllabus; growth.POLICY.LEARNERS.*, noise.*,
null.*, graph.*; mine_1m.*; texts.COURSE.*: the example courses by names and texts; DOMAIN.f1 and DOMAIN.auc (names and
training pairs), names.DOMAIN.VARIANT.*; spread over seeds as …_sd.
"""

import time
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence

import numpy as np
from rich.progress import Progress

from benchmarks.prerequisites_names import DOMAINS
from benchmarks.prerequisites_plots import draw
from benchmarks.prerequisites_runs import POINTS, USUAL, Figures, Piece, assistments, kept, million, pieces
from benchmarks.report import Report
from models.mining.mine import Rules


def main() -> None:
    """Measure what is not measured yet, print and write."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, 20 points, 300 learners, one AL-CPL domain")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--minutes", type=float, default=600, help="begin nothing new after these; write what is there")
    options = parser.parse_args()
    seeds = 1 if options.quick else options.seeds
    settings = {"points": POINTS, "learners": USUAL, "q": Rules().q, "least lift": Rules().lift, "seeds": seeds}
    report = Report("prerequisites", options.quick, settings)
    until = time.monotonic() + 60 * options.minutes
    todo = [(piece, seed) for seed in range(seeds) for piece in pieces(options.quick)]
    found: dict[str, list[Figures]] = {}
    with Progress() as bar:
        for piece, seed in bar.track(todo, description="measuring"):
            figures = kept(piece, seed, options.quick, time.monotonic() < until)
            if figures:
                found.setdefault(piece.name, []).append(figures)
            bar.console.print(f"{piece.name}, seed {seed}" + ("" if figures else ": nothing"))
    for name, runs in found.items():
        report.figures |= spread(name, runs)
    alias(report.figures)
    if not options.quick:
        once = kept(Piece("mine_1m", lambda seed: million()), 0, False, True)
        report.figures |= {f"mine_1m.{name}": value for name, value in once.items()}
        report.settings = dict(settings) | {"assist2009": assistments()}
        draw(report.figures)
    report.table("figures", [{"figure": name, "value": f"{value:.4g}"} for name, value in report.figures.items()])
    report.write()


def spread(name: str, runs: Sequence[Mapping[str, float]]) -> Figures:
    """Means over the seeds, and standard deviations where there are several."""
    figures: Figures = {}
    for key in dict.fromkeys(key for run in runs for key in run):
        values = [run[key] for run in runs if key in run]
        figures[f"{name}.{key}"] = round(float(np.mean(values)), 4)
        if len(values) > 1:
            figures[f"{name}.{key}_sd"] = round(float(np.std(values, ddof=1)), 4)
    return figures


def alias(figures: Figures) -> None:
    """The names of DESIGN §7 for what stands under longer ones."""
    start = f"growth.syllabus.{USUAL}."
    for name in [name for name in figures if name.startswith(start)]:
        figures[f"planted.{name.removeprefix(start)}"] = figures[name]
    for domain in DOMAINS:
        for figure in ("f1", "f1_sd", "auc", "auc_sd"):
            if f"names.{domain}.all.{figure}" in figures:
                figures[f"{domain}.{figure}"] = figures[f"names.{domain}.all.{figure}"]


if __name__ == "__main__":
    main()
