"""The diagnostic: s(0) as the share of right answers per point, and what is asked next.

With few answers a point the share is drawn to a prior: (right + a·prior) / (answers + a), a = ¼ pseudo-answer. An
untested point on the way keeps the prior; its uncertainty is that of a Beta distribution.
"""

import numpy as np

from models.course import Floats, Ints


def starting_level(
    right: Floats, answers: Floats, prior: float = 0.1, pseudo_answers: float = 0.25
) -> tuple[Floats, Floats]:
    """s(0) and its uncertainty (standard deviation), both (N,), from the right and all answers per point (N,).

    Two right answers of two give 0.9; none given gives the prior.
    """
    level = (right + pseudo_answers * prior) / (answers + pseudo_answers)
    weight = answers + pseudo_answers
    spread = np.sqrt(np.clip(level * (1 - level), 0.02, None) / (weight + 1))
    return level.astype(np.float32), spread.astype(np.float32)


def next_items(
    item_points: list[list[int]], order: Ints, asked: set[int], answers: Floats, per_point: int = 2, limit: int = 30
) -> list[int]:
    """Up to `limit` items not yet asked, points in topological order, until each has `per_point` answers (N,)."""
    place = {int(point): position for position, point in enumerate(order)}
    covered = answers.astype(int).copy()
    ranked = sorted(range(len(item_points)), key=lambda item: min((place[p] for p in item_points[item]), default=0))
    chosen: list[int] = []
    for item in ranked:
        points = item_points[item]
        if item not in asked and points and min(covered[p] for p in points) < per_point:
            chosen.append(item)
            covered[points] += 1
        if len(chosen) == limit:
            break
    return chosen
