"""Peers of the rankers on the same split: `python -m benchmarks.recommenders.peers`, or `measure_peer(…)` for one.

    implicit                      its ALS, with the learner factors of its training
    implicit_anew                 the same; a learner's factors are computed from all events before each moment
    lightgcn, gru4rec, sasrec     of RecBole 1.2.1
    sasrec_rectools               of RecTools 0.19.0

A peer learns from the training part in a process of its own, scores every item at every moment there, and `evaluate`
ranks the scores here: same candidates, ties and rule for NaN as for ours. RecBole and RecTools need numpy < 2, so each
has an environment below benchmarks/.peers (benchmarks/workers); implicit is in the project's. Results are kept in
benchmarks/.runs/peers and not measured again, unless asked for (`again`, `--again`).
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib.metadata import distribution
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks.folders import PEERS_FOLDER, ROOT, RUNS_FOLDER, locate_python
from benchmarks.recommenders.data import read_movielens
from models.arrays import Floats
from models.rankers.evaluation import EvaluationSplit, RankerResult, evaluate_ranker, split_by_time, split_last_event
from models.rankers.interactions import Catalogue, InteractionHistory

RUNS = RUNS_FOLDER / "peers"
COMMON = ("numpy==1.26.4", "pandas==2.3.3")
PEER_PACKAGES = {
    "recbole": (
        (*COMMON, "scipy==1.11.4", "scikit-learn==1.7.2", "colorlog==4.7.2", "colorama==0.4.4", "texttable==1.7.2"),
        ("recbole==1.2.1",),
    ),
    "rectools": (
        (*COMMON, "scipy==1.15.3", "attrs==23.2.0", "typeguard==4.4.4"),
        ("rectools==0.19.0", "pytorch-lightning==2.5.2", "lightning-utilities==0.15.2", "torchmetrics==1.8.2"),
    ),
}
"""What each environment is made of: packages, then those that are installed without what they ask for. What else they
import comes from the running interpreter's environment: torch above all, which is too large to have twice."""
ALLOCATOR_VARIABLES = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": str(512 << 20),
    "MALLOC_TOP_PAD_": str(64 << 20),
}
"""The same for glibc as `benchmarks.allocator.keep_freed_memory`: RecBole trains up to 1.5 times as fast."""
PeerSettings = Mapping[str, Any]


class Peer(NamedTuple):
    """Its library, what that calls the model, and its settings.

    RecBole documents no settings as best for ML-100k: these are its defaults, for which ML-100k is its own example,
    with at most 50 events, 2048 rows a batch, cross entropy over all items, and NDCG@10 to stop by; LightGCN's learning
    rate is from the grid that its page names, because the default takes several times as many epochs. RecTools's are
    its defaults at 64 numbers, 2 heads and 32 rows of 50 events a batch; implicit's are its own at 64 factors.
    """

    library: str
    model: str
    settings: PeerSettings


_SEQUENCE = {"train_neg_sample_args": None, "loss_type": "CE", "train_batch_size": 2048, "learning_rate": 0.001}
_ALS = {"factors": 64, "regularization": 0.01, "alpha": 1.0, "iterations": 15}
_GRAPH = {"embedding_size": 64, "n_layers": 2, "learning_rate": 0.005}
_RECTOOLS = {"n_factors": 64, "n_blocks": 2, "n_heads": 2, "dropout_rate": 0.2, "batch_size": 32, "lr": 0.001}
_STOP = {"epochs": 300, "stopping_step": 10}
PEERS = {
    "implicit": Peer("implicit", "als", _ALS),
    "implicit_anew": Peer("implicit", "als", _ALS | {"recalculate": True}),
    "lightgcn": Peer("recbole", "LightGCN", _STOP | _GRAPH),
    "gru4rec": Peer("recbole", "GRU4Rec", _STOP | _SEQUENCE | {"embedding_size": 64, "hidden_size": 128}),
    "sasrec": Peer("recbole", "SASRec", _STOP | _SEQUENCE | {"hidden_size": 64, "inner_size": 256}),
    "sasrec_rectools": Peer("rectools", "SASRec", _STOP | _RECTOOLS),
}


