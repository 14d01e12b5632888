"""Every recommender on every log: `python -m benchmarks.recommenders.compare [--quick] [--seeds 3]`.

Each ranker of models/rankers/registry.py is fitted to the training part of a split in a process of its own
(benchmarks/recommenders/worker.py) and asked what came next (data: benchmarks/recommenders/data.py). A seed starts the
fit elsewhere; of generated logs it makes another one. On the course log, whose learners choose by hidden tastes, the
strategies of the course are asked too, and the trained policy where benchmarks/training/strategies.py has left one;
there, take-up, gain and what is retained after 30 days are measured as well (benchmarks/recommenders/horizons.py).
Peers are measured on the same splits (benchmarks/recommenders/peers.py). Results are kept in
benchmarks/.runs/recommenders under a hash of the ranker's source, the seed and the data, so that an interrupted run
continues.

Figures: DATA.RUNG.ndcg10, .hit10, .mrr, each the mean over seeds, with _sd; .ndcg10_above over the ranker before it (a
peer: over ours), .ndcg10_above_low and _high its bootstrap interval; .cold_learner_… and .cold_item_…; .coverage,
.novelty (bits), .diversity, .calibration; .train_s, .recommend_ms, .memory_mib; DATA.peer.NAME.… of peers;
horizons.RUNG.take_up, .events, .minutes, .left, .ep, .retained; clean.1m_s, the cleaning of a million rows. RUNG is the
name of a ranker or strategy. Picture: recommenders.png.
"""

import hashlib
import json
import os
import pickle
import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.folders import RESULTS, ROOT, RUNS_FOLDER
from benchmarks.knowledge_tracing.compare import hash_module_source
from benchmarks.recommenders.choice_logs import evaluate_choices
from benchmarks.recommenders.data import (
    COURSE_LOG,
    SCALE_LOG,
    TRIAL_NAMES,
    RankerStudy,
    TrialSize,
    generate_million,
    load_study,
)
from benchmarks.recommenders.horizons import (
    HORIZON_MEASURES,
    HorizonResult,
    compare_horizons,
    join_horizons,
    simulate_stay,
)
from benchmarks.recommenders.peers import measure_peer
from benchmarks.recommenders.report import PEER_PREFIX, DataSetRuns, plot_rankers
from benchmarks.recommenders.worker import JOB_FILE, MODEL_FOLDER, REFUSAL_FILE, RESULT_FILE, FitJob, RankerRun
from benchmarks.report import Report
from benchmarks.training.strategies import load_trained, locate_run
from graph.learners.log_files import RawInteraction
from models.course import Course
from models.evaluation.leaderboard import HELD_OUT_SEED
from models.policies.selection import make_baselines
from models.policies.wrappers import FallbackStrategy, RankerStrategy
from models.rankers.cleaning import clean_interactions
from models.rankers.evaluation import EvaluationSplit, RankerResult
from models.rankers.registry import RANKERS, load_saved_ranker
from models.recommender import Recommender
from models.rl.trainer import TrainingConfig
from models.simulation.environment import LearnerVectorEnv

RANKER_RUNS = RUNS_FOLDER / "recommenders"


