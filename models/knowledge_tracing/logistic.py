"""Logistic learner models: PFA and Best-LR.

    P(right) = σ(β_item + u·g + Σ_j η_j (w + v_j)·f_j / Σ_j η_j)        j: the points that the question touches

PFA (Pavlik, Cen & Koedinger 2009, AIED): f = (1, wins, fails) on the point; g = (1).
Best-LR (Gervet, Koedinger, Schneider & Mitchell 2020, JEDM 12(3)): f = (1, log(1 + wins), log(1 + attempts)) on the
point, g the same over all answers of the learner. Learners have no weight of their own: those to predict are new.

Beyond the papers: v_j is a point's deviation from the weights w that all share, with a normal prior whose strength is
chosen on held-out learners; several points are averaged by importance; Best-LR also uses wins and fails that fade (as
R-PFA does, Galyardt & Goldin 2015) and, given W, the means of log(1 + wins) and log(1 + attempts) over the points that
influence a point. Left out: time. An answer counts on a point as η of an attempt.

Mastery is P(right) on an item of no special difficulty (β = 0) to that point alone; its standard deviation is that of
a Beta distribution worth n₀ + attempts answers (`models.knowledge_tracing.base`).

State of a point and of the learner: six tallies of answers,

    wins ← wins + η y      attempts ← attempts + η      won ← (1 − η (1 − d)) won + η y      lost ← … + η (1 − y)

won and lost fade, once for each d: at η = 1, an answer counts d times as much as the one after it.

Fit: a sparse design, L-BFGS under the normal prior,

    loss(w) = −Σ log P(y | x·w) + ½ Σ_c strength_c w_c²
"""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.optimize import minimize
from scipy.special import expit

from models.arrays import Doubles, Flags, Floats, Ints
from models.knowledge_tracing.answer_log import (
    AnswerLog,
    average_neighbour_counts,
    count_before,
    list_skill_answers,
    number_groups,
    sum_decayed_before,
)
from models.knowledge_tracing.base import (
    Estimate,
    LearnerModel,
    ModelState,
    Question,
    compute_estimate_weight,
    estimate_mastery,
    fit_prior_answers,
    mask_importance,
    note_few_answers,
)
from models.knowledge_tracing.evaluation import split_held_out
from models.storage import Parameters

FADING_FACTORS = (0.4, 0.8)
"""d, of a quick and a slow decay: AUC on held-out training learners of ASSISTments 2015 .718, with 0.8 alone .710."""
WINS, ATTEMPTS, FIRST_FADING = 0, 1, 2
"""Columns of the tallies; from FIRST_FADING on, won and lost for each d."""
TALLY_WIDTH = FIRST_FADING + 2 * len(FADING_FACTORS)
MAX_ADOPTED_ANSWERS = 10.0
"""Answers that an initial level counts for at most, so that later answers still move it."""
SHARED_PRIOR_STRENGTH = 0.1
"""Strength of the prior on weights that all answers share: only so that separable logs have a finite fit."""
CORRELATION_RIDGE = 1e-6
"""Added to the features' correlations, where some are one (in a log of right answers, wins are attempts)."""


