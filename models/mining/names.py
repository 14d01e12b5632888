"""Prerequisites from names and descriptions of points, for a course without a log.

A classifier is trained on the course's own prerequisites: features of names, texts and graph position that its edges
have and that their mirror images and random pairs lack. It then gives every other candidate pair a probability. With
fewer than MIN_TRAINING_EDGES edges a fixed rule is used instead: the name or the words of one point are in the name or
the text of the other.

Name features of an ordered pair i → j. "Matrix" is in "Inverse matrix", and "Limits" is in the text of "Derivatives":
the point that is contained in the other comes first more often than not. Names that others are built on are general.

    inside       share of i's words that are in j's name, and of j's in i's
    alike        cosine of letter trigrams, TF-IDF (models.rankers.text); same last, same first word
    length       words and letters of i's name less those of j's
    general      log of how many other names hold all words of i, less the same of j; similarity of each to all others
    mentioned    share of i's words that are in j's description, and of j's in i's; 0 without descriptions

Left out: encyclopaedias and their links, which published scorers rest on; sentence embeddings.

Structure features: how often each point is a prerequisite, and what lies between the two. The known pairs are a matrix
Y (N, N): 1 where i is a prerequisite of j, 0 where it is known not to be, NaN elsewhere. The features of i → j leave
out what is known of i → j itself and of j → i, so that neither the answer nor its mirror image is among them, in
training or in prediction.

Classifier: kernel ridge regression of 0/1 labels, for a few thousand rows, without iterations.

    f(x) = Σ_m α_m exp(−‖x − x_m‖² / (h F)),    α = (K + r I)⁻¹ (y − ȳ)        columns by rank, F of them

The ridge r is the one with the least leave-one-out error, y_m − f₋ₘ(x_m) = α_m / (K + r I)⁻¹_mm (Saunders et al.
1998); h = 1/6, the mean squared distance of two ranks. A logistic curve fitted to the leave-one-out values turns f into
a probability (Platt 1999).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy import sparse
from scipy.linalg import cholesky
from scipy.linalg.lapack import dpotri
from scipy.optimize import minimize
from scipy.special import expit

from models.arrays import Doubles, Flags, Ints
from models.rankers.text import Terms, split_words

NAME_NGRAM_LENGTH = 3
NAME_COLUMNS = (
    *("inside", "outside", "alike", "same last", "same first", "words", "letters"),
    *("general", "typical before", "typical after", "mentioned", "mentions"),
)
STRUCTURE_COLUMNS = (
    *("i leads", "j follows", "i follows", "j leads", "two steps", "three steps", "two back", "three back"),
    *("shared before", "shared after"),
)
PRIOR_PAIRS = 2.0
"""Pseudo-pairs at the overall share to which every share is shrunk."""
RIDGES = (0.3, 1.0)
KERNEL_WIDTH = 1 / 6
THRESHOLDS = tuple(np.linspace(0.1, 0.7, 25).tolist())
MAX_TRAINING_ROWS = 2_000
"""Rows that the classifier is trained on: the first ones."""
MIN_TRAINING_EDGES = 20
RANDOM_PAIRS_PER_EDGE = 4
"""Random pairs for each edge in training."""
MAX_SCORED_PAIRS = 50_000
"""Pairs that are scored at most: those that the rule scores highest."""
RULE_WEIGHTS = {"inside": 2.0, "outside": -1.0, "alike": 1.0, "mentioned": 2.0, "mentions": -1.0, "general": 0.3}
RULE_INTERCEPT = -3.0
"""The rule's weights, set by hand; measured in benchmarks/prerequisites/compare.py as `untrained`."""


class NameFeatures:
    """Name features of ordered pairs of N points."""

    def __init__(self, names: Sequence[str], descriptions: Sequence[str] = ()) -> None:
        bags = [split_words(name) for name in names]
        texts = [split_words(text) for text in descriptions] if descriptions else [[] for _ in names]
        indices = {word: index for index, word in enumerate(sorted({word for bag in bags for word in bag}))}
        in_names, in_texts = (_build_bags(each, indices) for each in (bags, texts))
        sizes = np.maximum(np.asarray(in_names.sum(axis=1)).ravel(), 1)
        self._inside = _compute_word_shares(in_names, in_names, sizes)
        self._mentioned = _compute_word_shares(in_names, in_texts, sizes)
        pieces = [split_words(name, NAME_NGRAM_LENGTH) for name in names]
        vectors = Terms.from_bags(pieces).vectors(pieces)
        self._alike = np.asarray((vectors @ vectors.T).toarray(), dtype=np.float64)
        self._general = np.log1p((self._inside >= 1).sum(axis=1) - 1)
        self._typical = (self._alike.sum(axis=1) - 1) / max(1, len(names) - 1)
        self._words, self._letters = sizes, np.array([len(name) for name in names])
        ends = [(bag[0], bag[-1]) if bag else ("", "") for bag in bags]
        self._first, self._last = (np.unique(side, return_inverse=True)[1] for side in zip(*ends, strict=True))

    def __len__(self) -> int:
        return len(self._words)

    def features(self, before: Ints, after: Ints) -> Doubles:
        """Return the features (M, F) of pairs before → after (M,), in the order of NAME_COLUMNS."""
        i, j = before, after
        columns = (
            self._inside[i, j],
            self._inside[j, i],
            self._alike[i, j],
            self._last[i] == self._last[j],
            self._first[i] == self._first[j],
            self._words[i] - self._words[j],
            self._letters[i] - self._letters[j],
            self._general[i] - self._general[j],
            self._typical[i],
            self._typical[j],
            self._mentioned[i, j],
            self._mentioned[j, i],
        )
        return np.column_stack(columns).astype(np.float64)


