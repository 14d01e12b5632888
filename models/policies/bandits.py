"""Contextual bandits: linear UCB, linear Thompson sampling, ε-greedy, and Thompson sampling with a Beta per resource.

A bandit has a state that is replaced and never changed in place, and a random generator. The linear bandits share the
context of a candidate, the state and its exact update:

    r ≈ θᵀx,      A = λI + Σ x xᵀ,      b = Σ r x,      θ̂ = A⁻¹ b

x: the features of a candidate (`models/rl/features.py`) and a constant; r: the outcome's reward Σ η Δs. All resources
share one θ, so a resource that was added a minute ago has a score. The state holds the sums A and b, not A⁻¹: an
update only adds, so no error accumulates and the order of outcomes does not matter. A is factorised when a decision
needs it, D³/3 operations at D = 25. Left out: parameters of each arm (the hybrid model of Li et al. 2010).

LinUCB (Li et al. 2010, algorithm 1 with one shared parameter vector). The same state gives the same choice: the
propensity is 1 or 0.

    score = θ̂ᵀx + α √(xᵀ A⁻¹ x)

Linear Thompson sampling (Agrawal & Goyal 2013).

    θ̃ ~ N(θ̂, v² A⁻¹),      score = θ̃ᵀx,      θ̃ = θ̂ + v L⁻ᵀ z,  z ~ N(0, I)

The probability that a draw prefers a candidate has no closed form. So n draws are made and one of them, taken at
random, decides:

    propensity(a) = (draws that prefer a) / n

which is the exact probability of that procedure, given its draws. The paper's v = R √(9 D ln(t / δ)) makes the regret
bound hold and explores far too much for lessons; v is a setting.

ε-greedy (Sutton & Barto 2018, §2.2; Langford & Zhang 2008 for contexts): with probability ε any of the K candidates,
else the best of θ̂ᵀx.

    propensity(a) = (1 − ε) [a is the best] + ε / K

Thompson sampling over resources, each with a Beta distribution of its reward (Thompson 1933; Chapelle & Li 2011). It
uses nothing of the learner but the candidates.

    p̃_a ~ Beta(1 + wins_a, 1 + losses_a),      score = p̃_a

A reward is not binary: scaled to [0, 1], it counts as a part of a win and a part of a loss,

    w = (r − low) / (high − low) within [0, 1],      wins += w,      losses += 1 − w

which keeps the mean of Agrawal & Goyal's (2012) trial with success probability w without its noise. One of n draws
decides, as in linear Thompson sampling.
"""

from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import cho_solve, solve_triangular

from models.arrays import Doubles, Floats
from models.course import Course
from models.knowledge_tracing.state import Rates
from models.recommender import Decision, Observation, decide_by_score, find_needed_points
from models.rl.features import CANDIDATE_WIDTH, RESOURCE_WIDTH, Features, ObservationBatch


class StatefulBandit:
    """Has a `state`; `seed` makes what it leaves to chance repeatable."""

    state: Any

    def __init__(self, seed: int | None = None) -> None:
        self._random = np.random.default_rng(seed)

    def of(self, state: Any) -> Self:
        """The same bandit in another state; they share a source of chance."""
        other = copy(self)
        other.state = state
        return other

    def seeded(self, seed: int | None = None) -> Self:
        """The same bandit with a new source of chance."""
        other = copy(self)
        other._random = np.random.default_rng(seed)
        return other


CONTEXT_SIZE = CANDIDATE_WIDTH + RESOURCE_WIDTH + 1
"""D, the length of a context."""


@dataclass(frozen=True, eq=False)
class LinearState:
    """Everything a linear bandit has learnt: A (D, D), b (D,), and from how many answers."""

    precision: Doubles
    moment: Doubles
    answers: int = 0

    @classmethod
    def empty(cls, ridge: float = 1.0, size: int = CONTEXT_SIZE) -> "LinearState":
        """Before any answer; ridge: λ."""
        return cls(ridge * np.eye(size), np.zeros(size))

    @cached_property
    def factor(self) -> Doubles:
        """(D, D) lower L with A = L Lᵀ."""
        return np.asarray(np.linalg.cholesky(self.precision))

    @cached_property
    def mean(self) -> Doubles:
        """(D,) θ̂."""
        return np.asarray(cho_solve((self.factor, True), self.moment))

    def spread(self, context: Floats) -> Doubles:
        """(…,) √(xᵀ A⁻¹ x) = |L⁻¹ x| of contexts (…, D)."""
        flat = solve_triangular(self.factor, context.reshape(-1, context.shape[-1]).T, lower=True)
        return np.asarray(np.sqrt((flat**2).sum(axis=0)).reshape(context.shape[:-1]))

    def worth(self, answers: int, ridge: float) -> "LinearState":
        """The same experience as a prior that counts as so many answers, at most as many as it has."""
        share = min(1.0, answers / max(1, self.answers))
        own = ridge * np.eye(len(self.moment))
        return LinearState(own + share * (self.precision - own), share * self.moment)


