"""Peers of the learner models on the same split: pyBKT and py-fsrs; `python -m benchmarks.knowledge_tracing.peers`.

pybkt: pyBKT 1.4.3 beside our BKT. It comes as a C++ build and as a pure Python wheel; both are installed, once, into
benchmarks/.peers/pybkt. The C++ build fits all of `train`; the pure wheel, far slower, only random skills with
`SAMPLE_ANSWERS` answers or a few more, beside ours on the same ones. An answer to several skills counts once for each;
its predicted chance is their mean. Seconds are CPU time of the fit alone, one thread each (pyBKT's `parallel=False`:
with two cores its threads and processes took longer); ours is the median of `TIMED_FITS` fits. The command prints both
on ASSISTments 2009.

Flash cards, with the four ratings as they were given:

    py_fsrs           its scheduler with its default parameters
    py_fsrs_fitted    the same with the parameters that its optimizer finds on the training reviews; fit_s is the
                      optimizer's
    exponential       R = e^(−μ t), μ by maximum likelihood on the training reviews; exponential_default: μ = 0.08 a
                      day, the forgetting rate of the learner state (docs/design.md)

The optimizer needs pandas, so it runs in an environment of its own, benchmarks/.peers/fsrs
(benchmarks/workers/fsrs.py).
"""

import json
import os
import subprocess
import sys
import sysconfig
import tempfile
import time
import venv
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import numpy as np
from fsrs import Card, Rating, Scheduler
from fsrs.scheduler import DEFAULT_PARAMETERS
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from benchmarks.folders import PEERS_FOLDER, ROOT, locate_python
from benchmarks.knowledge_tracing.datasets import LearnerAnswers, Split, list_available, read_assist2009
from models.arrays import NO_INDEX
from models.knowledge_tracing.answer_log import AnswerLog, build_answer_log
from models.knowledge_tracing.base import align_log
from models.knowledge_tracing.bkt import BKT
from models.knowledge_tracing.evaluation import log_loss, roc_auc_score, score_predictions
from models.knowledge_tracing.state import Rates

PYBKT_FOLDER = PEERS_FOLDER / "pybkt"
PYBKT_PYTHON = locate_python(PYBKT_FOLDER)
PYBKT_NEEDS = ("numpy==1.26.4", "pandas==2.3.3", "scikit-learn==1.7.2", "requests", "setuptools", "wheel")
PYBKT_PACKAGE = "pyBKT==1.4.3"
PYBKT_BUILDS = {"pure": ("--no-deps",), "cpp": ("--no-deps", "--no-build-isolation", "--no-binary", ":all:")}
SAMPLE_ANSWERS = 20_000
TIMED_FITS = 3


def pybkt(train: AnswerLog, test: AnswerLog, pure: bool = True) -> dict[str, float]:
    """pyBKT's figures and ours to compare; only those of the builds that could be installed.

    auc, fit_s, auc_forget, fit_s_forget: C++ build. fit_s_pure: pure wheel on the sample. ours_auc, ours_fit_s,
    ours_fit_s_sample: BKT of this project on all and on the sample. sample_answers: how many those are. `pure` False
    leaves the pure wheel out, which takes a minute or so.
    """
    sample = sample_skills(train, SAMPLE_ANSWERS)
    found = {"ours_fit_s": time_own_fit(train), "ours_fit_s_sample": time_own_fit(sample)}
    found["sample_answers"] = float((sample.skill >= 0).sum())
    model = BKT.fit(train)
    found["ours_auc"] = roc_auc_score(model.replay(align_log(test, model)), test.right)
    if ensure_pybkt("cpp"):
        found["fit_s"], chances = run_pybkt("cpp", train, test)
        found["fit_s_forget"], forgetting = run_pybkt("cpp", train, test, "forgets")
        found["auc"], found["auc_forget"] = roc_auc_score(chances, test.right), roc_auc_score(forgetting, test.right)
    if pure and ensure_pybkt("pure"):
        found["fit_s_pure"], _ = run_pybkt("pure", sample, sample)
    return found


