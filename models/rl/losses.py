"""Losses and targets of PPO and deep Q-learning, as functions on tensors, and pruning of candidates by Q.

PPO: advantage estimation and the clipped loss.

    δ_t = r_t + γ V(s_{t+1}) − V(s_t)        A_t = Σ_l (γλ)^l δ_{t+l}        (Schulman et al. 2016, eq. 16)
    L   = −E[min(ρ A, clip(ρ, 1 − ε, 1 + ε) A)],  ρ = π(a|s) / π_old(a|s)        (Schulman et al. 2017, eq. 7)

An episode that ends, by goal or by length, has terminated: no value follows it. Where Q is learnt too, the loss has a
term over every candidate at once, −E[Σ_a π(a|s) (Q(s, a) − Σ π Q)] (Allen et al. 2017), most at the start of
training.

Deep Q-learning:

    y = Σ_{k<n} γ^k r_k + γ^n V(s_n),    0 after an end        L = Huber(Q(s, a) − y)

Alone, V(s′) is the maximum of the target network's Q over the feasible a′ (Mnih et al. 2015); beside PPO it is the
policy's mean Σ_a′ π(a′|s′) Q(s′, a′) (expected Sarsa, van Seijen et al. 2009), as in PPO's advantages. n > 1
propagates a late reward in fewer updates, at the price of steps taken by older policies (Hessel et al. 2018).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class PPOConfig:
    """Settings of PPO.

    Attributes:
        gamma, lam: discount γ and λ of the advantages.
        clip_coef: ε; ent_coef, vf_coef: weights of the entropy and of the value's loss.
        advice: weight of the Q term of the loss at the start; it falls linearly to 0.
        epochs, minibatch: passes over each rollout, and rows in a gradient step.
        target_kl: stop the epochs of a rollout when the approximate KL exceeds this; 0 for never.
    """

    gamma: float = 0.99
    lam: float = 0.95
    clip_coef: float = 0.2
    ent_coef: float = 0.01
    advice: float = 1.0
    vf_coef: float = 0.5
    epochs: int = 3
    minibatch: int = 256
    target_kl: float = 0.03


def estimate_advantages(reward: Tensor, value: Tensor, ended: Tensor, last_value: Tensor, config: PPOConfig) -> Tensor:
    """Return generalised advantage estimates (T, B) from reward, value, ended (T, B) and the last value (B,)."""
    out = torch.empty_like(reward)
    running, following = torch.zeros_like(last_value), last_value
    for step in range(len(reward) - 1, -1, -1):
        going = 1 - ended[step].float()
        delta = reward[step] + config.gamma * following * going - value[step]
        running = delta + config.gamma * config.lam * going * running
        out[step], following = running, value[step]
    return out


def log_probability(logits: Tensor, action: Tensor) -> Tensor:
    """Return log π(a) (B,) from logits (B, K), −inf where masked."""
    return torch.log_softmax(logits, dim=-1).gather(1, action[:, None]).squeeze(1)


def entropy(logits: Tensor) -> Tensor:
    """Return the entropy (B,) of the masked policy, in nats."""
    log = torch.log_softmax(logits, dim=-1)
    return -(log.exp() * log.clamp(min=-1e9)).sum(-1)


def policy_loss(log_prob: Tensor, old_log_prob: Tensor, advantage: Tensor, clip_coef: float) -> Tensor:
    """Return the clipped surrogate loss, a scalar; all (B,)."""
    ratio = (log_prob - old_log_prob).exp()
    return -torch.minimum(ratio * advantage, ratio.clamp(1 - clip_coef, 1 + clip_coef) * advantage).mean()


def advised_loss(logits: Tensor, q: Tensor) -> Tensor:
    """Return −E[Σ_a π(a|s) (Q(s, a) − Σ π Q)], the policy-gradient loss over all actions; logits and q (B, K)."""
    share = torch.softmax(logits, dim=-1)
    centred = q - (share.detach() * q).sum(-1, keepdim=True)
    return -(share * centred).sum(-1).mean()


def approximate_kl(log_prob: Tensor, old_log_prob: Tensor) -> Tensor:
    """Return E[ρ − 1 − log ρ], a scalar ≥ 0 (Schulman, "Approximating KL divergence", 2020)."""
    log_ratio = log_prob - old_log_prob
    return (log_ratio.exp() - 1 - log_ratio).mean()


@dataclass(frozen=True)
class QConfig:
    """Settings of deep Q-learning.

    Attributes:
        gamma: discount γ.
        batch: states in an update; updates: after each rollout.
        target_every: rollouts between copies of the network to the target network.
        keep: M, candidates left by pruning; warm_up: share of training before pruning begins.
        explore: share of random choices where Q alone chooses.
        n_step: n of the n-step target (Hessel et al. 2018); 1, the default, is the plain one.
    """

    gamma: float = 0.97
    batch: int = 256
    updates: int = 24
    target_every: int = 2
    keep: int = 16
    warm_up: float = 0.3
    explore: float = 0.1
    n_step: int = 1


def best_value(q: Tensor, mask: Tensor) -> Tensor:
    """Return the largest Q (B,) of the feasible candidates, 0 where there are none; q and mask (B, K)."""
    best = torch.where(mask, q, -torch.inf).max(dim=-1).values
    return torch.where(mask.any(dim=-1), best, 0)


def expected_value(q: Tensor, logits: Tensor, mask: Tensor) -> Tensor:
    """Return Σ π Q (B,) over the feasible candidates, 0 where there are none; all (B, K)."""
    share = torch.softmax(torch.where(mask, logits, -1e9), dim=-1)
    return torch.where(mask, share * q, 0).sum(dim=-1)


def td_target(reward: Tensor, ended: Tensor, following: Tensor, gamma: float) -> Tensor:
    """Return y (B,) from reward, ended and the following state's value, each (B,)."""
    return reward + gamma * following * (1 - ended.float())


def q_loss(q: Tensor, target: Tensor) -> Tensor:
    """Return the Huber loss of the chosen candidates' Q, a scalar; q and target (B,)."""
    return functional.smooth_l1_loss(q, target)


def prune_candidates(q: Tensor, mask: Tensor, keep: int) -> Tensor:
    """Return the mask (B, K) of the `keep` best feasible candidates by Q; `mask` where there are no more than that."""
    if q.shape[1] <= keep:
        return mask
    best = torch.where(mask, q, -torch.inf).topk(keep, dim=1).indices
    return torch.zeros_like(mask).scatter(1, best, True) & mask
