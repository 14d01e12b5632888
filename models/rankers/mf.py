"""Logistic matrix factorisation of outcomes with biases (Koren, Bell & Volinsky 2009, doi 10.1109/MC.2009.263).

    P(outcome) = σ(μ + b_u + b_i + p_u·q_i)
    minimise Σ −ln P(outcome) + ½ Σ_u (κ b_u² + λ |p_u|²) + ½ Σ_i (κ b_i² + λ |q_i|²)

over events with an outcome, by one Newton step for all learners, then one for all items, in turn: alternating least
squares with the logistic weights P (1 − P). Each is a batch of logistic regressions,

    z = offset + x·f      minimise Σ −y ln σ(z) − (1 − y) ln (1 − σ(z)) + ½ Σ_d ridge_d x_d²

with the step x += (Σ σ (1 − σ) f fᵀ + ridge)⁻¹ (Σ (y − σ) f − ridge x).

A learner's b and p are folded in from the outcomes of the history by the same steps from 0, so a learner without any
is not scored. The predicted outcome is σ(slope · logit + shift), Platt's scaling, fitted to the last part of the log
by a ranker trained on the earlier part only. Squared loss instead of logistic was no better in log loss on ML-100k
(validation).

It ranks by the predicted outcome, which differs from what learners choose next: by that measure it may rank below
popularity. Left out: implicit feedback (SVD++), drift of the biases; every event of a learner with an item counts.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from scipy import sparse
from scipy.special import expit

from graph.errors import Invalid
from models.arrays import Flags, Floats, Ints
from models.rankers.base import VectorRanker, has_vector, is_known_event, mask_empty_histories, mask_unknown_vectors
from models.rankers.interactions import Catalogue, InteractionHistory, InteractionLog
from models.storage import Parameters

NEWTON_STEPS = 4
"""Enough from 0: a fifth step changes no figure."""
NEWTON_CHUNK = 4_000
"""Rows or columns whose matrices are in memory at a time."""
INITIAL_SD = 0.1
"""Standard deviation of the first factors."""
CALIBRATION_SHARE, MAX_CALIBRATION_EVENTS = 0.1, 20_000
"""Share of the log that the calibration is fitted to, and its greatest number of events."""
CALIBRATION_RIDGE = np.array([10.0, 10.0], dtype=np.float32)
"""Ridge on the change of slope and shift."""
HISTORY_CHUNK = 2_000
"""Events whose histories are in memory at a time."""


class OutcomeCells(NamedTuple):
    """E outcomes in [0, 1] in cells (row, column) of a matrix; (E,) each."""

    row: Ints
    column: Ints
    outcome: Floats

    @property
    def transposed(self) -> "OutcomeCells":
        """Cells of the transposed matrix."""
        return OutcomeCells(self.column, self.row, self.outcome)


class Factors(NamedTuple):
    """z = overall + rows · columns + bias of each: vectors (N, D + 1), the last column being the bias."""

    overall: float
    rows: Floats
    columns: Floats


def fit_logistic(features: Floats, offset: Floats, outcome: Floats, there: Flags, ridge: Floats) -> Floats:
    """Fit x (B, D) by Newton. features (B, L, D) are 0 where not `there` (B, L); offset, outcome (B, L); ridge (D,)."""
    found = np.zeros((len(features), features.shape[2]), dtype=np.float32)
    turned = features.transpose(0, 2, 1)
    for _ in range(NEWTON_STEPS):
        chance = expit(offset + (features @ found[..., None])[..., 0])
        weight = np.where(there, chance * (1 - chance), 0)
        square = (turned * weight[:, None]) @ features + np.diag(ridge)
        slope = (turned @ np.where(there, outcome - chance, 0)[..., None])[..., 0] - ridge * found
        found = found + np.linalg.solve(square, slope[..., None])[..., 0].astype(np.float32)
    return found


def factorise_outcomes(
    cells: OutcomeCells, shape: tuple[int, int], ridge: Floats, iterations: int, seed: int
) -> Factors:
    """Alternate one Newton step for all rows and one for all columns; ridge (D + 1,)."""
    mean = np.clip(cells.outcome.mean(), 1e-3, 1 - 1e-3)
    overall = float(np.log(mean / (1 - mean)))
    rows, columns = (np.zeros((size, len(ridge)), dtype=np.float32) for size in shape)
    columns[:, :-1] = np.random.default_rng(seed).normal(0, INITIAL_SD, (shape[1], len(ridge) - 1))
    for _ in range(iterations):
        rows = _step_rows(rows, columns, cells, overall, ridge)
        columns = _step_rows(columns, rows, cells.transposed, overall, ridge)
    return Factors(overall, rows, columns)


def replace_bias(vectors: Floats) -> Floats:
    """Return the vectors with 1 for the bias, by which the other side's vectors are multiplied."""
    return np.concatenate([vectors[:, :-1], np.ones((len(vectors), 1), dtype=np.float32)], axis=1)


def _step_rows(vectors: Floats, columns: Floats, cells: OutcomeCells, overall: float, ridge: Floats) -> Floats:
    """Return the vectors (N, D + 1) of the rows after one step with fixed columns (M, D + 1)."""
    features, offset = replace_bias(columns), overall + columns[:, -1]
    logit = offset[cells.column] + np.einsum("ed,ed->e", vectors[cells.row], features[cells.column])
    chance = expit(logit)
    shape = (len(vectors), len(columns))
    indices = (cells.row, cells.column)
    weight = sparse.csr_matrix(((chance * (1 - chance)).astype(np.float32), indices), shape=shape)
    residual = sparse.csr_matrix(((cells.outcome - chance).astype(np.float32), indices), shape=shape)
    slope = residual @ features - ridge * vectors
    stepped = np.empty_like(vectors)
    for start in range(0, len(vectors), NEWTON_CHUNK):
        part = slice(start, start + NEWTON_CHUNK)
        square = _sum_outer_products(weight[part], features) + np.diag(ridge)
        stepped[part] = vectors[part] + np.linalg.solve(square, slope[part, :, None])[..., 0]
    return stepped


