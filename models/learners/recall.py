"""FSRS-6, the equations: https://github.com/open-spaced-repetition/fsrs4anki/wiki/The-Algorithm; parameters w₀ … w₂₀.

    R = (1 + F t / S)^−w₂₀,  F = 0.9^(−1/w₂₀) − 1          recall after t days; S: days until R = 0.9
    first review            S = w_{g−1},  D = w₄ − e^{w₅(g−1)} + 1
    difficulty              D ← w₇ D₀(4) + (1 − w₇)(D − w₆ (g − 3)(10 − D)/9), held in [1, 10]
    recalled                S ← S (1 + e^{w₈}(11 − D) S^−w₉ (e^{w₁₀(1−R)} − 1) h b),  h = w₁₅ if hard, b = w₁₆ if easy
    forgotten               S ← min(w₁₁ D^−w₁₂ ((S + 1)^w₁₃ − 1) e^{w₁₄(1−R)},  S / e^{w₁₇w₁₈})
    again on the same day   S ← S e^{w₁₇(g − 3 + w₁₈)} S^−w₁₉, the factor ≥ 1 unless g = 1

g: 1 again, 2 hard, 3 good, 4 easy. As in the `fsrs` package, t is in whole days. Operators and `clip` alone, so that
arrays and tensors go through the same lines; tests compare them with the package, from which bounds and defaults come.
Its learning steps and fuzz belong to a flash-card timetable and are left out.
"""

import math
from typing import Any

from fsrs.scheduler import DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, STABILITY_MIN, UPPER_BOUNDS_PARAMETERS

DEFAULTS, LOWEST, HIGHEST = DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, UPPER_BOUNDS_PARAMETERS
AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
_EASIEST, _HARDEST = 1.0, 10.0


def retrievability(stability: Any, days: Any, w: Any) -> Any:
    """R: the probability of recall `days` after the last review; 1 on the same day."""
    return (1 + _factor(w) * (days // 1) / stability.clip(min=STABILITY_MIN)) ** -w[20]


def due_in(stability: Any, w: Any, retention: float = 0.9) -> Any:
    """Days after the last review until R has fallen to `retention`; at the default, S itself."""
    return stability / _factor(w) * (retention ** (-1 / w[20]) - 1)


def reviewed(stability: Any, difficulty: Any, days: Any, rating: Any, w: Any) -> tuple[Any, Any]:
    """Stability and difficulty after a review, all of one shape; stability 0 before the first, ratings integers."""
    first, same_day, again = (1.0 * flag for flag in (stability <= 0, days < 1, rating == AGAIN))
    s, d = stability.clip(min=STABILITY_MIN), difficulty.clip(min=_EASIEST)
    recall = retrievability(s, days, w)
    later = again * _forgotten(s, d, recall, w) + (1 - again) * _recalled(s, d, recall, rating, w)
    following = same_day * _same_day(s, rating, again, w) + (1 - same_day) * later
    stability = (first * w[rating - 1] + (1 - first) * following).clip(min=STABILITY_MIN)
    difficulty = first * _first_difficulty(rating, w) + (1 - first) * _next_difficulty(d, rating, w)
    return stability, difficulty.clip(min=_EASIEST, max=_HARDEST)


def _factor(w: Any) -> Any:
    return 0.9 ** (-1 / w[20]) - 1


def _first_difficulty(rating: Any, w: Any) -> Any:
    return w[4] - math.e ** (w[5] * (rating - 1)) + 1


def _next_difficulty(d: Any, rating: Any, w: Any) -> Any:
    damped = d - w[6] * (rating - 3) * (10 - d) / 9
    return w[7] * _first_difficulty(EASY, w) + (1 - w[7]) * damped


def _recalled(s: Any, d: Any, recall: Any, rating: Any, w: Any) -> Any:
    bonus = 1 + (rating == HARD) * (w[15] - 1) + (rating == EASY) * (w[16] - 1)
    return s * (1 + math.e ** w[8] * (11 - d) * s ** -w[9] * (math.e ** ((1 - recall) * w[10]) - 1) * bonus)


def _forgotten(s: Any, d: Any, recall: Any, w: Any) -> Any:
    long = w[11] * d ** -w[12] * ((s + 1) ** w[13] - 1) * math.e ** ((1 - recall) * w[14])
    short = s / math.e ** (w[17] * w[18])
    return long - (long - short).clip(min=0)


def _same_day(s: Any, rating: Any, again: Any, w: Any) -> Any:
    factor = math.e ** (w[17] * (rating - 3 + w[18])) * s ** -w[19]
    return s * (again * factor + (1 - again) * factor.clip(min=1))
