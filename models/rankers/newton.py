"""Logistic regressions by Newton's method, many at once: what the factorisation of outcomes is made of.

    z = offset + x·f      minimise Σ −y ln σ(z) − (1 − y) ln (1 − σ(z)) + ½ Σ_d ridge_d x_d²

One step: x += (Σ σ (1 − σ) f fᵀ + ridge)⁻¹ (Σ (y − σ) f − ridge x).
"""

from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.special import expit

from models.arrays import Flags, Floats, Ints

STEPS = 4
"""Enough from 0: a fifth changes nothing that can be seen."""
CHUNK = 4_000
"""Rows or columns whose squares are held at a time."""
START = 0.1
"""Standard deviation of the factors that a factorisation starts from."""


class Cells(NamedTuple):
    """E outcomes (E,) in [0, 1] in the cells (row, column) (E,) of a matrix."""

    row: Ints
    column: Ints
    outcome: Floats

    @property
    def turned(self) -> "Cells":
        """Of the transposed matrix."""
        return Cells(self.column, self.row, self.outcome)


class Factors(NamedTuple):
    """z = overall + rows · columns + a bias of each: vectors (N, D + 1), the last column the bias."""

    overall: float
    rows: Floats
    columns: Floats


def newton(features: Floats, offset: Floats, outcome: Floats, there: Flags, ridge: Floats) -> Floats:
    """(B, D) from features (B, L, D), which are 0 where not `there` (B, L); offset and outcome (B, L), ridge (D,)."""
    found = np.zeros((len(features), features.shape[2]), dtype=np.float32)
    turned = features.transpose(0, 2, 1)
    for _ in range(STEPS):
        chance = expit(offset + (features @ found[..., None])[..., 0])
        weight = np.where(there, chance * (1 - chance), 0)
        square = (turned * weight[:, None]) @ features + np.diag(ridge)
        slope = (turned @ np.where(there, outcome - chance, 0)[..., None])[..., 0] - ridge * found
        found = found + np.linalg.solve(square, slope[..., None])[..., 0].astype(np.float32)
    return found


def factorise(cells: Cells, shape: tuple[int, int], ridge: Floats, iterations: int, seed: int) -> Factors:
    """One step for all rows, then one for all columns, in turn; ridge (D + 1,)."""
    mean = np.clip(cells.outcome.mean(), 1e-3, 1 - 1e-3)
    overall = float(np.log(mean / (1 - mean)))
    rows, columns = (np.zeros((size, len(ridge)), dtype=np.float32) for size in shape)
    columns[:, :-1] = np.random.default_rng(seed).normal(0, START, (shape[1], len(ridge) - 1))
    for _ in range(iterations):
        rows = _stepped(rows, columns, cells, overall, ridge)
        columns = _stepped(columns, rows, cells.turned, overall, ridge)
    return Factors(overall, rows, columns)


def with_one(vectors: Floats) -> Floats:
    """What the other side's vectors are multiplied by: 1 in place of the bias."""
    return np.concatenate([vectors[:, :-1], np.ones((len(vectors), 1), dtype=np.float32)], axis=1)


def _stepped(mine: Floats, other: Floats, cells: Cells, overall: float, ridge: Floats) -> Floats:
    """The vectors (N, D + 1) of the rows after one step, those of the columns (M, D + 1) as they are."""
    features, offset = with_one(other), overall + other[:, -1]
    logit = offset[cells.column] + np.einsum("ed,ed->e", mine[cells.row], features[cells.column])
    chance = expit(logit)
    shape = (len(mine), len(other))
    place = (cells.row, cells.column)
    weight = sparse.csr_matrix(((chance * (1 - chance)).astype(np.float32), place), shape=shape)
    residual = sparse.csr_matrix(((cells.outcome - chance).astype(np.float32), place), shape=shape)
    slope = residual @ features - ridge * mine
    stepped = np.empty_like(mine)
    for start in range(0, len(mine), CHUNK):
        part = slice(start, start + CHUNK)
        square = _squares(weight[part], features) + np.diag(ridge)
        stepped[part] = mine[part] + np.linalg.solve(square, slope[part, :, None])[..., 0]
    return stepped


def _squares(weight: sparse.csr_matrix, features: Floats) -> Floats:
    """(n, D, D) Σ_m weight_nm f_m f_mᵀ."""
    width = features.shape[1]
    total = np.zeros((weight.shape[0], width * width), dtype=np.float32)
    for start in range(0, len(features), CHUNK):
        part = features[start : start + CHUNK]
        outer = (part[:, :, None] * part[:, None, :]).reshape(len(part), -1)
        total += weight[:, start : start + CHUNK] @ outer
    return total.reshape(-1, width, width)
