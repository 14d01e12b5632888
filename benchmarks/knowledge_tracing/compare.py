"""Every learner model on every data set: `python -m benchmarks.knowledge_tracing.compare [--quick] [--seeds 3]`.

Each model of the registry (models/knowledge_tracing/registry.py) is fitted to training learners, replayed answer by
answer over test learners, scored and timed. Splits and protocols: benchmarks/knowledge_tracing/datasets.py. A seed
leaves out another tenth of the training learners and starts the fit elsewhere; test learners are the same, and nothing
is chosen on them. pyBKT and py-fsrs are measured beside ours on the same split; published figures stand beside, on
their authors' own splits. Fit seconds are wall clock, one thread. An update is timed by the wall clock of `predict` and
`update` for one learner, asked one point with seven neighbours, median of `TIMED_CALLS` calls, after 10 and after 1,000
answers of that learner: the longer history must cost nothing. Memory is that of the arrays: the model's parameters, and
a learner's vectors if every point were stored.

Each result is kept in benchmarks/.runs/learners under a hash of the model's source, so that an interrupted run
continues and a changed model is measured anew; `--fresh` deletes them.

Figures: DATA.MODEL.auc, .accuracy, .rmse, .log_loss, .calibration (expected calibration error, 20 bins), each the mean
over seeds, and auc_sd; .pykt_auc by the pyKT protocol; .fit_s, .replay_s; .update_ms and .after_1000_update_ms of one
learner; .memory_mib of the parameters, .learner_kib of one learner; points_10000.MODEL.…: the same on a course of
10,000 points; DATA.peer.NAME.…. Picture: learners.png, predicted chance against share of right answers.
"""

import ast
import hashlib
import json
import shutil
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import torch
from matplotlib import colormaps
from matplotlib.figure import Figure

from benchmarks.folders import RESULTS, RUNS_FOLDER
from benchmarks.knowledge_tracing import peers
from benchmarks.knowledge_tracing.datasets import (
    DATA_SETS,
    PROTOCOLS,
    PUBLISHED_AUC,
    Assistments,
    FlashCards,
    Split,
    read_data_set,
)
from benchmarks.report import Report
from models.arrays import NO_INDEX
from models.knowledge_tracing.answer_log import AnswerLog, build_answer_log
from models.knowledge_tracing.base import LearnerModel, ModelState, Question, align_log
from models.knowledge_tracing.evaluation import CALIBRATION_BINS, compute_reliability, score_predictions
from models.knowledge_tracing.registry import LEARNER_MODELS, get_learner_model_class

LEARNER_RUNS = RUNS_FOLDER / "learners"
QUESTION_POINTS = 8
CALLS = 100
LARGE_COURSE_POINTS = 10_000
RunFigures = dict[str, Any]


def load_or_measure(key: dict[str, Any], measure: Callable[[], RunFigures]) -> RunFigures:
    """The result under this key, measured now if it is not on disk."""
    name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:20]
    path = LEARNER_RUNS / f"{name}.json"
    if path.exists():
        found: RunFigures = json.loads(path.read_text(encoding="utf-8"))["result"]
        return found
    result = measure()
    LEARNER_RUNS.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps({"key": key, "result": result}), encoding="utf-8")
    part.replace(path)
    return result


def hash_model_source(name: str) -> str:
    """A hash of the model's source, see `hash_module_source`."""
    return hash_module_source(LEARNER_MODELS[name].module)


def hash_module_source(module: str) -> str:
    """A hash of a module and of all of models/ that it imports."""
    files = sorted({path for path in _sources(module, set())})
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def _sources(module: str, seen: set[str]) -> Iterator[Path]:
    if module in seen or not module.startswith("models."):
        return
    seen.add(module)
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        return
    path = Path(spec.origin)
    yield path
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from _sources(node.module, seen)


def measure_model(name: str, split: Split, seed: int) -> RunFigures:
    """Fit, replay, score, time."""
    began = time.perf_counter()
    model = get_learner_model_class(name).fit(split.train, seed)
    fitted = time.perf_counter()
    chance = model.replay(align_log(split.test, model))[split.scored]
    replayed = time.perf_counter()
    right = split.test.right[split.scored]
    return {
        **score_predictions(chance, right)._asdict(),
        "fit_s": fitted - began,
        "replay_s": replayed - fitted,
        "train_answers": len(split.train.right),
        "scored_answers": len(right),
        "reliability": [part.tolist() for part in compute_reliability(chance, right)],
        "notes": list(model.notes),
        **measure_sizes(model),
        **time_updates(model, seed),
    }


