"""Bayesian personalised ranking (Rendle et al. 2009, arXiv 1205.2618), by `implicit`.

    minimise Σ −ln σ(x_u·(y_i − y_j) + b_i − b_j) + λ (|x_u|² + |y_i|² + |y_j|²)

over pairs of an item i that learner u did and one j that u did not, drawn by popularity. A learner's vector is folded
in from the history as the mean of its items' vectors, with the scale that best gave the training's learners their own
vectors from their latest events:

    x = c Σ w y / Σ w,   w = 2^(−k / half_life) for the k-th event from the latest,   c = Σ_u x_u·m_u / Σ_u |m_u|²

m: the same mean without weights. A full linear map in place of c reproduced the training's own vectors better and
ranked worse. Training uses one thread: with several, `implicit` updates shared vectors concurrently and no two fits
agree. Left out: how often and when; repeats count once.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from implicit.cpu.bpr import BayesianPersonalizedRanking

from models.arrays import Floats
from models.rankers.base import (
    VectorRanker,
    compute_recency_weights,
    has_vector,
    is_known_event,
    mask_empty_histories,
    mask_unknown_vectors,
    require_events,
)
from models.rankers.interactions import Catalogue, InteractionHistory, InteractionLog
from models.storage import Parameters

CHUNK = 5_000
"""Learners whose histories are in memory at a time."""


@dataclass(frozen=True)
class BPRSettings:
    """Hyper-parameters.

    Attributes:
        factors: 32–128.
        learning_rate: 0.01–0.1.
        regularization: λ, 0.001–0.1.
        iterations: passes over the events, 30–300.
        half_life: events after which one in the history weighs half, 3–50; infinite for all alike.
    """

    factors: int = 64
    learning_rate: float = 0.02
    regularization: float = 0.003
    iterations: int = 100
    half_life: float = 4.0


class BPR(VectorRanker):
    """Bayesian personalised ranking (Rendle et al. 2009).

        minimise Σ −ln σ(x_u·(y_i − y_j) + b_i − b_j) + λ (|x_u|² + |y_i|² + |y_j|²),      score = x_u·y_i + b_i

    Attributes:
        vectors: (R, D) y of the items.
        bias: (R,) b of the items.
        scale: c of the fold-in.
        half_life: of the fold-in, in events.
    """

    name: ClassVar[str] = "bpr"
    Settings: ClassVar[type] = BPRSettings

    def __init__(self, items: tuple[str, ...], vectors: Floats, bias: Floats, scale: float, half_life: float) -> None:
        super().__init__(items, vectors, bias)
        self.scale, self.half_life = scale, half_life
        self._known = has_vector(self.vectors)

    @classmethod
    def fit(
        cls, log: InteractionLog, catalogue: Catalogue | None = None, settings: Any | None = None, seed: int = 0
    ) -> Self:
        """Fit to a log; see `Ranker.fit`."""
        require_events(log)
        chosen: BPRSettings = settings or BPRSettings()
        model = BayesianPersonalizedRanking(
            factors=chosen.factors,
            learning_rate=chosen.learning_rate,
            regularization=chosen.regularization,
            iterations=chosen.iterations,
            num_threads=1,
            random_state=seed,
        )
        model.fit(log.matrix, show_progress=False)
        vectors, bias = mask_unknown_vectors(log, model.item_factors[:, :-1]), model.item_factors[:, -1]
        ranker = cls(log.items, vectors, bias, 1.0, np.inf)
        scale = ranker._fit_scale(log, model.user_factors[:, :-1])
        return cls(log.items, vectors, bias, scale, chosen.half_life)

    def encode_learners(self, history: InteractionHistory) -> Floats:
        """Fold in the histories: x = c Σ w y / Σ w; see `VectorRanker.encode_learners`."""
        there = is_known_event(history, self._known)
        weight = there * compute_recency_weights(there.shape[1], self.half_life)
        vectors = np.where(there[..., None], self.vectors[history.item], 0)
        total = (weight[:, None, :] @ vectors)[:, 0]
        mean = self.scale * total / np.maximum(weight.sum(axis=1), np.float32(1e-30))[:, None]
        return mask_empty_histories(mean, there)

    def _fit_scale(self, log: InteractionLog, own: Floats) -> float:
        """Fit c by least squares from the means to the learners' vectors `own` (U, D) of the training."""
        product, square = 0.0, 0.0
        for start in range(0, len(own), CHUNK):
            who = np.flatnonzero(log.lengths[start : start + CHUNK]) + start
            mean = self.encode_learners(log.histories(who, np.full(len(who), len(log))))
            product, square = product + float((mean * own[who]).sum()), square + float((mean * mean).sum())
        return product / square if square > 0 else 1.0

    def parameters(self) -> Parameters:
        """Return vectors (R, D), bias (R,), scale and half_life."""
        numbers = {"scale": np.array(self.scale), "half_life": np.array(self.half_life)}
        return {"vectors": self.vectors, "bias": self.bias, **numbers}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the ranker from `parameters()`, without notes."""
        scale, half_life = float(parameters["scale"]), float(parameters["half_life"])
        return cls(items, parameters["vectors"], parameters["bias"], scale, half_life)
