"""Real logs as `AnswerLog`s, split for each seed and protocol; read from ../shared/data, never part of the project.

    given   assist2009, assist2015: all training learners but a tenth, another tenth each seed; the test file's learners
    pykt    the same learners cut as the pyKT benchmark does (models/knowledge_tracing/evaluation.py), pieces of 200
            answers
    given   fsrs: fitted to the first 60, 70 or 80 % of the reviews (by seed), scored on the fifth that follows

Flash cards: one learner's reviews; each card is a learner of one point, and the rating "again" is a wrong answer.
Reviews a day or more after the last one are scored, as by py-fsrs. Splits do not depend on a model.
"""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.folders import DATA
from models.arrays import NO_INDEX
from models.knowledge_tracing.answer_log import AnswerLog, build_answer_log
from models.knowledge_tracing.evaluation import cut_pykt_pieces

MAX_OPPORTUNITIES = 40
MIN_DAYS_APART = 0.3
LearnerAnswers = tuple[list[int], list[int]]


@dataclass(frozen=True)
class FoldedLog:
    """Skills and answers of each learner: those to learn from, by validation fold, and those for the test."""

    folds: list[list[LearnerAnswers]]
    test: list[LearnerAnswers]

    def split(self, fold: int) -> tuple[list[LearnerAnswers], list[LearnerAnswers]]:
        """Training and validation learners when `fold` is held out."""
        rest = [learner for number, part in enumerate(self.folds) if number != fold for learner in part]
        return rest, self.folds[fold]


def read_assist2009() -> FoldedLog:
    """Three lines a learner: length, skills, answers. Folds by chance, the same each time."""

    def read(path: Path) -> list[LearnerAnswers]:
        lines = path.read_text().splitlines()
        numbers = [[int(value) for value in line.strip(",").split(",")] for line in lines]
        return list(zip(numbers[1::3], numbers[2::3], strict=True))

    folder = DATA / "assist2009"
    learners = read(folder / "assist2009_updated_train.csv")
    parts = np.array_split(np.random.default_rng(0).permutation(len(learners)), 5)
    return FoldedLog([[learners[i] for i in part] for part in parts], read(folder / "assist2009_updated_test.csv"))


def read_assist2015() -> FoldedLog:
    """fold, learner, "skills", "answers"; the files' own five folds."""

    def read(path: Path) -> list[tuple[str, LearnerAnswers]]:
        found = []
        for line in path.read_text().splitlines()[1:]:
            head, skills, _, answers, *_ = line.split('"')
            learner = [int(one) for one in skills.split(",")], [int(one) for one in answers.split(",")]
            found.append((head.split(",")[0], learner))
        return found

    folder = DATA / "assist2015"
    rows = read(folder / "train_valid.csv")
    folds = [[learner for fold, learner in rows if fold == str(number)] for number in range(5)]
    return FoldedLog(folds, [learner for _, learner in read(folder / "test.csv")])


LOG_READERS: dict[str, Callable[[], FoldedLog]] = {"assist2009": read_assist2009, "assist2015": read_assist2015}


def list_available() -> dict[str, FoldedLog]:
    """The answer logs that are there; says which are not."""
    found = {name: read() for name, read in LOG_READERS.items() if (DATA / name).exists()}
    for name in LOG_READERS.keys() - found.keys():
        print(f"skipped {name}: ../shared/data/{name} is missing")
    return found


@dataclass(frozen=True)
class PackedAnswers:
    """Answers of B learners, A in all: first opportunities of all P pairs (learner, skill), then second ones, …

    right, learner and place (position in the learner's log) are (A,); skill is (P,), pairs by falling length; active:
    how many pairs have a t-th opportunity.
    """

    right: NDArray[np.bool_]
    learner: NDArray[np.int64]
    place: NDArray[np.int64]
    skill: NDArray[np.int64]
    active: list[int]

    @property
    def opportunity(self) -> NDArray[np.int64]:
        """(A,) how often the learner met the skill before."""
        return np.repeat(np.arange(len(self.active)), self.active)