def measure_large_course(name: str) -> RunFigures:
    """Measure speed and size with `LARGE_COURSE_POINTS` points; fitted to a random log, it predicts nothing."""
    model = get_learner_model_class(name).fit(draw_random_log(LARGE_COURSE_POINTS))
    return {**measure_sizes(model), **time_updates(model, seed=0)}


def draw_random_log(skills: int, learners: int = 100, answers: int = 30) -> AnswerLog:
    """Answers by chance, a day apart."""
    draw = np.random.default_rng(0)
    names = tuple(f"s{number:05d}" for number in range(skills))
    rows = [
        (f"l{learner}", [names[draw.integers(skills)]], None, bool(draw.random() < 0.7), float(day))
        for learner in range(learners)
        for day in range(answers)
    ]
    return build_answer_log(rows, names)


def measure_sizes(model: LearnerModel) -> RunFigures:
    """MiB of the parameters, KiB of one learner's vectors with all points stored."""
    parameters = sum(np.asarray(array).nbytes for array in model.parameters().values())
    return {"memory_mib": parameters / 2**20, "learner_kib": sum(part.nbytes for part in model.start()) / 1024}


def time_updates(model: LearnerModel, seed: int) -> RunFigures:
    """Milliseconds of one update after a short and after a long history, call by call in turn."""
    draw, start, taken = np.random.default_rng(seed), model.start(), {10: list[float](), 1000: list[float]()}
    learners = {
        answers: time_answers(model, ModelState(start.learner.copy(), start.points.copy()), draw, answers)[0]
        for answers in taken
    }
    for _ in range(CALLS):
        for answers in taken:
            learners[answers], found = time_answers(model, learners[answers], draw, 1)
            taken[answers] += found
    return {"update_ms": median(taken[10]), "after_1000_update_ms": median(taken[1000])}


def time_answers(
    model: LearnerModel, learner: ModelState, draw: np.random.Generator, answers: int
) -> tuple[ModelState, list[float]]:
    """The learner after so many more answers, and the milliseconds that each took."""
    taken = []
    for _ in range(answers):
        question = draw_question(model, draw)
        points = question.points[0]
        memory, right = ModelState(learner.learner, learner.points[:, points]), draw.random(1) < 0.7
        began = time.perf_counter()
        model.predict(memory, question)
        after = model.update(memory, question, right)
        taken.append((time.perf_counter() - began) * 1000)
        learner.points[:, points] = after.points
        learner = ModelState(after.learner, learner.points)
    return learner, taken


def draw_question(model: LearnerModel, draw: np.random.Generator) -> Question:
    """One learner, one point and its neighbours."""
    size = min(QUESTION_POINTS, len(model.skills))
    influence = np.zeros((1, size, size), dtype=np.float32)
    influence[0, 0, 1:] = influence[0, 1:, 0] = 0.4
    return Question(
        points=draw.choice(len(model.skills), size, replace=False)[None],
        importance=np.eye(1, size, dtype=np.float32),
        item=np.array([draw.integers(len(model.items)) if model.items else NO_INDEX]),
        days=np.full((1, size), 2, dtype=np.float32),
        influence=influence,
    )


QUICK_LEARNERS, QUICK_SECONDS = 150, 25
DIGITS = {"auc": 4, "accuracy": 4, "rmse": 4, "log_loss": 4, "calibration": 4, "fit_s": 2, "replay_s": 2}
COST_FIGURES = ("update_ms", "after_1000_update_ms", "memory_mib", "learner_kib")
PeerFunction = Callable[[Split], dict[str, float]]
PEERS: dict[str, tuple[PeerFunction, tuple[str, ...]]] = {
    "pybkt": (lambda split: peers.pybkt(split.train, split.test), DATA_SETS[:2]),
    "py_fsrs": (peers.py_fsrs, DATA_SETS[2:]),
    "py_fsrs_fitted": (peers.py_fsrs_fitted, DATA_SETS[2:]),
    "exponential": (peers.exponential, DATA_SETS[2:]),
    "exponential_default": (peers.exponential_default, DATA_SETS[2:]),
}
"""What measures each peer on a split, and on which data sets; no figures where the peer cannot be installed."""


