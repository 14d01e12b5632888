"""Kernel ridge regression of yes and no: a plain classifier for a few thousand rows, without iterations.

    f(x) = Σ_m α_m exp(−‖x − x_m‖² / (h F)),    α = (K + r I)⁻¹ (y − ȳ)        columns by rank, F of them

The ridge r is the one whose leave-one-out error, y_m − f₋ₘ(x_m) = α_m / (K + r I)⁻¹_mm, is least (Saunders et al.
1998); h = 1/6, the mean squared distance of two ranks. A logistic curve fitted to the leave-one-out values makes a
chance of f (Platt 1999).
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cholesky
from scipy.linalg.lapack import dpotri
from scipy.optimize import minimize
from scipy.special import expit

from models.arrays import Flags
from models.mining.contract import Doubles

RIDGES = (0.3, 1.0)
WIDTH = 1 / 6
THRESHOLDS = tuple(np.linspace(0.1, 0.7, 25).tolist())
MOST = 2_000
"""Rows that are learnt from at most: the first ones."""


@dataclass(frozen=True, eq=False)
class Classifier:
    """A fitted one.

    Attributes:
        columns: (F, M) sorted values that a new value's rank is found in; rows: (M, F) ranks.
        weights: (M,) α; mean: ȳ; curve: slope and intercept of the chance.
        threshold: the chance from which on yes has the best F1, by the rows left out one at a time.
    """

    columns: Doubles
    rows: Doubles
    weights: Doubles
    mean: float
    curve: tuple[float, float]
    threshold: float

    def chance(self, features: Doubles) -> Doubles:
        """Of yes (Q,), from features (Q, F)."""
        value = self.mean + kernel(ranks(self.columns, features), self.rows) @ self.weights
        return np.asarray(expit(self.curve[0] * value + self.curve[1]))


def fit(features: Doubles, label: Doubles) -> Classifier:
    """From features (M, F) and labels 0/1 (M,)."""
    features, label = features[:MOST], label[:MOST]
    columns = np.sort(features, axis=0).T
    rows, mean = ranks(columns, features), float(label.mean())
    near, tried = kernel(rows, rows), []
    for ridge in RIDGES:
        inverse = _inverse(near + ridge * np.eye(len(near)))
        weights = inverse @ (label - mean)
        tried.append((weights, weights / np.diag(inverse)))
    weights, missed = min(tried, key=lambda pair: float((pair[1] ** 2).mean()))
    curve = _curve(label - missed, label)
    left_out = expit(curve[0] * (label - missed) + curve[1])
    threshold = max(THRESHOLDS, key=lambda one: f1(left_out >= one, label == 1))
    return Classifier(columns, rows, weights, mean, curve, threshold)


def f1(said: Flags, true: Flags) -> float:
    """2 hits / (said + true)."""
    return float(2 * (said & true).sum() / max(1, said.sum() + true.sum()))


def ranks(columns: Doubles, features: Doubles) -> Doubles:
    """(Q, F) in [0, 1]: share of the sorted values (F, M) below, ties half."""
    pairs = zip(columns, features.T, strict=True)
    found = [np.searchsorted(own, new, "left") + np.searchsorted(own, new, "right") for own, new in pairs]
    return np.asarray(np.column_stack(found) / (2 * columns.shape[1]))


def kernel(left: Doubles, right: Doubles) -> Doubles:
    """(Q, M)."""
    square = (left**2).sum(1)[:, None] + (right**2).sum(1) - 2 * left @ right.T
    return np.asarray(np.exp(-np.maximum(square, 0) / max(1e-9, WIDTH * left.shape[1])))


def _inverse(matrix: Doubles) -> Doubles:
    """Of a positive definite matrix."""
    upper, failed = dpotri(cholesky(matrix), lower=False)
    assert not failed
    return np.asarray(np.triu(upper) + np.triu(upper, 1).T)


def _curve(value: Doubles, label: Doubles) -> tuple[float, float]:
    """Slope and intercept of P(yes) = σ(slope · value + intercept)."""

    def loss(at: Doubles) -> float:
        margin = (2 * label - 1) * (at[0] * value + at[1])
        return float(np.logaddexp(0, -margin).mean() + 1e-4 * (at**2).sum())

    slope, intercept = minimize(loss, np.array([4.0, -2.0]), method="BFGS").x
    return float(slope), float(intercept)
