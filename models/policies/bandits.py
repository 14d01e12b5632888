"""Contextual bandits: linear UCB, linear Thompson sampling, ε-greedy, and Thompson sampling with a Beta per resource.

A bandit has a state that is replaced and never changed in place, and a random generator. The linear bandits share the
context of a candidate, the state and its exact update:

    r ≈ θᵀx,      A = λI + Σ x xᵀ,      b = Σ r x,      θ̂ = A⁻¹ b

x: the features of a candidate (`models/rl/features.py`) and a constant; r: the outcome's reward Σ η Δs. All resources
share one θ, so a newly added resource has a score. The state holds the sums A and b, not A⁻¹: an
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
uses no feature of the learner except the candidates.

    p̃_a ~ Beta(1 + wins_a, 1 + losses_a),      score = p̃_a

A reward is not binary: scaled to [0, 1], it counts as a part of a win and a part of a loss,

    w = (r − low) / (high − low) within [0, 1],      wins += w,      losses += 1 − w

which keeps the mean of Agrawal & Goyal's (2012) trial with success probability w without its noise. One of n draws
decides, as in linear Thompson sampling.
"""

from copy import copy
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Generic, Protocol, Self, TypeVar

import numpy as np
from numpy.typing import ArrayLike
from scipy.linalg import cho_solve, solve_triangular

from models.arrays import Doubles, Floats
from models.course import Course
from models.knowledge_tracing.state import Rates
from models.recommender import Decision, Observation, decide_by_score, find_needed_points
from models.rl.features import CANDIDATE_WIDTH, RESOURCE_WIDTH, Features, ObservationBatch

S = TypeVar("S")


class StatefulBandit(Generic[S]):
    """A bandit with a `state` and a random generator; `seed` makes its choices repeatable."""

    state: S

    def __init__(self, seed: int | None = None) -> None:
        self._random = np.random.default_rng(seed)

    def of(self, state: S) -> Self:
        """Return the bandit with another state; both share the random generator."""
        other = copy(self)
        other.state = state
        return other

    def seeded(self, seed: int | None = None) -> Self:
        """Return the bandit with a new random generator."""
        other = copy(self)
        other._random = np.random.default_rng(seed)
        return other


CONTEXT_SIZE = CANDIDATE_WIDTH + RESOURCE_WIDTH + 1
"""D, the length of a context."""


@dataclass(frozen=True, eq=False)
class LinearState:
    """State of a linear bandit: A (D, D), b (D,), and the number of answers in them."""

    precision: Doubles
    moment: Doubles
    answers: int = 0

    @classmethod
    def empty(cls, ridge: float = 1.0, size: int = CONTEXT_SIZE) -> "LinearState":
        """Return the state before any answer; ridge: λ."""
        return cls(ridge * np.eye(size), np.zeros(size))

    @cached_property
    def factor(self) -> Doubles:
        """L (D, D), lower triangular with A = L Lᵀ."""
        return np.asarray(np.linalg.cholesky(self.precision))

    @cached_property
    def mean(self) -> Doubles:
        """θ̂ (D,)."""
        return np.asarray(cho_solve((self.factor, True), self.moment))

    def sd(self, context: Floats) -> Doubles:
        """Return √(xᵀ A⁻¹ x) = |L⁻¹ x|, (…,), of contexts (…, D)."""
        flat = solve_triangular(self.factor, context.reshape(-1, context.shape[-1]).T, lower=True)
        return np.asarray(np.sqrt((flat**2).sum(axis=0)).reshape(context.shape[:-1]))

    def worth(self, answers: int, ridge: float) -> "LinearState":
        """Return a prior with the same information, scaled to the weight of at most `answers` answers; ridge: λ."""
        share = min(1.0, answers / max(1, self.answers))
        own = ridge * np.eye(len(self.moment))
        return LinearState(own + share * (self.precision - own), share * self.moment)


def update_linear_state(state: LinearState, context: ArrayLike, reward: ArrayLike) -> LinearState:
    """Return the state after rewards (M,), or one number, of chosen candidates with contexts (M, D), or (D,)."""
    rows, rewards = np.atleast_2d(np.asarray(context, np.float64)), np.atleast_1d(np.asarray(reward, np.float64))
    return LinearState(state.precision + rows.T @ rows, state.moment + rows.T @ rewards, state.answers + len(rows))


