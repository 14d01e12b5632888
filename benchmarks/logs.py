"""Real logs for benchmarks, from ../shared/data (never in the project), and the AUC of what was predicted of them."""

import csv
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

DATA = Path(__file__).parents[2] / "shared" / "data"
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


def reviews() -> list[list[tuple[float, bool]]]:
    """One learner's flash cards, each with its reviews in order: day, recalled or not (rating 1 is "again")."""
    path = DATA / "fsrs" / "review_logs.csv"
    if not path.exists():
        print(f"skipped flash cards: {path} is missing")
        return []
    cards: dict[str, list[tuple[float, bool]]] = {}
    with path.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            day = datetime.fromisoformat(row["review_time"]).timestamp() / 86400
            cards.setdefault(row["card_id"], []).append((day, int(row["review_rating"]) > 1))
    return [sorted(card) for card in cards.values()]


def area(score: NDArray[Any], right: NDArray[np.bool_]) -> float:
    """Area under the ROC curve by ranks, ties shared (Mann–Whitney)."""
    ranks, positives = rankdata(score), int(right.sum())
    above = ranks[right].sum() - positives * (positives + 1) / 2
    return float(above / (positives * (len(right) - positives)))
