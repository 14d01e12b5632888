"""The contextual bandit rung: LinUCB (Li et al. 2010, algorithm 1 with one shared parameter vector).

    score = θᵀx + α √(xᵀ A⁻¹ x),      A = λI + Σ x xᵀ,      θ = A⁻¹ Σ r x

x: the candidate's features; r: the step's reward. It learns from each outcome and looks one step ahead.
"""

import numpy as np

from models.course import Course, Floats
from models.environment import LearnerVectorEnv
from models.features import CANDIDATE, RESOURCE, Batch, Features
from models.recommender import Decision, Observation, by_score, needed_points


class LinUCB:
    """alpha: width of the confidence bound, usual range 0.1–1; ridge: λ."""

    name = "bandit"
    version = "1"

    def __init__(self, course: Course, alpha: float = 0.3, ridge: float = 1.0) -> None:
        self.alpha = alpha
        self._course, self._features = course, Features(course)
        size = CANDIDATE + RESOURCE + 1
        self._inverse = np.eye(size) / ridge
        self._moment = np.zeros(size)

    def context(self, observation: Observation) -> Floats:
        """(B, K, D) features of the candidates and a constant."""
        course, wanted = self._course, observation.wanted
        needed = needed_points(course, observation.level, observation.target, wanted)
        seen = Batch.of(observation, None, needed)
        parts = [self._features.candidates(seen), self._features.resources[seen.candidates]]
        constant = np.ones((*seen.candidates.shape, 1), dtype=np.float32)
        return np.concatenate([*parts, constant], axis=-1, dtype=np.float32)

    def decide(self, observation: Observation) -> Decision:
        """The best upper confidence bound."""
        context = self.context(observation)
        mean = context @ (self._inverse @ self._moment)
        spread = np.sqrt(np.einsum("bkd,de,bke->bk", context, self._inverse, context, optimize=True).clip(0))
        return by_score(mean + self.alpha * spread, observation.mask)

    def update(self, context: Floats, reward: Floats) -> None:
        """Learn from chosen candidates: context (M, D), reward (M,). Woodbury's identity, exact for any M."""
        projected = context @ self._inverse
        inner = np.eye(len(context)) + projected @ context.T
        self._inverse -= projected.T @ np.linalg.solve(inner, projected)
        self._moment += context.T @ reward

    def practise(self, env: LearnerVectorEnv, rounds: int, seed: int = 0) -> "LinUCB":
        """Learn online from `rounds` answers of every simulated learner of `env`."""
        env.reset(seed=seed)
        for _ in range(rounds):
            seen = env.observe()
            chosen = self.decide(seen).chosen
            rows = np.arange(len(seen))
            context = self.context(seen)[rows, chosen]
            reward, ended, _ = env.advance(seen.candidates[rows, chosen])
            self.update(context, reward)
            env.restart(ended)
        return self
