"""AL-CPL (Liang et al. 2018): is the second concept a prerequisite of the first? From names and training pairs alone.

Published: 3 × 5 folds over pairs, a random forest on features of Wikipedia. Here without Wikipedia:

    names        scores of the names alone (models/mining/names.py)
    all          names and what the training pairs show of the two concepts
    disjoint     as `names`, no concept of a test pair in a training pair: what is left for a new course
    control      as `all`, on labels in random order: a leak would show as an AUC above one half

F1 is at the threshold that is best for the training pairs, each left out in turn.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import rankdata

from benchmarks.folders import DATA
from models.arrays import Doubles, Flags, Ints
from models.mining.names import NameFeatures, build_known_matrix, compute_structure, f1_score, fit_classifier

DOMAINS = ("data_mining", "geometry", "physics", "precalculus")
PUBLISHED_SCORES = {
    "data_mining": (0.800, 0.933),
    "geometry": (0.898, 0.980),
    "physics": (0.721, 0.939),
    "precalculus": (0.888, 0.977),
}
"""F1 and AUC of the random forest in ../shared/data/README.md."""
FOLDS = 5
VARIANTS = ("names", "all", "disjoint", "control")


@dataclass(frozen=True)
class ConceptPairs:
    """A domain: what the N names say, and M ordered pairs before → after with their labels 0/1."""

    names: NameFeatures
    before: Ints
    after: Ints
    label: Doubles


def read_domain(domain: str) -> ConceptPairs | None:
    """The second column is the prerequisite of the first. None where the files are missing."""
    folder = DATA / "al-cpl" / "data"
    if not folder.exists():
        return None
    pairs, positive = (_rows(folder / f"{domain}.{kind}") for kind in ("pairs", "preqs"))
    names = sorted({name for pair in pairs for name in pair})
    place = {name: number for number, name in enumerate(names)}
    after, before = np.array([[place[one] for one in pair] for pair in pairs]).T
    label = np.isin([",".join(pair) for pair in pairs], [",".join(pair) for pair in positive])
    return ConceptPairs(
        NameFeatures([name.replace("_", " ") for name in names]), before, after, label.astype(np.float64)
    )


def _rows(path: Path) -> list[list[str]]:
    return [line.split(",", 1) for line in path.read_text(encoding="utf-8").splitlines() if line]


def score_domain(pairs: ConceptPairs, variant: str, seed: int) -> tuple[float, float]:
    """F1 and AUC, the mean over folds."""
    draw = np.random.default_rng(seed)
    label = draw.permutation(pairs.label) if variant == "control" else pairs.label
    pairs = ConceptPairs(pairs.names, pairs.before, pairs.after, label)
    found = []
    for train, test in split_folds(pairs, draw, variant == "disjoint"):
        chance, threshold = predict_pairs(pairs, train, test, variant in ("all", "control"))
        found.append((f1_score(chance >= threshold, label[test] == 1), compute_auc(chance, label[test] == 1)))
    return tuple(np.mean(found, axis=0).tolist())


def split_folds(pairs: ConceptPairs, draw: np.random.Generator, disjoint: bool) -> list[tuple[Flags, Flags]]:
    """Training and test pairs (M,) of each fold; disjoint: concepts are split, pairs across the two left out."""
    if not disjoint:
        fold = draw.permutation(len(pairs.label)) % FOLDS
        return [(fold != number, fold == number) for number in range(FOLDS)]
    side = draw.permutation(len(pairs.names)) % FOLDS
    halves = [(side == number) | (side == (number + 1) % FOLDS) for number in range(FOLDS)]
    inside = [(held[pairs.before].astype(int) + held[pairs.after]) for held in halves]
    return [(count == 0, count == 2) for count in inside]


def predict_pairs(pairs: ConceptPairs, train: Flags, test: Flags, graph: bool) -> tuple[Doubles, float]:
    """The chance of each test pair, and the threshold best for the training pairs' F1."""
    names = pairs.names
    known = build_known_matrix(len(names), pairs.before[train], pairs.after[train], pairs.label[train])

    def features(which: Flags) -> Doubles:
        i, j = pairs.before[which], pairs.after[which]
        return np.hstack([names.features(i, j), compute_structure(known, i, j)]) if graph else names.features(i, j)

    rows, label = features(train), pairs.label[train]
    model = fit_classifier(rows, label)
    return model.chance(features(test)), model.threshold


def compute_auc(chance: Doubles, true: Flags) -> float:
    """Area under the ROC curve; one half where there is one class."""
    yes, no = true.sum(), (~true).sum()
    if not yes or not no:
        return 0.5
    return float((rankdata(chance)[true].sum() - yes * (yes + 1) / 2) / (yes * no))
