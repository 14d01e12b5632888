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

φ: the features of the learner, the candidate and its resource that are inputs of the heads, and random rectified
combinations of them (Rahimi & Recht 2008), the same for every policy, so that no policy is evaluated by its own
network. The value of a policy is the mean of Q(s₀, π(s₀)) over the first states of episodes. Biased where the policy
chooses actions that are not in the log.
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
    """gamma: discount; width: random features [64–1,024], drawn from seed; ridge: λ of each logged step [1e-5–1e-2]."""

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
        raw = self._raw_features(logged.state, logged.chosen)
        self._mean, self._sd = raw.mean(axis=0), raw.std(axis=0) + 1e-3
        draw = np.random.default_rng(config.seed)
        self._mixed = draw.normal(0, 1 / np.sqrt(raw.shape[1]), (raw.shape[1], config.width))
        self._shift = draw.normal(0, 0.5, config.width)
        self._here = self._basis(raw)
        self._reward = reward.astype(np.float64)

    def worth(self, policy: Recommender) -> float:
        """Return the mean discounted return of `policy` from the first states of the log's episodes."""
        return self._estimate_return(choose_candidates(policy, self._logged.states))

    def behaviour(self) -> float:
        """Return the same for the logged choices, the value that policies are compared with."""
        choice = np.full(len(self._logged.states), -1)
        choice[self._logged.state] = self._logged.chosen
        return self._estimate_return(choice)

    def _estimate_return(self, choice: Ints) -> float:
        """Return the mean return of choosing candidate `choice` (S,) in each state.

        −1: the choice is not known; steps into such a state are left out.
        """
        logged, config = self._logged, self._config
        known = logged.ended | (choice[logged.following] >= 0)
        continues = known & ~logged.ended
        after = np.zeros_like(self._here)
        following = logged.following[continues]
        after[continues] = self._basis(self._raw_features(following, choice[following]))
        here = self._here[known]
        square = here.T @ (here - config.gamma * after[known]) + config.ridge * len(here) * np.eye(here.shape[1])
        weight = np.linalg.solve(square, here.T @ self._reward[known])
        start = logged.state[logged.first]
        return float((self._basis(self._raw_features(start, choice[start])) @ weight).mean())

    def _raw_features(self, rows: Ints, choice: Ints) -> Floats:
        """Return the features (M, F) of the states `rows` (M,), each with the candidate of index `choice` (M,)."""
        taken = self._batch.take(rows)
        candidates = np.take_along_axis(taken.candidates, choice[:, None], axis=1)
        taken = replace(taken, candidates=candidates, mask=np.ones_like(candidates, dtype=bool))
        resource = self._features.resources[candidates[:, 0]]
        parts = [self._features.learner(taken), self._features.candidates(taken)[:, 0], resource]
        return np.concatenate(parts, axis=1).astype(np.float64)

    def _basis(self, raw: Floats) -> Floats:
        """Return φ (M, 1 + F + width) from raw features (M, F)."""
        scaled = (raw - self._mean) / self._sd
        ones = np.ones((len(raw), 1))
        return np.concatenate([ones, scaled, np.maximum(scaled @ self._mixed + self._shift, 0)], axis=1)


def choose_candidates(policy: Recommender, states: Observation, part: int = 512) -> Ints:
    """Return the index of the candidate that `policy` chooses in each state, (S,), −1 where there is none."""
    choice = np.full(len(states), -1)
    decidable = np.flatnonzero(states.mask.any(axis=1))
    for rows in np.array_split(decidable, max(1, len(decidable) // part)):
        choice[rows] = policy.decide(states.take(rows)).chosen
    return choice


def compute_importance_weights(policy: Floats, behaviour: Floats) -> Floats:
    """Return w (T,) from the chosen candidates' probabilities under the policy and as logged, each (T,)."""
    return np.asarray(policy / np.maximum(behaviour, 1e-6), dtype=np.float64)


def effective_sample_size(weight: Floats) -> float:
    """Return (Σ w)² / Σ w² of the weights (T,), in decisions; 0 where all weights are 0."""
    squares = float((weight**2).sum())
    return float(weight.sum()) ** 2 / squares if squares else 0.0


def ips(weight: Floats, reward: Floats) -> float:
    """Return the IPS estimate of the policy's mean reward; both (T,)."""
    return float((weight * reward).mean())


def snips(weight: Floats, reward: Floats) -> float:
    """Return the SNIPS estimate of the policy's mean reward; both (T,). NaN where all weights are 0."""
    total = float(weight.sum())
    return float((weight * reward).sum()) / total if total else float("nan")


def doubly_robust(weight: Floats, reward: Floats, chosen: Floats, value: Floats) -> float:
    """Return the DR estimate of the mean reward; chosen: Q̂(s, a), value: V̂(s) = Σ π Q̂, all (T,)."""
    return float((value + weight * (reward - chosen)).mean())


def per_decision_ips(weight: Floats, reward: Floats, episode: Ints, gamma: float, weighted: bool = False) -> float:
    """Return the per-decision estimate of the mean return; all (T,), the steps of an episode in order."""
    rewards, ratio = _arrange_by_episode(reward, episode), _arrange_by_episode(weight, episode).cumprod(axis=1)
    discount = gamma ** np.arange(rewards.shape[1])
    if weighted:
        ratio = ratio / np.maximum(ratio.mean(axis=0), 1e-300)
    return float((discount * ratio * rewards).sum(axis=1).mean())


def doubly_robust_return(
    weight: Floats, reward: Floats, chosen: Floats, value: Floats, episode: Ints, gamma: float
) -> float:
    """Return the DR estimate of the mean return; chosen: Q̂(s, a), value: V̂(s) = Σ π Q̂, all (T,)."""
    ratio, rewards, q, values = (_arrange_by_episode(column, episode) for column in (weight, reward, chosen, value))
    total = np.zeros(len(rewards))
    for step in range(rewards.shape[1] - 1, -1, -1):
        total = values[:, step] + ratio[:, step] * (rewards[:, step] + gamma * total - q[:, step])
    return float(total.mean())


def _arrange_by_episode(values: Floats, episode: Ints) -> Floats:
    """Return values (T,) as (episodes, longest), padded with 0."""
    _, row, count = np.unique(episode, return_inverse=True, return_counts=True)
    start = np.zeros(len(count), dtype=np.int64)
    first = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
    start[row[first]] = first
    table = np.zeros((len(count), int(count.max(initial=1))), dtype=np.float64)
    table[row, np.arange(len(values)) - start[row]] = values
    return np.asarray(table)
