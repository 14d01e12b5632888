"""A course that is nothing but skills: one practice for each knowledge point, all alike.

What a world has where no catalogue is known: KSS, and skills of an answer log.
"""

from collections.abc import Sequence

import numpy as np

from models.course import KINDS, Course, Ints, Thresholds
from models.learners.tracer import Tracer

MINUTES = 5


def skill_course(
    id: str,
    point_ids: Sequence[str],
    prerequisites: Ints,
    tracer: Tracer | None = None,
    thresholds: Thresholds | None = None,
) -> Course:
    """N points, N resources of the same ids: resource k practises point k. `prerequisites` (E, 2) as (from, to)."""
    size, limits = len(point_ids), thresholds or Thresholds()
    return Course(
        id=id,
        point_ids=list(point_ids),
        resource_ids=list(point_ids),
        prerequisites=np.asarray(prerequisites, dtype=np.int64).reshape(-1, 2),
        related=np.zeros((0, 2), dtype=np.int64),
        related_weight=np.zeros(0, dtype=np.float32),
        taught=np.arange(size)[:, None],
        importance=np.ones((size, 1), dtype=np.float32),
        mastered=np.full(size, limits.mastered, dtype=np.float32),
        met=np.full(size, limits.met, dtype=np.float32),
        difficulty=np.zeros(size, dtype=np.float32),
        minutes=np.full(size, MINUTES, dtype=np.float32),
        kind=np.full(size, KINDS.index("practice"), dtype=np.int64),
        modality=np.zeros(size, dtype=np.int64),
        tracer=tracer,
        thresholds=limits,
    )
