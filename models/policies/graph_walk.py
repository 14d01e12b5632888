"""Strategies that read the course graph: personalised PageRank and multi-hop evidence.

Personalised PageRank from the learner's frontier (Haveliwala 2002; Page et al. 1999).

    x = (1 − d) v + d xᵀP,      P: a step from a point to a point or a resource along an edge, by its weight

The walk restarts (v) at the frontier, the wanted points whose prerequisites are met, each by how much it lacks, and
at the goals. A step forward follows a prerequisite to the points that build on it, a step back goes to the
prerequisites; related pairs have their Jaccard weight, resources the importance of what they teach. A resource's only
neighbours are points, so the walk is solved on points alone, exactly:

    x_p = (1 − d) v + x_p (d P_pp + d² P_pr P_rp),      x_r = d x_p P_pr

which leaves 10,000 unknowns of 110,000. The score is x_r, divided by the mass of a walk that restarts anywhere to the
power of `against_global`.

Multi-hop: as the strategy `needed`, with mastered points beyond a point as evidence that the point is known already.

    shown_i = 1 − Π_d (1 − w_d)^(1 for the nearest d, `further` for the others)      w_d = trust · per_hop^(hops − 1)

over the points mastered up to `hops` beyond point i (models/assessment/skipping.py, with levels taken as certain).
Resources that the goal needs come first, among them those near the goal; resources whose points are all met and shown
to be known come last. A point that is shown but not met keeps its rank, because it blocks others: ranking it last too
cost .05 of E_p.
"""

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse

from models.arrays import Flags, Floats, Ints
from models.assessment.skipping import SkipRules
from models.course import Course
from models.policies.rule_based import ScoreStrategy, make_needed_first
from models.recommender import (
    PERIPHERAL_IMPORTANCE,
    Decision,
    Observation,
    decide_by_score,
    find_blocked_points,
    find_needed_points,
)


@dataclass(frozen=True)
class PageRankSettings:
    """Settings of the walk.

    `goal` and `against_global` were chosen in the simulator (English course, 200 learners, one seed): E_p .523 by the
    mass itself, .483 and .480 by its lift at ½ and 1, .482 without a restart at the goals.

    Attributes:
        damping: d, the probability of another step; 0.5–0.9.
        iterations: of the power method; the truncated mass is below damping to this power. 10–50.
        forward, back, related, teaches: weight of each kind of edge, 0–2.
        goal: weight of restarts at the goals relative to the frontier; 0–1.
        against_global: 0 is the mass itself, 1 the lift over a walk that restarts anywhere.
    """

    damping: float = 0.85
    iterations: int = 20
    forward: float = 1.0
    back: float = 1.0
    related: float = 1.0
    teaches: float = 1.0
    goal: float = 1.0
    against_global: float = 0.0


class PersonalisedPageRank:
    """Choose the candidate with the greatest mass of the walk from the learner's frontier."""

    name = "pagerank"
    version = "1"

    def __init__(self, course: Course, settings: PageRankSettings | None = None) -> None:
        self.settings = settings or PageRankSettings()
        self._course = course
        self._step, self._share = _build_operators(course, self.settings)
        everywhere = np.full((1, course.points), 1 / max(1, course.points), dtype=np.float32)
        global_mass = (self.walk(everywhere)[0][course.taught] * self._share).sum(axis=1)
        self._scale = (np.maximum(global_mass, 1e-12) ** -self.settings.against_global).astype(np.float32)

    def decide(self, observation: Observation) -> Decision:
        """Choose the candidate with the greatest score."""
        return decide_by_score(self.score(observation), observation.mask)

    def score(self, seen: Observation) -> Floats:
        """Return the mass of the candidates, (B, K)."""
        mass = self.walk(self.restart(seen))
        points = self._course.taught[seen.candidates]
        share = self._share[seen.candidates]
        rows = np.arange(len(seen))[:, None, None]
        found = (mass[rows, points] * share).sum(axis=-1)
        return np.asarray(found * self._scale[seen.candidates], dtype=np.float32)

    def walk(self, restart: Floats) -> Floats:
        """Return the mass of the points (B, N) for restarts (B, N), each row of which sums to 1."""
        start = ((1 - self.settings.damping) * restart.T).astype(np.float32)
        mass = start
        for _ in range(self.settings.iterations):
            mass = start + self._step @ mass
        return np.asarray(mass.T)

    def restart(self, seen: Observation) -> Floats:
        """Return v (B, N): frontier points by distance to mastery, and the goals; uniform where there are none."""
        course = self._course
        lacking = np.maximum(np.maximum(course.mastered, seen.target) - seen.level, 0)
        open_now = seen.wanted & ~find_blocked_points(course, seen.gate)
        frontier = _normalise_rows(lacking * open_now)
        goals = _normalise_rows((seen.target > 0).astype(np.float32))
        both = frontier + self.settings.goal * goals
        return _normalise_rows(np.where(both.sum(axis=1, keepdims=True) > 0, both, 1).astype(np.float32))


def _build_operators(course: Course, settings: PageRankSettings) -> tuple[sparse.csr_matrix, Floats]:
    """Return (d P_pp + d² P_pr P_rp)ᵀ (N, N), and d P_pr at the entries of `course.taught`, (R, C)."""
    along = settings.forward * course.after + settings.back * course.before + settings.related * _build_related(course)
    teaches = settings.teaches * course.teaches
    out = np.asarray(along.sum(axis=1)).ravel() + np.asarray(teaches.sum(axis=0)).ravel()
    leave = sparse.diags(_invert_positive(out)) * settings.damping
    back = sparse.diags(_invert_positive(np.asarray(course.teaches.sum(axis=1)).ravel())) @ course.teaches
    step = leave @ along + settings.damping * (leave @ teaches.T @ back)
    share = settings.damping * settings.teaches * course.importance * _invert_positive(out)[course.taught]
    return step.T.tocsr().astype(np.float32), share.astype(np.float32)


