"""Every learner model on every data set: `python -m benchmarks.learners [--quick] [--seeds 3]`.

Each model of `models.learners.registry` is fitted to training learners, replayed answer by answer over test learners,
scored and timed (benchmarks/learner_runs.py); splits and protocols: benchmarks/learner_sets.py. A seed leaves out
another tenth of the training learners and starts the fit elsewhere; test learners are the same, and nothing is chosen
on them. pyBKT and py-fsrs are measured beside ours on the same split; published figures stand beside, on their authors'
own splits. Results are kept in benchmarks/.runs/learners under the model's source, so that a broken run goes on and a
changed model is measured anew; `--fresh` forgets them. Fit seconds are wall clock, one thread.

Figures: DATA.MODEL.auc, .accuracy, .rmse, .log_loss, .calibration (expected calibration error, 20 bins), each the mean
over seeds, and auc_sd; .pykt_auc by the pyKT protocol; .fit_s, .replay_s; .update_ms and .after_1000_update_ms of one
learner; .memory_mib of the parameters, .learner_kib of one learner; points_10000.MODEL.… the same on a course of 10,000
points; DATA.peer.NAME.…. Beside them learners.png: chance told against share right.
"""

import shutil
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from matplotlib import colormaps
from matplotlib.figure import Figure

from benchmarks.learner_runs import KEPT, LARGE, Result, at_large, kept, measure, source
from benchmarks.learner_sets import NAMES, PROTOCOLS, PUBLISHED, Assistments, FlashCards, read
from benchmarks.report import RESULTS, Report
from models.learners.registry import MODELS
from models.learners.scores import BINS

QUICK_LEARNERS, QUICK_SECONDS = 150, 25
DIGITS = {"auc": 4, "accuracy": 4, "rmse": 4, "log_loss": 4, "calibration": 4, "fit_s": 2, "replay_s": 2}
TIMES = ("update_ms", "after_1000_update_ms", "memory_mib", "learner_kib")
CARDS = ("py_fsrs", "py_fsrs_fitted", "exponential", "exponential_default")
PEERS = {"pybkt": ("benchmarks.peers_bkt", NAMES[:2])} | {name: ("benchmarks.peers_fsrs", NAMES[2:]) for name in CARDS}
"""Module and data sets of each peer; the module's function of that name takes the split, or its two logs for pybkt."""


class Study:
    """A data set and what was found on it.

    results: by model, by protocol, one a seed.
    """

    def __init__(self, name: str, data: Assistments | FlashCards, options: Namespace) -> None:
        self.name, self.data, self.options = name, data, options
        self.results: dict[str, dict[str, list[Result]]] = {}
        self.peers: dict[str, list[dict[str, float]]] = {}

    def run(self, model: str, seed: int) -> None:
        """One model and seed by every protocol asked for."""
        if MODELS[model].needs_clock and not self.data.clock:
            return
        for protocol in self.options.protocols:
            split = self.data.split(seed, protocol)
            if split is None or self.options.ends < time.perf_counter():
                continue
            key = self.key(seed, protocol) | {"model": model, "source": source(model)}
            result = kept(key, lambda split=split: measure(model, split, seed))
            self.results.setdefault(model, {}).setdefault(protocol, []).append(result)
            told = [f"AUC {result['auc']:.4f}, fitted in {result['fit_s']:.1f} s", *result["notes"]]
            print(f"{self.name} {protocol} {model}, seed {seed}: {'; '.join(told)[:150]}", flush=True)

    def run_peers(self, seed: int) -> None:
        """The peers of this data set, where they are there."""
        split = self.data.split(seed, "given")
        for peer in self.options.peers:
            module, names = PEERS[peer]
            if self.name not in names or split is None or find_spec(module) is None:
                continue
            told, given = (
                getattr(import_module(module), peer),
                (split.train, split.test) if peer == "pybkt" else (split,),
            )
            found = kept(self.key(seed, "given") | {"peer": peer}, lambda told=told, given=given: told(*given))
            if found:
                self.peers.setdefault(peer, []).append(found)
            print(
                f"{self.name} peer {peer}, seed {seed}:", *(f"{name} {v:.4f}" for name, v in found.items()), flush=True
            )

    def key(self, seed: int, protocol: str) -> dict[str, Any]:
        """What a result depends on besides the model."""
        return {"data": self.name, "seed": seed, "protocol": protocol, "learners": self.options.learners}

    def figures(self) -> dict[str, float]:
        """Means over seeds."""
        found = {}
        for model, protocols in self.results.items():
            head, runs = f"{self.name}.{model}", protocols.get("given", [])
            for name in (*DIGITS, *TIMES) if runs else ():
                found[f"{head}.{name}"] = mean(runs, name)
            if len(runs) > 1:
                found[f"{head}.auc_sd"] = round(float(np.std([run["auc"] for run in runs], ddof=1)), 5)
            if "pykt" in protocols:
                found[f"{head}.pykt_auc"] = mean(protocols["pykt"], "auc")
        for peer, runs in self.peers.items():
            found |= {f"{self.name}.peer.{peer}.{name}": mean(runs, name) for name in runs[0]}
        return found

    def table(self, report: Report) -> None:
        """A line a model, best first."""
        known, found = PUBLISHED[self.name], self.figures()
        if self.peers:
            names = list(dict.fromkeys(name for runs in self.peers.values() for name in runs[0]))
            peers = [
                {"peer": peer} | {name: found.get(f"{self.name}.peer.{peer}.{name}", "") for name in names}
                for peer in self.peers
            ]
            report.table(f"{self.name}: peers, mean over seeds", peers)
        order = sorted(self.results, key=lambda model: -found.get(f"{self.name}.{model}.auc", 0))
        columns = ("auc", "auc_sd", "pykt_auc", *list(DIGITS)[1:], *TIMES)
        lines = [
            {"model": model}
            | {name: found.get(f"{self.name}.{model}.{name}", "") for name in columns}
            | {"published": known.get(model, ("",))[0]}
            for model in order
        ]
        if lines:
            report.table(f"{self.name}: mean over seeds", lines)


