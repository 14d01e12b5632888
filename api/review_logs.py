"""Who mastered what when, out of the graph's interactions or an answer log that somebody brings."""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from api.learner_logs import read
from graph.proposals.levels import Graph, read_levels
from models.learners.cleaning import clean
from models.mining.contract import MasteryLog
from models.mining.log import from_answers, from_levels

Report = Callable[[int, int], None]


async def mastery_log(graph: Graph, course: str, log: Path | None, report: Report) -> tuple[MasteryLog, list[str]]:
    """The log, and what is to be known of it, line by line; `report` hears how many learners of how many are read.

    Raises `NotFound` for the course.
    """
    if log is None:
        return await _from_graph(graph, course, report)
    points, answers, problems = await read(graph, course, log)
    cleaned, found = clean(answers, points)
    rows, columns = np.nonzero(cleaned.skill >= 0)
    when = cleaned.place if np.isnan(cleaned.days).any() else cleaned.days
    skills = np.array(cleaned.skills, dtype=object)[cleaned.skill[rows, columns]].astype(str)
    mastery = from_answers(cleaned.learner[rows], skills, when[rows], cleaned.right[rows])
    return mastery, [*map(str, problems), str(found)]


async def _from_graph(graph: Graph, course: str, report: Report) -> tuple[MasteryLog, list[str]]:
    levels = await read_levels(graph, course, report)
    mastery = from_levels(levels.learner, levels.point, levels.at, levels.level, levels.threshold)
    mastered = int(np.isfinite(mastery.at).sum())
    counts = f"{len(levels.at):,} interactions with points, {mastered:,} points mastered"
    return mastery, [f"{mastery.learners:,} learners, {counts}"]
