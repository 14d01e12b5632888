"""Personalised PageRank from the learner's frontier (Haveliwala 2002; Page et al. 1999).

    x = (1 − d) v + d xᵀP,      P: a step from a point to a point or a resource along an edge, by its weight

The walk restarts (v) at the frontier, the wanted points whose prerequisites are met, each by how much it lacks, and at
the goals. A step forward follows a prerequisite to what builds on it, a step back what a point builds on; related pairs
weigh their Jaccard weight, resources the importance of what they teach. A resource's only neighbours are points, so the
walk is solved on points alone, exactly:

    x_p = (1 − d) v + x_p (d P_pp + d² P_pr P_rp),      x_r = d x_p P_pr

which leaves 10,000 unknowns of 110,000. Its score is x_r, over the same mass of a walk that restarts anywhere to the
power of `against_global`.
"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.course import Course, Floats
from models.recommender import Decision, Observation, blocked_points, by_score


@dataclass(frozen=True)
class PageRankSettings:
    """How the walk goes.

    `goal` and `against_global` were chosen in the simulator (English course, 200 learners, one seed): E_p .523 by the
    mass itself, .483 and .480 by its lift at ½ and 1, .482 without a restart at the goals.

    Attributes:
        damping: d, the chance to go on; 0.5–0.9.
        iterations: of the power method; what is left out is below damping to this power. 10–50.
        forward, back, related, teaches: weight of each kind of edge, 0–2.
        goal: restarts at the goals for one at the frontier; 0–1.
        against_global: 0 is the mass itself, 1 the lift over everybody's.
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
    """The rung: the candidate with the greatest share of the walk."""

    name = "pagerank"
    version = "1"

    def __init__(self, course: Course, settings: PageRankSettings | None = None) -> None:
        self.settings = settings or PageRankSettings()
        self._course = course
        self._step, self._share = _operators(course, self.settings)
        everywhere = np.full((1, course.points), 1 / max(1, course.points), dtype=np.float32)
        everybody = (self.walk(everywhere)[0][course.taught] * self._share).sum(axis=1)
        self._scale = (np.maximum(everybody, 1e-12) ** -self.settings.against_global).astype(np.float32)

    def decide(self, observation: Observation) -> Decision:
        """The best score."""
        return by_score(self.score(observation), observation.mask)

    def score(self, seen: Observation) -> Floats:
        """(B, K) mass of the candidates."""
        mass = self.walk(self.restart(seen))
        points = self._course.taught[seen.candidates]
        share = self._share[seen.candidates]
        rows = np.arange(len(seen))[:, None, None]
        found = (mass[rows, points] * share).sum(axis=-1)
        return np.asarray(found * self._scale[seen.candidates], dtype=np.float32)

    def walk(self, restart: Floats) -> Floats:
        """(B, N) mass of the points, for restarts (B, N) that sum to 1 a row."""
        start = ((1 - self.settings.damping) * restart.T).astype(np.float32)
        mass = start
        for _ in range(self.settings.iterations):
            mass = start + self._step @ mass
        return np.asarray(mass.T)

    def restart(self, seen: Observation) -> Floats:
        """(B, N) v: the frontier by what it lacks, and the goals; uniform where there is neither."""
        course = self._course
        lacking = np.maximum(np.maximum(course.mastered, seen.target) - seen.level, 0)
        open_now = seen.wanted & ~blocked_points(course, seen.level)
        frontier = _shares(lacking * open_now)
        goals = _shares((seen.target > 0).astype(np.float32))
        both = frontier + self.settings.goal * goals
        return _shares(np.where(both.sum(axis=1, keepdims=True) > 0, both, 1).astype(np.float32))


def _operators(course: Course, settings: PageRankSettings) -> tuple[sparse.csr_matrix, Floats]:
    """(d P_pp + d² P_pr P_rp)ᵀ (N, N), and d P_pr at the places of `course.taught`, (R, C)."""
    along = settings.forward * course.after + settings.back * course.before + settings.related * _related(course)
    teaches = settings.teaches * course.teaches
    out = np.asarray(along.sum(axis=1)).ravel() + np.asarray(teaches.sum(axis=0)).ravel()
    leave = sparse.diags(_inverse(out)) * settings.damping
    back = sparse.diags(_inverse(np.asarray(course.teaches.sum(axis=1)).ravel())) @ course.teaches
    step = leave @ along + settings.damping * (leave @ teaches.T @ back)
    share = settings.damping * settings.teaches * course.importance * _inverse(out)[course.taught]
    return step.T.tocsr().astype(np.float32), share.astype(np.float32)


def _related(course: Course) -> sparse.csr_matrix:
    a, b = course.related[:, 0], course.related[:, 1]
    places = (np.concatenate([a, b]), np.concatenate([b, a]))
    return sparse.csr_matrix((np.tile(course.related_weight, 2), places), shape=course.before.shape)


def _inverse(values: Floats) -> Floats:
    return np.divide(1, values, out=np.zeros_like(values, dtype=np.float32), where=values > 0)


def _shares(weight: Floats) -> Floats:
    """Rows that sum to 1; a row of zeros stays."""
    return np.asarray(weight / np.maximum(weight.sum(axis=1, keepdims=True), 1e-12), dtype=np.float32)


__all__ = ["PageRankSettings", "PersonalisedPageRank"]
