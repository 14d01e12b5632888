"""How well chances of a right answer were told: `chance` and `right` are (A,) throughout.

AUC          P(a right answer was given a higher chance than a wrong one), ties half (Mann–Whitney)
accuracy     share of answers on the side of ½ that was told; ½ itself counts as right
RMSE         √ mean (chance − right)², the root of the Brier score
log loss     −mean ln(chance of what happened), nats, chances held within [1e-6, 1 − 1e-6]
calibration  expected calibration error, Σ_bins |mean chance − share right| answers / A (Naeini et al. 2015)
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from models.course import Flags, Ints

Chances = NDArray[np.floating]
LEAST = 1e-6
BINS = 20


class Reliability(NamedTuple):
    """Of equally wide bins of the chance told, those with answers: mean chance, share right, answers; each (bins,)."""

    told: NDArray[np.float64]
    share: NDArray[np.float64]
    answers: Ints


class Scores(NamedTuple):
    """All scores of one set of answers; NaN where they say nothing, e.g. the AUC when every answer was right."""

    auc: float
    accuracy: float
    rmse: float
    log_loss: float
    calibration: float


def scores(chance: Chances, right: Flags) -> Scores:
    """Every score."""
    if not len(right):
        return Scores(*[float("nan")] * len(Scores._fields))
    return Scores(
        area(chance, right),
        accuracy(chance, right),
        rmse(chance, right),
        log_loss(chance, right),
        calibration_error(chance, right),
    )


def area(chance: Chances, right: Flags) -> float:
    """Area under the ROC curve by ranks; any score that grows with the chance will do. NaN with one kind of answer."""
    positives = int(right.sum())
    negatives = len(right) - positives
    if not positives * negatives:
        return float("nan")
    above = rankdata(chance)[right].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def accuracy(chance: Chances, right: Flags) -> float:
    """Share of answers told rightly."""
    return float(((chance >= 0.5) == right).mean())


def rmse(chance: Chances, right: Flags) -> float:
    """Root mean squared error."""
    return float(np.sqrt(np.mean((np.asarray(chance, dtype=np.float64) - right) ** 2)))


def log_loss(chance: Chances, right: Flags) -> float:
    """Mean over answers, nats."""
    happened = np.where(right, chance, 1 - np.asarray(chance, dtype=np.float64))
    return float(-np.log(np.clip(happened, LEAST, 1)).mean())


def reliability(chance: Chances, right: Flags, bins: int = BINS) -> Reliability:
    """What was told beside what happened, bin by bin."""
    bin_of = np.clip((np.asarray(chance, dtype=np.float64) * bins).astype(np.int64), 0, bins - 1)
    answers = np.bincount(bin_of, minlength=bins)
    told, share = (np.bincount(bin_of, weights=each, minlength=bins) for each in (chance, right))
    some = answers > 0
    return Reliability(told[some] / answers[some], share[some] / answers[some], answers[some])


def calibration_error(chance: Chances, right: Flags, bins: int = BINS) -> float:
    """Mean distance between chance told and share right, bins weighted by their answers."""
    curve = reliability(chance, right, bins)
    return float(np.average(np.abs(curve.told - curve.share), weights=curve.answers))