def time_own_fit(log: AnswerLog) -> float:
    """Seconds of our fit."""
    seconds = []
    for _ in range(TIMED_FITS):
        began = time.process_time()
        BKT.fit(log)
        seconds.append(time.process_time() - began)
    return median(seconds)


def sample_skills(log: AnswerLog, answers: int) -> AnswerLog:
    """The same log with the skills of at least so many answers, by chance; the others become unknown."""
    order = np.random.default_rng(0).permutation(len(log.skills))
    count = np.bincount(log.skill[log.skill >= 0], minlength=len(log.skills))[order]
    chosen = order[: 1 + int(np.searchsorted(np.cumsum(count), answers))]
    return replace(log, skill=np.where(np.isin(log.skill, chosen), log.skill, NO_INDEX))


def ensure_pybkt(build: str) -> bool:
    """Whether this build of pyBKT is there; makes it if it can."""
    if (PYBKT_FOLDER / build / "ready").exists():
        return True
    print(f"installing {PYBKT_PACKAGE}, {build} build, once", flush=True)
    if not PYBKT_PYTHON.exists():
        venv.create(PYBKT_FOLDER, with_pip=True)
    target = ("--upgrade", "--target", str(PYBKT_FOLDER / build))
    for packages in (PYBKT_NEEDS, (*PYBKT_BUILDS[build], *target, PYBKT_PACKAGE)):
        if subprocess.run([str(PYBKT_PYTHON), "-m", "pip", "install", "-q", *packages], check=False).returncode:
            print(f"skipped pyBKT's {build} build: it could not be installed")
            return False
    (PYBKT_FOLDER / build / "ready").write_text(PYBKT_PACKAGE, encoding="utf-8")
    return True


