"""Evaluation of predicted chances of a right answer: metrics, and how a log is split.

Metrics; `chance` and `right` are (A,) throughout:

    AUC          P(a right answer has a higher chance than a wrong one), ties half (Mann–Whitney)
    accuracy     share of answers on the predicted side of ½; ½ itself predicts right
    RMSE         √ mean (chance − right)², the root of the Brier score
    log loss     −mean ln(chance of what happened), nats, chances of what happened held at 1e-6 or more
    calibration  expected calibration error, Σ_bins |mean chance − share right| answers / A (Naeini et al. 2015)

Splits: learners held out inside training, and the pieces of the pyKT benchmark. pyKT (Liu et al. 2022, arXiv
2206.11460; pykt/preprocess/split_datasets.py and pykt/models/evaluate_model.py) cuts learners' logs into pieces of 200
answers, drops those of fewer than 3, starts afresh in each and scores all answers but the first of each piece, pooled
over learners: `cut_pykt_pieces`. It trains on such pieces. Left out: the windows of its final figures
(`window_testauc`), and one row per skill of an answer.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from models.arrays import Flags, Ints
from models.knowledge_tracing.answer_log import AnswerLog

Chances = NDArray[np.floating]
MIN_CHANCE = 1e-6
CALIBRATION_BINS = 20


class ReliabilityCurve(NamedTuple):
    """Mean predicted chance, share of right answers and number of answers by bin; each (bins,), empty bins left out."""

    chance: NDArray[np.float64]
    right_share: NDArray[np.float64]
    answers: Ints


class PredictionScores(NamedTuple):
    """All scores of one set of answers; NaN where undefined, e.g. the AUC when every answer was right."""

    auc: float
    accuracy: float
    rmse: float
    log_loss: float
    calibration: float


def score_predictions(chance: Chances, right: Flags) -> PredictionScores:
    """Return all scores."""
    if not len(right):
        return PredictionScores(*[float("nan")] * len(PredictionScores._fields))
    return PredictionScores(
        roc_auc_score(chance, right),
        accuracy(chance, right),
        rmse(chance, right),
        log_loss(chance, right),
        calibration_error(chance, right),
    )


def roc_auc_score(chance: Chances, right: Flags) -> float:
    """Return the area under the ROC curve by ranks; NaN if all answers are right or all wrong."""
    positives = int(right.sum())
    negatives = len(right) - positives
    if not positives * negatives:
        return float("nan")
    above = rankdata(chance)[right].sum() - positives * (positives + 1) / 2
    return float(above / (positives * negatives))


def accuracy(chance: Chances, right: Flags) -> float:
    """Return the share of answers that were predicted correctly at a threshold of ½."""
    return float(((chance >= 0.5) == right).mean())


def rmse(chance: Chances, right: Flags) -> float:
    """Return the root mean squared error."""
    return float(np.sqrt(np.mean((np.asarray(chance, dtype=np.float64) - right) ** 2)))


def log_loss(chance: Chances, right: Flags) -> float:
    """Return the mean log loss over answers, in nats."""
    happened = np.where(right, chance, 1 - np.asarray(chance, dtype=np.float64))
    return float(-np.log(np.clip(happened, MIN_CHANCE, 1)).mean())


def compute_reliability(chance: Chances, right: Flags, bins: int = CALIBRATION_BINS) -> ReliabilityCurve:
    """Return predicted chances and shares of right answers by equally wide bins of the chance."""
    bin_of = np.clip((np.asarray(chance, dtype=np.float64) * bins).astype(np.int64), 0, bins - 1)
    answers = np.bincount(bin_of, minlength=bins)
    predicted, share = (np.bincount(bin_of, weights=each, minlength=bins) for each in (chance, right))
    some = answers > 0
    return ReliabilityCurve(predicted[some] / answers[some], share[some] / answers[some], answers[some])


def calibration_error(chance: Chances, right: Flags, bins: int = CALIBRATION_BINS) -> float:
    """Return the mean distance between predicted chance and share right, bins weighted by their answers."""
    curve = compute_reliability(chance, right, bins)
    return float(np.average(np.abs(curve.chance - curve.right_share), weights=curve.answers))


def split_held_out(log: AnswerLog, share: float = 0.1, seed: int = 0) -> tuple[AnswerLog, AnswerLog]:
    """Split off `share` of the learners, on whom settings are chosen; none of fewer than ten learners."""
    order = np.random.default_rng(seed).permutation(len(log.learners))
    count = round(share * len(order)) if len(order) >= 10 else 0
    return log.take(np.sort(order[count:])), log.take(np.sort(order[:count]))


def cut_overlapping_pieces(log: AnswerLog, longest: int, context: int = 0) -> tuple[AnswerLog, Ints, Flags]:
    """Cut logs into pieces of at most `longest` answers, each a learner of its own with `context` answers of overlap.

    Return the pieces, the row in `log` of each of their answers, and which of them no earlier piece had, (A',) both.
    """
    pieces = np.where(log.lengths > 0, np.maximum(-(-(log.lengths - context) // (longest - context)), 1), 0)
    who = np.repeat(np.arange(len(log.learners)), pieces)
    number = np.arange(len(who)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    offset = number * (longest - context)
    lengths = np.minimum(log.lengths[who] - offset, longest)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    rows = np.repeat(log.starts[who] + offset - starts[:-1], lengths) + np.arange(starts[-1])
    names = tuple(f"{log.learners[one]}+{first}" for one, first in zip(who, offset, strict=True))
    cut = replace(
        log,
        learners=names,
        starts=starts,
        skill=log.skill[rows],
        item=log.item[rows],
        right=log.right[rows],
        days=log.days[rows],
    )
    return cut, rows, (np.repeat(number, lengths) == 0) | (cut.index >= context)


def cut_pykt_pieces(log: AnswerLog, longest: int = 200, shortest: int = 3) -> AnswerLog:
    """Cut logs into pieces of at most `longest` answers, each a learner of its own; drop those below `shortest`."""
    pieces, _, _ = cut_overlapping_pieces(log, longest)
    return pieces.take(np.flatnonzero(pieces.lengths >= shortest))
