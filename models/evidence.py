"""How sure an estimate of mastery is: a Beta distribution with the estimate as its mean.

    spread² = s (1 − s) / (w + 1)        w: answers that the estimate is worth

s (1 − s) is held at 0.02 or more, so that a level of 0 or 1 is never certain. An answer adds η to w on the points that
it touches; one that reaches a point through W adds nothing.
"""

import numpy as np

from models.arrays import Floats

LEAST_VARIANCE = 0.02


def weight_of(level: Floats, spread: Floats) -> Floats:
    """w, how many answers an estimate with this spread (standard deviation) is worth; 0 or more."""
    variance = np.clip(level * (1 - level), LEAST_VARIANCE, None)
    return np.asarray(np.clip(variance / np.maximum(spread, 1e-3) ** 2 - 1, 0, None), dtype=np.float32)


def spread_of(level: Floats, weight: Floats) -> Floats:
    """The standard deviation of an estimate that is worth `weight` answers."""
    return np.asarray(np.sqrt(np.clip(level * (1 - level), LEAST_VARIANCE, None) / (weight + 1)), dtype=np.float32)


def after_answer(level: Floats, spread: Floats, importance: Floats, changed: Floats) -> Floats:
    """The spread after one answer moved `level` to `changed`; all of one shape (…, N)."""
    return spread_of(changed, weight_of(level, spread) + importance)