def run_pybkt(build: str, train: AnswerLog, test: AnswerLog, *options: str) -> tuple[float, NDArray[np.float64]]:
    """Seconds of the fit and P(right) of every answer of `test`."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for part, log in (("train", train), ("test", test)):
            row, slot = np.nonzero(log.skill >= 0)
            columns = {"user": log.learner[row], "skill": log.skill[row, slot], "correct": log.right[row].astype(int)}
            np.savez(folder / f"{part}.npz", **columns)
        command = [str(PYBKT_PYTHON), "-W", "ignore", "-m", "benchmarks.workers.pybkt", str(folder), "serial", *options]
        environment = os.environ | {"PYTHONPATH": str(PYBKT_FOLDER / build), "OMP_NUM_THREADS": "1"}
        output = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout
        seconds = float(output.split("SECONDS ")[1].split()[0])
        chances = np.load(folder / "chances.npy")
    total = np.bincount(row, weights=chances, minlength=len(test.right))
    count = np.bincount(row, minlength=len(test.right))
    return seconds, np.where(count, total / np.maximum(count, 1), 0.5)


def main() -> None:
    """Both on ASSISTments 2009, printed."""
    if "assist2009" in list_available():
        logs = read_assist2009()
        train = build_peer_log([learner for fold in logs.folds for learner in fold])
        test = build_peer_log(logs.test, train.skills)
        for name, value in pybkt(train, test).items():
            print(f"{name:20} {value:.4f}")


def build_peer_log(learners: list[LearnerAnswers], skills: tuple[str, ...] | None = None) -> AnswerLog:
    """Learners as rows of a log; answers to other skills than `skills` are left out."""
    rows = [
        (str(number), [str(skill)], None, right == 1, float("nan"))
        for number, (names, outcomes) in enumerate(learners)
        for skill, right in zip(names, outcomes, strict=True)
        if skills is None or str(skill) in skills
    ]
    return build_answer_log(rows, skills)


FSRS_FOLDER = PEERS_FOLDER / "fsrs"
FSRS_PYTHON = locate_python(FSRS_FOLDER)
FSRS_PACKAGES = ("fsrs==6.3.2", "pandas==2.3.3", "tqdm==4.70.1")
SECONDS_A_DAY = 86400
Figures = dict[str, float]


def py_fsrs(split: Split) -> Figures:
    """Default parameters."""
    return _scored(predict_recall(split.test, split.ratings, DEFAULT_PARAMETERS), split)


def py_fsrs_fitted(split: Split) -> Figures:
    """Parameters of its own optimizer; nothing where it cannot be installed."""
    if not ensure_py_fsrs():
        return {}
    early = split.test.days <= split.train.days.max()
    columns = (split.test.learner[early], split.test.days[early] * SECONDS_A_DAY, split.ratings[early])
    began = time.perf_counter()
    command = [str(FSRS_PYTHON), "-W", "ignore", "-m", "benchmarks.workers.fsrs"]
    sent = json.dumps([column.tolist() for column in columns])
    output = subprocess.run(command, cwd=ROOT, input=sent, capture_output=True, text=True, check=True).stdout
    fitted = json.loads(output.splitlines()[-1])
    return _scored(predict_recall(split.test, split.ratings, fitted), split) | {"fit_s": time.perf_counter() - began}


def exponential(split: Split) -> Figures:
    """One rate for all cards."""
    since, scored = count_days_since(split.train)
    right = split.train.right[scored]
    found = minimize_scalar(lambda rate: log_loss(np.exp(-np.exp(rate) * since[scored]), right), (-5.0, -2.0))
    return _forgetting(float(np.exp(found.x)), split)


def exponential_default(split: Split) -> Figures:
    """The rate of the learner state."""
    return _forgetting(Rates().forgetting, split)


def predict_recall(
    log: AnswerLog, ratings: Sequence[int] | NDArray[np.int64], w: Sequence[float]
) -> NDArray[np.float64]:
    """What the package tells before each review of `log`, (A,); 0 before a card's first."""
    scheduler, told = Scheduler(w, enable_fuzzing=False), np.zeros(len(log.right))
    moments = [datetime.fromtimestamp(day * SECONDS_A_DAY, UTC) for day in log.days]
    for start, end in zip(log.starts[:-1], log.starts[1:], strict=True):
        card = Card(card_id=1)
        for row in range(start, end):
            told[row] = scheduler.get_card_retrievability(card, moments[row])
            card, _ = scheduler.review_card(card, Rating(int(ratings[row])), moments[row])
    return told


def count_days_since(log: AnswerLog) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(A,) days since the card's last review, and where they are a day or more."""
    since = np.where(log.index > 0, np.diff(log.days, prepend=np.nan), 0)
    return since, since >= 1


def ensure_py_fsrs() -> bool:
    """Whether the optimizer's environment is there; makes it if it can."""
    if (FSRS_FOLDER / "ready").exists():
        return True
    print("installing py-fsrs's optimizer, once:", *FSRS_PACKAGES, flush=True)
    venv.create(FSRS_FOLDER, with_pip=True, clear=True)
    [packages] = FSRS_FOLDER.glob("Lib/site-packages" if sys.platform == "win32" else "lib/*/site-packages")
    (packages / "project.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    if subprocess.run([str(FSRS_PYTHON), "-m", "pip", "install", "-q", *FSRS_PACKAGES], check=False).returncode:
        print("skipped py-fsrs's optimizer: it could not be installed")
        return False
    (FSRS_FOLDER / "ready").write_text("\n".join(FSRS_PACKAGES), encoding="utf-8")
    return True


def _forgetting(rate: float, split: Split) -> Figures:
    since, _ = count_days_since(split.test)
    return _scored(np.exp(-rate * since), split) | {"per_day": rate}


def _scored(chance: NDArray[np.float64], split: Split) -> Figures:
    return score_predictions(chance[split.scored], split.test.right[split.scored])._asdict()


if __name__ == "__main__":
    main()
