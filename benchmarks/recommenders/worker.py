"""Fit and evaluate one ranker, in a process of its own: `python -m benchmarks.recommenders.worker FOLDER`.

FOLDER holds job.pkl; the process leaves result.npz and the fitted ranker there, or lacks.txt where the log does not
suffice for a fit. Seconds are wall clock. Memory is the growth of the resident set during the fit, at its peak: data
and libraries are loaded before.
"""

import json
import os
import pickle
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from graph.errors import Invalid
from models.rankers.evaluation import EvaluationSplit, RankerResult, evaluate_ranker
from models.rankers.interactions import Catalogue
from models.rankers.registry import import_ranker, save_ranker

JOB_FILE, RESULT_FILE, REFUSAL_FILE, MODEL_FOLDER = "job.pkl", "result.npz", "lacks.txt", "model"
MIB = 2**20


class FitJob(NamedTuple):
    """What to fit, on what."""

    name: str
    trial: EvaluationSplit
    catalogue: Catalogue | None
    seed: int


@dataclass(frozen=True)
class RankerRun:
    """One rung at one trial. train_s, memory_mib: NaN for a rung that is not fitted; model: the folder it lies in."""

    result: RankerResult
    train_s: float = float("nan")
    memory_mib: float = float("nan")
    notes: tuple[str, ...] = ()
    model: Path | None = field(default=None, compare=False)


def main(folder: Path) -> None:
    """Do the job that lies in `folder`."""
    job: FitJob = pickle.loads((folder / JOB_FILE).read_bytes())
    try:
        save_run(folder, *fit_and_evaluate(job))
    except Invalid as error:
        (folder / REFUSAL_FILE).write_text(str(error), encoding="utf-8")


def fit_and_evaluate(job: FitJob) -> tuple[RankerRun, Any]:
    """Fit, clock, ask; the run and the fitted ranker."""
    kind = import_ranker(job.name)
    before = _reset_peak()
    began = time.perf_counter()
    model = kind.fit(job.trial.training, job.catalogue, seed=job.seed)
    train_s = time.perf_counter() - began
    memory = max(0.0, _peak() - before)
    return RankerRun(evaluate_ranker(model, job.trial, job.catalogue), train_s, memory / MIB, model.notes), model


def save_run(folder: Path, done: RankerRun, model: Any) -> None:
    """Keep the run and its ranker."""
    save_ranker(model, folder / MODEL_FOLDER)
    values = asdict(done.result)
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    header = {name: value for name, value in values.items() if name not in arrays}
    told = {"result": header, "train_s": done.train_s, "memory_mib": done.memory_mib, "notes": done.notes}
    part = folder / "part.npz"
    np.savez_compressed(part, header=np.array(json.dumps(told)), **arrays)
    part.replace(folder / RESULT_FILE)


def _reset_peak() -> float:
    """Bytes resident now; from now on the peak counts anew where the system can do that (Linux)."""
    if not sys.platform.startswith("linux"):
        return _peak()
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * float(os.sysconf("SC_PAGE_SIZE"))


def _peak() -> float:
    """Bytes resident at the peak."""
    if sys.platform.startswith("linux"):
        lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
        return next(float(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM"))
    import resource  # not there on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss) * unit


if __name__ == "__main__":
    main(Path(sys.argv[1]))
