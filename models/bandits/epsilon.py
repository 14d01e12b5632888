"""ε-greedy with a linear model (Sutton & Barto 2018, §2.2; Langford & Zhang 2008 for contexts).

With probability ε any of the K candidates, else the best of θ̂ᵀx:

    propensity(a) = (1 − ε) [a is the best] + ε / K
"""

from dataclasses import dataclass, replace

import numpy as np

from models.bandits.linear import Decision, LinearBandit, Observation
from models.recommender import by_score


@dataclass(frozen=True)
class Settings:
    """epsilon: share of decisions by chance, usually 0.01–0.2; ridge: λ, usually 0.1–10."""

    epsilon: float = 0.1
    ridge: float = 1.0


class EpsilonGreedy(LinearBandit):
    """Usually the best estimate, now and then any candidate."""

    name = "epsilon_greedy"
    settings: Settings
    usual = Settings()

    def decide(self, observation: Observation) -> Decision:
        """The best or, rarely, any."""
        context, mask, share = self.context(observation), observation.mask, self.settings.epsilon
        best = by_score((context @ self.state.mean).astype(np.float32), mask)
        anyone = np.where(mask, self._random.random(mask.shape), -1).argmax(axis=1)
        chosen = np.where(self._random.random(len(mask)) < share, anyone, best.chosen)
        uniform = mask / np.maximum(1, mask.sum(axis=1, keepdims=True))
        propensity = ((1 - share) * best.propensity + share * uniform).astype(np.float32)
        return replace(best, chosen=chosen, propensity=propensity, context=context)
