"""Off-policy evaluation: estimate a policy's value from a log, by importance weights or by fitted Q evaluation.

With known propensities, for decisions of one step, with weights w = π(a|s) / μ(a|s) of the evaluated policy against
the one that logged:

    IPS    mean[ w r ]                                  unbiased (Horvitz & Thompson 1952)
    SNIPS  Σ w r / Σ w                                  consistent, less variance (Swaminathan & Joachims 2015)
    DR     mean[ V̂(s) + w (r − Q̂(s, a)) ]              unbiased if either w or Q̂ is right (Dudík et al. 2011)

For episodes the weights of an episode's steps are multiplied: ρ_t = Π_{i ≤ t} w_i,

    per decision   mean over episodes of Σ_t γᵗ ρ_t r_t                          (Precup et al. 2000)
    weighted       the same with ρ_t over its mean over episodes at t
    DR             V = V̂(s) + w (r + γ V′ − Q̂(s, a)), from the last step back     (Jiang & Li 2016)

All need μ > 0 wherever π > 0: a log without exploration has no information on actions it never took. The number of
decisions that an estimate rests on is the effective sample size (Σ w)² / Σ w² (Kish 1965).

Fitted Q evaluation (Le, Voloshin & Yue 2019) needs no propensities. Q^π is the fixed point of Q(s, a) = r + γ Q(s′,
π(s′)). With Q linear in fixed features φ(s, a) it is found in closed form, with no step size and no number of rounds
(least-squares temporal differences, Lagoudakis & Parr 2003):

    w = (Σ φ (φ − γ φ′)ᵀ + λ I)⁻¹ Σ φ r,        φ = φ(s, a), φ′ = φ(s′, π(s′)), 0 after an end

φ: the features of the learner, the candidate and its resource that the heads get, beside random rectified
combinations of them (Rahimi & Recht 2008), the same for every policy: no policy is judged by its own network. The
value of a policy is the mean of Q(s₀, π(s₀)) over the first states of episodes. Biased where the policy leaves the
actions of the log.
"""

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Floats, Ints
from models.course import Course
from models.recommender import Observation, Recommender, find_needed_points
from models.rl.features import Features, ObservationBatch
from models.rl.offline_log import OfflineLog


@dataclass(frozen=True)
class FQEConfig:
    """gamma: discount; width: random features [64–1,024]; ridge: λ for each logged step [1e-5–1e-2]; seed: of them."""

    gamma: float = 0.97
    width: int = 256
    ridge: float = 1e-4
    seed: int = 0


class FittedQEvaluator:
    """Fitted Q evaluation of any number of policies on one log."""

    def __init__(self, course: Course, logged: OfflineLog, reward: Floats, config: FQEConfig) -> None:
        self._features, self._logged, self._config = Features(course), logged, config
        needed = find_needed_points(course, logged.states.level, logged.states.target, logged.states.wanted)
        self._batch = replace(ObservationBatch.of(logged.states, None), needed=needed.astype(np.float32))
        plain = self._plain(logged.state, logged.chosen)
        self._mean, self._spread = plain.mean(axis=0), plain.std(axis=0) + 1e-3
        draw = np.random.default_rng(config.seed)
        self._mixed = draw.normal(0, 1 / np.sqrt(plain.shape[1]), (plain.shape[1], config.width))
        self._shift = draw.normal(0, 0.5, config.width)
        self._here = self._basis(plain)
        self._reward = reward.astype(np.float64)

    def worth(self, policy: Recommender) -> float:
        """The mean discounted return of `policy` from the first states of the log's episodes on."""
        return self._worth(choose_candidates(policy, self._logged.states))

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


def choose_candidates(policy: Recommender, states: Observation, part: int = 512) -> Ints:
    """(S,) the candidate that `policy` chooses in each state, −1 where there is none."""
    choice = np.full(len(states), -1)
    able = np.flatnonzero(states.mask.any(axis=1))
    for rows in np.array_split(able, max(1, len(able) // part)):
        choice[rows] = policy.decide(states.take(rows)).chosen
    return choice


def compute_importance_weights(policy: Floats, behaviour: Floats) -> Floats:
    """w (T,) of the chosen candidates' probabilities under the policy and as logged, each (T,)."""
    return np.asarray(policy / np.maximum(behaviour, 1e-6), dtype=np.float64)


def effective_sample_size(weight: Floats) -> float:
    """Of how many equally weighted decisions the weights (T,) are worth; 0 where all are 0."""
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares else 0.0


def ips(weight: Floats, reward: Floats) -> float:
    """Mean reward of the policy; both (T,)."""
    return float((weight * reward).mean())


def snips(weight: Floats, reward: Floats) -> float:
    """Mean reward of the policy; both (T,). NaN where the policy never agrees with the log."""
    total = float(weight.sum())
    return float((weight * reward).sum()) / total if total else float("nan")


def doubly_robust(weight: Floats, reward: Floats, chosen: Floats, value: Floats) -> float:
    """Mean reward of the policy, from estimates Q̂(s, a) of what was `chosen` and V̂(s) = Σ π Q̂, all (T,)."""
    return float((value + weight * (reward - chosen)).mean())


def per_decision_ips(weight: Floats, reward: Floats, episode: Ints, gamma: float, weighted: bool = False) -> float:
    """Mean return of the policy; all (T,), the steps of an episode one after the other."""
    worth, ratio = _arrange_by_episode(reward, episode), _arrange_by_episode(weight, episode).cumprod(axis=1)
    discount = gamma ** np.arange(worth.shape[1])
    if weighted:
        ratio = ratio / np.maximum(ratio.mean(axis=0), 1e-300)
    return float((discount * ratio * worth).sum(axis=1).mean())


def doubly_robust_return(
    weight: Floats, reward: Floats, chosen: Floats, value: Floats, episode: Ints, gamma: float
) -> float:
    """Mean return of the policy with estimates Q̂(s, a) of what was `chosen` and V̂(s) = Σ π Q̂; all (T,)."""
    ratio, worth, guess, own = (_arrange_by_episode(column, episode) for column in (weight, reward, chosen, value))
    total = np.zeros(len(worth))
    for step in range(worth.shape[1] - 1, -1, -1):
        total = own[:, step] + ratio[:, step] * (worth[:, step] + gamma * total - guess[:, step])
    return float(total.mean())


def _arrange_by_episode(values: Floats, episode: Ints) -> Floats:
    """(T,) → (episodes, longest), shorter ones filled up with 0."""
    _, row, count = np.unique(episode, return_inverse=True, return_counts=True)
    start = np.zeros(len(count), dtype=np.int64)
    first = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
    start[row[first]] = first
    table = np.zeros((len(count), int(count.max(initial=1))), dtype=np.float64)
    table[row, np.arange(len(values)) - start[row]] = values
    return np.asarray(table)