def update_linear_state(state: LinearState, context: ArrayLike, reward: ArrayLike) -> LinearState:
    """The state after answers to chosen candidates: context (M, D) or (D,), reward (M,) or a number."""
    rows, rewards = np.atleast_2d(np.asarray(context, np.float64)), np.atleast_1d(np.asarray(reward, np.float64))
    return LinearState(state.precision + rows.T @ rows, state.moment + rows.T @ rewards, state.answers + len(rows))


class LinearBandit(StatefulBandit):
    """What is common to them; each kind decides in its own way.

    settings: its own, `usual` without; they have a `ridge`, λ. seed: of its chance, if it leaves anything to chance.
    """

    name = "linear"
    version = f"1-{CONTEXT_SIZE}"
    usual: Any
    state: LinearState

    def __init__(
        self, course: Course, settings: Any = None, state: LinearState | None = None, seed: int | None = None
    ) -> None:
        self.course, self.settings = course, settings or self.usual
        self.state = LinearState.empty(self.settings.ridge) if state is None else state
        self._features = Features(course)
        super().__init__(seed)

    def context(self, observation: Observation) -> Floats:
        """(B, K, D) features of the candidates and a constant."""
        needed = find_needed_points(self.course, observation.level, observation.target, observation.wanted)
        seen = ObservationBatch.of(observation, None, needed)
        parts = [self._features.candidates(seen), self._features.resources[seen.candidates]]
        constant = np.ones((*seen.candidates.shape, 1), dtype=np.float32)
        return np.concatenate([*parts, constant], axis=-1, dtype=np.float32)

    def after(self, observation: Observation, decision: Decision, reward: Floats) -> Self:
        """Having seen what the decision's choices brought, (B,)."""
        context = self.context(observation) if decision.context is None else decision.context
        return self.of(update_linear_state(self.state, context[np.arange(len(context)), decision.chosen], reward))

    def worth(self, answers: int) -> Self:
        """With what it has learnt as a prior that counts as so many answers."""
        return self.of(self.state.worth(answers, self.settings.ridge))


@dataclass(frozen=True)
class ThompsonSettings:
    """scale: v, usually 0.05–1; draws: n, usually 16–256; ridge: λ, usually 0.1–10."""

    scale: float = 0.3
    draws: int = 64
    ridge: float = 1.0


class Thompson(LinearBandit):
    """The best by a draw from what θ may be."""

    name = "thompson"
    settings: ThompsonSettings
    usual = ThompsonSettings()

    def decide(self, observation: Observation) -> Decision:
        """One of n draws decides for each learner."""
        context = self.context(observation)
        scores = context @ self._drawn(len(context))
        return decide_by_draw(scores, observation, self._random, context)

    def _drawn(self, learners: int) -> Doubles:
        """(B, D, n) parameters."""
        state, shape = self.state, (learners, len(self.state.mean), self.settings.draws)
        noise = self._random.standard_normal((shape[1], shape[0] * shape[2]))
        moved = solve_triangular(state.factor, noise, lower=True, trans="T").reshape(shape[1], shape[0], shape[2])
        return np.asarray(state.mean[:, None] + self.settings.scale * moved.swapaxes(0, 1))


def decide_by_draw(
    scores: Doubles, observation: Observation, random: np.random.Generator, context: Floats | None
) -> Decision:
    """The decision of one of n draws, taken at random; scores (B, K, n), of which that draw's order the slate."""
    mask = observation.mask
    scores = np.where(mask[..., None], scores, -np.inf)
    preferred, rows = scores.argmax(axis=1), np.arange(len(scores))
    draws = preferred.shape[1]
    taken = random.integers(draws, size=len(scores))
    propensity = np.zeros(mask.shape, dtype=np.float32)
    np.add.at(propensity, (rows[:, None], preferred), np.float32(1 / draws))
    score = scores[rows, :, taken].astype(np.float32)
    return Decision(preferred[rows, taken], propensity, score, mask, context=context)


