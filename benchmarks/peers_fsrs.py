"""Peers on flash cards: py-fsrs with the four ratings as they were given, and exponential forgetting.

    py_fsrs           its scheduler with its default parameters
    py_fsrs_fitted    the same with what its own optimizer finds on the training reviews; fit_s is the optimizer's
    exponential       R = e^(−μ t), μ the most likely on the training reviews; exponential_default: μ = 0.08 a day, by
                      which the learner state forgets (DESIGN §3)

The optimizer needs pandas, so it runs in an environment of its own, benchmarks/.peers/fsrs; see fsrs_worker.py.
"""

import json
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from fsrs import Card, Rating, Scheduler
from fsrs.scheduler import DEFAULT_PARAMETERS
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

from benchmarks.learner_sets import Split
from models.learners.log import AnswerLog
from models.learners.scores import log_loss, scores
from models.state import Rates

ROOT = Path(__file__).parents[1]
PEERS = ROOT / "benchmarks" / ".peers" / "fsrs"
PYTHON = PEERS / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
PACKAGES = ("fsrs==6.3.2", "pandas==2.3.3", "tqdm==4.70.1")
SECONDS_A_DAY = 86400
Figures = dict[str, float]


def py_fsrs(split: Split) -> Figures:
    """Default parameters."""
    return _scored(chances(split.test, split.ratings, DEFAULT_PARAMETERS), split)


def py_fsrs_fitted(split: Split) -> Figures:
    """Parameters of its own optimizer; nothing where it cannot be installed."""
    if not installed():
        return {}
    early = split.test.days <= split.train.days.max()
    columns = (split.test.learner[early], split.test.days[early] * SECONDS_A_DAY, split.ratings[early])
    began = time.perf_counter()
    command = [str(PYTHON), "-W", "ignore", "-m", "benchmarks.fsrs_worker"]
    sent = json.dumps([column.tolist() for column in columns])
    output = subprocess.run(command, cwd=ROOT, input=sent, capture_output=True, text=True, check=True).stdout
    fitted = json.loads(output.splitlines()[-1])
    return _scored(chances(split.test, split.ratings, fitted), split) | {"fit_s": time.perf_counter() - began}


def exponential(split: Split) -> Figures:
    """One rate for all cards."""
    since, scored = days_since(split.train)
    right = split.train.right[scored]
    found = minimize_scalar(lambda rate: log_loss(np.exp(-np.exp(rate) * since[scored]), right), (-5.0, -2.0))
    return _forgetting(float(np.exp(found.x)), split)


def exponential_default(split: Split) -> Figures:
    """The rate of the learner state."""
    return _forgetting(Rates().forgetting, split)


def chances(log: AnswerLog, ratings: Sequence[int] | NDArray[np.int64], w: Sequence[float]) -> NDArray[np.float64]:
    """What the package tells before each review of `log`, (A,); 0 before a card's first."""
    scheduler, told = Scheduler(w, enable_fuzzing=False), np.zeros(len(log.right))
    moments = [datetime.fromtimestamp(day * SECONDS_A_DAY, UTC) for day in log.days]
    for start, end in zip(log.starts[:-1], log.starts[1:], strict=True):
        card = Card(card_id=1)
        for row in range(start, end):
            told[row] = scheduler.get_card_retrievability(card, moments[row])
            card, _ = scheduler.review_card(card, Rating(int(ratings[row])), moments[row])
    return told


def days_since(log: AnswerLog) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """(A,) days since the card's last review, and where they are a day or more."""
    since = np.where(log.place > 0, np.diff(log.days, prepend=np.nan), 0)
    return since, since >= 1


def installed() -> bool:
    """Whether the optimizer's environment is there; makes it if it can."""
    if (PEERS / "ready").exists():
        return True
    print("installing py-fsrs's optimizer, once:", *PACKAGES, flush=True)
    venv.create(PEERS, with_pip=True, clear=True)
    [packages] = PEERS.glob("Lib/site-packages" if sys.platform == "win32" else "lib/*/site-packages")
    (packages / "project.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    if subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", *PACKAGES], check=False).returncode:
        print("skipped py-fsrs's optimizer: it could not be installed")
        return False
    (PEERS / "ready").write_text("\n".join(PACKAGES), encoding="utf-8")
    return True


def _forgetting(rate: float, split: Split) -> Figures:
    since, _ = days_since(split.test)
    return _scored(np.exp(-rate * since), split) | {"per_day": rate}


def _scored(chance: NDArray[np.float64], split: Split) -> Figures:
    return scores(chance[split.scored], split.test.right[split.scored])._asdict()
