"""What learner models are fitted to and scored on: real logs as `AnswerLog`s, split for each seed and protocol.

    given   assist2009, assist2015: all training learners but a tenth, another tenth each seed; the test file's learners
    pykt    the same learners cut as the pyKT benchmark does (models/learners/protocol.py), pieces of 200 answers
    given   fsrs: fitted to the first 60, 70 or 80 % of the reviews (by seed), scored on the fifth that follows

Flash cards: one learner's reviews; every card stands as a learner of one point, and "again" is a wrong answer. Scored
are reviews a day or more after the last one, as py-fsrs does. Splits know nothing of a model.
"""

import csv
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray

from benchmarks.logs import DATA, READERS, Learner, Logs
from models.learners.log import NOTHING, AnswerLog, log_of

NAMES = (*READERS, "fsrs")
PROTOCOLS = ("given", "pykt")
PARTS = 10
CUTS = (0.6, 0.7, 0.8)
NEXT = 0.2
PYKT, PYBKT = "pyKT, arXiv 2206.11460", "pyBKT's own split"
PUBLISHED: dict[str, dict[str, tuple[float, str]]] = {
    "assist2009": {
        "dkt": (0.7541, PYKT),
        "simplekt": (0.7744, "simpleKT, arXiv 2302.06881"),
        "akt": (0.7853, PYKT),
        "bkt": (0.76, PYBKT),
        "bkt_forget": (0.83, PYBKT),
    },
    "assist2015": {"dkt": (0.7271, PYKT), "akt": (0.7281, PYKT)},
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

    def __init__(self, logs: Logs, learners: int | None) -> None:
        """`learners`: at most so many of each kind."""
        training = [learner for fold in logs.folds for learner in fold]
        self.order = np.random.default_rng(0).permutation(len(training))[:learners]
        skills = tuple(str(skill) for skill in sorted({skill for learner in training for skill in learner[0]}))
        self.train = answer_log(training, skills)
        self.test = answer_log(logs.test[:learners], skills)

    def split(self, seed: int, protocol: str) -> Split | None:
        """None where the protocol is not there."""
        out = set(np.array_split(self.order, PARTS)[seed % PARTS].tolist())
        train, test = self.train.take(np.array([one for one in self.order.tolist() if one not in out])), self.test
        if protocol == "given":
            return Split(train, test, np.ones(len(test.right), dtype=bool))
        if find_spec("models.learners.protocol") is None:
            return None
        from models.learners.protocol import pykt_pieces

        pieces = pykt_pieces(test)
        return Split(pykt_pieces(train), pieces, pieces.place > 0)


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
        start, end = np.quantile(self.log.days, [share, share + NEXT])
        since = np.diff(self.log.days, prepend=np.nan)
        scored = (self.log.days >= start) & (self.log.days <= end) & (self.log.place > 0) & (since >= 1)
        return Split(before(self.log, float(start)), self.log, scored, self.ratings)


def read(name: str, learners: int | None) -> Assistments | FlashCards | None:
    """The data set, or None where its files are missing."""
    if not (DATA / name).exists():
        print(f"skipped {name}: ../shared/data/{name} is missing")
        return None
    return Assistments(READERS[name](), learners) if name in READERS else FlashCards(*flash_cards())


def answer_log(learners: Sequence[Learner], skills: tuple[str, ...]) -> AnswerLog:
    """Learners by number; a skill that is not among `skills` becomes NOTHING."""
    place = {int(skill): position for position, skill in enumerate(skills)}
    lengths = [len(learner[0]) for learner in learners]
    asked = [place.get(skill, NOTHING) for learner in learners for skill in learner[0]]
    return AnswerLog(
        learners=tuple(str(number) for number in range(len(learners))),
        skills=skills,
        items=(),
        starts=np.concatenate([[0], np.cumsum(lengths)]),
        skill=np.array(asked, dtype=np.int64)[:, None],
        item=np.full(len(asked), NOTHING),
        right=np.array([answer for learner in learners for answer in learner[1]]) == 1,
        days=np.full(len(asked), np.nan),
    )


def flash_cards() -> tuple[AnswerLog, NDArray[np.int64]]:
    """Cards as learners of the point "card", reviews by time, as days since 1970; and the ratings."""
    with (DATA / "fsrs" / "review_logs.csv").open(encoding="utf-8") as file:
        reviews = sorted(
            (row["card_id"], datetime.fromisoformat(row["review_time"]).timestamp() / 86400, int(row["review_rating"]))
            for row in csv.DictReader(file)
        )
    log = log_of([(card, ["card"], None, rating > 1, day) for card, day, rating in reviews])
    return log, np.array([rating for _, _, rating in reviews])


def before(log: AnswerLog, day: float) -> AnswerLog:
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
