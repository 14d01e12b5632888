"""Fitted Q evaluation: what a policy is worth, from a log alone (Le, Voloshin & Yue 2019), propensities or not.

Q^π is the fixed point of Q(s, a) = r + γ Q(s′, π(s′)). With Q linear in fixed features φ(s, a) it is found in closed
form, with no step size and no number of rounds (least-squares temporal differences, Lagoudakis & Parr 2003):

    w = (Σ φ (φ − γ φ′)ᵀ + λ I)⁻¹ Σ φ r,        φ = φ(s, a), φ′ = φ(s′, π(s′)), 0 after an end

φ: what the heads see of the learner, the candidate and its resource, beside random rectified combinations of them
(Rahimi & Recht 2008), the same for every policy: no policy is judged by what its own network believes. The worth of a
policy is the mean of Q(s₀, π(s₀)) over the first states of episodes. Biased where the policy leaves what the log did.
"""

from dataclasses import dataclass, replace

import numpy as np

from models.features import Batch, Features
from models.offline_log import Course, Floats, Ints, Logged, Observation
from models.recommender import Recommender, needed_points


@dataclass(frozen=True)
class EvaluationConfig:
    """gamma: discount; width: random features [64–1,024]; ridge: λ for each logged step [1e-5–1e-2]; seed: of them."""

    gamma: float = 0.97
    width: int = 256
    ridge: float = 1e-4
    seed: int = 0


class Evaluator:
    """Fitted Q evaluation of any number of policies on one log."""

    def __init__(self, course: Course, logged: Logged, reward: Floats, config: EvaluationConfig) -> None:
        self._features, self._logged, self._config = Features(course), logged, config
        needed = needed_points(course, logged.states.level, logged.states.target, logged.states.wanted)
        self._batch = replace(Batch.of(logged.states, None), needed=needed.astype(np.float32))
        plain = self._plain(logged.state, logged.chosen)
        self._mean, self._spread = plain.mean(axis=0), plain.std(axis=0) + 1e-3
        draw = np.random.default_rng(config.seed)
        self._mixed = draw.normal(0, 1 / np.sqrt(plain.shape[1]), (plain.shape[1], config.width))
        self._shift = draw.normal(0, 0.5, config.width)
        self._here = self._basis(plain)
        self._reward = reward.astype(np.float64)

    def worth(self, policy: Recommender) -> float:
        """The mean discounted return of `policy` from the first states of the log's episodes on."""
        return self._worth(chosen_by(policy, self._logged.states))

    def behaviour(self) -> float:
        """The same of whoever decided in the log, by its own choices: what a policy's worth is compared with."""
        choice = np.full(len(self._logged.states), -1)
        choice[self._logged.state] = self._logged.chosen
        return self._worth(choice)

    def _worth(self, choice: Ints) -> float:
        """Of choosing positions `choice` (S,) in the log's states; −1 where that is not known: such steps are left."""
        logged, config = self._logged, self._config
        known = logged.ended | (choice[logged.following] >= 0)
        going = known & ~logged.ended
        after = np.zeros_like(self._here)
        after[going] = self._basis(self._plain(logged.following[going], choice[logged.following[going]]))
        here = self._here[known]
        square = here.T @ (here - config.gamma * after[known]) + config.ridge * len(here) * np.eye(here.shape[1])
        weight = np.linalg.solve(square, here.T @ self._reward[known])
        start = logged.state[logged.first]
        return float((self._basis(self._plain(start, choice[start])) @ weight).mean())

    def _plain(self, rows: Ints, positions: Ints) -> Floats:
        """(M, F) of states `rows` and the candidates at `positions`."""
        taken = self._batch.take(rows)
        candidates = np.take_along_axis(taken.candidates, positions[:, None], axis=1)
        taken = replace(taken, candidates=candidates, mask=np.ones_like(candidates, dtype=bool))
        resource = self._features.resources[candidates[:, 0]]
        parts = [self._features.learner(taken), self._features.candidates(taken)[:, 0], resource]
        return np.concatenate(parts, axis=1).astype(np.float64)

    def _basis(self, plain: Floats) -> Floats:
        """φ (M, 1 + F + width)."""
        scaled = (plain - self._mean) / self._spread
        ones = np.ones((len(plain), 1))
        return np.concatenate([ones, scaled, np.maximum(scaled @ self._mixed + self._shift, 0)], axis=1)


def chosen_by(policy: Recommender, states: Observation, part: int = 512) -> Ints:
    """(S,) the candidate that `policy` chooses in each state, −1 where there is none."""
    choice = np.full(len(states), -1)
    able = np.flatnonzero(states.mask.any(axis=1))
    for rows in np.array_split(able, max(1, len(able) // part)):
        choice[rows] = policy.decide(states.take(rows)).chosen
    return choice
