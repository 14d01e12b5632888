"""Where a new learner starts who names a level: a first guess of every point, worth a few answers at most."""

import numpy as np

from api.served import Served
from graph.errors import Invalid
from graph.practice import Change
from models.learners.start import handed_over, placed, ranks


def declared(served: Served, level: str) -> list[Change]:
    """s(0) of the course's points that have a level. Raises `Invalid` for a level that the course does not have."""
    rank, order = ranks(served.levels)
    if level not in order:
        raise Invalid(f"The course {served.course.id!r} has no level {level!r}; it has {', '.join(order)}.", "level")
    nothing = np.zeros(0, dtype=np.int64)
    prior = placed(rank, float(order.index(level)), nothing, nothing.astype(bool))
    zeros = np.zeros(len(rank), dtype=np.float32)
    start = handed_over(prior, zeros, zeros)
    ids = served.course.point_ids
    return [
        Change(ids[point], float(start.level[point]), float(start.spread[point]))
        for point in np.flatnonzero(prior.weight > 0)
    ]