@dataclass(frozen=True)
class PeerRun:
    """One peer, trained once.

    Attributes:
        train_s: seconds of its training alone, its own validation included; train_cpu_s: CPU time of the same, which
            other processes on the machine disturb less.
        epoch_s: seconds of each epoch without validation; a pass over all training events, or an iteration of ALS.
        best_epoch: whose weights scored; 0 where nothing stops early.
        validation: its own NDCG@10 after each epoch.
        rows: what an epoch goes through.
    """

    name: str
    seed: int
    settings: PeerSettings
    versions: Mapping[str, str]
    train_s: float
    train_cpu_s: float
    epoch_s: list[float]
    rows: int
    result: RankerResult = field(repr=False)
    prepare_s: float = 0.0
    best_epoch: int = 0
    validation: list[float] = field(default_factory=list, repr=False)


class _GivenScores:
    """Scores that were made elsewhere, handed out in the order of the moments, which is how `evaluate` asks."""

    def __init__(self, scores: Floats) -> None:
        self._scores = scores

    def score(self, history: InteractionHistory, candidates: None = None) -> Floats:
        now, self._scores = self._scores[: len(history)], self._scores[len(history) :]
        return now

    def predict_outcome(self, history: InteractionHistory, candidates: None) -> None:
        return None


def measure_peer(
    name: str,
    trial: EvaluationSplit,
    catalogue: Catalogue | None = None,
    seed: int = 0,
    settings: PeerSettings | None = None,
    again: bool = False,
) -> PeerRun | None:
    """One peer on one trial, read from disk where it has been measured; None where it cannot be installed.

    `settings` stand in place of the peer's of the same name. There are two more: `fixed_epochs`, with which a peer
    trains on all training events for so many and does not stop early (such as the `best_epoch` of a run before), and
    `threads` (1).
    """
    chosen = {"fixed_epochs": 0, "threads": 1, **PEERS[name].settings, **(settings or {})}
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        write_trial(folder, trial)
        kept = RUNS / f"{name}-{trial.name}-{seed}-{_digest(folder, trial, chosen)}.npz"
        if kept.exists() and not again:
            return _read(kept)
        python = ensure_environment(PEERS[name].library)
        if python is None:
            return None
        told = run_worker(python, PEERS[name], folder, seed, chosen)
        scores = np.load(folder / "scores.npy")
    result = evaluate_ranker(_GivenScores(scores), trial, catalogue, timed=0)
    run = PeerRun(name=name, seed=seed, settings=chosen, result=result, **told)
    _write(kept, run)
    return run


def write_trial(folder: Path, trial: EvaluationSplit) -> None:
    """What a worker may see of a trial, as numbers.

    training.npz: learner, item (E,) in order of time, and how many learners and items there are. moments.npz: learner
    (T,) and all that each had done before, oldest first: history[starts[t]:starts[t + 1]]. Not what came next.
    """
    training, log = trial.training, trial.log
    counts = {"learners": len(log.learners), "items": len(log.items)}
    np.savez(folder / "training.npz", learner=training.learner, item=training.item, **counts)
    past = [log.events_before(int(who), int(event)) for who, event in zip(trial.learner, trial.event, strict=True)]
    starts = np.cumsum([0, *(len(events) for events in past)])
    history = log.item[np.concatenate(past)] if past else np.zeros(0, dtype=np.int64)
    np.savez(folder / "moments.npz", learner=trial.learner, history=history, starts=starts)