def load_or_fit(name: str, study: RankerStudy, seed: int, seconds: float | None = None) -> RankerRun | str:
    """The ranker `name`, measured now if it is not on disk; or why not. It is given up after so many seconds."""
    folder = RANKER_RUNS / name_run(name, study, seed)
    if (folder / RESULT_FILE).exists():
        return read_run(folder)
    if seconds is not None and seconds <= 0:
        return "no time is left for it"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / REFUSAL_FILE).unlink(missing_ok=True)
    (folder / JOB_FILE).write_bytes(pickle.dumps(FitJob(name, study.trial, study.catalogue, seed)))
    command = [sys.executable, "-m", "benchmarks.recommenders.worker", str(folder)]
    try:
        subprocess.run(command, cwd=ROOT, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return "no time is left for it"
    finally:
        (folder / JOB_FILE).unlink()
    if (folder / REFUSAL_FILE).exists():
        return (folder / REFUSAL_FILE).read_text(encoding="utf-8")
    return read_run(folder) if (folder / RESULT_FILE).exists() else "it failed; the error stands above"


def read_run(folder: Path) -> RankerRun:
    """What `write` kept."""
    with np.load(folder / RESULT_FILE) as kept:
        told = json.loads(str(kept["header"]))
        arrays = {name: kept[name] for name in kept.files if name != "header"}
    result = RankerResult(**told["result"] | arrays)
    return RankerRun(result, told["train_s"], told["memory_mib"], tuple(told["notes"]), folder / MODEL_FOLDER)


def load_ranker(done: RankerRun) -> Any:
    """The ranker of a run."""
    assert done.model
    return load_saved_ranker(done.model).ranker


def name_run(name: str, study: RankerStudy, seed: int) -> str:
    """Changes with whatever a run depends on."""
    told = hashlib.sha256(f"{name} {seed} {hash_module_source(RANKERS[name].module)}".encode())
    told.update(hash_module_source("models.rankers.evaluation").encode())
    for part in _parts(study.trial):
        told.update(np.ascontiguousarray(part).tobytes())
    if study.catalogue is not None:
        told.update(repr([sorted(traits) for traits in study.catalogue.traits]).encode())
        told.update("\n".join(study.catalogue.texts).encode())
    return f"{study.name}-{name}-{seed}-{told.hexdigest()[:12]}"


def _parts(trial: EvaluationSplit) -> Iterator[Any]:
    yield from (trial.log.learner, trial.log.item, trial.log.days, trial.log.outcome, trial.event, trial.training.item)
    if trial.feasible is not None:
        yield np.packbits(trial.feasible)


POLICY_STEPS = TrainingConfig.steps
PEER_SIZES = {"sasrec_rectools": {"n_factors": 128, "n_heads": 4}}
"""Peers at the size of ours."""


def make_strategies(course: Course, seed: int) -> list[Recommender]:
    """The ladder, and the policy that benchmarks.training.strategies trained, where there is one."""
    found = make_baselines(course, seed)
    if (locate_run(course.id, "lodestar", seed, POLICY_STEPS) / "policy.pt").exists():
        found.append(load_trained(course, "lodestar", seed, POLICY_STEPS))
    else:
        print("skipped lodestar: `python -m benchmarks.training.strategies` has not trained it")
    return found


def evaluate_strategies(data: RankerStudy, seed: int) -> Iterator[tuple[str, RankerRun]]:
    """Recommenders of the course, asked at the moments of its log."""
    assert data.course is not None and data.moments is not None
    for rung in make_strategies(data.course, seed):
        yield rung.name, RankerRun(evaluate_choices(rung, data.moments, data.catalogue))


def measure_horizons(data: RankerStudy, standing: DataSetRuns, seed: int, learners: int) -> dict[str, HorizonResult]:
    """Every rung of the course, and every ranker that was fitted to the course's log, on the same held-out learners.

    A ranker that is silent hands over to `needed`.
    """
    assert data.course is not None
    course, found = data.course, make_strategies(data.course, seed)
    needed = next(rung for rung in found if rung.name == "needed")
    for name in RANKERS:
        runs = [run for run in standing.runs.get(name, []) if run.model is not None]
        if runs:
            found.append(FallbackStrategy([RankerStrategy(course, load_ranker(runs[-1]), name), needed]))
    counts = np.bincount(data.trial.training.item, minlength=course.resources).astype(np.float32)
    env, results = LearnerVectorEnv(course, learners), {}
    for rung in found:
        results[rung.name] = simulate_stay(env, rung, HELD_OUT_SEED + seed, counts=counts)
        print(f"horizons {rung.name}, seed {seed}", flush=True)
    return results


def measure_peers(data: RankerStudy, names: Sequence[str], seed: int) -> Iterator[tuple[str, RankerRun]]:
    """Yield the peers' runs on the same split; one that cannot be installed is left out."""
    for name in names if data.name.startswith("ml-100k") else ():
        settings = PEER_SIZES.get(name, {})
        done = measure_peer(name, data.trial, data.catalogue, seed, settings)
        if done is not None:
            yield name, RankerRun(done.result, done.train_s)


def time_cleaning() -> float:
    """Of a million rows, by the wall clock."""
    log = generate_million(0)
    columns = (log.learner.tolist(), log.item.tolist(), log.days.tolist(), log.outcome.tolist())
    rows = [
        RawInteraction(log.learners[who], log.items[what], days, outcome)
        for who, what, days, outcome in zip(*columns, strict=True)
    ]
    began = time.perf_counter()
    clean_interactions(rows, log.items, float(log.days[-1]))
    return time.perf_counter() - began


SCALE_RANKERS = ("popular", "als", "sasrec")
QUICK_SECONDS, QUICK_LEARNERS = 35, 150
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
PEER_NAMES = ("implicit", "implicit_anew", "lightgcn", "sasrec_rectools", "gru4rec", "sasrec")
DEFAULT_PEERS = PEER_NAMES[:4]
"""Without RecBole's sequence models: at one row an event they take an hour a fit on two cores."""


def main() -> None:
    """Measure what is not kept, then tables, figure and JSON."""
    os.environ |= dict.fromkeys(THREADS, "1")
    options = parse_arguments()
    report = Report("recommenders", options.quick, {"seeds": options.seeds, "learners": options.learners})
    standings: list[DataSetRuns] = []
    horizons: dict[str, list[HorizonResult]] = {}
    for name in options.data:
        standing = DataSetRuns(name, fixed=name not in (COURSE_LOG, SCALE_LOG))
        for seed in range(1 if name == SCALE_LOG else options.seeds):
            measure_seed(standing, horizons, options, seed)
        if standing.runs:
            standings.append(standing)
            report_data_set(report, standing)
    together = {rung: join_horizons(parts) for rung, parts in horizons.items()}
    if together:
        report_horizons(report, together)
    if not options.quick:
        report.figures["clean.1m_s"] = round(time_cleaning(), 2)
        plot_rankers(standings, together, RESULTS / "recommenders.png")
    report.keep_earlier()
    report.write()


def measure_seed(
    standing: DataSetRuns, horizons: dict[str, list[HorizonResult]], options: Namespace, seed: int
) -> None:
    """One data set with one seed; nothing where it is missing."""
    data = load_study(standing.data, seed, TrialSize(options.learners))
    if data is None:
        return
    measure_rankers(data, standing, options, seed)
    if data.course is not None and options.horizons:
        for rung, found in measure_horizons(data, standing, seed, options.horizons).items():
            horizons.setdefault(rung, []).append(found)


def parse_arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, little data, under a minute")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--data", nargs="*", default=TRIAL_NAMES, choices=TRIAL_NAMES)
    parser.add_argument("--rankers", nargs="*", default=list(RANKERS), choices=list(RANKERS))
    parser.add_argument("--peers", nargs="*", default=DEFAULT_PEERS, choices=PEER_NAMES)
    parser.add_argument("--peer-seeds", type=int, default=1, help="fits of each peer; they take minutes")
    parser.add_argument("--learners", type=int, default=5000, help="at most so many of a real log")
    parser.add_argument("--horizons", type=int, default=300, help="learners a seed; 0 leaves the horizons out")
    options = parser.parse_args()
    options.ends = None
    if options.quick:
        options.seeds, options.learners, options.peers, options.horizons = 1, QUICK_LEARNERS, [], 0
        options.data, options.ends = ["ml-100k", "assist2009-last"], time.perf_counter() + QUICK_SECONDS
    return options


