"""The plain diagnostic, which simulated learners take: s(0) as the share of right answers per point.

With few answers a point the share is drawn to a prior: (right + a·prior) / (answers + a), a = ¼ pseudo-answer. An
untested point on the way keeps the prior; its uncertainty is that of a Beta distribution.
"""

import numpy as np

from models.course import Floats
from models.evidence import spread_of


def starting_level(
    right: Floats, answers: Floats, prior: float = 0.1, pseudo_answers: float = 0.25
) -> tuple[Floats, Floats]:
    """s(0) and its uncertainty (standard deviation), both (N,), from the right and all answers per point (N,).

    Two right answers of two give 0.9; none given gives the prior.
    """
    level = (right + pseudo_answers * prior) / (answers + pseudo_answers)
    weight = answers + pseudo_answers
    return level.astype(np.float32), spread_of(level, weight)