class TallyModel(LearnerModel):
    """A learner model whose H = 6 and M = 6 numbers are tallies of all answers and of those to a point."""

    def start(self) -> ModelState:
        """Return zeros, (1, 6) and (1, N, 6)."""
        zeros = np.zeros((1, len(self.skills) + 1, TALLY_WIDTH), dtype=np.float32)
        return ModelState(zeros[:, 0], zeros[:, 1:])

    def initialize_from(self, points: Ints, known: Estimate) -> Floats:
        """Return tallies (B, P, 6) as after the answers that the level is worth, right ones evenly distributed."""
        answers = np.minimum(compute_estimate_weight(known), MAX_ADOPTED_ANSWERS)
        parts = np.stack([answers, *[(1 - fade**answers) / (1 - fade) for fade in FADING_FACTORS]], axis=-1)
        right, all_answers = known.level[..., None] * parts, parts
        sums = np.stack([right, all_answers - right], axis=-1)
        faded = sums[..., 1:, :].reshape(*answers.shape, -1)
        return np.concatenate([right[..., :1], all_answers[..., :1], faded], axis=-1).astype(np.float32)

    def update(self, state: ModelState, question: Question, right: Flags) -> ModelState:
        """Count an answer as η of an attempt on each point, and as one attempt of the learner."""
        points = update_tallies(
            state.points, mask_importance(question), np.broadcast_to(right[:, None], question.points.shape)
        )
        return ModelState(update_tallies(state.learner, np.ones(len(right), dtype=np.float32), right), points)

    def mastery(self, state: ModelState, question: Question) -> Estimate:
        """Return P(right) on a question to each point alone, worth n₀ + attempts answers."""
        return estimate_mastery(self.chances(state, question), self.prior_answers + state.points[..., ATTEMPTS])

    def replay(self, log: AnswerLog) -> Floats:
        """Compute all tallies by sorting, then predict all answers at once, (A,)."""
        asked = log.skill >= 0
        points, learner = tally_before_answers(log)
        tallies = np.zeros((*asked.shape, TALLY_WIDTH), dtype=np.float32)
        tallies[asked] = points
        nothing = np.zeros(asked.shape, dtype=np.float32)
        question = Question(log.skill, asked.astype(np.float32), log.item, nothing)
        return self.predict(ModelState(learner.astype(np.float32), tallies), question)

    def fit_uncertainty(self, log: AnswerLog) -> tuple[float, tuple[str, ...]]:
        """Return n₀, fitted to this model's predictions of `log`, and notes on skills with few answers."""
        return fit_prior_answers(log, self.replay(log)), note_few_answers(log)

    @property
    @abstractmethod
    def prior_answers(self) -> float:
        """n₀, see `models.knowledge_tracing.base`."""

    @abstractmethod
    def chances(self, state: ModelState, question: Question) -> Floats:
        """Return P(right) on a question without an item to each point alone, (B, P)."""


def update_tallies(tallies: Floats, weight: Floats, right: Flags) -> Floats:
    """Return the tallies after an answer. tallies: (…, 6); weight: (…), η; right: (…)."""
    added = np.stack([right, np.ones_like(right), *[right, ~right] * len(FADING_FACTORS)], axis=-1) * weight[..., None]
    kept = 1 - weight[..., None] * np.array([0, 0, *np.repeat(1 - np.array(FADING_FACTORS), 2)])
    return np.asarray(tallies * kept + added, dtype=np.float32)


def tally_before_answers(log: AnswerLog) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the point's tallies before each touch (Q, 6), and the learner's before each answer (A, 6)."""
    found = list_skill_answers(log)
    points = np.empty((len(found.row), TALLY_WIDTH))
    points[:, WINS], points[:, ATTEMPTS] = count_before(log, found, found.row, found.skill)
    group = number_groups((found.key // (len(log.right) + 1))[found.order])
    points[found.order, FIRST_FADING:] = _sum_faded(log.right[found.row[found.order]], group)
    learner = np.empty((len(log.right), TALLY_WIDTH))
    wins = np.concatenate([[0], np.cumsum(log.right)])
    learner[:, WINS] = wins[:-1] - np.repeat(wins[log.starts[:-1]], log.lengths)
    learner[:, ATTEMPTS] = log.index
    learner[:, FIRST_FADING:] = _sum_faded(log.right, log.learner)
    return points, learner


def _sum_faded(right: Flags, group: Ints) -> NDArray[np.float64]:
    both = np.stack([right, ~right])
    return np.concatenate([sum_decayed_before(both, group, fade) for fade in FADING_FACTORS]).T


@dataclass(frozen=True, eq=False)
class LogisticSettings:
    """How to fit a logistic model.

    Attributes:
        strengths: of the prior on v and β, from which held-out learners choose.
        influence: W (N, N) from row to column; with it Best-LR also learns from neighbours' counts.
    """

    strengths: tuple[float, ...] = (0.3, 1.0, 3.0, 10.0, 30.0)
    influence: Floats | None = None


@dataclass(frozen=True)
class FeatureMap:
    """f of a point's tallies (…, 6) and of its neighbours' mean log counts (…, 2), and g of the learner's tallies."""

    point: Callable[[Any, Any], Any]
    learner: Callable[[Any], Any]


