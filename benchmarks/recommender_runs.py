"""One ranker on one trial, fitted in a process of its own; kept on disk so that a broken run goes on.

What is kept lies under what it depends on: the ranker's source, the seed, the data. What a worker measures and how:
benchmarks/recommender_worker.py.
"""

import hashlib
import json
import pickle
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.learner_runs import module_source
from benchmarks.recommender_data import Study
from benchmarks.recommender_worker import FOUND, JOB, LACKS, MODEL, Job, Run
from models.rankers.measures import Result
from models.rankers.registry import RANKERS, load
from models.rankers.trial import Trial

ROOT = Path(__file__).parents[1]
KEPT = ROOT / "benchmarks" / ".runs" / "recommenders"


def run(name: str, study: Study, seed: int, seconds: float | None = None) -> Run | str:
    """The ranker `name`, measured now if it is not on disk; or why not. It is given up after so many seconds."""
    folder = KEPT / digest(name, study, seed)
    if (folder / FOUND).exists():
        return read(folder)
    if seconds is not None and seconds <= 0:
        return "no time is left for it"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / LACKS).unlink(missing_ok=True)
    (folder / JOB).write_bytes(pickle.dumps(Job(name, study.trial, study.catalogue, seed)))
    command = [sys.executable, "-m", "benchmarks.recommender_worker", str(folder)]
    try:
        subprocess.run(command, cwd=ROOT, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        return "no time is left for it"
    finally:
        (folder / JOB).unlink()
    if (folder / LACKS).exists():
        return (folder / LACKS).read_text(encoding="utf-8")
    return read(folder) if (folder / FOUND).exists() else "it failed; the error stands above"


def read(folder: Path) -> Run:
    """What `write` kept."""
    with np.load(folder / FOUND) as kept:
        told = json.loads(str(kept["header"]))
        arrays = {name: kept[name] for name in kept.files if name != "header"}
    result = Result(**told["result"] | arrays)
    return Run(result, told["train_s"], told["memory_mib"], tuple(told["notes"]), folder / MODEL)


def fitted(done: Run) -> Any:
    """The ranker of a run."""
    assert done.model
    return load(done.model).ranker


def digest(name: str, study: Study, seed: int) -> str:
    """Changes with whatever a run depends on."""
    told = hashlib.sha256(f"{name} {seed} {module_source(RANKERS[name].module)}".encode())
    told.update(module_source("models.rankers.measures").encode())
    for part in _parts(study.trial):
        told.update(np.ascontiguousarray(part).tobytes())
    if study.catalogue is not None:
        told.update(repr([sorted(traits) for traits in study.catalogue.traits]).encode())
        told.update("\n".join(study.catalogue.texts).encode())
    return f"{study.name}-{name}-{seed}-{told.hexdigest()[:12]}"


def _parts(trial: Trial) -> Iterator[Any]:
    yield from (trial.log.learner, trial.log.item, trial.log.at, trial.log.outcome, trial.event, trial.training.item)
    if trial.feasible is not None:
        yield np.packbits(trial.feasible)
