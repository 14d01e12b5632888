"""The learner's state, gain–propagation–forgetting (docs/design.md), and an estimate's uncertainty. Pure functions.

    direct      Δs_i = α⁺ (1 − s_i) η_i  if right,  −α⁻ s_i η_i  if wrong
    propagated  Δs_j = λ Σ_{k∈C} w_kj Δs_k
    update      s_j ← c(s_j + Δs_j + propagated_j)
    forgetting  s_j ← s_j exp(−μ Δt) for Δt ≥ 3 days
    reward      r = Σ_{i∈C} η_i Δs_i

Levels are in [0, 1]; a leading batch dimension is allowed everywhere.

Stability, in the `default` profile (the shape of FSRS, Ye et al. 2022: an answer after a longer pause adds more; the
constants are ours): a point fades at a rate μ of its own, 1/μ = S days. A right answer makes it fade more slowly, a
wrong one faster again, never faster than the course's rate μ₀.

    right   S ← S (1 + η (g + h (1 − R)))        R = e^(−μ Δt): what was left of the level when the answer came
    wrong   S ← max(1 / μ₀, S (1 − η / 2))

Demonstrated: the highest level that the learner's own answers showed, without forgetting. It keeps the gate of what
builds on a point open while the point fades (models/recommender.py), and a wrong answer lowers it as it lowers a level.

    right   d_i ← max(d_i, s_i)                  s_i after the answer
    wrong   d_i ← d_i − α⁻ η_i d_i

Uncertainty: a Beta distribution with the estimate as its mean,

    sd² = s (1 − s) / (w + 1)        w: answers that the estimate is worth

s (1 − s) is held at 0.02 or more, so that a level of 0 or 1 is never certain. An answer adds η to w on the points that
it touches; a change that reaches a point through W adds nothing.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from graph.learners.practice import FORGET_AFTER_DAYS, FORGETTING
from models.arrays import Flags, Floats


@dataclass(frozen=True)
class Rates:
    """Constants of the update; defaults from docs/design.md unless stated otherwise.

    Attributes:
        gain_right: α⁺, share of the missing mastery won by a right answer at η = 1; a course that does not set it gets
            `compute_gain_right` of what its points offer.
        gain_wrong: α⁻, share of the mastery lost by a wrong one.
        propagation: λ; next-answer AUC on real logs grows with it (ASSISTments: .713 at 0, .719 at 0.1, .738 at 1), but
            mastery by propagation alone gets less true; 0.1 keeps it within four points
            (benchmarks/knowledge_tracing/propagation.py).
        forgetting: μ, per day.
        forget_after_days: no forgetting before this many days without practice.
        compression: c, "clip" to [0, 1] or the published logistic "sigmoid".
        stability_gain, spacing_gain: g and h above; 0 and 0 where every point fades at the course's rate for ever.
        keeps_gates: whether a point once demonstrated stays met as a prerequisite.
    """

    gain_right: float = 0.35
    gain_wrong: float = 0.25
    propagation: float = 0.1
    forgetting: float = FORGETTING
    forget_after_days: float = FORGET_AFTER_DAYS
    compression: Literal["clip", "sigmoid"] = "clip"
    stability_gain: float = 0.5
    spacing_gain: float = 2.0
    keeps_gates: bool = True


MIN_VARIANCE = 0.02
"""Least s (1 − s), so that a level of 0 or 1 is never certain."""

LONGEST_STABILITY = 3650.0
"""Days; S does not grow beyond."""

RATE_PROFILES = {
    "default": Rates(),
    "paper": Rates(propagation=1.0, compression="sigmoid", stability_gain=0.0, spacing_gain=0.0, keeps_gates=False),
}
"""`paper` is the published update taken literally; it squeezes every touched value into [0.5, 0.73]."""


MASTERED_BY_ALL, LEAST_GAIN, GREATEST_GAIN = 0.82, 0.35, 0.85
"""Level after all that a point offers was answered right, and the bounds of α⁺ that follow from it."""


def compute_gain_right(offered: float) -> float:
    """Return α⁺ for a course whose points usually offer so many resources and questions.

    α⁺ = 1 − (1 − 0.82)^(1/n): answering each of the n right once masters the point; within [0.35, 0.85].
    """
    return float(np.clip(1 - (1 - MASTERED_BY_ALL) ** (1 / max(1.0, offered)), LEAST_GAIN, GREATEST_GAIN))


def compute_direct_change(level: Floats, importance: Floats, right: NDArray[np.bool_] | bool, rates: Rates) -> Floats:
    """Return Δs of the answer alone. level, importance: (…, N), importance 0 if untouched; right: (…, 1) or a bool."""
    gain = rates.gain_right * (1 - level) * importance
    loss = -rates.gain_wrong * level * importance
    return np.where(right, gain, loss).astype(np.float32)


def propagate_change(change: Floats, influence: sparse.csr_matrix, rates: Rates) -> Floats:
    """Return λ Σ_k w_kj Δs_k. change: (…, N); influence: W (N, N)."""
    return np.asarray((influence.T @ change.T).T * rates.propagation, dtype=np.float32)


def compress_level(level: Floats, rates: Rates) -> Floats:
    """Apply c: return the level compressed to [0, 1]."""
    if rates.compression == "sigmoid":
        return (1 / (1 + np.exp(-level))).astype(np.float32)
    return np.clip(level, 0.0, 1.0)


def update_levels(
    level: Floats, importance: Floats, right: NDArray[np.bool_] | bool, influence: sparse.csr_matrix, rates: Rates
) -> tuple[Floats, Floats]:
    """Apply one answer. Return the new levels (…, N) and the reward (…).

    Only points that the answer touches, directly or through W, change; the reward is Σ η Δs over the direct ones.
    """
    direct = compute_direct_change(level, importance, right, rates)
    total = direct + propagate_change(direct, influence, rates)
    changed = np.where((importance > 0) | (total != 0), compress_level(level + total, rates), level)
    reward = (importance * direct).sum(axis=-1)
    return changed.astype(np.float32), reward.astype(np.float32)


def decay_level(level: Floats, days: Floats, rates: Rates) -> Floats:
    """Return the level after `days` without practice, (…, N)."""
    return (level * kept_share(rates.forgetting, days, rates)).astype(np.float32)


def kept_share(rate: NDArray[np.floating] | float, days: NDArray[np.floating], rates: Rates) -> NDArray[np.floating]:
    """Return e^(−μ Δt), or 1 before `forget_after_days`; rate, days: (…, N)."""
    return np.where(days >= rates.forget_after_days, np.exp(-rate * days), 1.0)


def update_forgetting(rate: Floats, days: Floats, importance: Floats, right: Flags | bool, rates: Rates) -> Floats:
    """Return the rate a day at which points fade after an answer; rate, days, importance: (…, N), right: (…, 1).

    Untouched points (importance 0) keep their rate.
    """
    if not (rates.stability_gain or rates.spacing_gain) or rates.forgetting <= 0:
        return rate
    stability = 1 / np.maximum(rate, 1 / LONGEST_STABILITY)
    forgotten = 1 - kept_share(rate, days, rates)
    longer = stability * (1 + importance * (rates.stability_gain + rates.spacing_gain * forgotten))
    shorter = np.maximum(np.minimum(stability, 1 / rates.forgetting), stability * (1 - importance / 2))
    changed = 1 / np.minimum(np.where(right, longer, shorter), LONGEST_STABILITY)
    return np.where(importance > 0, changed, rate).astype(np.float32)


def update_demonstrated(
    demonstrated: Floats, level: Floats, importance: Floats, right: Flags | bool, rates: Rates
) -> Floats:
    """Return the demonstrated levels after an answer that left `level`; all (…, N), right: (…, 1) or a bool."""
    lower = demonstrated * (1 - rates.gain_wrong * importance)
    changed = np.where(right, np.maximum(demonstrated, level), lower)
    return np.where(importance > 0, changed, demonstrated).astype(np.float32)


def compute_expected_change(level: Floats, importance: Floats, probability: Floats, rates: Rates) -> Floats:
    """Return the mean of `compute_direct_change` if the answer is right with `probability`, (…, N)."""
    right = compute_direct_change(level, importance, True, rates)
    wrong = compute_direct_change(level, importance, False, rates)
    return (probability * right + (1 - probability) * wrong).astype(np.float32)


def compute_weight(level: Floats, sd: Floats) -> Floats:
    """Return w, the number of answers that an estimate with this sd is worth; 0 or more."""
    variance = np.clip(level * (1 - level), MIN_VARIANCE, None)
    return np.asarray(np.clip(variance / np.maximum(sd, 1e-3) ** 2 - 1, 0, None), dtype=np.float32)


def compute_sd(level: Floats, weight: Floats) -> Floats:
    """Return the standard deviation of an estimate that is worth `weight` answers."""
    return np.asarray(np.sqrt(np.clip(level * (1 - level), MIN_VARIANCE, None) / (weight + 1)), dtype=np.float32)


def update_sd(level: Floats, sd: Floats, importance: Floats, changed: Floats) -> Floats:
    """Return the sd after one answer moved `level` to `changed`; all of one shape (…, N)."""
    return compute_sd(changed, compute_weight(level, sd) + importance)
