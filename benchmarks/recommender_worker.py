"""Fits and asks one ranker, in a process of its own: `python -m benchmarks.recommender_worker FOLDER`.

FOLDER holds job.pkl; result.npz and the fitted ranker are left there, or lacks.txt where the log cannot carry a fit.
Seconds are wall clock. Memory is the growth of the resident set while it fits, at its peak: data and libraries
are there before.
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
from models.rankers.log import Catalogue
from models.rankers.measures import Result, evaluate
from models.rankers.registry import ranker, save
from models.rankers.trial import Trial

JOB, FOUND, LACKS, MODEL = "job.pkl", "result.npz", "lacks.txt", "model"
MIB = 2**20


class Job(NamedTuple):
    """What to fit, on what."""

    name: str
    trial: Trial
    catalogue: Catalogue | None
    seed: int


@dataclass(frozen=True)
class Run:
    """One rung at one trial. train_s, memory_mib: NaN for a rung that is not fitted; model: the folder it lies in."""

    result: Result
    train_s: float = float("nan")
    memory_mib: float = float("nan")
    notes: tuple[str, ...] = ()
    model: Path | None = field(default=None, compare=False)


def main(folder: Path) -> None:
    """Do the job that lies in `folder`."""
    job: Job = pickle.loads((folder / JOB).read_bytes())
    try:
        write(folder, *measure(job))
    except Invalid as error:
        (folder / LACKS).write_text(str(error), encoding="utf-8")


def measure(job: Job) -> tuple[Run, Any]:
    """Fit, clock, ask; the run and the fitted ranker."""
    kind = ranker(job.name)
    before = _resident()
    began = time.perf_counter()
    model = kind.fit(job.trial.training, job.catalogue, seed=job.seed)
    train_s = time.perf_counter() - began
    memory = max(0.0, _peak() - before)
    return Run(evaluate(model, job.trial, job.catalogue), train_s, memory / MIB, model.notes), model


def write(folder: Path, done: Run, model: Any) -> None:
    """Keep the run and its ranker."""
    save(model, folder / MODEL)
    values = asdict(done.result)
    arrays = {name: value for name, value in values.items() if isinstance(value, np.ndarray)}
    header = {name: value for name, value in values.items() if name not in arrays}
    told = {"result": header, "train_s": done.train_s, "memory_mib": done.memory_mib, "notes": done.notes}
    part = folder / "part.npz"
    np.savez_compressed(part, header=np.array(json.dumps(told)), **arrays)
    part.replace(folder / FOUND)


def _resident() -> float:
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
