"""The learner's state, gain–propagation–forgetting (DESIGN §3). Pure functions on vectors.

    direct      Δs_i = α⁺ (1 − s_i) η_i  if right,  −α⁻ s_i η_i  if wrong
    propagated  Δs_j = λ Σ_{k∈C} w_kj Δs_k
    update      s_j ← c(s_j + Δs_j + propagated_j)
    forgetting  s_j ← s_j exp(−μ Δt) for Δt ≥ 3 days
    reward      r = Σ_{i∈C} η_i Δs_i

Levels are in [0, 1]; a leading batch dimension is allowed everywhere.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph.practice import FORGET_AFTER_DAYS, FORGETTING

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Rates:
    """The constants of the update; defaults from DESIGN §3 where not said otherwise.

    Attributes:
        gain_right: α⁺, share of the missing mastery won by a right answer at η = 1.
        gain_wrong: α⁻, share of the mastery lost by a wrong one.
        propagation: λ; next-answer AUC on real logs grows with it (ASSISTments: .713 at 0, .719 at 0.1, .738 at 1), but
            mastery by propagation alone gets less true; 0.1 keeps it within four points (benchmarks/propagation).
        forgetting: μ, per day.
        forget_after_days: no forgetting before this many days without practice.
        compression: c, "clip" to [0, 1] or the published logistic "sigmoid".
    """

    gain_right: float = 0.35
    gain_wrong: float = 0.25
    propagation: float = 0.1
    forgetting: float = FORGETTING
    forget_after_days: float = FORGET_AFTER_DAYS
    compression: Literal["clip", "sigmoid"] = "clip"


PROFILES = {"default": Rates(), "paper": Rates(propagation=1.0, compression="sigmoid")}
"""`paper` is the published update taken literally; it squeezes every touched value into [0.5, 0.73]."""


def direct_change(level: Floats, importance: Floats, right: NDArray[np.bool_] | bool, rates: Rates) -> Floats:
    """Δs from the answer alone. level, importance: (…, N), importance 0 where untouched; right: (…, 1) or one bool."""
    gain = rates.gain_right * (1 - level) * importance
    loss = -rates.gain_wrong * level * importance
    return np.where(right, gain, loss).astype(np.float32)


def propagate(change: Floats, influence: sparse.csr_matrix, rates: Rates) -> Floats:
    """λ Σ_k w_kj Δs_k. change: (…, N); influence: W (N, N)."""
    return np.asarray((influence.T @ change.T).T * rates.propagation, dtype=np.float32)


def compress(level: Floats, rates: Rates) -> Floats:
    """c: back into [0, 1]."""
    if rates.compression == "sigmoid":
        return (1 / (1 + np.exp(-level))).astype(np.float32)
    return np.clip(level, 0.0, 1.0)


def update(
    level: Floats, importance: Floats, right: NDArray[np.bool_] | bool, influence: sparse.csr_matrix, rates: Rates
) -> tuple[Floats, Floats]:
    """One answer. Returns the new levels and the reward, (…, N) and (…).

    Only points that the answer touches, directly or through W, change; the reward is Σ η Δs over the direct ones.
    """
    direct = direct_change(level, importance, right, rates)
    total = direct + propagate(direct, influence, rates)
    changed = np.where((importance > 0) | (total != 0), compress(level + total, rates), level)
    reward = (importance * direct).sum(axis=-1)
    return changed.astype(np.float32), reward.astype(np.float32)


def decay(level: Floats, days: Floats, rates: Rates) -> Floats:
    """What is left after `days` without practice, (…, N)."""
    return (level * kept_share(rates.forgetting, days, rates)).astype(np.float32)


def kept_share(rate: NDArray[np.floating] | float, days: NDArray[np.floating], rates: Rates) -> NDArray[np.floating]:
    """e^(−μ Δt), or 1 before the days from which on something is forgotten; rate, days: (…, N)."""
    return np.where(days >= rates.forget_after_days, np.exp(-rate * days), 1.0)


def expected_change(level: Floats, importance: Floats, probability: Floats, rates: Rates) -> Floats:
    """The mean of `direct_change` when the answer is right with `probability`, (…, N)."""
    right = direct_change(level, importance, True, rates)
    wrong = direct_change(level, importance, False, rates)
    return (probability * right + (1 - probability) * wrong).astype(np.float32)