@dataclass(frozen=True)
class BetaThompsonSettings:
    """What counts as a loss and as a win.

    Attributes:
        low, high: the rewards that count as 0 and 1: a wrong answer at full mastery and a right one at none, −α⁻ and α⁺
            of docs/design.md, for a resource that teaches one point. More, from one that teaches several, counts as 1.
        draws: n, usually 16–256.
    """

    low: float = -Rates.gain_wrong
    high: float = Rates.gain_right
    draws: int = 64

    def win(self, reward: Floats | float) -> Doubles:
        """The reward within [0, 1]."""
        return np.clip((np.asarray(reward, np.float64) - self.low) / (self.high - self.low), 0, 1)


@dataclass(frozen=True, eq=False)
class BetaState:
    """Wins and losses (R,) of each resource, and from how many answers."""

    wins: Doubles
    losses: Doubles
    answers: int = 0

    @classmethod
    def empty(cls, resources: int) -> "BetaState":
        """Before any answer."""
        return cls(np.zeros(resources), np.zeros(resources))

    def worth(self, answers: int) -> "BetaState":
        """The same experience as a prior that counts as so many answers, at most as many as it has."""
        share = min(1.0, answers / max(1, self.answers))
        return BetaState(share * self.wins, share * self.losses)


def update_beta_state(state: BetaState, resources: np.ndarray, win: Doubles) -> BetaState:
    """The state after answers to resources (M,), each a `win` (M,) within [0, 1]."""
    wins, losses = state.wins.copy(), state.losses.copy()
    np.add.at(wins, resources, win)
    np.add.at(losses, resources, 1 - win)
    return BetaState(wins, losses, state.answers + len(resources))


class ResourceBandit(StatefulBandit):
    """Common to bandits whose state is the wins and losses of each resource; each kind decides in its own way."""

    name = "resource"
    version = "1"
    state: BetaState

    def __init__(
        self,
        course: Course,
        settings: BetaThompsonSettings | None = None,
        state: BetaState | None = None,
        seed: int | None = None,
    ) -> None:
        self.course, self.settings = course, settings or BetaThompsonSettings()
        self.state = BetaState.empty(course.resources) if state is None else state
        super().__init__(seed)

    def after(self, observation: Observation, decision: Decision, reward: Floats) -> Self:
        """Return the bandit updated by the rewards (B,) of the decision's choices."""
        done = observation.candidates[np.arange(len(observation)), decision.chosen]
        return self.of(update_beta_state(self.state, done, self.settings.win(reward)))

    def worth(self, answers: int) -> Self:
        """Return the bandit with its state as a prior that counts as so many answers."""
        return self.of(self.state.worth(answers))


class BetaThompson(ResourceBandit):
    """Choose the best by a draw from each resource's distribution; `seed` makes it repeatable."""

    name = "thompson_beta"

    def decide(self, observation: Observation) -> Decision:
        """Return the decision of one of n draws for each learner."""
        arms = observation.candidates[..., None]
        shape = (*observation.candidates.shape, self.settings.draws)
        scores = self._random.beta(1 + self.state.wins[arms], 1 + self.state.losses[arms], size=shape)
        return decide_by_draw(scores, observation, self._random, None)


@dataclass(frozen=True)
class EpsilonGreedySettings:
    """epsilon: share of decisions by chance, usually 0.01–0.2; ridge: λ, usually 0.1–10."""

    epsilon: float = 0.1
    ridge: float = 1.0


class EpsilonGreedy(LinearBandit):
    """Usually the best estimate, now and then any candidate."""

    name = "epsilon_greedy"
    settings: EpsilonGreedySettings
    usual = EpsilonGreedySettings()

    def decide(self, observation: Observation) -> Decision:
        """The best or, rarely, any."""
        context, mask, share = self.context(observation), observation.mask, self.settings.epsilon
        best = decide_by_score((context @ self.state.mean).astype(np.float32), mask)
        anyone = np.where(mask, self._random.random(mask.shape), -1).argmax(axis=1)
        chosen = np.where(self._random.random(len(mask)) < share, anyone, best.chosen)
        uniform = mask / np.maximum(1, mask.sum(axis=1, keepdims=True))
        propensity = ((1 - share) * best.propensity + share * uniform).astype(np.float32)
        return replace(best, chosen=chosen, propensity=propensity, context=context)


@dataclass(frozen=True)
class LinUCBSettings:
    """alpha: width of the confidence bound, usually 0.1–1; ridge: λ, usually 0.1–10."""

    alpha: float = 0.3
    ridge: float = 1.0


class LinUCB(LinearBandit):
    """The best upper confidence bound."""

    name = "linucb"
    settings: LinUCBSettings
    usual = LinUCBSettings()

    def decide(self, observation: Observation) -> Decision:
        """Take the best."""
        context = self.context(observation)
        score = context @ self.state.mean + self.settings.alpha * self.state.spread(context)
        return replace(decide_by_score(score.astype(np.float32), observation.mask), context=context)
