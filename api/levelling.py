"""What the answers of a diagnostic say: s(0) of every point on the way."""

import numpy as np

from api.placing import Ground
from api.served import Served
from graph.diagnostics import Asked
from graph.practice import Change


def levels(served: Served, ground: Ground, answered: list[Asked], practised: list[str]) -> list[Change]:
    """s(0) with its uncertainty. A point that was not asked about is inferred, unless it was `practised`."""
    if not answered:
        return []
    estimate = ground.placement.estimate(ground.belief(answered))
    tested = {point for each in answered for point in served.question(each.item).points}
    ids, kept = served.course.point_ids, set(practised)
    return [
        Change(ids[point], float(np.clip(level, 0, 1)), float(spread))
        for point, level, spread in zip(
            ground.placement.field.points.tolist(), estimate.level[0], estimate.spread[0], strict=True
        )
        if point in tested or ids[point] not in kept
    ]
