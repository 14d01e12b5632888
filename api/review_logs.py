"""Who mastered what when, out of the graph's answers or an answer log that somebody brings; one rule for both.

A point is mastered when three answers in a row were right (models/mining/log.py). The levels that a deployment keeps
are not asked: of 10 simulated logs with a planted prerequisite (tests/api/planted.py, 1,000 learners, 25 answers each)
the answers gave it away in 9, the gain model's levels in none; and levels carry what was passed on along known edges.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from api.learner_logs import read
from graph.proposals.answers import Graph, read_answers
from models.learners.cleaning import clean
from models.mining.contract import MasteryLog
from models.mining.log import from_answers

Report = Callable[[int, int], None]


async def mastery_log(graph: Graph, course: str, log: Path | None, report: Report) -> tuple[MasteryLog, list[str]]:
    """The log, and what is to be known of it, line by line; `report` hears how many learners of how many are read.

    Raises `NotFound` for the course.
    """
    if log is not None:
        return await _from_files(graph, course, log)
    answers = await read_answers(graph, course, report)
    mastery = from_answers(answers.learner, answers.point, answers.at, answers.right)
    return mastery, [f"{len(answers.at):,} answers on points", _about(mastery)]


async def _from_files(graph: Graph, course: str, log: Path) -> tuple[MasteryLog, list[str]]:
    points, answers, problems = await read(graph, course, log)
    cleaned, found = clean(answers, points)
    rows, columns = np.nonzero(cleaned.skill >= 0)
    when = cleaned.place if np.isnan(cleaned.days).any() else cleaned.days
    skills = np.array(cleaned.skills, dtype=object)[cleaned.skill[rows, columns]].astype(str)
    mastery = from_answers(cleaned.learner[rows], skills, when[rows], cleaned.right[rows])
    return mastery, [*map(str, problems), str(found), _about(mastery)]


def _about(log: MasteryLog) -> str:
    mastered = int(np.isfinite(log.at).sum())
    return f"{log.learners:,} learners worked on {len(log.at):,} points in all and mastered {mastered:,}"
