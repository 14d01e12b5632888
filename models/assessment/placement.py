"""Gaussian posterior over the levels of all points of a course, updated by answers on some of them.

Prior (`GaussianField`), a Gaussian field of latent mastery:

    level_i = σ(x_i),      x ~ N(m, K)
    m_i  = start − decline · depth_i / deepest
    K_ij = general_sd² + graph_sd² R_ij + point_sd² [i = j],      R the correlations of (κ I + L)⁻¹

L is the Laplacian of the course's graph (Smola & Kondor 2003, the regularized Laplacian kernel): prerequisites weigh
1, semantic pairs their Jaccard weight, both undirected. `general_sd` is the standard deviation of the learner's overall
level. With a mean that falls along the course it makes a right answer on an advanced point evidence for all easier
points, and a wrong one on a basic point evidence against all harder ones; R strengthens this along edges. Left out:
that a point cannot be known at all without its prerequisites.

Answers, with f the weighted mean of x over the points of a question:

    θ ~ N(0, ability²),      f = Σ_p η_p x_p
    P(right | f, θ) = c + (1 − c − slip) σ(a (slope (σ(f) − ½) + θ − b))

θ is what makes one learner's answers better than those of another who knows as much. Assumed-density filtering (Minka
2001, chapter 3): after an answer, mean and covariance of (f, θ) are those of its exact posterior (by quadrature), and
the rest follows by an update of rank two, with S the covariance of (f, θ) and U (N + 1, 2) that of all unknowns with
both:

    m ← m + U S⁻¹ (μ′ − μ),      Σ ← Σ + U S⁻¹ (S′ − S) S⁻¹ Uᵀ

Σ is stored as K and two directions per answer: the n-th answer on N points costs O(nN).

The next question lowers the variance of the levels the most. By the law of total variance the expected reduction at
point i is Var_y E[level_i | y]: its linearization selects a shortlist, the exact value chooses among it.
Left out: revisiting earlier answers (expectation propagation), learning during the test.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from models.arrays import Doubles, Flags, Floats, Ints
from models.course import Course
from models.knowledge_tracing.base import Estimate

SHORTLIST_SIZE = 24
"""Questions that are compared exactly; the linearised order has the best among the first few."""


@dataclass(frozen=True)
class GaussianFieldSettings:
    """Standard deviations and means in logits of the level.

    Fitted by `python -m benchmarks.assessment.placement`: maximum marginal likelihood of the answers alone, of
    simulated learners of both example courses, half of them placed along the course, half having studied it.

    Attributes:
        start: mean of the points without prerequisites.
        decline: by which the mean of the deepest points is lower.
        general_sd: of what is common to all points.
        graph_sd: of the part that is correlated along edges.
        point_sd: of the part of each point alone.
        stiffness: κ; the smaller, the further an answer reaches along edges. Chosen: the evidence is nearly flat in it.
    """

    start: float = 2.8
    decline: float = 13.1
    general_sd: float = 3.7
    graph_sd: float = 1.7
    point_sd: float = 0.25
    stiffness: float = 0.1


@dataclass(frozen=True, eq=False)
class GaussianField:
    """x ~ N(mean, covariance) over the n points `points` (indices in the course, ascending)."""

    points: Ints
    mean: Floats
    covariance: Floats


def build_gaussian_field(course: Course, points: Ints, settings: GaussianFieldSettings | None = None) -> GaussianField:
    """Build the field over these points and the edges among them; O(n³), once for a goal."""
    settings = settings or GaussianFieldSettings()
    points = np.sort(points)
    height = course.depth[points] / max(1, int(course.depth.max(initial=0)))
    n = len(points)
    own = settings.point_sd**2 * np.eye(n)
    along = settings.graph_sd**2 * compute_correlations(course, points, settings.stiffness)
    return GaussianField(
        points=points,
        mean=(settings.start - settings.decline * height).astype(np.float32),
        covariance=(settings.general_sd**2 + along + own).astype(np.float32),
    )


def compute_correlations(course: Course, points: Ints, stiffness: float) -> Doubles:
    """Return R (n, n): (κ I + L)⁻¹ scaled to a unit diagonal."""
    edges = course.influence[points][:, points]
    weight = edges.maximum(edges.T).toarray().astype(np.float64)
    laplacian = np.diag(weight.sum(axis=1)) - weight
    kernel = np.linalg.inv(laplacian + stiffness * np.eye(len(points)))
    scale = 1 / np.sqrt(np.diagonal(kernel))
    return np.asarray(kernel * scale * scale[:, None])


def _compute_quadrature(nodes: int) -> tuple[Floats, Floats]:
    node, share = np.polynomial.hermite_e.hermegauss(nodes)
    return node.astype(np.float32), (share / share.sum()).astype(np.float32)


_NODES, _NODE_WEIGHTS = _compute_quadrature(24)
_LEVEL_NODES, _ABILITY_NODES = (grid.ravel() for grid in np.meshgrid(_NODES, _compute_quadrature(5)[0], indexing="ij"))
_JOINT_NODE_WEIGHTS = np.outer(_NODE_WEIGHTS, _compute_quadrature(5)[1]).ravel()


@dataclass(frozen=True)
class AnswerCurve:
    """P(right) as a function of level and ability.

    Attributes:
        slope: logits between levels 0 and 1; benchmarks.knowledge_tracing.population fitted 3.75 to real logs.
        slip: P(wrong) at the highest level; fitted there too.
        ability: standard deviation of θ, logits; 0.6 · 1.0, fitted there too.
    """

    slope: float = 3.75
    slip: float = 0.03
    ability: float = 0.6


@dataclass(frozen=True, eq=False)
class QuestionBank:
    """I questions with known parameters.

    Attributes:
        points: (I, P) indices in the field.
        weight: (I, P) of each point, 1 in total for each question.
        discrimination: (I,) relative to the usual one, 1.
        difficulty: (I,) in logits around 0.
        guessing: (I,) in [0, 1).
    """

    points: Ints
    weight: Floats
    discrimination: Floats
    difficulty: Floats
    guessing: Floats


class Posterior(NamedTuple):
    """Posterior of B learners after T answers over L = N + 1 unknowns, the last of them θ.

    Attributes:
        mean: (B, L).
        directions: (B, 2T, L) of change of the covariance.
        scale: (B, 2T) of the directions.
        evidence: (B,) log probability of the answers so far.
    """

    mean: Floats
    directions: Floats
    scale: Floats
    evidence: Floats


class _Moments(NamedTuple):
    """P(right) (B,); mean (2, B, 2) and covariance (2, B, 2, 2) of (f, θ) after a wrong and after a right answer."""

    chance: Floats
    mean: Floats
    covariance: Floats


@dataclass(frozen=True, eq=False)
class Placement:
    """Prior, questions and answer curve of a diagnostic. Immutable: `update` returns a new posterior."""

    field: GaussianField
    questions: QuestionBank
    curve: AnswerCurve = AnswerCurve()

    def start(self, learners: int = 1) -> Posterior:
        """Return the posterior before any answer: the prior."""
        mean = np.repeat(np.append(self.field.mean, np.float32(0))[None], learners, axis=0)
        directions = np.zeros((learners, 0, mean.shape[1]), dtype=np.float32)
        return Posterior(mean, directions, directions[..., 0], np.zeros(learners, dtype=np.float32))

    def update(self, posterior: Posterior, asked: Ints, right: Flags) -> Posterior:
        """Return the posterior after learner b answered question asked[b] (B,) with outcome right[b] (B,)."""
        rows = np.arange(len(asked))
        points, weight = self.questions.points[asked], self.questions.weight[asked]
        points = np.concatenate([points, np.full((len(asked), 1), len(self.field.points))], axis=1)
        probe = np.zeros((len(asked), 2, points.shape[1]), dtype=np.float32)
        probe[:, 0, :-1], probe[:, 1, -1] = weight, 1
        along = probe @ self._prior[points]
        seen = probe @ _take_points(posterior.directions, points).swapaxes(1, 2)
        along += (seen * posterior.scale[:, None]) @ posterior.directions
        mean = (probe @ posterior.mean[rows[:, None], points][..., None])[..., 0]
        covariance = probe @ np.take_along_axis(along, points[:, None], axis=2).swapaxes(1, 2)
        moments = self._moments(asked, mean, covariance)
        side = right.astype(int), rows
        inverse = np.linalg.inv(covariance)
        change = inverse @ (moments.covariance[side] - covariance) @ inverse
        scale, turn = np.linalg.eigh((change + change.swapaxes(1, 2)) / 2)
        shift = inverse @ (moments.mean[side] - mean)[..., None]
        return Posterior(
            mean=posterior.mean + (shift.swapaxes(1, 2) @ along)[:, 0],
            directions=np.concatenate([posterior.directions, turn.swapaxes(1, 2) @ along], axis=1),
            scale=np.concatenate([posterior.scale, scale], axis=1),
            evidence=posterior.evidence + np.log(np.where(right, moments.chance, 1 - moments.chance)),
        )

    def variance(self, posterior: Posterior) -> Floats:
        """Return the variance of x, (B, N)."""
        kept = np.diagonal(self._prior) + np.einsum("bt,btn->bn", posterior.scale, posterior.directions**2)
        return np.asarray(np.maximum(kept[:, :-1], 1e-6))

    def estimate(self, posterior: Posterior) -> Estimate:
        """Return the levels σ(x) with their standard deviations, both (B, N)."""
        sd = np.sqrt(self.variance(posterior))
        level = expit(posterior.mean[:, :-1, None] + sd[..., None] * _NODES)
        mean = level @ _NODE_WEIGHTS
        return Estimate(mean, np.sqrt(np.maximum((level**2) @ _NODE_WEIGHTS - mean**2, 0)))

    def gains(self, posterior: Posterior, wanted: Floats, allowed: Flags) -> Floats:
        """Return the expected fall of Σ wanted · Var(level) by each question (I,), for one learner (B = 1).

        wanted: (N,) weight of each point; allowed: (I,) questions that may be asked. 0 for questions that may not be
        asked or are not on the shortlist.
        """
        items, probe, along, theta = self._shortlist(posterior, wanted, np.flatnonzero(allowed))
        both = np.stack([along, np.broadcast_to(theta, along.shape)], axis=1)
        f = (probe[:, None] * both[:, :, :-1]).sum(axis=2)
        covariance = np.stack([f, both[:, :, -1]], axis=1)
        mean = np.stack([probe @ posterior.mean[0, :-1], np.full(len(items), posterior.mean[0, -1])], axis=1)
        moments = self._moments(items, mean, covariance)
        inverse = np.linalg.inv(covariance)
        shift = ((moments.mean - mean)[:, :, None] @ inverse @ both)[:, :, 0, :-1]
        change = inverse @ (moments.covariance - covariance) @ inverse @ both
        kept = self.variance(posterior)[0] + (change * both).sum(axis=2)[..., :-1]
        wrong, right = _mean_level(posterior.mean[0, :-1] + shift, np.maximum(kept, 1e-6))
        gains = np.zeros(len(allowed), dtype=np.float32)
        gains[items] = moments.chance * (1 - moments.chance) * ((right - wrong) ** 2 @ wanted)
        return gains

    def _shortlist(self, posterior: Posterior, wanted: Floats, items: Ints) -> tuple[Ints, Floats, Floats, Floats]:
        """Return the best items (S,) by a linearisation without θ, their probes (S, N), rows of Σ (S, L), row of θ."""
        probe, weights, effects = self._probes
        probes, probe = np.unique(probe[items], return_inverse=True)
        weights, directions = weights[probes], posterior.directions[0]
        along = effects[probes] + ((weights @ directions[:, :-1].T) * posterior.scale[0]) @ directions
        theta = self._prior[-1] + (directions[:, -1] * posterior.scale[0]) @ directions
        mean, variance = weights @ posterior.mean[0, :-1], (weights * along[:, :-1]).sum(axis=1)
        chance, after = self._prospects(posterior, items, mean[probe], variance[probe])
        now, kept = posterior.mean[0, :-1], self.variance(posterior)[0]
        rise = _mean_level(now + 0.5, kept) - _mean_level(now - 0.5, kept)
        reach = along[:, :-1] ** 2 @ (wanted * rise**2) / variance**2
        short = np.argsort(-chance * (1 - chance) * (after[1] - after[0]) ** 2 * reach[probe])[:SHORTLIST_SIZE]
        return items[short], weights[probe[short]], along[probe[short]], theta

    def _prospects(self, posterior: Posterior, items: Ints, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """Return P(right) (I,) of one learner, and the mean (2, I) of f after a wrong and after a right answer.

        f ~ N(mean, variance); θ at its mean.
        """
        f = np.asarray(mean[:, None] + np.sqrt(np.maximum(variance, 1e-6))[:, None] * _NODES, dtype=np.float32)
        right = self._curve(items, f, posterior.mean[0, -1])
        weight = np.stack([1 - right, right]) * _NODE_WEIGHTS
        total = np.maximum(weight.sum(axis=-1), 1e-6)
        return total[1], (weight * f).sum(axis=-1) / total

    def _curve(self, asked: Ints, f: Floats, theta: Floats) -> Floats:
        """Return P(right) of the questions asked (B,) at f (B, Q) and θ."""
        quiz = self.questions
        a, b, c = (part[asked, None] for part in (quiz.discrimination, quiz.difficulty, quiz.guessing))
        logit = a * (self.curve.slope * (expit(f) - 0.5) - b + theta)
        return np.asarray(c + (1 - c - self.curve.slip) * expit(logit))

    def _moments(self, asked: Ints, mean: Floats, covariance: Floats) -> _Moments:
        """Return the moments of (f, θ) after each answer; before, (f, θ) ~ N(mean (B, 2), covariance (B, 2, 2))."""
        root = np.sqrt(np.maximum(covariance[:, 0, 0], 1e-6))
        tilt = covariance[:, 0, 1] / root
        rest = np.sqrt(np.maximum(covariance[:, 1, 1] - tilt**2, 1e-6))
        f = np.asarray(mean[:, :1] + root[:, None] * _LEVEL_NODES, dtype=np.float32)
        turned = tilt[:, None] * _LEVEL_NODES + rest[:, None] * _ABILITY_NODES
        theta = np.asarray(mean[:, 1:] + turned, dtype=np.float32)
        right = self._curve(asked, f, theta)
        weight = np.stack([1 - right, right]) * _JOINT_NODE_WEIGHTS
        total = np.maximum(weight.sum(axis=-1), 1e-6)
        weight /= total[..., None]
        both = np.stack([f, theta], axis=-1)
        after = np.einsum("sbq,bqk->sbk", weight, both)
        apart = both - after[..., None, :]
        square = np.einsum("sbq,sbqk,sbql->sbkl", weight, apart, apart, optimize=True)
        return _Moments(total[1], after, square + 1e-5 * np.eye(2, dtype=np.float32))

    @cached_property
    def _prior(self) -> Floats:
        """Prior covariance of all unknowns, (L, L)."""
        n = len(self.field.points)
        full = np.zeros((n + 1, n + 1), dtype=np.float32)
        full[:n, :n], full[n, n] = self.field.covariance, max(self.curve.ability, 1e-2) ** 2
        return full

    @cached_property
    def _probes(self) -> tuple[Ints, Floats, Floats]:
        """Which probe each question is (I,), the U different ones as weights over points (U, N), and those times K."""
        quiz = self.questions
        full = np.zeros((len(quiz.points), len(self.field.points)), dtype=np.float32)
        np.add.at(full, (np.arange(len(full))[:, None], quiz.points), quiz.weight)
        weights, probe = np.unique(full, axis=0, return_inverse=True)
        return probe.reshape(-1), weights, weights @ self._prior[:-1]


def _take_points(directions: Floats, points: Ints) -> Floats:
    """Return each learner's directions at its points (B, P), (B, T, P)."""
    return np.take_along_axis(directions, points[:, None], axis=2)


def _mean_level(mean: Floats, variance: Floats) -> Floats:
    """Return E σ(x), approximately (MacKay 1992)."""
    return np.asarray(expit(mean / np.sqrt(1 + np.pi / 8 * variance)))
