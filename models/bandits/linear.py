"""What the linear bandits share: the context of a candidate, the state, and its exact update.

    r ≈ θᵀx,      A = λI + Σ x xᵀ,      b = Σ r x,      θ̂ = A⁻¹ b

x: what the network sees of a candidate (`models/features.py`) and a constant; r: the outcome's reward Σ η Δs. One θ for
all resources, so that one that was added this minute has a score. The state holds the sums A and b, not A⁻¹: an update
adds and nothing else, so no error builds up, and the order of outcomes does not matter. A is factorised when a decision
asks for it, D³/3 operations at D = 25. Left out: parameters of each arm (the hybrid model of Li et al. 2010).
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.linalg import cho_solve, solve_triangular

from models.bandits.chance import Stateful
from models.course import Course, Floats
from models.features import CANDIDATE, RESOURCE, Batch, Features
from models.recommender import Decision, Observation, needed_points

Doubles = NDArray[np.float64]
SIZE = CANDIDATE + RESOURCE + 1
"""D, the length of a context."""


@dataclass(frozen=True, eq=False)
class LinearState:
    """Everything a linear bandit has learnt: A (D, D), b (D,), and from how many answers."""

    precision: Doubles
    moment: Doubles
    answers: int = 0

    @classmethod
    def empty(cls, ridge: float = 1.0, size: int = SIZE) -> "LinearState":
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


def updated(state: LinearState, context: ArrayLike, reward: ArrayLike) -> LinearState:
    """The state after answers to chosen candidates: context (M, D) or (D,), reward (M,) or a number."""
    rows, rewards = np.atleast_2d(np.asarray(context, np.float64)), np.atleast_1d(np.asarray(reward, np.float64))
    return LinearState(state.precision + rows.T @ rows, state.moment + rows.T @ rewards, state.answers + len(rows))


class LinearBandit(Stateful):
    """What is common to them; each kind decides in its own way.

    settings: its own, `usual` without; they have a `ridge`, λ. seed: of its chance, if it leaves anything to chance.
    """

    name = "linear"
    version = f"1-{SIZE}"
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
        needed = needed_points(self.course, observation.level, observation.target, observation.wanted)
        seen = Batch.of(observation, None, needed)
        parts = [self._features.candidates(seen), self._features.resources[seen.candidates]]
        constant = np.ones((*seen.candidates.shape, 1), dtype=np.float32)
        return np.concatenate([*parts, constant], axis=-1, dtype=np.float32)

    def after(self, observation: Observation, decision: Decision, reward: Floats) -> Self:
        """Having seen what the decision's choices brought, (B,)."""
        context = self.context(observation) if decision.context is None else decision.context
        return self.of(updated(self.state, context[np.arange(len(context)), decision.chosen], reward))

    def worth(self, answers: int) -> Self:
        """With what it has learnt as a prior that counts as so many answers."""
        return self.of(self.state.worth(answers, self.settings.ridge))


__all__ = [
    "SIZE",
    "Course",
    "Decision",
    "Doubles",
    "Floats",
    "LinearBandit",
    "LinearState",
    "Observation",
    "updated",
]
