"""Thompson sampling with a linear model (Agrawal & Goyal 2013).

    θ̃ ~ N(θ̂, v² A⁻¹),      score = θ̃ᵀx,      θ̃ = θ̂ + v L⁻ᵀ z,  z ~ N(0, I)

The probability that a draw prefers a candidate has no closed form. So n draws are made and one of them, taken at
random, decides:

    propensity(a) = (draws that prefer a) / n

which is the exact probability of that procedure, given its draws. Their v = R √(9 D ln(t / δ)) makes the regret bound
hold and explores far too much for lessons; v is a setting.
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import solve_triangular

from models.bandits.linear import Decision, Doubles, Floats, LinearBandit, Observation


@dataclass(frozen=True)
class Settings:
    """scale: v, usually 0.05–1; draws: n, usually 16–256; ridge: λ, usually 0.1–10."""

    scale: float = 0.3
    draws: int = 64
    ridge: float = 1.0


class Thompson(LinearBandit):
    """The best by a draw from what θ may be."""

    name = "thompson"
    settings: Settings
    usual = Settings()

    def decide(self, observation: Observation) -> Decision:
        """One of n draws decides for each learner."""
        context = self.context(observation)
        scores = context @ self._drawn(len(context))
        return one_of(scores, observation, self._random, context)

    def _drawn(self, learners: int) -> Doubles:
        """(B, D, n) parameters."""
        state, shape = self.state, (learners, len(self.state.mean), self.settings.draws)
        noise = self._random.standard_normal((shape[1], shape[0] * shape[2]))
        moved = solve_triangular(state.factor, noise, lower=True, trans="T").reshape(shape[1], shape[0], shape[2])
        return np.asarray(state.mean[:, None] + self.settings.scale * moved.swapaxes(0, 1))


def one_of(scores: Doubles, observation: Observation, random: np.random.Generator, context: Floats | None) -> Decision:
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