def measure_rankers(data: RankerStudy, standing: DataSetRuns, options: Namespace, seed: int) -> None:
    """All rungs on one trial, the simplest first."""
    if data.moments is not None:
        for rung, done in evaluate_strategies(data, seed):
            standing.add(rung, _print_run(data, rung, seed, done))
    for name in options.rankers:
        if data.name == SCALE_LOG and name not in SCALE_RANKERS:
            continue
        done = load_or_fit(name, data, seed, options.ends and options.ends - time.perf_counter())
        if isinstance(done, str):
            print(f"skipped {data.name} {name}, seed {seed}: {done}", flush=True)
        else:
            standing.add(name, _print_run(data, name, seed, done))
    for name, done in measure_peers(data, options.peers if seed < options.peer_seeds else (), seed):
        standing.add(PEER_PREFIX + name, _print_run(data, PEER_PREFIX + name, seed, done))


def _print_run(data: RankerStudy, name: str, seed: int, done: RankerRun) -> RankerRun:
    found = " ".join(f"{measure} {value:.4f}" for measure, value in done.result.figures().items())
    print(f"{data.name} {name}, seed {seed}: {found}; fitted in {done.train_s:.1f} s", flush=True)
    return done


def report_data_set(report: Report, standing: DataSetRuns) -> None:
    """Figures and table of one data set."""
    report.figures |= standing.figures()
    report.table(f"{standing.data}: mean over seeds", standing.table())


def report_horizons(report: Report, found: Mapping[str, HorizonResult], base: str = "needed") -> None:
    """Both horizons by rung, and what is more or less than chance beside the rung that serves unmeasured courses."""
    report.figures |= {
        f"horizons.{rung}.{name}": round(value, 4)
        for rung, each in found.items()
        for name, value in each.means().items()
    }
    number: Callable[[float], str] = "{:+.3f}".format
    rows = []
    for rung, each in found.items():
        means, against = each.means(), compare_horizons(each, found[base])
        row: dict[str, object] = {"rung": rung} | {name: f"{means[name]:.3f}" for name in (*HORIZON_MEASURES, "left")}
        for name in ("take_up", "retained"):
            row[f"{name} against {base}"] = f"{number(against[name].difference)}  p={against[name].p:.1e}"
        rows.append(row)
    report.table("the course: short and long horizon", rows)


if __name__ == "__main__":
    main()
