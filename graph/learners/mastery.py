"""Read a learner's mastery with forgetting applied."""

from datetime import datetime
from typing import NamedTuple

from graph.connection import Graph
from graph.errors import NotFound
from graph.values import to_utc


class PointMastery(NamedTuple):
    """One point as one learner knows it.

    Attributes:
        level: in [0, 1] now, what was forgotten since included.
        stored: in [0, 1] when it was last practised.
        days: since then.
        sd: standard deviation of `level`.
    """

    point: str
    level: float
    stored: float
    days: float
    attempts: int
    sd: float


class MasteryLevels(NamedTuple):
    """How well points are known now, forgetting applied, days since each was practised, and standard deviations.

    `demonstrated`: the levels that own answers showed, without forgetting.
    """

    points: list[str]
    levels: list[float]
    days: list[float]
    sds: list[float]
    demonstrated: list[float]


async def read_mastery(graph: Graph, learner: str, now: datetime, course: str | None = None) -> list[PointMastery]:
    """Return every point that the learner ever touched, by id. Raises `NotFound`.

    `course` names whose rate of forgetting counts where an edge has none of its own; without it the learner's course.
    """
    rows = await graph.read("learn/mastery", learner=learner, course=course, now=to_utc(now))
    if not rows:
        raise NotFound("learner", learner)
    return list(map(PointMastery._make, rows[0]["mastery"]))
