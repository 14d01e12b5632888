"""What passes between a log, the miners and the proposals: who mastered what when, and which pairs follow from it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.arrays import Flags as Flags
from models.arrays import Ints as Ints

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class MasteryLog:
    """Who mastered which points when: one row for each learner and point that the learner worked on.

    Attributes:
        points: ids of the points, N.
        learners: how many learners there are, L.
        learner: (A,) in 0 … L−1.
        point: (A,) in 0 … N−1; a pair (learner, point) occurs once.
        at: (A,) days since any start, or order, of first mastery; NaN: worked on and not mastered yet; `since`: known
            already when the learner met it.
        since: (A,) the same of the first answer on the point.
    """

    points: tuple[str, ...]
    learners: int
    learner: Ints
    point: Ints
    at: Doubles
    since: Doubles


@dataclass(frozen=True)
class Mined:
    """Proposed prerequisites, strongest first, as arrays of M pairs.

    Attributes:
        before, after: (M,) positions of points: `before` is a prerequisite of `after`.
        support: (M,) learners who mastered both, `before` first.
        confidence: (M,) share of those who mastered both that mastered `before` first.
        lift: (M,) P(after mastered | before mastered) over P(after mastered | before not mastered).
        p_value: (M,) the larger of the two tests' p-values, corrected for all pairs tested (Benjamini & Hochberg 1995).
        tested: pairs that were tested.
    """

    before: Ints
    after: Ints
    support: Doubles
    confidence: Doubles
    lift: Doubles
    p_value: Doubles
    tested: int
