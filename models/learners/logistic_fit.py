"""Fits logistic learner models: a sparse design, L-BFGS under a normal prior whose strength held-out learners choose.

loss(w) = −Σ log P(y | x·w) + ½ Σ_c strength_c w_c²
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from models.course import Flags, Floats
from models.learners.counts import neighbour_means, touches
from models.learners.log import AnswerLog
from models.learners.protocol import held_out
from models.learners.tallies import before_answers

Doubles = NDArray[np.float64]
LOOSE = 0.1
"""Strength of the prior on weights that all answers share: only so that separable logs have a finite fit."""
RIDGE = 1e-6
"""Added to the features' correlations, where some are one (in a log of right answers, wins are attempts)."""


@dataclass(frozen=True, eq=False)
class LogisticSettings:
    """How a logistic model is fitted.

    Attributes:
        strengths: of the prior on v and β, from which held-out learners choose.
        influence: W (N, N) from row to column; with it Best-LR also learns from neighbours' counts.
    """

    strengths: tuple[float, ...] = (0.3, 1.0, 3.0, 10.0, 30.0)
    influence: Floats | None = None


@dataclass(frozen=True)
class FeatureMap:
    """f of a point's tallies (…, 4) and of its neighbours' mean log counts (…, 2), and g of the learner's tallies."""

    point: Callable[[Any, Any], Any]
    learner: Callable[[Any], Any]


def fit(features: FeatureMap, log: AnswerLog, settings: LogisticSettings, seed: int) -> dict[str, Doubles]:
    """u (G,), w (F,), v (N, F) and β (I,) as `learner`, `shared`, `skill` and `item`."""
    found, (points, learner) = touches(log), before_answers(log)
    near = np.zeros((len(found.row), 2))
    if settings.influence is not None:
        near = neighbour_means(log, found, settings.influence)
    own, whole = features.point(points, near), features.learner(learner)
    to_own, to_whole = whitening(own), whitening(whole)
    blocks = _blocks(log, whole @ to_whole, own @ to_own)
    widths = [block.shape[1] for block in blocks]
    kept = np.isin(log.learners, held_out(log, seed=seed)[0].learners)[log.learner]
    loose = np.repeat([True, True, False, False], widths)
    design = sparse.hstack(blocks, format="csr")
    weights = fit_with_prior(design, log.right, kept, loose, settings.strengths)
    u, w, v, item = np.split(weights, np.cumsum(widths)[:-1])
    return {
        "learner": to_whole @ u,
        "shared": to_own @ w,
        "skill": v.reshape(-1, len(to_own)) @ to_own.T,
        "item": item,
    }


def whitening(features: Doubles) -> Doubles:
    """T (F, F) so that the columns of features @ T have mean square 1 and no product in common; (Q, F)."""
    moments = features.T @ features / max(len(features), 1)
    scale = np.sqrt(np.maximum(np.diag(moments), 1e-12))
    lower = np.linalg.cholesky(moments / np.outer(scale, scale) + RIDGE * np.eye(len(scale)))
    return np.asarray(np.linalg.inv(lower * scale[:, None]).T)


def _blocks(log: AnswerLog, whole: Doubles, own: Doubles) -> list[Any]:
    """The columns of u, of w, of v and of β, a sparse matrix each, from g (A, G) and f (Q, F)."""
    found, answers, width = touches(log), len(log.right), own.shape[1]
    value = (own * found.share[:, None]).ravel()
    row, column = np.repeat(found.row, width), np.tile(np.arange(width), len(own))
    block = np.repeat(found.skill, width) * width + column
    named = np.flatnonzero(log.item >= 0)
    return [
        sparse.csr_matrix(whole),
        sparse.csr_matrix((value, (row, column)), (answers, width)),
        sparse.csr_matrix((value, (row, block)), (answers, len(log.skills) * width)),
        sparse.csr_matrix((np.ones(len(named)), (named, log.item[named])), (answers, len(log.items))),
    ]


def fit_with_prior(design: Any, right: Flags, kept: Flags, loose: Flags, strengths: tuple[float, ...]) -> Doubles:
    """The weights (C,) under the strength that predicts the answers not `kept` best, tried from strong to weak.

    kept: (A,); loose: (C,) columns whose strength is LOOSE throughout. Without answers to choose by, the strongest.
    """
    least, best, weights = np.inf, max(strengths), np.zeros(design.shape[1])
    inside, outside, sign = design[kept], design[~kept], np.where(right[~kept], 1.0, -1.0)
    for strength in sorted(strengths, reverse=True) if len(sign) else ():
        tried = fit_weights(inside, right[kept], np.where(loose, LOOSE, strength), weights)
        value = np.logaddexp(0, -sign * (outside @ tried)).mean()
        if value >= least:
            break
        least, best, weights = value, strength, tried
    return fit_weights(design, right, np.where(loose, LOOSE, best), weights)


def fit_weights(design: Any, right: Flags, strength: Doubles, start: Doubles) -> Doubles:
    """The weights (C,) of least loss. design: CSR (A, C); strength: (C,); start: (C,), where to begin.

    Solved in units of the curvature's diagonal, p (1 − p) taken as its mean: unequal columns need fewer steps so.
    """
    share = right.mean() if len(right) else 0.5
    curvature = share * (1 - share) * np.asarray(design.multiply(design).sum(axis=0)).ravel() + strength
    unit = 1 / np.sqrt(curvature)
    scaled, sign = design @ sparse.diags_array(unit), np.where(right, 1.0, -1.0)
    transposed, strength = scaled.T.tocsr(), strength * unit**2

    def loss(weights: Doubles) -> tuple[float, Doubles]:
        margin = sign * (scaled @ weights)
        slope = transposed @ (-sign * expit(-margin))
        value = np.logaddexp(0, -margin).sum() + 0.5 * (strength * weights**2).sum()
        return float(value), slope + strength * weights

    options = {"maxiter": 300, "ftol": 1e-6, "maxcor": 20}
    return np.asarray(minimize(loss, start / unit, jac=True, method="L-BFGS-B", options=options).x) * unit