class ModelStudy:
    """A data set and what was found on it.

    results: by model, by protocol, one a seed.
    """

    def __init__(self, name: str, data: Assistments | FlashCards, options: Namespace) -> None:
        self.name, self.data, self.options = name, data, options
        self.results: dict[str, dict[str, list[RunFigures]]] = {}
        self.peers: dict[str, list[dict[str, float]]] = {}

    def run(self, model: str, seed: int) -> None:
        """One model and seed by every protocol asked for."""
        if LEARNER_MODELS[model].needs_clock and not self.data.clock:
            return
        for protocol in self.options.protocols:
            split = self.data.split(seed, protocol)
            if split is None or self.options.ends < time.perf_counter():
                continue
            key = self.key(seed, protocol) | {"model": model, "source": hash_model_source(model)}
            result = load_or_measure(key, lambda split=split: measure_model(model, split, seed))
            self.results.setdefault(model, {}).setdefault(protocol, []).append(result)
            told = [f"AUC {result['auc']:.4f}, fitted in {result['fit_s']:.1f} s", *result["notes"]]
            print(f"{self.name} {protocol} {model}, seed {seed}: {'; '.join(told)[:150]}", flush=True)

    def run_peers(self, seed: int) -> None:
        """Measure the peers of this data set; one that cannot be installed has no figures."""
        split = self.data.split(seed, "given")
        for peer in self.options.peers:
            measure, data_sets = PEERS[peer]
            if self.name not in data_sets or split is None:
                continue
            found = load_or_measure(
                self.key(seed, "given") | {"peer": peer}, lambda measure=measure, split=split: measure(split)
            )
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
            for name in (*DIGITS, *COST_FIGURES) if runs else ():
                found[f"{head}.{name}"] = mean_over_seeds(runs, name)
            if len(runs) > 1:
                found[f"{head}.auc_sd"] = round(float(np.std([run["auc"] for run in runs], ddof=1)), 5)
            if "pykt" in protocols:
                found[f"{head}.pykt_auc"] = mean_over_seeds(protocols["pykt"], "auc")
        for peer, runs in self.peers.items():
            found |= {f"{self.name}.peer.{peer}.{name}": mean_over_seeds(runs, name) for name in runs[0]}
        return found

    def table(self, report: Report) -> None:
        """A line a model, best first."""
        known, found = PUBLISHED_AUC[self.name], self.figures()
        if self.peers:
            names = list(dict.fromkeys(name for runs in self.peers.values() for name in runs[0]))
            peers = [
                {"peer": peer} | {name: found.get(f"{self.name}.peer.{peer}.{name}", "") for name in names}
                for peer in self.peers
            ]
            report.table(f"{self.name}: peers, mean over seeds", peers)
        order = sorted(self.results, key=lambda model: -found.get(f"{self.name}.{model}.auc", 0))
        columns = ("auc", "auc_sd", "pykt_auc", *list(DIGITS)[1:], *COST_FIGURES)
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
    options = parse_arguments()
    torch.set_num_threads(1)
    report = Report("learners", options.quick, {"seeds": options.seeds, "published_auc": format_published()})
    studies = [
        ModelStudy(name, data, options) for name in options.data if (data := read_data_set(name, options.learners))
    ]
    for seed in range(options.seeds):
        for model in options.models:
            for study in studies:
                study.run(model, seed)
        for study in studies:
            study.run_peers(seed)
    report_large_course(options, report)
    for study in studies:
        report.figures |= study.figures()
        study.table(report)
    if any(study.results for study in studies) and not options.quick:
        plot_reliability(studies)
    report.keep_earlier()
    report.write()


