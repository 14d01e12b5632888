"""What the prerequisites known so far say of another pair: how often each point is one, and what lies between.

The known pairs are a matrix Y (N, N): 1 where i is a prerequisite of j, 0 where it is known not to be, NaN elsewhere.
The features of i → j leave out what is known of i → j itself and of j → i: neither the answer nor its mirror image is
among them, whether the pair is used to learn from or asked about.
"""

import numpy as np

from models.arrays import Ints
from models.mining.contract import Doubles

STRUCTURE = (
    *("i leads", "j follows", "i follows", "j leads", "two steps", "three steps", "two back", "three back"),
    *("shared before", "shared after"),
)
PRIOR = 2.0
"""Pairs at the overall share that every share is drawn by."""


def known_pairs(points: int, before: Ints, after: Ints, label: Doubles) -> Doubles:
    """Y (N, N) from pairs (M,) and their labels 0/1."""
    known = np.full((points, points), np.nan)
    known[before, after] = label
    return known


def structure(known: Doubles, before: Ints, after: Ints) -> Doubles:
    """(M, F) of the pairs before → after (M,), in the order of STRUCTURE."""
    i, j = before, after
    there, edge = (~np.isnan(known)).astype(np.float64), np.nan_to_num(known)
    overall = edge.sum() / max(1.0, there.sum())

    def share(axis: int, point: Ints, pair: tuple[Ints, Ints]) -> Doubles:
        wins, seen = edge.sum(axis=axis)[point] - edge[pair], there.sum(axis=axis)[point] - there[pair]
        return np.asarray((wins + PRIOR * overall) / (seen + PRIOR))

    two = edge @ edge
    three = two @ edge
    shared_before, shared_after = edge.T @ edge, edge @ edge.T
    columns = (
        share(1, i, (i, j)),
        share(0, j, (i, j)),
        share(0, i, (j, i)),
        share(1, j, (j, i)),
        *(np.log1p(paths) for paths in (two[i, j], three[i, j], two[j, i], three[j, i])),
        *(np.log1p(paths) for paths in (shared_before[i, j], shared_after[i, j])),
    )
    return np.column_stack(columns)
