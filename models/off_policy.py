"""What another policy would have earned, from a log whose propensities are known: inverse propensity scoring and kin.

For decisions of one step, with weights w = π(a|s) / μ(a|s) of the policy asked about against the one that logged:

    IPS    mean[ w r ]                                  unbiased (Horvitz & Thompson 1952)
    SNIPS  Σ w r / Σ w                                  consistent, less variance (Swaminathan & Joachims 2015)
    DR     mean[ V̂(s) + w (r − Q̂(s, a)) ]              unbiased if either w or Q̂ is right (Dudík et al. 2011)

For episodes the weights of an episode's steps multiply up: ρ_t = Π_{i ≤ t} w_i,

    per decision   mean over episodes of Σ_t γᵗ ρ_t r_t                          (Precup et al. 2000)
    weighted       the same with ρ_t over its mean over episodes at t
    DR             V = V̂(s) + w (r + γ V′ − Q̂(s, a)), from the last step back     (Jiang & Li 2016)

All need μ > 0 wherever π > 0: a log without exploration says nothing of what it never did. How many decisions the
answer rests on is the effective sample size (Σ w)² / Σ w² (Kish 1965).
"""

import numpy as np

from models.arrays import Floats, Ints


def weights(policy: Floats, behaviour: Floats) -> Floats:
    """w (T,) of the chosen candidates' probabilities under the policy and as logged, each (T,)."""
    return np.asarray(policy / np.maximum(behaviour, 1e-6), dtype=np.float64)


def effective_size(weight: Floats) -> float:
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


def per_decision(weight: Floats, reward: Floats, episode: Ints, gamma: float, weighted: bool = False) -> float:
    """Mean return of the policy; all (T,), the steps of an episode one after the other."""
    worth, ratio = _by_episode(reward, episode), _by_episode(weight, episode).cumprod(axis=1)
    discount = gamma ** np.arange(worth.shape[1])
    if weighted:
        ratio = ratio / np.maximum(ratio.mean(axis=0), 1e-300)
    return float((discount * ratio * worth).sum(axis=1).mean())


def doubly_robust_return(
    weight: Floats, reward: Floats, chosen: Floats, value: Floats, episode: Ints, gamma: float
) -> float:
    """Mean return of the policy with estimates Q̂(s, a) of what was `chosen` and V̂(s) = Σ π Q̂; all (T,)."""
    ratio, worth, guess, own = (_by_episode(column, episode) for column in (weight, reward, chosen, value))
    total = np.zeros(len(worth))
    for step in range(worth.shape[1] - 1, -1, -1):
        total = own[:, step] + ratio[:, step] * (worth[:, step] + gamma * total - guess[:, step])
    return float(total.mean())


def _by_episode(values: Floats, episode: Ints) -> Floats:
    """(T,) → (episodes, longest), shorter ones filled up with 0."""
    _, row, count = np.unique(episode, return_inverse=True, return_counts=True)
    start = np.zeros(len(count), dtype=np.int64)
    first = np.flatnonzero(np.concatenate([[True], row[1:] != row[:-1]]))
    start[row[first]] = first
    table = np.zeros((len(count), int(count.max(initial=1))), dtype=np.float64)
    table[row, np.arange(len(values)) - start[row]] = values
    return np.asarray(table)
