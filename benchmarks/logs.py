"""Real logs for benchmarks, from ../shared/data (never in the project)."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

DATA = Path(__file__).parents[2] / "shared" / "data"
OPPORTUNITIES = 40
APART = 0.3
Learner = tuple[list[int], list[int]]


@dataclass(frozen=True)
class Logs:
    """Skills and answers of each learner: those to learn from, by validation fold, and those for the test."""

    folds: list[list[Learner]]
    test: list[Learner]

    def split(self, fold: int) -> tuple[list[Learner], list[Learner]]:
        """Training and validation learners when `fold` is held out."""
        rest = [learner for number, part in enumerate(self.folds) if number != fold for learner in part]
        return rest, self.folds[fold]


def assist2009() -> Logs:
    """Three lines a learner: length, skills, answers. Folds by chance, the same each time."""

    def read(path: Path) -> list[Learner]:
        lines = path.read_text().splitlines()
        numbers = [[int(value) for value in line.strip(",").split(",")] for line in lines]
        return list(zip(numbers[1::3], numbers[2::3], strict=True))

    folder = DATA / "assist2009"
    learners = read(folder / "assist2009_updated_train.csv")
    parts = np.array_split(np.random.default_rng(0).permutation(len(learners)), 5)
    return Logs([[learners[i] for i in part] for part in parts], read(folder / "assist2009_updated_test.csv"))


def assist2015() -> Logs:
    """fold, learner, "skills", "answers"; the files' own five folds."""

    def read(path: Path) -> list[tuple[str, Learner]]:
        found = []
        for line in path.read_text().splitlines()[1:]:
            head, skills, _, answers, *_ = line.split('"')
            learner = [int(one) for one in skills.split(",")], [int(one) for one in answers.split(",")]
            found.append((head.split(",")[0], learner))
        return found

    folder = DATA / "assist2015"
    rows = read(folder / "train_valid.csv")
    folds = [[learner for fold, learner in rows if fold == str(number)] for number in range(5)]
    return Logs(folds, [learner for _, learner in read(folder / "test.csv")])


READERS: dict[str, Callable[[], Logs]] = {"assist2009": assist2009, "assist2015": assist2015}


def available() -> dict[str, Logs]:
    """The answer logs that are there; says which are not."""
    found = {name: read() for name, read in READERS.items() if (DATA / name).exists()}
    for name in READERS.keys() - found.keys():
        print(f"skipped {name}: ../shared/data/{name} is missing")
    return found


@dataclass(frozen=True)
class Packed:
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


def pack(learners: Sequence[Learner]) -> Packed:
    """At most OPPORTUNITIES answers a pair."""
    pairs: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
    for number, (skills, outcomes) in enumerate(learners):
        for place, (skill, right) in enumerate(zip(skills, outcomes, strict=True)):
            pairs.setdefault((number, skill), []).append((right, number, place))
    ordered = sorted(pairs.items(), key=lambda pair: -len(pair[1]))
    longest = min(OPPORTUNITIES, len(ordered[0][1]))
    active = [sum(len(answers) > t for _, answers in ordered) for t in range(longest)]
    rows = [ordered[pair][1][t] for t, count in enumerate(active) for pair in range(count)]
    right, learner, place = np.array(rows, dtype=np.int64).T.copy()
    return Packed(right == 1, learner, place, np.array([skill for (_, skill), _ in ordered]), active)


def spaced_reviews() -> NDArray[np.float64]:
    """One learner's flash cards: card, days since the last review (≥ APART, it succeeded), earlier such, recalled."""
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
        apart = [(before, now) for before, now in pairwise(reviews) if now[0] - before[0] >= APART]
        rows += [(number, now[0] - last[0], n, now[1]) for n, (last, now) in enumerate(apart) if last[1]]
    return np.array(rows, dtype=np.float64)