def fit_logistic(features: FeatureMap, log: AnswerLog, settings: LogisticSettings, seed: int) -> dict[str, Doubles]:
    """Fit u (G,), w (F,), v (N, F) and β (I,), named `learner`, `shared`, `skill` and `item`."""
    found, (points, learner) = list_skill_answers(log), tally_before_answers(log)
    near = np.zeros((len(found.row), 2))
    if settings.influence is not None:
        near = average_neighbour_counts(log, found, settings.influence)
    own, whole = features.point(points, near), features.learner(learner)
    to_own, to_whole = compute_whitening(own), compute_whitening(whole)
    blocks = _build_blocks(log, whole @ to_whole, own @ to_own)
    widths = [block.shape[1] for block in blocks]
    kept = np.isin(log.learners, split_held_out(log, seed=seed)[0].learners)[log.learner]
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


def compute_whitening(features: Doubles) -> Doubles:
    """Return T (F, F) so that the columns of features (Q, F) @ T have mean square 1 and are orthogonal."""
    moments = features.T @ features / max(len(features), 1)
    scale = np.sqrt(np.maximum(np.diag(moments), 1e-12))
    lower = np.linalg.cholesky(moments / np.outer(scale, scale) + CORRELATION_RIDGE * np.eye(len(scale)))
    return np.asarray(np.linalg.inv(lower * scale[:, None]).T)


def _build_blocks(log: AnswerLog, whole: Doubles, own: Doubles) -> list[Any]:
    """Return the columns of u, of w, of v and of β, a sparse matrix each, from g (A, G) and f (Q, F)."""
    found, answers, width = list_skill_answers(log), len(log.right), own.shape[1]
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
    """Fit the weights (C,) under the prior strength that predicts the answers outside `kept` best, tried from the top.

    kept: (A,); loose: (C,) columns whose strength is always SHARED_PRIOR_STRENGTH. Without held-out answers, the
    greatest strength is used.
    """
    least, best, weights = np.inf, max(strengths), np.zeros(design.shape[1])
    inside, outside, sign = design[kept], design[~kept], np.where(right[~kept], 1.0, -1.0)
    for strength in sorted(strengths, reverse=True) if len(sign) else ():
        tried = fit_weights(inside, right[kept], np.where(loose, SHARED_PRIOR_STRENGTH, strength), weights)
        value = np.logaddexp(0, -sign * (outside @ tried)).mean()
        if value >= least:
            break
        least, best, weights = value, strength, tried
    return fit_weights(design, right, np.where(loose, SHARED_PRIOR_STRENGTH, best), weights)


