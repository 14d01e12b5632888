"""Proximal policy optimisation: advantage estimation and the clipped loss, as functions on tensors.

    δ_t = r_t + γ V(s_{t+1}) − V(s_t)        A_t = Σ_l (γλ)^l δ_{t+l}        (Schulman et al. 2016, eq. 16)
    L   = −E[min(ρ A, clip(ρ, 1 − ε, 1 + ε) A)],  ρ = π(a|s) / π_old(a|s)        (Schulman et al. 2017, eq. 7)

The end of an episode, by goal or by length, is an end: no value follows it. Where Q is learnt too, it advises
the policy on every candidate at once, −E[Σ_a π(a|s) (Q(s, a) − Σ π Q)] (Allen et al. 2017), most at the start.
"""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class PPOConfig:
    """gamma, lam: discount and GAE's λ; clip: ε; entropy, value: loss weights; advice: weight of Q's part in the loss
    at the start, falling to 0; epochs over each rollout in minibatches; target_kl: stop the epochs when the policy has
    moved this far, 0 for never.
    """

    gamma: float = 0.99
    lam: float = 0.95
    clip: float = 0.2
    entropy: float = 0.01
    advice: float = 1.0
    value: float = 0.5
    epochs: int = 3
    minibatch: int = 256
    target_kl: float = 0.03


def advantages(reward: Tensor, value: Tensor, ended: Tensor, last_value: Tensor, config: PPOConfig) -> Tensor:
    """Generalised advantage estimates (T, B); reward, value, ended (T, B), the value after the last step (B,)."""
    out = torch.empty_like(reward)
    running, following = torch.zeros_like(last_value), last_value
    for step in range(len(reward) - 1, -1, -1):
        going = 1 - ended[step].float()
        delta = reward[step] + config.gamma * following * going - value[step]
        running = delta + config.gamma * config.lam * going * running
        out[step], following = running, value[step]
    return out


def log_probability(logits: Tensor, action: Tensor) -> Tensor:
    """log π(a) (B,) from logits (B, K), −inf where masked."""
    return torch.log_softmax(logits, dim=-1).gather(1, action[:, None]).squeeze(1)


def entropy(logits: Tensor) -> Tensor:
    """Entropy (B,) of the masked policy, natural logarithm."""
    log = torch.log_softmax(logits, dim=-1)
    return -(log.exp() * log.clamp(min=-1e9)).sum(-1)


def policy_loss(log_prob: Tensor, old_log_prob: Tensor, advantage: Tensor, clip: float) -> Tensor:
    """The clipped surrogate, a scalar to minimise; all (B,)."""
    ratio = (log_prob - old_log_prob).exp()
    return -torch.minimum(ratio * advantage, ratio.clamp(1 - clip, 1 + clip) * advantage).mean()


def advised_loss(logits: Tensor, q: Tensor) -> Tensor:
    """−E[Σ_a π(a|s) (Q(s, a) − Σ π Q)]: the policy gradient over every action at once, by Q; logits and q (B, K)."""
    share = torch.softmax(logits, dim=-1)
    centred = q - (share.detach() * q).sum(-1, keepdim=True)
    return -(share * centred).sum(-1).mean()


def approximate_kl(log_prob: Tensor, old_log_prob: Tensor) -> Tensor:
    """E[ρ − 1 − log ρ], a scalar ≥ 0 (Schulman, "Approximating KL divergence", 2020)."""
    log_ratio = log_prob - old_log_prob
    return (log_ratio.exp() - 1 - log_ratio).mean()
