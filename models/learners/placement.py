"""The diagnostic over a course's graph: what answers on some points say of all, and what to ask next.

    x ~ N(m, K) (models/learners/field.py),      θ ~ N(0, ability²),      f = Σ_p η_p x_p over the points of a question
    P(right | f, θ) = c + (1 − c − slip) σ(a (slope (σ(f) − ½) + θ − b))

θ is what makes one learner's answers better than another's who knows as much. Assumed-density filtering (Minka 2001,
chapter 3): after an answer, mean and covariance of (f, θ) are those of its exact posterior (quadrature), and all else
follows by an update of rank two, with S the covariance of (f, θ) and U (N + 1, 2) that of everything with both:

    m ← m + U S⁻¹ (μ′ − μ),      Σ ← Σ + U S⁻¹ (S′ − S) S⁻¹ Uᵀ

Σ is kept as K and two directions an answer: the n-th answer on N points costs O(nN).
The next question lowers the variance of the levels the most. By the law of total variance the expected fall at point i
is Var_y E[level_i | y]: its linearisation shortens the list, the exact one chooses.
Left out: a second look at earlier answers (expectation propagation), learning while being tested.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from models.course import Flags, Floats, Ints
from models.learners.contract import Estimate
from models.learners.field import Field

SHORTLIST = 24
"""How many questions are compared exactly; the linearised order has the best among the first few."""


def _gauss(nodes: int) -> tuple[Floats, Floats]:
    node, share = np.polynomial.hermite_e.hermegauss(nodes)
    return node.astype(np.float32), (share / share.sum()).astype(np.float32)


_NODE, _SHARE = _gauss(24)
_LEVEL_NODE, _ABILITY_NODE = (grid.ravel() for grid in np.meshgrid(_NODE, _gauss(5)[0], indexing="ij"))
_BOTH = np.outer(_SHARE, _gauss(5)[1]).ravel()


@dataclass(frozen=True)
class AnswerCurve:
    """How the level of what is asked shows in answers.

    Attributes:
        slope: logits between knowing nothing and everything; benchmarks/population fitted 3.75 to real logs.
        slip: a wrong answer in spite of everything; from there too.
        ability: standard deviation of θ, logits; 0.6 · 1.0 from there too.
    """

    slope: float = 3.75
    slip: float = 0.03
    ability: float = 0.6


@dataclass(frozen=True, eq=False)
class Questions:
    """I questions with known parameters. `points` (I, P) are positions in the field; `weight` (I, P) sums to 1 a row.

    discrimination is relative to what is usual (1), difficulty in logits around 0, guessing in [0, 1); all (I,).
    """

    points: Ints
    weight: Floats
    discrimination: Floats
    difficulty: Floats
    guessing: Floats


class Belief(NamedTuple):
    """Of B learners after T answers, over L = N + 1 unknowns, the last of them θ.

    mean (B, L), directions (B, 2T, L) and their scales (B, 2T); evidence (B,): log probability of the answers so far.
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
    """One diagnostic: what is believed at first and what can be asked. A belief goes in, another one comes out."""

    field: Field
    questions: Questions
    curve: AnswerCurve = AnswerCurve()

    def start(self, learners: int = 1) -> Belief:
        """Nothing answered."""
        mean = np.repeat(np.append(self.field.mean, np.float32(0))[None], learners, axis=0)
        directions = np.zeros((learners, 0, mean.shape[1]), dtype=np.float32)
        return Belief(mean, directions, directions[..., 0], np.zeros(learners, dtype=np.float32))

    def update(self, belief: Belief, asked: Ints, right: Flags) -> Belief:
        """After learner b answered question asked[b] (B,) right[b] (B,)."""
        rows = np.arange(len(asked))
        points, weight = self.questions.points[asked], self.questions.weight[asked]
        points = np.concatenate([points, np.full((len(asked), 1), len(self.field.points))], axis=1)
        probe = np.zeros((len(asked), 2, points.shape[1]), dtype=np.float32)
        probe[:, 0, :-1], probe[:, 1, -1] = weight, 1
        along = probe @ self._prior[points]
        seen = probe @ _at(belief.directions, points).swapaxes(1, 2)
        along += (seen * belief.scale[:, None]) @ belief.directions
        mean = (probe @ belief.mean[rows[:, None], points][..., None])[..., 0]
        covariance = probe @ np.take_along_axis(along, points[:, None], axis=2).swapaxes(1, 2)
        moments = self._moments(asked, mean, covariance)
        side = right.astype(int), rows
        inverse = np.linalg.inv(covariance)
        change = inverse @ (moments.covariance[side] - covariance) @ inverse
        scale, turn = np.linalg.eigh((change + change.swapaxes(1, 2)) / 2)
        shift = inverse @ (moments.mean[side] - mean)[..., None]
        return Belief(
            mean=belief.mean + (shift.swapaxes(1, 2) @ along)[:, 0],
            directions=np.concatenate([belief.directions, turn.swapaxes(1, 2) @ along], axis=1),
            scale=np.concatenate([belief.scale, scale], axis=1),
            evidence=belief.evidence + np.log(np.where(right, moments.chance, 1 - moments.chance)),
        )

    def variance(self, belief: Belief) -> Floats:
        """Of x, (B, N)."""
        kept = np.diagonal(self._prior) + np.einsum("bt,btn->bn", belief.scale, belief.directions**2)
        return np.asarray(np.maximum(kept[:, :-1], 1e-6))

    def estimate(self, belief: Belief) -> Estimate:
        """Levels σ(x) with their standard deviations, both (B, N)."""
        spread = np.sqrt(self.variance(belief))
        level = expit(belief.mean[:, :-1, None] + spread[..., None] * _NODE)
        mean = level @ _SHARE
        return Estimate(mean, np.sqrt(np.maximum((level**2) @ _SHARE - mean**2, 0)))

    def gains(self, belief: Belief, wanted: Floats, allowed: Flags) -> Floats:
        """Expected fall of Σ wanted · Var(level) by each question (I,), for one learner (B = 1).

        wanted: (N,) how much each point matters; allowed: (I,) what may be asked. 0 where it may not, or where the
        linearisation already has enough that are better.
        """
        items, probe, along, theta = self._shortlist(belief, wanted, np.flatnonzero(allowed))
        both = np.stack([along, np.broadcast_to(theta, along.shape)], axis=1)
        f = (probe[:, None] * both[:, :, :-1]).sum(axis=2)
        covariance = np.stack([f, both[:, :, -1]], axis=1)
        mean = np.stack([probe @ belief.mean[0, :-1], np.full(len(items), belief.mean[0, -1])], axis=1)
        moments = self._moments(items, mean, covariance)
        inverse = np.linalg.inv(covariance)
        shift = ((moments.mean - mean)[:, :, None] @ inverse @ both)[:, :, 0, :-1]
        change = inverse @ (moments.covariance - covariance) @ inverse @ both
        kept = self.variance(belief)[0] + (change * both).sum(axis=2)[..., :-1]
        wrong, right = _mean_level(belief.mean[0, :-1] + shift, np.maximum(kept, 1e-6))
        gains = np.zeros(len(allowed), dtype=np.float32)
        gains[items] = moments.chance * (1 - moments.chance) * ((right - wrong) ** 2 @ wanted)
        return gains

    def _shortlist(self, belief: Belief, wanted: Floats, items: Ints) -> tuple[Ints, Floats, Floats, Floats]:
        """The best items (S,) by a linearisation without θ, their probes (S, N), rows of Σ (S, L) and that of θ."""
        probe, weights, effects = self._probes
        probes, probe = np.unique(probe[items], return_inverse=True)
        weights, directions = weights[probes], belief.directions[0]
        along = effects[probes] + ((weights @ directions[:, :-1].T) * belief.scale[0]) @ directions
        theta = self._prior[-1] + (directions[:, -1] * belief.scale[0]) @ directions
        mean, variance = weights @ belief.mean[0, :-1], (weights * along[:, :-1]).sum(axis=1)
        chance, after = self._prospects(belief, items, mean[probe], variance[probe])
        now, kept = belief.mean[0, :-1], self.variance(belief)[0]
        rise = _mean_level(now + 0.5, kept) - _mean_level(now - 0.5, kept)
        reach = along[:, :-1] ** 2 @ (wanted * rise**2) / variance**2
        short = np.argsort(-chance * (1 - chance) * (after[1] - after[0]) ** 2 * reach[probe])[:SHORTLIST]
        return items[short], weights[probe[short]], along[probe[short]], theta

    def _prospects(self, belief: Belief, items: Ints, mean: Floats, variance: Floats) -> tuple[Floats, Floats]:
        """P(right) (I,) of one learner, and the mean (2, I) of f after a wrong and after a right answer.

        f ~ N(mean, variance); θ at its mean.
        """
        f = np.asarray(mean[:, None] + np.sqrt(np.maximum(variance, 1e-6))[:, None] * _NODE, dtype=np.float32)
        right = self._curve(items, f, belief.mean[0, -1])
        weight = np.stack([1 - right, right]) * _SHARE
        total = np.maximum(weight.sum(axis=-1), 1e-6)
        return total[1], (weight * f).sum(axis=-1) / total

    def _curve(self, asked: Ints, f: Floats, theta: Floats) -> Floats:
        """P(right) of the questions asked (B,) at f (B, Q) and θ."""
        quiz = self.questions
        a, b, c = (part[asked, None] for part in (quiz.discrimination, quiz.difficulty, quiz.guessing))
        logit = a * (self.curve.slope * (expit(f) - 0.5) - b + theta)
        return np.asarray(c + (1 - c - self.curve.slip) * expit(logit))

    def _moments(self, asked: Ints, mean: Floats, covariance: Floats) -> _Moments:
        """(f, θ) ~ N(mean (B, 2), covariance (B, 2, 2)) before and after each answer to the questions asked (B,)."""
        root = np.sqrt(np.maximum(covariance[:, 0, 0], 1e-6))
        tilt = covariance[:, 0, 1] / root
        rest = np.sqrt(np.maximum(covariance[:, 1, 1] - tilt**2, 1e-6))
        f = np.asarray(mean[:, :1] + root[:, None] * _LEVEL_NODE, dtype=np.float32)
        turned = tilt[:, None] * _LEVEL_NODE + rest[:, None] * _ABILITY_NODE
        theta = np.asarray(mean[:, 1:] + turned, dtype=np.float32)
        right = self._curve(asked, f, theta)
        weight = np.stack([1 - right, right]) * _BOTH
        total = np.maximum(weight.sum(axis=-1), 1e-6)
        weight /= total[..., None]
        both = np.stack([f, theta], axis=-1)
        after = np.einsum("sbq,bqk->sbk", weight, both)
        apart = both - after[..., None, :]
        square = np.einsum("sbq,sbqk,sbql->sbkl", weight, apart, apart, optimize=True)
        return _Moments(total[1], after, square + 1e-5 * np.eye(2, dtype=np.float32))

    @cached_property
    def _prior(self) -> Floats:
        """(L, L) covariance of all unknowns at first."""
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


def _at(directions: Floats, points: Ints) -> Floats:
    """(B, T, P) each learner's directions at its points (B, P)."""
    return np.take_along_axis(directions, points[:, None], axis=2)


def _mean_level(mean: Floats, variance: Floats) -> Floats:
    """E σ(x) (MacKay 1992)."""
    return np.asarray(expit(mean / np.sqrt(1 + np.pi / 8 * variance)))