class RidgeSettings(Protocol):
    """Settings of a linear bandit: `ridge` is λ."""

    @property
    def ridge(self) -> float:
        """λ, above 0."""
        ...


class LinearBandit(StatefulBandit[LinearState]):
    """Base of the linear bandits: context and update; subclasses have `decide`.

    settings: of the subclass, with a `ridge`, λ; `usual` if not given. seed: of the random generator.
    """

    name = "linear"
    version = f"1-{CONTEXT_SIZE}"
    usual: RidgeSettings

    def __init__(
        self,
        course: Course,
        settings: RidgeSettings | None = None,
        state: LinearState | None = None,
        seed: int | None = None,
    ) -> None:
        self.course, self.settings = course, settings or self.usual
        self.state = LinearState.empty(self.settings.ridge) if state is None else state
        self._features = Features(course)
        super().__init__(seed)

    def context(self, observation: Observation) -> Floats:
        """Return the features of the candidates and a constant 1, (B, K, D)."""
        needed = find_needed_points(
            self.course, observation.level, observation.target, observation.wanted, observation.gate
        )
        seen = ObservationBatch.of(observation, None, needed)
        parts = [self._features.candidates(seen), self._features.resources[seen.candidates]]
        constant = np.ones((*seen.candidates.shape, 1), dtype=np.float32)
        return np.concatenate([*parts, constant], axis=-1, dtype=np.float32)

    def after(self, observation: Observation, decision: Decision, reward: Floats) -> Self:
        """Return the bandit updated by the rewards (B,) of the decision's choices."""
        context = self.context(observation) if decision.context is None else decision.context
        return self.of(update_linear_state(self.state, context[np.arange(len(context)), decision.chosen], reward))

    def worth(self, answers: int) -> Self:
        """Return the bandit with its state as a prior that counts as `answers` answers, see `LinearState.worth`."""
        return self.of(self.state.worth(answers, self.settings.ridge))


@dataclass(frozen=True)
class ThompsonSettings:
    """scale: v, usually 0.05–1; draws: n, usually 16–256; ridge: λ, usually 0.1–10."""

    scale: float = 0.3
    draws: int = 64
    ridge: float = 1.0


class Thompson(LinearBandit):
    """Linear Thompson sampling: choose the best candidate under a draw of θ̃."""

    name = "thompson"
    settings: ThompsonSettings
    usual = ThompsonSettings()

    def decide(self, observation: Observation) -> Decision:
        """Draw n parameter vectors for each learner and decide by one of them, taken at random."""
        context = self.context(observation)
        scores = context @ self._draw_parameters(len(context))
        return decide_by_draw(scores, observation, self._random, context)

    def _draw_parameters(self, learners: int) -> Doubles:
        """Return draws of θ̃, (B, D, n)."""
        state, shape = self.state, (learners, len(self.state.mean), self.settings.draws)
        noise = self._random.standard_normal((shape[1], shape[0] * shape[2]))
        moved = solve_triangular(state.factor, noise, lower=True, trans="T").reshape(shape[1], shape[0], shape[2])
        return np.asarray(state.mean[:, None] + self.settings.scale * moved.swapaxes(0, 1))


def decide_by_draw(
    scores: Doubles, observation: Observation, random: np.random.Generator, context: Floats | None
) -> Decision:
    """Return the decision of one of n draws, taken at random; its scores order the slate.

    scores: (B, K, n). The propensity of a candidate is the share of draws that prefer it.
    """
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
    """Scale of rewards between a loss and a win.

    Attributes:
        low, high: the rewards that count as 0 and 1: a wrong answer at full mastery and a right one at none, −α⁻ and α⁺
            of docs/design.md, for a resource that teaches one point. More, from one that teaches several, counts as 1.
        draws: n, usually 16–256.
    """

    low: float = -Rates.gain_wrong
    high: float = Rates.gain_right
    draws: int = 64

    def win(self, reward: Floats | float) -> Doubles:
        """Return w, the reward scaled to [0, 1]."""
        return np.clip((np.asarray(reward, np.float64) - self.low) / (self.high - self.low), 0, 1)