def fit_weights(design: Any, right: Flags, strength: Doubles, start: Doubles) -> Doubles:
    """Return the weights (C,) of least loss. design: CSR (A, C); strength: (C,); start: (C,) first weights.

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


class LogisticModel(TallyModel):
    """A fitted logistic model.

        P(right) = σ(β_item + u·g + Σ_j η_j (w + v_j)·f_j / Σ_j η_j)

    Parameters: `learner` u (G,), `shared` w (F,), `skill` v (N, F), `item` β (I,), `prior_answers` n₀ ().
    """

    features: ClassVar[FeatureMap]

    def __init__(self, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> None:
        self.skills, self.items, self.notes = skills, items, ()
        self._fitted = {name: np.asarray(value, dtype=np.float32) for name, value in parameters.items()}
        own, nothing = self._fitted["skill"], np.zeros((1, len(self._fitted["shared"])), dtype=np.float32)
        self._point_weights = np.concatenate([own, nothing]) + self._fitted["shared"]
        self._item_weights = np.append(self._fitted["item"], np.float32(0))

    @classmethod
    def fit(cls, log: AnswerLog, seed: int = 0, settings: LogisticSettings | None = None) -> Self:
        """Fit to a log; an empty one gives P(right) = ½ everywhere. `seed` chooses the learners held out."""
        fitted = fit_logistic(cls.features, log, settings or LogisticSettings(), seed)
        model = cls(log.skills, log.items, fitted)
        prior, model.notes = model.fit_uncertainty(log)
        model._fitted["prior_answers"] = np.array(prior, dtype=np.float32)
        return model

    def parameters(self) -> Parameters:
        """Return learner, shared, skill, item and prior_answers."""
        return self._fitted

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the model from `parameters()`, without notes."""
        return cls(skills, items, parameters)

    @property
    def prior_answers(self) -> float:
        """n₀, see `models.knowledge_tracing.base`."""
        return float(self._fitted["prior_answers"])

    def predict(self, state: ModelState, question: Question) -> Floats:
        """Return P(right), (B,); without a known point, from the learner's tallies and the item alone."""
        weight = np.where(question.points >= 0, question.importance, 0)
        total = np.maximum(weight.sum(axis=-1), 1e-9)
        logit = (weight * self._point_logits(state, question)).sum(axis=-1) / total + self._learner_logit(state)
        logit = logit + self._item_weights[question.item]
        return np.asarray(expit(logit), dtype=np.float32)

    def chances(self, state: ModelState, question: Question) -> Floats:
        """Return P(right) on a question without an item to each point alone, (B, P)."""
        logit = self._point_logits(state, question) + self._learner_logit(state)[:, None]
        return np.asarray(expit(logit), dtype=np.float32)

    def _learner_logit(self, state: ModelState) -> Floats:
        return np.asarray(self.features.learner(state.learner) @ self._fitted["learner"])

    def _point_logits(self, state: ModelState, question: Question) -> Floats:
        """Return (w + v_j)·f_j, (B, P); unknown points have v = 0."""
        tallies = np.where(question.points[..., None] >= 0, state.points, 0)
        value = self.features.point(tallies, average_near_counts(tallies, question))
        return np.asarray((value * self._point_weights[question.points]).sum(axis=-1), dtype=np.float32)


def average_near_counts(tallies: Floats, question: Question) -> Floats:
    """Return means of log(1 + wins) and log(1 + attempts) over the points that influence each, (B, P, 2).

    tallies: (B, P, 6), 0 where padded.
    """
    counts = np.log1p(tallies[..., :FIRST_FADING])
    if question.influence is None:
        return np.zeros_like(counts)
    weight = question.influence * (question.points >= 0)[..., None]
    total = np.maximum(weight.sum(axis=1), 1e-9)[..., None]
    return np.asarray(np.swapaxes(weight, 1, 2) @ counts / total, dtype=np.float32)


def compute_pfa_features(tallies: Any, near: Any) -> Any:
    """Return 1, wins, fails, (…, 3)."""
    wins, attempts = tallies[..., WINS], tallies[..., ATTEMPTS]
    return np.stack([np.ones_like(wins), wins, attempts - wins], axis=-1)


def compute_best_lr_features(tallies: Any) -> Any:
    """Return 1, log(1 + wins), log(1 + attempts), won and lost, (…, 7)."""
    counts = np.log1p(tallies[..., :FIRST_FADING])
    return np.concatenate([np.ones_like(counts[..., :1]), counts, tallies[..., FIRST_FADING:]], axis=-1)


class PFA(LogisticModel):
    """Performance factors analysis (Pavlik, Cen & Koedinger 2009): f = (1, wins, fails), g = (1)."""

    name = "pfa"
    features = FeatureMap(compute_pfa_features, lambda tallies: np.ones_like(tallies[..., :1]))


class BestLR(LogisticModel):
    """Best-LR (Gervet et al. 2020): f, g of log counts, with fading counts and, fitted with W, neighbours' counts."""

    name = "best_lr"
    features = FeatureMap(
        lambda tallies, near: np.concatenate([compute_best_lr_features(tallies), near], axis=-1),
        compute_best_lr_features,
    )