def _build_bags(bags: Sequence[Sequence[str]], indices: dict[str, int]) -> sparse.csr_matrix:
    """Return a 0/1 matrix (N, words)."""
    pairs = {(row, indices[word]) for row, bag in enumerate(bags) for word in bag if word in indices}
    rows, columns = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(bags), len(indices)))


def _compute_word_shares(inner: sparse.csr_matrix, outer: sparse.csr_matrix, sizes: Doubles) -> Doubles:
    """Return the share of the row's words that are in the column, (N, N)."""
    return np.asarray((inner @ outer.T).toarray() / sizes[:, None])


@dataclass(frozen=True, eq=False)
class KernelClassifier:
    """A fitted kernel ridge classifier; formula in the module.

    Attributes:
        columns: (F, M) sorted training values, among which new values are ranked.
        rows: (M, F) ranks of the training rows.
        weights: (M,) α.
        mean: ȳ.
        curve: slope and intercept of the logistic curve.
        threshold: of the probability, with the best F1 by leave-one-out.
    """

    columns: Doubles
    rows: Doubles
    weights: Doubles
    mean: float
    curve: tuple[float, float]
    threshold: float

    def chance(self, features: Doubles) -> Doubles:
        """Return P(label 1) (Q,) of features (Q, F)."""
        value = self.mean + compute_kernel(rank_features(self.columns, features), self.rows) @ self.weights
        return np.asarray(expit(self.curve[0] * value + self.curve[1]))


def fit_classifier(features: Doubles, label: Doubles) -> KernelClassifier:
    """Fit to features (M, F) and labels 0/1 (M,)."""
    features, label = features[:MAX_TRAINING_ROWS], label[:MAX_TRAINING_ROWS]
    columns = np.sort(features, axis=0).T
    rows, mean = rank_features(columns, features), float(label.mean())
    near, tried = compute_kernel(rows, rows), []
    for ridge in RIDGES:
        inverse = _invert(near + ridge * np.eye(len(near)))
        weights = inverse @ (label - mean)
        tried.append((weights, weights / np.diag(inverse)))
    weights, missed = min(tried, key=lambda pair: float((pair[1] ** 2).mean()))
    curve = _fit_curve(label - missed, label)
    left_out = expit(curve[0] * (label - missed) + curve[1])
    threshold = max(THRESHOLDS, key=lambda one: f1_score(left_out >= one, label == 1))
    return KernelClassifier(columns, rows, weights, mean, curve, threshold)


def f1_score(predicted: Flags, true: Flags) -> float:
    """Return F1 = 2 hits / (predicted + true)."""
    return float(2 * (predicted & true).sum() / max(1, predicted.sum() + true.sum()))


def rank_features(columns: Doubles, features: Doubles) -> Doubles:
    """Return ranks (Q, F) in [0, 1]: the share of the sorted values (F, M) below, ties half."""
    pairs = zip(columns, features.T, strict=True)
    found = [np.searchsorted(own, new, "left") + np.searchsorted(own, new, "right") for own, new in pairs]
    return np.asarray(np.column_stack(found) / (2 * columns.shape[1]))


def compute_kernel(left: Doubles, right: Doubles) -> Doubles:
    """Return exp(−‖x − x_m‖² / (h F)), (Q, M)."""
    square = (left**2).sum(1)[:, None] + (right**2).sum(1) - 2 * left @ right.T
    return np.asarray(np.exp(-np.maximum(square, 0) / max(1e-9, KERNEL_WIDTH * left.shape[1])))


def _invert(matrix: Doubles) -> Doubles:
    """Invert a positive definite matrix."""
    upper, failed = dpotri(cholesky(matrix), lower=False)
    assert not failed
    return np.asarray(np.triu(upper) + np.triu(upper, 1).T)


def _fit_curve(value: Doubles, label: Doubles) -> tuple[float, float]:
    """Fit slope and intercept of P(label 1) = σ(slope · value + intercept)."""

    def loss(at: Doubles) -> float:
        margin = (2 * label - 1) * (at[0] * value + at[1])
        return float(np.logaddexp(0, -margin).mean() + 1e-4 * (at**2).sum())

    slope, intercept = minimize(loss, np.array([4.0, -2.0]), method="BFGS").x
    return float(slope), float(intercept)


