"""pyBKT beside our BKT, same split, same run: `python -m benchmarks.peers_bkt`, or `pybkt(train, test)` for a table.

pyBKT 1.4.3 comes as a C++ build and as a pure Python wheel; both are installed, once, into benchmarks/.peers/pybkt. The
C++ build fits all of `train`; the pure wheel, far slower, only skills by chance with `SAMPLE` answers or a few more,
beside ours on the same ones. An answer to several skills counts once for each; its chance is their mean. The
clock is the CPU time of the fit alone, one thread each (pyBKT's `parallel=False`: with two cores its threads and
processes took longer); ours is the median of `TURNS` fits.
"""

import os
import subprocess
import sys
import tempfile
import time
import venv
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from benchmarks.logs import Learner, assist2009, available
from models.learners.bkt import BKT
from models.learners.contract import aligned
from models.learners.log import NOTHING, AnswerLog, log_of
from models.learners.scores import area

ROOT = Path(__file__).parents[1]
PEERS = ROOT / "benchmarks" / ".peers" / "pybkt"
PYTHON = PEERS / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
NEEDS = ("numpy==1.26.4", "pandas==2.3.3", "scikit-learn==1.7.2", "requests", "setuptools", "wheel")
PYBKT = "pyBKT==1.4.3"
BUILDS = {"pure": ("--no-deps",), "cpp": ("--no-deps", "--no-build-isolation", "--no-binary", ":all:")}
SAMPLE = 20_000
TURNS = 3


def pybkt(train: AnswerLog, test: AnswerLog, pure: bool = True) -> dict[str, float]:
    """pyBKT's figures and ours to compare; only those of the builds that could be installed.

    auc, fit_s, auc_forget, fit_s_forget: C++ build. fit_s_pure: pure wheel on the sample. ours_auc, ours_fit_s,
    ours_fit_s_sample: BKT of this project on all and on the sample. sample_answers: how many those are. `pure` False
    leaves the pure wheel out, which takes a minute or so.
    """
    sample = some_skills(train, SAMPLE)
    found = {"ours_fit_s": ours(train), "ours_fit_s_sample": ours(sample)}
    found["sample_answers"] = float((sample.skill >= 0).sum())
    model = BKT.fit(train)
    found["ours_auc"] = area(model.replay(aligned(test, model)), test.right)
    if installed("cpp"):
        found["fit_s"], chances = run("cpp", train, test)
        found["fit_s_forget"], forgetting = run("cpp", train, test, "forgets")
        found["auc"], found["auc_forget"] = area(chances, test.right), area(forgetting, test.right)
    if pure and installed("pure"):
        found["fit_s_pure"], _ = run("pure", sample, sample)
    return found


def ours(log: AnswerLog) -> float:
    """Seconds of our fit."""
    seconds = []
    for _ in range(TURNS):
        began = time.process_time()
        BKT.fit(log)
        seconds.append(time.process_time() - began)
    return median(seconds)


def some_skills(log: AnswerLog, answers: int) -> AnswerLog:
    """The same log with the skills of at least so many answers, by chance; the others become unknown."""
    order = np.random.default_rng(0).permutation(len(log.skills))
    count = np.bincount(log.skill[log.skill >= 0], minlength=len(log.skills))[order]
    chosen = order[: 1 + int(np.searchsorted(np.cumsum(count), answers))]
    return replace(log, skill=np.where(np.isin(log.skill, chosen), log.skill, NOTHING))


def installed(build: str) -> bool:
    """Whether this build of pyBKT is there; makes it if it can."""
    if (PEERS / build / "ready").exists():
        return True
    print(f"installing {PYBKT}, {build} build, once", flush=True)
    if not PYTHON.exists():
        venv.create(PEERS, with_pip=True)
    target = ("--upgrade", "--target", str(PEERS / build))
    for packages in (NEEDS, (*BUILDS[build], *target, PYBKT)):
        if subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", *packages], check=False).returncode:
            print(f"skipped pyBKT's {build} build: it could not be installed")
            return False
    (PEERS / build / "ready").write_text(PYBKT, encoding="utf-8")
    return True


def run(build: str, train: AnswerLog, test: AnswerLog, *options: str) -> tuple[float, NDArray[np.float64]]:
    """Seconds of the fit and P(right) of every answer of `test`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, log in (("train", train), ("test", test)):
            row, slot = np.nonzero(log.skill >= 0)
            columns = {"user": log.learner[row], "skill": log.skill[row, slot], "correct": log.right[row].astype(int)}
            np.savez(folder / f"{part}.npz", **columns)
        worker = ROOT / "benchmarks" / "pybkt_worker.py"
        command = [str(PYTHON), "-W", "ignore", str(worker), str(folder), "serial", *options]
        environment = os.environ | {"PYTHONPATH": str(PEERS / build), "OMP_NUM_THREADS": "1"}
        output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
        seconds = float(output.split("SECONDS ")[1].split()[0])
        chances = np.load(folder / "chances.npy")
    total = np.bincount(row, weights=chances, minlength=len(test.right))
    count = np.bincount(row, minlength=len(test.right))
    return seconds, np.where(count, total / np.maximum(count, 1), 0.5)


def main() -> None:
    """Both on ASSISTments 2009, printed."""
    if "assist2009" in available():
        logs = assist2009()
        train = answer_log([learner for fold in logs.folds for learner in fold])
        test = answer_log(logs.test, train.skills)
        for name, value in pybkt(train, test).items():
            print(f"{name:20} {value:.4f}")


def answer_log(learners: list[Learner], skills: tuple[str, ...] | None = None) -> AnswerLog:
    """Learners as rows of a log; answers to other skills than `skills` are left out."""
    rows = [
        (str(number), [str(skill)], None, right == 1, float("nan"))
        for number, (names, outcomes) in enumerate(learners)
        for skill, right in zip(names, outcomes, strict=True)
        if skills is None or str(skill) in skills
    ]
    return log_of(rows, skills)


if __name__ == "__main__":
    main()
