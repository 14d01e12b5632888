"""What is said of a mined pair in words: how many of those who worked on the later point mastered it, with and without.

The lift of `Mined` compares learners alike, moment by moment; these shares are the plain counts that it begins with, so
that a person can picture them: i counts as mastered for j when it was mastered before j was, or j is not mastered yet.
"""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from models.arrays import Flags, Ints
from models.mining.contract import MasteryLog, Mined


def shares(log: MasteryLog, mined: Mined) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(M,) shares of those who worked on `after` that mastered it: with `before` mastered first, and without.

    NaN where there is no such learner.
    """
    order = np.lexsort((log.learner, log.point))
    starts = np.searchsorted(log.point[order], np.arange(len(log.points) + 1))
    rows = [order[start:stop] for start, stop in pairwise(starts)]
    found = [_of(log, rows[i], rows[j]) for i, j in zip(mined.before, mined.after, strict=True)]
    both = np.array(found, dtype=np.float64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _of(log: MasteryLog, before: Ints, after: Ints) -> tuple[float, float]:
    """Of one pair; the rows of each point by learner."""
    when = np.where(np.isnan(log.at[after]), np.inf, log.at[after])
    earlier = np.full(len(after), np.inf)
    learners = log.learner[before]
    place = np.searchsorted(learners, log.learner[after])
    same = place < len(before)
    same[same] = learners[place[same]] == log.learner[after][same]
    earlier[same] = np.where(np.isnan(log.at[before]), np.inf, log.at[before])[place[same]]
    mastered, first = np.isfinite(when), np.isfinite(earlier) & (earlier < when)
    return _share(mastered[first]), _share(mastered[~first])


def _share(mastered: Flags) -> float:
    return float(mastered.mean()) if len(mastered) else np.nan
