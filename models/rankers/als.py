"""Alternating least squares on implicit feedback (Hu, Koren & Volinsky 2008, doi 10.1109/ICDM.2008.22), by `implicit`.

    minimise Σ_ui c_ui (p_ui − x_u·y_i)² + λ (Σ |x_u|² + Σ |y_i|²)      p = [r > 0], c = 1 + α r, r: how often

`implicit` fits the items' vectors Y. A learner's vector is folded in from the history alone, in closed form:

    x = (YᵀY + Yᵀ(C − I)Y + λI)⁻¹ Yᵀ C p = Zᵀ (I + (C − I) Y Zᵀ)⁻¹ C p        Z = Y (YᵀY + λI)⁻¹

so the latest events count; the right-hand form needs the rows of the history alone and solves one equation per event,
whatever the number of factors. C p is Σ w (α + [latest of its item]) over the events, w = 2^(−k / half_life) for the
k-th from the latest: older preferences fade, which is our addition; an infinite half-life is the paper's model. The
history is the latest 50 events; earlier events count in the items' vectors only, which cost 0.001 of 0.076 NDCG@10 on
ML-100k (last event left out, no fading).

λ removes directions whose singular value is below it, so the right one depends on the size of the log. Without one
given it is NOISE_FACTOR √d (√learners + √items), d the share of pairs in the log: that many times the largest
singular value of as many events at random places (Marchenko & Pastur 1967). Left out: the paper's log scaling of r.
"""

from dataclasses import dataclass, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
from implicit.cpu.als import AlternatingLeastSquares
from threadpoolctl import threadpool_limits

from models.arrays import Flags, Floats, Ints
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

NOISE_FACTOR = 0.6
"""On ML-100k 0.4–0.8 did equally well; above 1 taste is lost, as the theory has it."""


@dataclass(frozen=True)
class ALSSettings:
    """Hyper-parameters.

    Attributes:
        factors: D, 32–128.
        regularization: λ, 0.01–100; 0 for one that suits the log, see the module.
        alpha: how much an event raises the confidence, 0.3–40; less the denser the log.
        iterations: 10–30.
        half_life: events after which one in the history weighs half, 5–50; infinite for all alike.
        threads: 0 for all cores; the fit is the same with any number.
    """

    factors: int = 64
    regularization: float = 0.0
    alpha: float = 0.5
    iterations: int = 15
    half_life: float = 10.0
    threads: int = 0


class ALS(VectorRanker):
    """Alternating least squares on implicit feedback (Hu, Koren & Volinsky 2008).

        minimise Σ_ui c_ui (p_ui − x_u·y_i)² + λ (Σ |x_u|² + Σ |y_i|²),      score = x_u·y_i

    Attributes:
        vectors: (R, D) y of the items.
        settings: with the λ that was used.
    """

    name: ClassVar[str] = "als"
    Settings: ClassVar[type] = ALSSettings

    def __init__(self, items: tuple[str, ...], vectors: Floats, settings: ALSSettings) -> None:
        super().__init__(items, vectors)
        self.settings = settings
        self._known = has_vector(self.vectors)
        known = np.nan_to_num(self.vectors).astype(np.float64)
        self._over = np.linalg.solve(known.T @ known + settings.regularization * np.eye(known.shape[1]), known.T).T

    @classmethod
    def fit(
        cls, log: InteractionLog, catalogue: Catalogue | None = None, settings: Any | None = None, seed: int = 0
    ) -> Self:
        """Fit to a log; see `Ranker.fit`."""
        require_events(log)
        chosen: ALSSettings = settings or ALSSettings()
        if not chosen.regularization:
            chosen = replace(chosen, regularization=NOISE_FACTOR * _estimate_noise(log))
        confidence = log.matrix
        confidence.data = 1 + chosen.alpha * confidence.data
        with threadpool_limits(1, "blas"):
            model = AlternatingLeastSquares(
                factors=chosen.factors,
                regularization=chosen.regularization,
                iterations=chosen.iterations,
                num_threads=chosen.threads,
                random_state=seed,
            )
            model.fit(confidence, show_progress=False)
        return cls(log.items, mask_unknown_vectors(log, model.item_factors), chosen)

    def encode_learners(self, history: InteractionHistory) -> Floats:
        """Fold in the histories: x = Zᵀ (I + (C − I) Y Zᵀ)⁻¹ C p; see `VectorRanker.encode_learners`."""
        there = is_known_event(history, self._known)
        vectors = np.where(there[..., None], self.vectors[history.item], 0)
        over = np.where(there[..., None], self._over[history.item], 0)
        gram = vectors @ over.transpose(0, 2, 1)
        alpha, fading = self.settings.alpha, compute_recency_weights(history.item.shape[1], self.settings.half_life)
        preferred = fading * (alpha + _is_latest(history.item))
        share = np.linalg.solve(np.eye(gram.shape[1]) + alpha * gram, preferred[..., None])
        return mask_empty_histories((share * over).sum(axis=1), there)

    def parameters(self) -> Parameters:
        """Return the vectors (R, D) and the settings."""
        return {"vectors": self.vectors, **{name: np.array(value) for name, value in vars(self.settings).items()}}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the ranker from `parameters()`, without notes."""
        settings = {field.name: parameters[field.name].item() for field in fields(ALSSettings)}
        return cls(items, parameters["vectors"], ALSSettings(**settings))


def _estimate_noise(log: InteractionLog) -> float:
    """Estimate the largest singular value of a centred matrix with as many ones at random cells."""
    done = log.matrix
    rows, columns = np.count_nonzero(log.lengths), len(np.unique(log.item))
    return float(np.sqrt(done.nnz / (rows * columns)) * (np.sqrt(rows) + np.sqrt(columns)))


def _is_latest(item: Ints) -> Flags:
    """Mask the last occurrence of each item in its row, (B, L)."""
    same = item[:, :, None] == item[:, None, ::-1]
    return np.asarray(item.shape[1] - 1 - same.argmax(axis=2) == np.arange(item.shape[1]))
