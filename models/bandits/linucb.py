"""LinUCB (Li et al. 2010, algorithm 1 with one shared parameter vector).

    score = θ̂ᵀx + α √(xᵀ A⁻¹ x)

The same state gives the same choice: the propensity is 1 or 0.
"""

from dataclasses import dataclass, replace

import numpy as np

from models.bandits.linear import Decision, LinearBandit, Observation
from models.recommender import by_score


@dataclass(frozen=True)
class Settings:
    """alpha: width of the confidence bound, usually 0.1–1; ridge: λ, usually 0.1–10."""

    alpha: float = 0.3
    ridge: float = 1.0


class LinUCB(LinearBandit):
    """The best upper confidence bound."""

    name = "linucb"
    settings: Settings
    usual = Settings()

    def decide(self, observation: Observation) -> Decision:
        """Take the best."""
        context = self.context(observation)
        score = context @ self.state.mean + self.settings.alpha * self.state.spread(context)
        return replace(by_score(score.astype(np.float32), observation.mask), context=context)