def build_known_matrix(points: int, before: Ints, after: Ints, label: Doubles) -> Doubles:
    """Return Y (N, N) from pairs (M,) and their labels 0/1."""
    known = np.full((points, points), np.nan)
    known[before, after] = label
    return known


def compute_structure(known: Doubles, before: Ints, after: Ints) -> Doubles:
    """Return the features (M, F) of pairs before → after (M,), in the order of STRUCTURE_COLUMNS."""
    i, j = before, after
    there, edge = (~np.isnan(known)).astype(np.float64), np.nan_to_num(known)
    overall = edge.sum() / max(1.0, there.sum())

    def share(axis: int, point: Ints, pair: tuple[Ints, Ints]) -> Doubles:
        wins, seen = edge.sum(axis=axis)[point] - edge[pair], there.sum(axis=axis)[point] - there[pair]
        return np.asarray((wins + PRIOR_PAIRS * overall) / (seen + PRIOR_PAIRS))

    two = edge @ edge
    three = two @ edge
    shared_before, shared_after = edge.T @ edge, edge @ edge.T
    columns = (
        share(1, i, (i, j)),
        share(0, j, (i, j)),
        share(0, i, (j, i)),
        share(1, j, (j, i)),
        *(np.log1p(paths) for paths in (two[i, j], three[i, j], two[j, i], three[j, i])),
        *(np.log1p(paths) for paths in (shared_before[i, j], shared_after[i, j])),
    )
    return np.column_stack(columns)


class ScoredPairs(NamedTuple):
    """Pairs before → after, the likeliest first, and the probability that `before` is a prerequisite; (M,) each."""

    before: Ints
    after: Ints
    chance: Doubles


def score_pairs(
    names: Sequence[str], descriptions: Sequence[str], edges: tuple[Ints, Ints], most: int = 200, seed: int = 0
) -> ScoredPairs:
    """Return the `most` likeliest pairs beside the known edges (before, after), (E,) each, of an acyclic graph.

    names, descriptions: N each, a description may be empty. What follows from the edges is left out, and so is what
    would close a cycle with them.
    """
    name_features = NameFeatures(names, descriptions)
    implied = compute_reachability(len(names), *edges)
    before, after = np.nonzero(~(implied | implied.T))
    crude = score_by_rule(name_features, before, after)
    best = np.argsort(-crude, kind="stable")[:MAX_SCORED_PAIRS]
    before, after, chance = before[best], after[best], crude[best]
    if len(edges[0]) >= MIN_TRAINING_EDGES:
        chance = _score_by_classifier(name_features, edges, implied, (before, after), seed)
    order = np.argsort(-chance, kind="stable")[:most]
    return ScoredPairs(before[order], after[order], chance[order])


def score_by_rule(name_features: NameFeatures, before: Ints, after: Ints) -> Doubles:
    """Return the rule's probability of each pair, (M,)."""
    weights = np.array([RULE_WEIGHTS.get(name, 0.0) for name in NAME_COLUMNS])
    return np.asarray(expit(RULE_INTERCEPT + name_features.features(before, after) @ weights))


def compute_reachability(points: int, before: Ints, after: Ints) -> Flags:
    """Return whether a path of edges leads from row to column, (N, N); a point reaches itself."""
    found = np.eye(points, dtype=bool)
    found[before, after] = True
    while True:
        longer = (found.astype(np.float32) @ found.astype(np.float32)) > 0
        if (longer == found).all():
            return found
        found = longer


def _score_by_classifier(
    name_features: NameFeatures, edges: tuple[Ints, Ints], implied: Flags, pairs: tuple[Ints, Ints], seed: int
) -> Doubles:
    draw = np.random.default_rng(seed)
    i, j = edges
    others = np.argwhere(~implied)
    some = others[draw.permutation(len(others))[: RANDOM_PAIRS_PER_EDGE * len(i)]]
    before, after = np.concatenate([i, j, some[:, 0]]), np.concatenate([j, i, some[:, 1]])
    label = np.repeat([1.0, 0.0], [len(i), len(i) + len(some)])
    shuffled = draw.permutation(len(label))
    before, after, label = before[shuffled], after[shuffled], label[shuffled]
    known = build_known_matrix(len(name_features), i, j, np.ones(len(i)))
    known[np.isnan(known)] = 0.0

    def features(first: Ints, second: Ints) -> Doubles:
        return np.hstack([name_features.features(first, second), compute_structure(known, first, second)])

    model = fit_classifier(features(before, after), label)
    blocks = [np.arange(start, min(start + 5_000, len(pairs[0]))) for start in range(0, len(pairs[0]), 5_000)]
    found = [model.chance(features(pairs[0][rows], pairs[1][rows])) for rows in blocks]
    return np.concatenate(found) if found else np.empty(0)
