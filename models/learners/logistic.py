"""Logistic learner models: PFA and Best-LR.

    P(right) = σ(β_item + u·g + Σ_j η_j (w + v_j)·f_j / Σ_j η_j)        j: the points that the question touches

PFA (Pavlik, Cen & Koedinger 2009, AIED): f = (1, wins, fails) on the point; g = (1).
Best-LR (Gervet, Koedinger, Schneider & Mitchell 2020, JEDM 12(3)): f = (1, log(1 + wins), log(1 + attempts)) on the
point, g the same over all answers of the learner. Learners have no weight of their own: those to predict are new.

Beyond the papers: v_j is a point's deviation from the weights w that all share, with a normal prior whose strength is
chosen on held-out learners; several points are averaged by importance; Best-LR also sees wins and fails that fade (as
R-PFA does, Galyardt & Goldin 2015) and, given W, the means of log(1 + wins) and log(1 + attempts) over the points that
influence a point. Left out: time. An answer counts on a point as η of an attempt.

Mastery is P(right) on an item of no special difficulty (β = 0) to that point alone; its spread is that of a Beta worth
n₀ + attempts answers (`models.learners.spread`).
"""

from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import expit

from models.course import Floats
from models.learners.contract import Memory, Parameters, Question
from models.learners.log import AnswerLog
from models.learners.logistic_fit import FeatureMap, LogisticSettings, fit
from models.learners.tallies import ATTEMPTS, FADING, WINS, TallyModel


class Logistic(TallyModel):
    """A fitted logistic model.

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
        fitted = fit(cls.features, log, settings or LogisticSettings(), seed)
        model = cls(log.skills, log.items, fitted)
        prior, model.notes = model.measured(log)
        model._fitted["prior_answers"] = np.array(prior, dtype=np.float32)
        return model

    def parameters(self) -> Parameters:
        """See the class."""
        return self._fitted

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """The model that `parameters()` came from, without notes."""
        return cls(skills, items, parameters)

    @property
    def prior_answers(self) -> float:
        """n₀, see `models.learners.spread`."""
        return float(self._fitted["prior_answers"])

    def predict(self, memory: Memory, question: Question) -> Floats:
        """P(right), (B,); without a known point, from the learner's tallies and the item alone."""
        weight = np.where(question.points >= 0, question.importance, 0)
        total = np.maximum(weight.sum(axis=-1), 1e-9)
        logit = (weight * self._of_points(memory, question)).sum(axis=-1) / total + self._of_learner(memory)
        logit = logit + self._item_weights[question.item]
        return np.asarray(expit(logit), dtype=np.float32)

    def chances(self, memory: Memory, question: Question) -> Floats:
        """P(right) on a question without an item to each point alone, (B, P)."""
        logit = self._of_points(memory, question) + self._of_learner(memory)[:, None]
        return np.asarray(expit(logit), dtype=np.float32)

    def _of_learner(self, memory: Memory) -> Floats:
        return np.asarray(self.features.learner(memory.learner) @ self._fitted["learner"])

    def _of_points(self, memory: Memory, question: Question) -> Floats:
        """(w + v_j)·f_j, (B, P); what the model does not know has v = 0."""
        tallies = np.where(question.points[..., None] >= 0, memory.points, 0)
        value = self.features.point(tallies, near_counts(tallies, question))
        return np.asarray((value * self._point_weights[question.points]).sum(axis=-1), dtype=np.float32)


def near_counts(tallies: Floats, question: Question) -> Floats:
    """Means of log(1 + wins) and log(1 + attempts) over the points that influence each, (B, P, 2).

    tallies: (B, P, 6), 0 where padded.
    """
    counts = np.log1p(tallies[..., :FADING])
    if question.influence is None:
        return np.zeros_like(counts)
    weight = question.influence * (question.points >= 0)[..., None]
    total = np.maximum(weight.sum(axis=1), 1e-9)[..., None]
    return np.asarray(np.swapaxes(weight, 1, 2) @ counts / total, dtype=np.float32)


def pfa_features(tallies: Any, near: Any) -> Any:
    """1, wins, fails, (…, 3)."""
    wins, attempts = tallies[..., WINS], tallies[..., ATTEMPTS]
    return np.stack([np.ones_like(wins), wins, attempts - wins], axis=-1)


def best_lr_features(tallies: Any) -> Any:
    """1, log(1 + wins), log(1 + attempts), won and lost, (…, 7)."""
    counts = np.log1p(tallies[..., :FADING])
    return np.concatenate([np.ones_like(counts[..., :1]), counts, tallies[..., FADING:]], axis=-1)


class PFA(Logistic):
    """Performance factors analysis."""

    name = "pfa"
    features = FeatureMap(pfa_features, lambda tallies: np.ones_like(tallies[..., :1]))


class BestLR(Logistic):
    """Best-LR with fading counts and, where fitted with W, neighbours'."""

    name = "best_lr"
    features = FeatureMap(
        lambda tallies, near: np.concatenate([best_lr_features(tallies), near], axis=-1), best_lr_features
    )