@dataclass(frozen=True, eq=False)
class BetaState:
    """Wins and losses (R,) of each resource, and the number of answers in them."""

    wins: Doubles
    losses: Doubles
    answers: int = 0

    @classmethod
    def empty(cls, resources: int) -> "BetaState":
        """Return the state before any answer."""
        return cls(np.zeros(resources), np.zeros(resources))

    def worth(self, answers: int) -> "BetaState":
        """Return a prior with the same shares of wins, scaled to the weight of at most `answers` answers."""
        share = min(1.0, answers / max(1, self.answers))
        return BetaState(share * self.wins, share * self.losses)


def update_beta_state(state: BetaState, resources: np.ndarray, win: Doubles) -> BetaState:
    """Return the state after answers to resources (M,) with `win` (M,) within [0, 1]."""
    wins, losses = state.wins.copy(), state.losses.copy()
    np.add.at(wins, resources, win)
    np.add.at(losses, resources, 1 - win)
    return BetaState(wins, losses, state.answers + len(resources))


class ResourceBandit(StatefulBandit[BetaState]):
    """Base of bandits whose state is the wins and losses of each resource; subclasses have `decide`."""

    name = "resource"
    version = "1"

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
        """Return the bandit with its state as a prior that counts as `answers` answers."""
        return self.of(self.state.worth(answers))


class BetaThompson(ResourceBandit):
    """Choose the best by a draw from each resource's distribution; `seed` makes it repeatable."""

    name = "thompson_beta"

    def decide(self, observation: Observation) -> Decision:
        """Draw n values p̃ of each candidate and decide by one draw, taken at random."""
        arms = observation.candidates[..., None]
        shape = (*observation.candidates.shape, self.settings.draws)
        scores = self._random.beta(1 + self.state.wins[arms], 1 + self.state.losses[arms], size=shape)
        return decide_by_draw(scores, observation, self._random, None)


@dataclass(frozen=True)
class EpsilonGreedySettings:
    """epsilon: share of random decisions, usually 0.01–0.2; ridge: λ, usually 0.1–10."""

    epsilon: float = 0.1
    ridge: float = 1.0


class EpsilonGreedy(LinearBandit):
    """ε-greedy: choose any candidate with probability ε, else the best of θ̂ᵀx."""

    name = "epsilon_greedy"
    settings: EpsilonGreedySettings
    usual = EpsilonGreedySettings()

    def decide(self, observation: Observation) -> Decision:
        """Choose a random candidate for a share ε of the learners, the best one for the others."""
        context, mask, share = self.context(observation), observation.mask, self.settings.epsilon
        best = decide_by_score((context @ self.state.mean).astype(np.float32), mask)
        uniform_choice = np.where(mask, self._random.random(mask.shape), -1).argmax(axis=1)
        chosen = np.where(self._random.random(len(mask)) < share, uniform_choice, best.chosen)
        uniform = mask / np.maximum(1, mask.sum(axis=1, keepdims=True))
        propensity = ((1 - share) * best.propensity + share * uniform).astype(np.float32)
        return replace(best, chosen=chosen, propensity=propensity, context=context)


@dataclass(frozen=True)
class LinUCBSettings:
    """alpha: width of the confidence bound, usually 0.1–1; ridge: λ, usually 0.1–10."""

    alpha: float = 0.3
    ridge: float = 1.0


class LinUCB(LinearBandit):
    """LinUCB: choose the candidate with the greatest upper confidence bound."""

    name = "linucb"
    settings: LinUCBSettings
    usual = LinUCBSettings()

    def decide(self, observation: Observation) -> Decision:
        """Choose the candidate with the greatest score θ̂ᵀx + α √(xᵀ A⁻¹ x)."""
        context = self.context(observation)
        score = context @ self.state.mean + self.settings.alpha * self.state.sd(context)
        return replace(decide_by_score(score.astype(np.float32), observation.mask), context=context)