def _sum_outer_products(weight: sparse.csr_matrix, features: Floats) -> Floats:
    """Return Σ_m weight_nm f_m f_mᵀ, (n, D, D)."""
    width = features.shape[1]
    total = np.zeros((weight.shape[0], width * width), dtype=np.float32)
    for start in range(0, len(features), NEWTON_CHUNK):
        part = features[start : start + NEWTON_CHUNK]
        outer = (part[:, :, None] * part[:, None, :]).reshape(len(part), -1)
        total += weight[:, start : start + NEWTON_CHUNK] @ outer
    return total.reshape(-1, width, width)


@dataclass(frozen=True)
class MFSettings:
    """Hyper-parameters.

    Attributes:
        factors: D, 8–128; λ leaves the log to decide how many of them are used.
        regularization: λ, 1–30: events at even chance that 4 λ stands for.
        bias: κ, 0.5–10.
        iterations: 5–20.
    """

    factors: int = 32
    regularization: float = 6.0
    bias: float = 1.0
    iterations: int = 10


class MF(VectorRanker):
    """Logistic matrix factorisation of outcomes (Koren, Bell & Volinsky 2009).

        P(outcome) = σ(slope (μ + b_u + b_i + p_u·q_i) + shift)

    Attributes:
        vectors: (R, D + 1) q, and last a column of 1 for the learner's bias.
        bias: (R,) μ + b_i.
        platt: (slope, shift).
    """

    name: ClassVar[str] = "mf"
    Settings: ClassVar[type] = MFSettings

    def __init__(self, items: tuple[str, ...], vectors: Floats, bias: Floats, ridge: Floats, platt: Floats) -> None:
        super().__init__(items, vectors, bias)
        self.ridge, self.platt = ridge.astype(np.float32), platt
        self._known = has_vector(self.vectors)

    @classmethod
    def fit(
        cls, log: InteractionLog, catalogue: Catalogue | None = None, settings: Any | None = None, seed: int = 0
    ) -> Self:
        """Fit to the events with an outcome; see `Ranker.fit`."""
        known = log.take(~np.isnan(log.outcome))
        if not len(known):
            raise Invalid("The log has no outcomes: predicting them needs events with one, such as right or wrong.")
        chosen: MFSettings = settings or MFSettings()
        earlier, _ = known.split(CALIBRATION_SHARE)
        platt = cls._factorise(earlier, chosen, seed)._fit_calibration(known, len(earlier))
        ranker = cls._factorise(known, chosen, seed)
        return cls(log.items, ranker.vectors, ranker.bias, ranker.ridge, platt)

    @classmethod
    def _factorise(cls, log: InteractionLog, chosen: MFSettings, seed: int) -> Self:
        ridge = np.append(np.full(chosen.factors, chosen.regularization), chosen.bias).astype(np.float32)
        shape = len(log.learners), len(log.items)
        found = factorise_outcomes(
            OutcomeCells(log.learner, log.item, log.outcome), shape, ridge, chosen.iterations, seed
        )
        vectors = mask_unknown_vectors(log, replace_bias(found.columns))
        return cls(log.items, vectors, found.overall + found.columns[:, -1], ridge, np.array([1, 0], dtype=np.float32))

    def encode_learners(self, history: InteractionHistory) -> Floats:
        """Fold in the outcomes of the histories by Newton steps; see `VectorRanker.encode_learners`."""
        there = is_known_event(history, self._known) & ~np.isnan(history.outcome)
        vectors = np.where(there[..., None], self.vectors[history.item], 0)
        outcome = np.where(there, history.outcome, 0)
        return mask_empty_histories(fit_logistic(vectors, self.bias[history.item], outcome, there, self.ridge), there)

    def predict_outcome(self, history: InteractionHistory, candidates: Ints) -> Floats:
        """Return the calibrated P(outcome), (B, K)."""
        return np.asarray(expit(self.platt[0] * self.score(history, candidates) + self.platt[1]), dtype=np.float32)

    def _fit_calibration(self, log: InteractionLog, start: int) -> Floats:
        """Fit slope and shift (2,) to the events from `start` on; few of them leave 1 and 0."""
        events = np.arange(start, len(log), max(1, (len(log) - start) // MAX_CALIBRATION_EVENTS))
        parts = [events[first : first + HISTORY_CHUNK] for first in range(0, len(events), HISTORY_CHUNK)]
        asked = [self.score(log.histories(log.learner[part], part), log.item[part][:, None]) for part in parts]
        logit = np.concatenate([np.zeros((0, 1), dtype=np.float32), *asked])[:, 0]
        logit, outcome = logit[~np.isnan(logit)], log.outcome[events][~np.isnan(logit)]
        features = np.stack([logit, np.ones_like(logit)], axis=1)
        change = fit_logistic(
            features[None], logit[None], outcome[None], np.ones((1, len(outcome)), dtype=bool), CALIBRATION_RIDGE
        )
        return np.asarray(np.array([1.0, 0.0]) + change[0], dtype=np.float32)

    def parameters(self) -> Parameters:
        """Return vectors (R, D + 1), bias (R,), ridge (D + 1,) and platt (2,)."""
        return {"vectors": self.vectors, "bias": self.bias, "ridge": self.ridge, "platt": self.platt}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the ranker from `parameters()`, without notes."""
        return cls(items, *(parameters[name] for name in ("vectors", "bias", "ridge", "platt")))
