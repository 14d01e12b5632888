"""A generated log of a million interactions, for the time that rankers take to train at that size.

Planted in it, so that a ranker has something to find: items belong to clusters of taste and learners to two of them;
popularity within a cluster falls as a power of the rank; an item is often followed by its successor in the cluster;
learners come at different times of one year; the outcome depends on ability, difficulty and taste. Nobody does an item
twice.
"""

import numpy as np

from models.arrays import Ints
from models.rankers.log import InteractionLog

CLUSTERS = 50
"""About 100 items each."""
SKEW = 0.8
"""Exponent of popularity: weight = rank^−SKEW, near what catalogues show."""
FOLLOWS = 0.35
"""Share of events that are the successor of the one before."""
FAITHFUL = 0.85
"""Share of the other events that lie in a favourite cluster."""
SURPLUS = 1.5
"""Drawn for each event kept: repeats are dropped, and what lies behind the last event that is wanted."""
SPREAD, LONGEST = 0.9, 400
"""Log-normal lengths of learners' logs: standard deviation, and the most events drawn for one."""
YEAR, PAUSE = 365.0, 1.5
"""Days within which learners come, and between two events of one on average."""


def one_million(seed: int) -> InteractionLog:
    """1,000,000 interactions of 50,000 learners with 5,000 items."""
    return generated(seed, 50_000, 5_000, 1_000_000)


def generated(seed: int, learners: int, items: int, events: int) -> InteractionLog:
    """A log of that size with the same structure; fewer events where a learner would have to do nearly all items."""
    random = np.random.default_rng(seed)
    home = random.integers(CLUSTERS, size=items)
    taste = random.integers(CLUSTERS, size=(learners, 2))
    lengths = random.lognormal(0, SPREAD, learners)
    lengths = np.clip(np.ceil(lengths / lengths.mean() * SURPLUS * events / learners), 2, LONGEST).astype(np.int64)
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
    names = (tuple(f"{kind}{number}" for number in range(count)) for kind, count in (("l", learners), ("i", items)))
    return InteractionLog(*names, learner, item, at, outcome)


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
        faithful = (random.random(len(going)) < FAITHFUL) & (bounds[cluster] < bounds[cluster + 1])
        low = np.where(faithful, heap[bounds[cluster]], 0)
        high = np.where(faithful, heap[bounds[cluster + 1]], heap[-1])
        drawn = np.searchsorted(heap, low + (high - low) * random.random(len(going)), side="right") - 1
        follows = (random.random(len(going)) < FOLLOWS) & (step > 0)
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


def _moments(random: np.random.Generator, learner: Ints, lengths: Ints) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Days of events that stand learner by learner: a first moment within the year, then exponential pauses."""
    passed = np.cumsum(random.exponential(PAUSE, len(learner)))
    starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
    return np.asarray((random.random(len(lengths)) * YEAR - passed[starts])[learner] + passed)
