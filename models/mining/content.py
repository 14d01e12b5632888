"""Prerequisites by what points are called and what is written of them: for a course without a log.

The scorer learns from the course's own prerequisites: which words, likeness and places in the graph its edges have, and
that their mirror images and pairs of chance lack. Then it gives every other pair that is worth a look a chance. With
fewer than LEAST edges there is nothing to learn from, and a plain rule stands in: the name or the words of one point
are in the name or the text of the other.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from models.arrays import Flags, Ints
from models.mining.contract import Doubles
from models.mining.kernel import fit
from models.mining.names import FEATURES, Names
from models.mining.structure import known_pairs, structure

LEAST = 20
CHANCE_PAIRS = 4
"""Pairs of chance for each edge that is learnt from."""
LOOKED_AT = 50_000
"""Pairs that are scored at most: those whose names and texts share most."""
RULE = {"inside": 2.0, "outside": -1.0, "alike": 1.0, "mentioned": 2.0, "mentions": -1.0, "general": 0.3}
START = -3.0
"""The rule's weights, set by hand; measured in benchmarks/prerequisites as `untrained`."""


class Scored(NamedTuple):
    """(M,) pairs before → after, the likeliest first, and the chance that `before` is a prerequisite of `after`."""

    before: Ints
    after: Ints
    chance: Doubles


def score(
    names: Sequence[str], descriptions: Sequence[str], edges: tuple[Ints, Ints], most: int = 200, seed: int = 0
) -> Scored:
    """The `most` likeliest pairs beside the known edges: positions (before, after), (E,) each, of an acyclic graph.

    names, descriptions: N each, a description may be empty. What follows from the edges is left out, and so is what
    would close a cycle with them.
    """
    told = Names(names, descriptions)
    implied = reach(len(names), *edges)
    before, after = np.nonzero(~(implied | implied.T))
    crude = untrained(told, before, after)
    best = np.argsort(-crude, kind="stable")[:LOOKED_AT]
    before, after, chance = before[best], after[best], crude[best]
    if len(edges[0]) >= LEAST:
        chance = _trained(told, edges, implied, (before, after), seed)
    order = np.argsort(-chance, kind="stable")[:most]
    return Scored(before[order], after[order], chance[order])


def untrained(told: Names, before: Ints, after: Ints) -> Doubles:
    """(M,) the rule's chance."""
    weights = np.array([RULE.get(name, 0.0) for name in FEATURES])
    return np.asarray(expit(START + told.features(before, after) @ weights))


def reach(points: int, before: Ints, after: Ints) -> Flags:
    """(N, N) whether a chain of edges leads from row to column; a point leads to itself."""
    found = np.eye(points, dtype=bool)
    found[before, after] = True
    while True:
        longer = (found.astype(np.float32) @ found.astype(np.float32)) > 0
        if (longer == found).all():
            return found
        found = longer


def _trained(told: Names, edges: tuple[Ints, Ints], implied: Flags, pairs: tuple[Ints, Ints], seed: int) -> Doubles:
    draw = np.random.default_rng(seed)
    i, j = edges
    others = np.argwhere(~implied)
    some = others[draw.permutation(len(others))[: CHANCE_PAIRS * len(i)]]
    before, after = np.concatenate([i, j, some[:, 0]]), np.concatenate([j, i, some[:, 1]])
    label = np.repeat([1.0, 0.0], [len(i), len(i) + len(some)])
    shuffled = draw.permutation(len(label))
    before, after, label = before[shuffled], after[shuffled], label[shuffled]
    known = known_pairs(len(told), i, j, np.ones(len(i)))
    known[np.isnan(known)] = 0.0

    def features(first: Ints, second: Ints) -> Doubles:
        return np.hstack([told.features(first, second), structure(known, first, second)])

    model = fit(features(before, after), label)
    blocks = [np.arange(start, min(start + 5_000, len(pairs[0]))) for start in range(0, len(pairs[0]), 5_000)]
    found = [model.chance(features(pairs[0][rows], pairs[1][rows])) for rows in blocks]
    return np.concatenate(found) if found else np.empty(0)