def ensure_environment(name: str) -> str | None:
    """The Python of a peer's environment, which is made if it can be; implicit's is the project's."""
    if name not in PEER_PACKAGES:
        return sys.executable
    folder = PEERS_FOLDER / name
    python = str(locate_python(folder))
    if (folder / "ready").exists():
        return python
    needed, alone = PEER_PACKAGES[name]
    print("installing, once:", *needed, *alone, flush=True)
    venv.create(folder, with_pip=True, clear=True)
    for packages in (needed, ("--no-deps", *alone)):
        if subprocess.run([python, "-m", "pip", "install", "-q", *packages], check=False).returncode:
            print(f"skipped {name}: it could not be installed")
            return None
    [packages] = folder.glob("Lib/site-packages" if sys.platform == "win32" else "lib/*/site-packages")
    (packages / "torch.pth").write_text(str(distribution("torch").locate_file("")), encoding="utf-8")
    (folder / "ready").write_text("\n".join((*needed, *alone)), encoding="utf-8")
    return python


def run_worker(python: str, chosen: Peer, folder: Path, seed: int, settings: PeerSettings) -> dict[str, Any]:
    """Have the worker leave scores.npy (T, R) in the folder of a trial; what it told of its training."""
    own = {key: value for key, value in settings.items() if key not in ("fixed_epochs", "threads")}
    job = {"model": chosen.model, "seed": seed, "settings": own}
    job |= {"epochs": settings["fixed_epochs"], "threads": settings["threads"]}
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), str(settings["threads"]))
    command = [python, "-W", "ignore", "-m", f"benchmarks.workers.{chosen.library}"]
    path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
    environment = os.environ | threads | ALLOCATOR_VARIABLES | {"PYTHONPATH": path}
    done = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.split("TOLD ")[1].splitlines()[0])
    return told


def _digest(folder: Path, trial: EvaluationSplit, settings: PeerSettings) -> str:
    """Changes with anything that a run depends on: data, moments, candidates, settings, versions asked for."""
    told = hashlib.sha256(json.dumps([PEER_PACKAGES, dict(settings)], sort_keys=True).encode())
    for name in ("training.npz", "moments.npz"):
        with np.load(folder / name) as arrays:
            for array in arrays.values():
                told.update(np.ascontiguousarray(array).tobytes())
    for batch in trial.batches():
        told.update(np.packbits(batch.allowed).tobytes())
    told.update(np.ascontiguousarray(trial.target).tobytes())
    return told.hexdigest()[:12]


def _write(path: Path, run: PeerRun) -> None:
    header, arrays = asdict(run), {}
    result = header.pop("result")
    for name in [name for name, value in result.items() if isinstance(value, np.ndarray)]:
        arrays[name] = result.pop(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, header=np.array(json.dumps(header | {"result": result})), **arrays)


def _read(path: Path) -> PeerRun:
    with np.load(path) as kept:
        header = json.loads(str(kept["header"]))
        arrays = {name: kept[name] for name in kept.files if name != "header"}
    return PeerRun(**header | {"result": RankerResult(**header["result"] | arrays)})


def main() -> None:
    """MovieLens-100k, both protocols, as a table."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--peers", nargs="*", default=list(PEERS), choices=PEERS)
    parser.add_argument("--trials", nargs="*", default=["last", "time"], choices=["last", "time"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--settings", type=json.loads, default={}, help="JSON, in place of the peer's own")
    parser.add_argument("--again", action="store_true", help="measure what has been measured")
    asked = parser.parse_args()
    log, catalogue = read_movielens()
    trials = {"last": split_last_event, "time": split_by_time}
    for name in asked.trials:
        trial = trials[name](log)
        for each in asked.peers:
            for seed in range(asked.seeds):
                run = measure_peer(each, trial, catalogue, seed, asked.settings, asked.again)
                if run is not None:
                    print(name, _line(run), flush=True)


def _line(run: PeerRun) -> str:
    figures = " ".join(f"{name} {value:.4f}" for name, value in run.result.figures().items())
    times = f"train_s {run.train_s:.1f} train_cpu_s {run.train_cpu_s:.1f} epoch_s {np.median(run.epoch_s):.2f}"
    passes = f"epochs {len(run.epoch_s)} best {run.best_epoch}"
    return f"{run.name:15} seed {run.seed} {figures} {times} {passes} {dict(run.versions)}"


if __name__ == "__main__":
    main()
