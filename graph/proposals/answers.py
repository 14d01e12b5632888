"""Dated answers out of the graph: what learners got right and wrong on the points that they worked on."""

from collections.abc import Callable
from dataclasses import dataclass, field

from graph.connection import Graph
from graph.log_files import SECONDS_A_DAY

LEARNERS = 200
"""Learners whose answers travel at once."""


@dataclass(frozen=True)
class Answers:
    """A answers: who, on which point, days since 1970, and how it went. What teaches two points gives two."""

    learner: list[str] = field(default_factory=list)
    point: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)


async def read_answers(
    graph: Graph, course: str, report: Callable[[int, int], None] = lambda done, total: None
) -> Answers:
    """Every learner's answers, oldest first; `report` hears how many learners of how many are read."""
    answers, after, done = Answers(), "", 0
    while True:
        rows = await graph.read("propose/answers", course=course, after=after, learners=LEARNERS)
        if not rows:
            return answers
        for row in rows:
            for point, moment, right in row["rows"]:
                answers.learner.append(row["learner"])
                answers.point.append(point)
                answers.at.append(moment / 1000 / SECONDS_A_DAY)
                answers.right.append(right)
        after, done = rows[-1]["learner"], done + len(rows)
        report(done, rows[0]["total"])


__all__ = ["Answers", "Graph", "read_answers"]
