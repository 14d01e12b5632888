"""What the answers of a diagnostic say: s(0) by point."""

import numpy as np

from api.served import Served
from graph.diagnostics import Asked
from graph.practice import Change
from models.diagnostic import starting_level


def levels(served: Served, asked: list[Asked]) -> list[Change]:
    """s(0) with its uncertainty, from the share of right answers; only points with an answer."""
    right, answers = (np.zeros(served.course.points, dtype=np.float32) for _ in range(2))
    for each in asked:
        if each.right is not None:
            points = list(served.question(each.item).points)
            right[points] += each.right
            answers[points] += 1
    level, spread = starting_level(right, answers)
    ids = served.course.point_ids
    return [Change(ids[point], float(level[point]), float(spread[point])) for point in np.flatnonzero(answers)]
