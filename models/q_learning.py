"""Deep Q-learning: the target, the loss, and pruning by Q.

    y = Σ_{k<n} γ^k r_k + γ^n V(s_n),    0 after an end        L = Huber(Q(s, a) − y)

Alone, V(s′) is the maximum of the target network's Q over the feasible a′ (Mnih et al. 2015); beside PPO it is the
policy's mean Σ_a′ π(a′|s′) Q(s′, a′) (expected Sarsa, van Seijen et al. 2009): what PPO's advantages are made of.
n > 1 carries a late reward back in fewer updates, at the price of steps taken by older policies (Hessel et al. 2018).
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class QConfig:
    """gamma: discount; batch: states an update; updates: a rollout; target_every: rollouts between copies of the
    target; keep: Top-M candidates that survive pruning; warm_up: share of training before pruning begins; explore:
    random share where Q alone chooses; steps: n of the n-step target, 1 for the plain one.
    """

    gamma: float = 0.97
    batch: int = 256
    updates: int = 24
    target_every: int = 2
    keep: int = 16
    warm_up: float = 0.3
    explore: float = 0.1
    steps: int = 1


def best_value(q: Tensor, mask: Tensor) -> Tensor:
    """The largest Q (B,) of the feasible candidates, q and mask (B, K); 0 where there are none."""
    best = torch.where(mask, q, -torch.inf).max(dim=-1).values
    return torch.where(mask.any(dim=-1), best, 0)


def expected_value(q: Tensor, logits: Tensor, mask: Tensor) -> Tensor:
    """Σ π Q (B,) over the feasible candidates, all (B, K); 0 where there are none."""
    share = torch.softmax(torch.where(mask, logits, -1e9), dim=-1)
    return torch.where(mask, share * q, 0).sum(dim=-1)


def td_target(reward: Tensor, ended: Tensor, following: Tensor, gamma: float) -> Tensor:
    """y (B,) from reward, ended and the following state's value, each (B,)."""
    return reward + gamma * following * (1 - ended.float())


def q_loss(q: Tensor, target: Tensor) -> Tensor:
    """Huber loss of the chosen candidates' Q, a scalar; q and target (B,)."""
    return functional.smooth_l1_loss(q, target)


def prune(q: Tensor, mask: Tensor, keep: int) -> Tensor:
    """(B, K) mask of the `keep` best feasible candidates by Q; everything where there are no more than that."""
    if q.shape[1] <= keep:
        return mask
    best = torch.where(mask, q, -torch.inf).topk(keep, dim=1).indices
    return torch.zeros_like(mask).scatter(1, best, True) & mask