def pack_answers(learners: Sequence[LearnerAnswers]) -> PackedAnswers:
    """At most MAX_OPPORTUNITIES answers a pair."""
    pairs: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for number, (skills, outcomes) in enumerate(learners):
        for place, (skill, right) in enumerate(zip(skills, outcomes, strict=True)):
            pairs.setdefault((number, skill), []).append((right, number, place))
    ordered = sorted(pairs.items(), key=lambda pair: -len(pair[1]))
    longest = min(MAX_OPPORTUNITIES, len(ordered[0][1]))
    active = [sum(len(answers) > t for _, answers in ordered) for t in range(longest)]
    rows = [ordered[pair][1][t] for t, count in enumerate(active) for pair in range(count)]
    right, learner, place = np.array(rows, dtype=np.int64).T.copy()
    return PackedAnswers(right == 1, learner, place, np.array([skill for (_, skill), _ in ordered]), active)


def read_spaced_reviews() -> NDArray[np.float64]:
    """Return (R, 4): card, days since the last review, how many such reviews before, recalled.

    Of one learner's flash cards; reviews at least MIN_DAYS_APART days after one that succeeded.
    """
    path, rows = DATA / "fsrs" / "review_logs.csv", []
    if not path.exists():
        print(f"skipped flash cards: {path} is missing")
        return np.empty((0, 4))
    cards: dict[str, list[tuple[float, bool]]] = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = datetime.fromisoformat(row["review_time"]).timestamp() / 86400
            cards.setdefault(row["card_id"], []).append((day, int(row["review_rating"]) > 1))
    for number, reviews in enumerate(cards.values()):
        reviews.sort()
        apart = [(before, now) for before, now in pairwise(reviews) if now[0] - before[0] >= MIN_DAYS_APART]
        rows += [(number, now[0] - last[0], n, now[1]) for n, (last, now) in enumerate(apart) if last[1]]
    return np.array(rows, dtype=np.float64)


DATA_SETS = (*LOG_READERS, "fsrs")
PROTOCOLS = ("given", "pykt")
TRAINING_PARTS = 10
CUTS = (0.6, 0.7, 0.8)
SCORED_SHARE = 0.2
PYKT_SOURCE, PYBKT_SOURCE = "pyKT, arXiv 2206.11460", "pyBKT's own split"
PUBLISHED_AUC: dict[str, dict[str, tuple[float, str]]] = {
    "assist2009": {
        "dkt": (0.7541, PYKT_SOURCE),
        "simplekt": (0.7744, "simpleKT, arXiv 2302.06881"),
        "akt": (0.7853, PYKT_SOURCE),
        "bkt": (0.76, PYBKT_SOURCE),
        "bkt_forget": (0.83, PYBKT_SOURCE),
    },
    "assist2015": {"dkt": (0.7271, PYKT_SOURCE), "akt": (0.7281, PYKT_SOURCE)},
    "fsrs": {},
}
"""Test AUC by model and where it is published, from ../shared/data/README.md."""


@dataclass(frozen=True)
class Split:
    """Fit to `train`, replay `test`, score its answers where `scored` (A,).

    `ratings` are those of the test's flash cards, 1–4, (A,); (0,) elsewhere.
    """

    train: AnswerLog
    test: AnswerLog
    scored: NDArray[np.bool_]
    ratings: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))