def _build_related(course: Course) -> sparse.csr_matrix:
    a, b = course.related[:, 0], course.related[:, 1]
    indices = (np.concatenate([a, b]), np.concatenate([b, a]))
    return sparse.csr_matrix((np.tile(course.related_weight, 2), indices), shape=course.before.shape)


def _invert_positive(values: Floats) -> Floats:
    return np.divide(1, values, out=np.zeros_like(values, dtype=np.float32), where=values > 0)


def _normalise_rows(weight: Floats) -> Floats:
    """Divide each row by its sum; a row of zeros is returned unchanged."""
    return np.asarray(weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-12), dtype=np.float32)


KNOWN_PENALTY = 20.0
"""Larger than the sum of all other terms of a score."""


@dataclass(frozen=True)
class MultiHopSettings:
    """Range and weights of the evidence from mastered points.

    Attributes:
        hops: most edges between a point and the mastered point beyond it; 1–5.
        rules: weights of the evidence.
        shown_at: threshold of `shown` from which a point counts as known; 0.5–0.95.
        near: weight of 1 / (1 + hops to the goal) in the score; 0–1.
    """

    hops: int = 4
    rules: SkipRules = field(default_factory=SkipRules)
    shown_at: float = 0.75
    near: float = 0.2


class MultiHop:
    """As `needed`, with mastered points beyond a point as evidence that it is known; see the module."""

    name = "multi_hop"
    version = "1"

    def __init__(self, course: Course, settings: MultiHopSettings | None = None) -> None:
        self.settings = settings or MultiHopSettings()
        self._course = course
        self._needed: ScoreStrategy = make_needed_first(course)
        self._rings = _build_rings(course, self.settings)

    def decide(self, observation: Observation) -> Decision:
        """Choose the candidate with the greatest score."""
        return decide_by_score(self.score(observation), observation.mask)

    def score(self, seen: Observation) -> Floats:
        """Return the scores (B, K): resources needed and near the goal first, those shown to be known last."""
        points, importance = self._course.taught[seen.candidates], self._course.importance[seen.candidates]
        rows, counts = np.arange(len(seen))[:, None, None], importance > PERIPHERAL_IMPORTANCE
        near = (self._nearness(seen)[rows, points] * counts).max(axis=-1)
        met = (seen.gate >= self._course.met) & (seen.target == 0)
        known = (self.shown(seen.level) >= self.settings.shown_at) & met
        known = known[rows, points] | ~counts
        base = self._needed.score(seen)
        return np.asarray(base + self.settings.near * near - KNOWN_PENALTY * known.all(axis=-1), dtype=np.float32)

    def shown(self, level: Floats) -> Floats:
        """Return the evidence (B, N) in [0, 1] that a point is known; 0 where no mastered point builds on it."""
        mastered = (level >= self._course.mastered).astype(np.float32)
        nearest, total = np.zeros_like(level), np.zeros_like(level)
        for ring, doubt in self._rings:
            found = np.asarray((ring @ mastered.T).T)
            total += doubt * found
            nearest = np.minimum(nearest, doubt * (found > 0))
        further = self.settings.rules.further
        return np.asarray(1 - np.exp((1 - further) * nearest + further * total), dtype=np.float32)

    def _nearness(self, seen: Observation) -> Floats:
        """Return 1 / (1 + hops to the nearest goal) of points that the goal still needs, 0 of others, (B, N)."""
        needed = find_needed_points(self._course, seen.level, seen.target, seen.wanted, seen.gate)
        return np.where(needed, 1 / (1 + count_hops(self._course, seen.target > 0)), 0).astype(np.float32)


def count_hops(course: Course, goals: Flags) -> Floats:
    """Return the edges on a shortest chain of prerequisites from each point to a goal, (B, N), ∞ without a chain.

    goals: (B, N) flags.
    """
    hops = np.where(goals, 0, np.inf).astype(np.float32)
    rows, points = np.nonzero(goals)
    distance = 0
    while len(rows):
        distance += 1
        rows, points = _expand_prerequisites(course, rows, points)
        new = hops[rows, points] > distance
        rows, points = rows[new], points[new]
        hops[rows, points] = distance
    return hops


def _expand_prerequisites(course: Course, rows: Ints, points: Ints) -> tuple[Ints, Ints]:
    before = course.before_padded[points]
    rows, points = np.repeat(rows, before.shape[1]), before.ravel()
    return rows[points >= 0], points[points >= 0]


def _build_rings(course: Course, settings: MultiHopSettings) -> list[tuple[sparse.csr_matrix, float]]:
    """Return for each number of hops a matrix (N, N), 1 where point d is so far beyond point i, and log(1 − w)."""
    reached = ring = sparse.identity(course.points, dtype=np.float32, format="csr")
    rings, rules = [], settings.rules
    for hops in range(settings.hops):
        ring = (ring @ course.after > 0).astype(np.float32)
        ring = (ring - ring.multiply(reached)).tocsr()
        ring.eliminate_zeros()
        reached = reached + ring
        rings.append((ring, float(np.log1p(-rules.trust * rules.per_hop**hops))))
    return rings
