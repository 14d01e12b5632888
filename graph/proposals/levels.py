"""Dated levels out of the graph's interactions: when learners came to master what they worked on."""

from collections.abc import Callable
from dataclasses import dataclass, field

from graph.connection import Graph
from graph.log_files import SECONDS_A_DAY

LEARNERS = 200
"""Learners whose interactions travel at once."""


@dataclass(frozen=True)
class Levels:
    """A levels: who, which point, days since 1970, mastery then, and from which mastery on the point is mastered."""

    learner: list[str] = field(default_factory=list)
    point: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    level: list[float] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)


async def read_levels(
    graph: Graph, course: str, report: Callable[[int, int], None] = lambda done, total: None
) -> Levels:
    """Every learner's levels, oldest first; `report` hears how many learners of how many are read."""
    levels, after, done = Levels(), "", 0
    while True:
        rows = await graph.read("review/levels", course=course, after=after, learners=LEARNERS)
        if not rows:
            return levels
        for row in rows:
            for point, moment, level, threshold in row["rows"]:
                levels.learner.append(row["learner"])
                levels.point.append(point)
                levels.at.append(moment / 1000 / SECONDS_A_DAY)
                levels.level.append(level)
                levels.threshold.append(threshold)
        after, done = rows[-1]["learner"], done + len(rows)
        report(done, rows[0]["total"])