def main() -> None:
    """Measure what is not kept, then tables, figure and JSON."""
    options = arguments()
    torch.set_num_threads(1)
    report = Report("learners", options.quick, {"seeds": options.seeds, "published_auc": published()})
    studies = [Study(name, data, options) for name in options.data if (data := read(name, options.learners))]
    for seed in range(options.seeds):
        for model in options.models:
            for study in studies:
                study.run(model, seed)
        for study in studies:
            study.run_peers(seed)
    large(options, report)
    for study in studies:
        report.figures |= study.figures()
        study.table(report)
    if any(study.results for study in studies) and not options.quick:
        draw(studies)
    report.keep_earlier()
    report.write()


def arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="150 learners of each kind; starts nothing after 33 s")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--data", type=words(NAMES), default=list(NAMES), help=",".join(NAMES))
    parser.add_argument("--models", type=words(MODELS), default=list(MODELS), help="from `lodestar learners`")
    parser.add_argument("--protocols", type=words(PROTOCOLS), default=list(PROTOCOLS), help=",".join(PROTOCOLS))
    parser.add_argument("--peers", type=words(PEERS), default=list(PEERS), help=f"{','.join(PEERS)}; '' for none")
    parser.add_argument("--fresh", action="store_true", help="measure again what is kept")
    options = parser.parse_args()
    if options.quick:
        options.protocols, options.peers = ["given"], []
    if options.fresh:
        shutil.rmtree(KEPT, ignore_errors=True)
    options.seeds, options.learners = (1, QUICK_LEARNERS) if options.quick else (options.seeds, None)
    options.ends = time.perf_counter() + (QUICK_SECONDS if options.quick else float("inf"))
    return options


def words(known: Sequence[str] | dict[str, Any]) -> Any:
    """A parser of names separated by commas."""

    def parse(text: str) -> list[str]:
        names = [name for name in text.split(",") if name]
        if unknown := [name for name in names if name not in known]:
            raise ValueError(unknown)
        return names

    return parse


def mean(runs: Sequence[dict[str, Any]], name: str) -> float:
    """Over the seeds that have it, rounded."""
    values = [run[name] for run in runs if name in run]
    return round(float(np.mean(values)), DIGITS.get(name, 4))


def published() -> dict[str, str]:
    """What others report, as text with its source: not measured here."""
    return {
        f"{data}.{model}": f"{auc} ({where})"
        for data, models in PUBLISHED.items()
        for model, (auc, where) in models.items()
    }


def large(options: Namespace, report: Report) -> None:
    """Updates on a course of 10,000 points."""
    lines = []
    for model in options.models:
        if time.perf_counter() < options.ends + QUICK_SECONDS / 3:
            result = kept(
                {"model": model, "source": source(model), "points": LARGE}, lambda model=model: at_large(model)
            )
            found = {name: round(result[name], 4) for name in TIMES}
            report.figures |= {f"points_{LARGE}.{model}.{name}": value for name, value in found.items()}
            lines.append({"model": model} | found)
    if lines:
        report.table(f"one learner, {LARGE:,} points", lines)


def draw(studies: Sequence[Study]) -> None:
    """Reliability curves, seeds pooled, a panel a data set; bins of fewer than 50 answers are left out."""
    figure = Figure(figsize=(5.5 * len(studies), 5), layout="constrained")
    colours = dict(zip(MODELS, colormaps["tab20"].colors, strict=False))
    for panel, study in zip(figure.subplots(1, len(studies), squeeze=False)[0], studies, strict=True):
        panel.plot([0, 1], [0, 1], "k:", linewidth=1)
        for model, protocols in study.results.items():
            told, share = pooled([run["reliability"] for run in protocols.get("given", [])])
            panel.plot(told, share, ".-", markersize=3, linewidth=1, label=model, color=colours[model])
        panel.set(title=study.name, xlabel="chance told", ylabel="share of right answers", xlim=(0, 1), ylim=(0, 1))
        panel.grid(alpha=0.3)
        panel.legend(fontsize=8)
    RESULTS.mkdir(exist_ok=True)
    figure.savefig(RESULTS / "learners.png", dpi=120)


def pooled(curves: Sequence[Sequence[Sequence[float]]]) -> tuple[list[float], list[float]]:
    """Chance told and share right, bin by bin, of several runs' `Reliability`."""
    bins: dict[int, list[float]] = {}
    for told, share, answers in (point for curve in curves for point in zip(*curve, strict=True)):
        total = bins.setdefault(int(told * BINS), [0.0, 0.0, 0.0])
        bins[int(told * BINS)] = [total[0] + told * answers, total[1] + share * answers, total[2] + answers]
    kept = [bins[number] for number in sorted(bins) if bins[number][2] >= 50]
    return [told / answers for told, _, answers in kept], [share / answers for _, share, answers in kept]


if __name__ == "__main__":
    main()