def parse_arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="150 learners of each kind; starts nothing after 33 s")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--data", type=make_name_parser(DATA_SETS), default=list(DATA_SETS), help=",".join(DATA_SETS))
    parser.add_argument(
        "--models", type=make_name_parser(LEARNER_MODELS), default=list(LEARNER_MODELS), help="from `lodestar learners`"
    )
    parser.add_argument(
        "--protocols", type=make_name_parser(PROTOCOLS), default=list(PROTOCOLS), help=",".join(PROTOCOLS)
    )
    parser.add_argument(
        "--peers", type=make_name_parser(PEERS), default=list(PEERS), help=f"{','.join(PEERS)}; '' for none"
    )
    parser.add_argument("--fresh", action="store_true", help="measure again what is kept")
    options = parser.parse_args()
    if options.quick:
        options.protocols, options.peers = ["given"], []
    if options.fresh:
        shutil.rmtree(LEARNER_RUNS, ignore_errors=True)
    options.seeds, options.learners = (1, QUICK_LEARNERS) if options.quick else (options.seeds, None)
    options.ends = time.perf_counter() + (QUICK_SECONDS if options.quick else float("inf"))
    return options


def make_name_parser(known: Sequence[str] | dict[str, Any]) -> Any:
    """A parser of names separated by commas."""

    def parse(text: str) -> list[str]:
        names = [name for name in text.split(",") if name]
        if unknown := [name for name in names if name not in known]:
            raise ValueError(unknown)
        return names

    return parse


def mean_over_seeds(runs: Sequence[dict[str, Any]], name: str) -> float:
    """Over the seeds that have it, rounded."""
    values = [run[name] for run in runs if name in run]
    return round(float(np.mean(values)), DIGITS.get(name, 4))


def format_published() -> dict[str, str]:
    """What others report, as text with its source: not measured here."""
    return {
        f"{data}.{model}": f"{auc} ({where})"
        for data, models in PUBLISHED_AUC.items()
        for model, (auc, where) in models.items()
    }


def report_large_course(options: Namespace, report: Report) -> None:
    """Updates on a course of 10,000 points."""
    lines = []
    for model in options.models:
        if time.perf_counter() < options.ends + QUICK_SECONDS / 3:
            result = load_or_measure(
                {"model": model, "source": hash_model_source(model), "points": LARGE_COURSE_POINTS},
                lambda model=model: measure_large_course(model),
            )
            found = {name: round(result[name], 4) for name in COST_FIGURES}
            report.figures |= {f"points_{LARGE_COURSE_POINTS}.{model}.{name}": value for name, value in found.items()}
            lines.append({"model": model} | found)
    if lines:
        report.table(f"one learner, {LARGE_COURSE_POINTS:,} points", lines)


def plot_reliability(studies: Sequence[ModelStudy]) -> None:
    """Reliability curves, seeds pooled, a panel a data set; bins of fewer than 50 answers are left out."""
    figure = Figure(figsize=(5.5 * len(studies), 5), layout="constrained")
    colours = dict(zip(LEARNER_MODELS, colormaps["tab20"].colors, strict=False))
    for panel, study in zip(figure.subplots(1, len(studies), squeeze=False)[0], studies, strict=True):
        panel.plot([0, 1], [0, 1], "k:", linewidth=1)
        for model, protocols in study.results.items():
            told, share = pool_reliability([run["reliability"] for run in protocols.get("given", [])])
            panel.plot(told, share, ".-", markersize=3, linewidth=1, label=model, color=colours[model])
        panel.set(title=study.name, xlabel="chance told", ylabel="share of right answers", xlim=(0, 1), ylim=(0, 1))
        panel.grid(alpha=0.3)
        panel.legend(fontsize=8)
    RESULTS.mkdir(exist_ok=True)
    figure.savefig(RESULTS / "learners.png", dpi=120)


def pool_reliability(curves: Sequence[Sequence[Sequence[float]]]) -> tuple[list[float], list[float]]:
    """Chance told and share right, bin by bin, of several runs' `Reliability`."""
    bins: dict[int, list[float]] = {}
    for told, share, answers in (point for curve in curves for point in zip(*curve, strict=True)):
        total = bins.setdefault(int(told * CALIBRATION_BINS), [0.0, 0.0, 0.0])
        bins[int(told * CALIBRATION_BINS)] = [total[0] + told * answers, total[1] + share * answers, total[2] + answers]
    kept = [bins[number] for number in sorted(bins) if bins[number][2] >= 50]
    return [told / answers for told, _, answers in kept], [share / answers for _, share, answers in kept]


if __name__ == "__main__":
    main()
