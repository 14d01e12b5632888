"""Deep Q-learning (Mnih et al. 2015): the target, the loss, and pruning by Q.

y = r + γ max_{a′ feasible in s′} Q̄(s′, a′),    0 after an end        L = Huber(Q(s, a) − y)
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class QConfig:
    """gamma: discount; batch: states an update; updates: a rollout; target_every: rollouts between copies of the
    target; keep: Top-M candidates that survive pruning; warm_up: share of training before pruning begins; explore:
    random share where Q alone chooses.
    """

    gamma: float = 0.95
    batch: int = 256
    updates: int = 4
    target_every: int = 5
    keep: int = 8
    warm_up: float = 0.3
    explore: float = 0.1


def td_target(reward: Tensor, ended: Tensor, next_q: Tensor, next_mask: Tensor, gamma: float) -> Tensor:
    """y (B,): reward, ended (B,), next_q and next_mask (B, K). A state without candidates has no future."""
    best = torch.where(next_mask, next_q, -torch.inf).max(dim=-1).values
    best = torch.where(torch.isfinite(best), best, 0)
    return reward + gamma * best * (1 - ended.float())


def q_loss(q: Tensor, target: Tensor) -> Tensor:
    """Huber loss of the chosen candidates' Q, a scalar; q and target (B,)."""
    return functional.smooth_l1_loss(q, target)


def prune(q: Tensor, mask: Tensor, keep: int) -> Tensor:
    """(B, K) mask of the `keep` best feasible candidates by Q; everything where there are no more than that."""
    if q.shape[1] <= keep:
        return mask
    best = torch.where(mask, q, -torch.inf).topk(keep, dim=1).indices
    return torch.zeros_like(mask).scatter(1, best, True) & mask
