"""The multi-hop rung: like `needed_first`, with what was mastered beyond a point as evidence that it is known already.

    shown_i = 1 − Π_d (1 − w_d)^(1 for the nearest d, `further` for the others)      w_d = trust · per_hop^(hops − 1)

over what is mastered up to `hops` beyond point i (models/skipping.py, with levels taken for certain). Resources that the
goal needs come first, among them those near the goal; resources whose points are all met and shown to be known come
last. A point that is shown but not met keeps its place, because it gates: putting it last as well cost .05 of E_p.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.course import Course, Flags, Floats, Ints
from models.ladder import Scored, needed_first
from models.recommender import PERIPHERAL, Decision, Observation, by_score, needed_points
from models.skipping import SkipRules

LAST = 20.0
"""Above every other part of a score."""


@dataclass(frozen=True)
class MultiHopSettings:
    """How far evidence reaches and what it weighs.

    Attributes:
        hops: edges between a point and what shows it; 1–5.
        rules: what evidence weighs.
        shown_at: shown to be known from here on; 0.5–0.95.
        near: how much the expected gain of a point one hop from the goal is raised over one infinitely far; 0–1.
    """

    hops: int = 4
    rules: SkipRules = SkipRules()
    shown_at: float = 0.75
    near: float = 0.2


class MultiHop:
    """See the module."""

    name = "multi_hop"
    version = "1"

    def __init__(self, course: Course, settings: MultiHopSettings | None = None) -> None:
        self.settings = settings or MultiHopSettings()
        self._course = course
        self._needed: Scored = needed_first(course)
        self._rings = _rings(course, self.settings)

    def decide(self, observation: Observation) -> Decision:
        """The best score."""
        return by_score(self.score(observation), observation.mask)

    def score(self, seen: Observation) -> Floats:
        """(B, K): needed and near the goal first, shown to be known last."""
        points, importance = self._course.taught[seen.candidates], self._course.importance[seen.candidates]
        rows, counts = np.arange(len(seen))[:, None, None], importance > PERIPHERAL
        near = (self._nearness(seen)[rows, points] * counts).max(axis=-1)
        met = (seen.level >= self._course.met) & (seen.target == 0)
        known = (self.shown(seen.level) >= self.settings.shown_at) & met
        known = known[rows, points] | ~counts
        base = self._needed.score(seen)
        return np.asarray(base + self.settings.near * near - LAST * known.all(axis=-1), dtype=np.float32)

    def shown(self, level: Floats) -> Floats:
        """(B, N) how surely mastered points show that a point is known; 0 where nothing mastered builds on it."""
        mastered = (level >= self._course.mastered).astype(np.float32)
        nearest, total = np.zeros_like(level), np.zeros_like(level)
        for ring, doubt in self._rings:
            found = np.asarray((ring @ mastered.T).T)
            total += doubt * found
            nearest = np.minimum(nearest, doubt * (found > 0))
        further = self.settings.rules.further
        return np.asarray(1 - np.exp((1 - further) * nearest + further * total), dtype=np.float32)

    def _nearness(self, seen: Observation) -> Floats:
        """(B, N) 1 / (1 + hops to the nearest goal) over points that the goal still needs, 0 elsewhere."""
        needed = needed_points(self._course, seen.level, seen.target, seen.wanted)
        return np.where(needed, 1 / (1 + hops_to(self._course, seen.target > 0)), 0).astype(np.float32)


def hops_to(course: Course, goals: Flags) -> Floats:
    """(B, N) edges on a shortest chain of prerequisites from each point to a goal (B, N); ∞ where none leads there."""
    hops = np.where(goals, 0, np.inf).astype(np.float32)
    rows, points = np.nonzero(goals)
    distance = 0
    while len(rows):
        distance += 1
        rows, points = _before(course, rows, points)
        new = hops[rows, points] > distance
        rows, points = rows[new], points[new]
        hops[rows, points] = distance
    return hops


def _before(course: Course, rows: Ints, points: Ints) -> tuple[Ints, Ints]:
    before = course.before_padded[points]
    rows, points = np.repeat(rows, before.shape[1]), before.ravel()
    return rows[points >= 0], points[points >= 0]


def _rings(course: Course, settings: MultiHopSettings) -> list[tuple[sparse.csr_matrix, float]]:
    """For each number of hops: (N, N) 1 where column d lies so far beyond row i, and log(1 − w)."""
    reached = ring = sparse.identity(course.points, dtype=np.float32, format="csr")
    rings, rules = [], settings.rules
    for hops in range(settings.hops):
        ring = (ring @ course.after > 0).astype(np.float32)
        ring = (ring - ring.multiply(reached)).tocsr()
        ring.eliminate_zeros()
        reached = reached + ring
        rings.append((ring, float(np.log1p(-rules.trust * rules.per_hop**hops))))
    return rings


__all__ = ["Course", "MultiHop", "MultiHopSettings", "hops_to"]
