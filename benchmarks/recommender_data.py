"""What recommenders are measured on: trials by name, with what is known of their items.

ml-100k, ml-100k-last      MovieLens-100k, cut in time; each learner's last event left out
assist2009-last, assist2015-last      next skill; logs without a clock, so the last answer is left out; repeats count
english-log                learners with hidden tastes on the English course (models/course_log.py), cut in time; what
                           was feasible at each moment is asked about, and recommenders of the course can be asked
scale-1m                   a generated log of a million events, for the seconds of a fit
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

import numpy as np

from benchmarks import movielens
from benchmarks.logs import DATA, READERS
from benchmarks.recommenders_scale import one_million
from benchmarks.stage import imported
from graph.catalogue import course as course_rows
from graph.connection import Graph
from models.course import Course
from models.course_log import CourseTrial, Plan, self_chosen
from models.rankers.log import Catalogue, InteractionLog, log_of
from models.rankers.trial import Trial, cut_in_time, leave_last_out

NAMES = ("ml-100k", "ml-100k-last", "assist2009-last", "assist2015-last", "english-log", "scale-1m")
COURSE_LOG, SCALE = "english-log", "scale-1m"
MOMENTS = 2000
"""Asked about at scale."""


class Size(NamedTuple):
    """How much of the data: at most so many learners of a real log, and the plan of the course log."""

    learners: int | None = None
    plan: Plan = Plan()


@dataclass(frozen=True, eq=False)
class Study:
    """One trial. `moments` and `course` are those of a course log. `fixed`: the same learners whatever the seed."""

    name: str
    trial: Trial
    catalogue: Catalogue | None = None
    moments: CourseTrial | None = None
    course: Course | None = None
    fixed: bool = True


def study(name: str, seed: int = 0, size: Size | None = None) -> Study | None:
    """The data called `name`; None, after a line that says why, where its files are missing."""
    size = size or Size()
    if name == COURSE_LOG:
        return _course_log(seed, size.plan)
    if name == SCALE:
        return Study(name, cut_in_time(one_million(seed), most=MOMENTS, seed=seed), fixed=False)
    data = name.removesuffix("-last")
    found = _movielens() if data == "ml-100k" else _answers(data)
    if found is None:
        return None
    log, catalogue = found
    log = some_learners(log, size.learners)
    cut = cut_in_time if data == name else leave_last_out
    return Study(name, cut(log, repeats=data != "ml-100k"), catalogue)


def some_learners(log: InteractionLog, most: int | None, seed: int = 0) -> InteractionLog:
    """The log of at most so many learners, drawn at random."""
    if most is None or len(log.learners) <= most:
        return log
    chosen = np.random.default_rng(seed).choice(len(log.learners), most, replace=False)
    return log.take(np.isin(log.learner, chosen))


@cache
def _movielens() -> tuple[InteractionLog, Catalogue]:
    return movielens.read()


@cache
def _answers(name: str) -> tuple[InteractionLog, None] | None:
    if not (DATA / name).exists():
        print(f"skipped {name}: ../shared/data/{name} is missing")
        return None
    logs = READERS[name]()
    return answered([learner for part in (*logs.folds, logs.test) for learner in part]), None


def answered(learners: Sequence[tuple[Sequence[int], Sequence[int]]]) -> InteractionLog:
    """A log without a clock of skills and answers, learner by learner."""
    return log_of(
        [
            (f"l{number}", f"s{skill}", float(place), float(right == 1))
            for number, (skills, answers) in enumerate(learners)
            for place, (skill, right) in enumerate(zip(skills, answers, strict=True))
        ],
        clock=False,
    )


def _course_log(seed: int, plan: Plan) -> Study | None:
    found = english()
    if found is None:
        return None
    course, catalogue = found
    moments = self_chosen(course, plan, seed=seed)
    return Study(COURSE_LOG, moments.trial, catalogue, moments, course, fixed=False)


@cache
def english() -> tuple[Course, Catalogue] | None:
    """The English course as arrays, and its resources' texts and traits in the same order."""
    from api.catalogue_texts import catalogue_of
    from api.course_arrays import course_of

    async def read(graph: Graph) -> tuple[Course, Catalogue]:
        rows = await course_rows(graph, "english")
        return course_of(rows), catalogue_of(rows)

    return asyncio.run(imported("english", read))