class Assistments:
    """Learners apart in training and test; no clock, no items."""

    clock = False

    def __init__(self, logs: FoldedLog, learners: int | None) -> None:
        """`learners`: at most so many of each kind."""
        training = [learner for fold in logs.folds for learner in fold]
        self.order = np.random.default_rng(0).permutation(len(training))[:learners]
        skills = tuple(str(skill) for skill in sorted({skill for learner in training for skill in learner[0]}))
        self.train = load_answer_log(training, skills)
        self.test = load_answer_log(logs.test[:learners], skills)

    def split(self, seed: int, protocol: str) -> Split | None:
        """None where the protocol is not there."""
        out = set(np.array_split(self.order, TRAINING_PARTS)[seed % TRAINING_PARTS].tolist())
        train, test = self.train.take(np.array([one for one in self.order.tolist() if one not in out])), self.test
        if protocol == "given":
            return Split(train, test, np.ones(len(test.right), dtype=bool))
        pieces = cut_pykt_pieces(test)
        return Split(cut_pykt_pieces(train), pieces, pieces.index > 0)


class FlashCards:
    """One learner's dated reviews."""

    clock = True

    def __init__(self, log: AnswerLog, ratings: NDArray[np.int64]) -> None:
        self.log, self.ratings = log, ratings

    def split(self, seed: int, protocol: str) -> Split | None:
        """The reviews before a moment, and all with those of the fifth after it scored."""
        if protocol != "given":
            return None
        share = CUTS[seed % len(CUTS)]
        start, end = np.quantile(self.log.days, [share, share + SCORED_SHARE])
        since = np.diff(self.log.days, prepend=np.nan)
        scored = (self.log.days >= start) & (self.log.days <= end) & (self.log.index > 0) & (since >= 1)
        return Split(select_before(self.log, float(start)), self.log, scored, self.ratings)


def read_data_set(name: str, learners: int | None) -> Assistments | FlashCards | None:
    """The data set, or None where its files are missing."""
    if not (DATA / name).exists():
        print(f"skipped {name}: ../shared/data/{name} is missing")
        return None
    return Assistments(LOG_READERS[name](), learners) if name in LOG_READERS else FlashCards(*read_flash_cards())


def load_answer_log(learners: Sequence[LearnerAnswers], skills: tuple[str, ...]) -> AnswerLog:
    """Learners by number; a skill that is not among `skills` becomes NO_INDEX."""
    place = {int(skill): position for position, skill in enumerate(skills)}
    lengths = [len(learner[0]) for learner in learners]
    asked = [place.get(skill, NO_INDEX) for learner in learners for skill in learner[0]]
    return AnswerLog(
        learners=tuple(str(number) for number in range(len(learners))),
        skills=skills,
        items=(),
        starts=np.concatenate([[0], np.cumsum(lengths)]),
        skill=np.array(asked, dtype=np.int64)[:, None],
        item=np.full(len(asked), NO_INDEX),
        right=np.array([answer for learner in learners for answer in learner[1]]) == 1,
        days=np.full(len(asked), np.nan),
    )


def read_flash_cards() -> tuple[AnswerLog, NDArray[np.int64]]:
    """Cards as learners of the point "card", reviews by time, as days since 1970; and the ratings."""
    with (DATA / "fsrs" / "review_logs.csv").open(encoding="utf-8") as file:
        reviews = sorted(
            (row["card_id"], datetime.fromisoformat(row["review_time"]).timestamp() / 86400, int(row["review_rating"]))
            for row in csv.DictReader(file)
        )
    log = build_answer_log([(card, ["card"], None, rating > 1, day) for card, day, rating in reviews])
    return log, np.array([rating for _, _, rating in reviews])


def select_before(log: AnswerLog, day: float) -> AnswerLog:
    """The answers given before `day`, and the learners who gave some; each learner's are sorted by time."""
    early = np.bincount(log.learner, weights=log.days < day, minlength=len(log.learners)).astype(np.int64)
    kept = log.days < day
    some = np.flatnonzero(early)
    return AnswerLog(
        learners=tuple(log.learners[one] for one in some),
        skills=log.skills,
        items=log.items,
        starts=np.concatenate([[0], np.cumsum(early[some])]),
        skill=log.skill[kept],
        item=log.item[kept],
        right=log.right[kept],
        days=log.days[kept],
    )
