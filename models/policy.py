"""The learned policy as a recommender: encode, prune by Q, choose by PPO."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch

from models.course import Flags, Floats, Ints
from models.nearby import Nearby
from models.network import PolicyNetwork
from models.recommender import Decision, Observation


@dataclass
class LearnedPolicy:
    """A trained network on one course.

    Attributes:
        keep: Top-M candidates that pruning by Q leaves; share: at most this part τ of a learner's candidates.
        method: "whole", or one half alone: "q", "ppo".
        explore: share of choices sampled from the policy instead of its best; the propensity says so.
        nearby: scores one learner on a large course from the points that matter, with the same numbers.
    """

    network: PolicyNetwork
    name: str = "lodestar"
    version: str = "untrained"
    keep: int = 16
    share: float = 1.0
    method: Literal["whole", "q", "ppo"] = "whole"
    explore: float = 0.0
    seed: int = 0
    nearby: Nearby | None = None

    def __post_init__(self) -> None:
        self.network.eval()
        self._generator = np.random.default_rng(self.seed)

    def decide(self, observation: Observation) -> Decision:
        """Choose for every learner; scores are log-probabilities (Q values where Q alone chooses)."""
        q, logits = self._scores(observation)
        mask = observation.mask
        kept = best_kept(q, mask, self.keep, self.share) if self.method == "whole" else mask
        score = np.where(kept, q if self.method == "q" else logits, np.float32(-np.inf))
        log_share = _log_softmax(score)
        score = score if self.method == "q" else log_share
        chosen = score.argmax(axis=1)
        propensity = np.zeros_like(score)
        propensity[np.arange(len(score)), chosen] = 1.0
        if self.explore > 0:
            propensity = ((1 - self.explore) * propensity + self.explore * np.exp(log_share)).astype(np.float32)
            chosen = self._drawn(propensity)
        return Decision(chosen=chosen, propensity=propensity, score=score, kept=kept, q=q)

    def _drawn(self, propensity: Floats) -> Ints:
        """One position a learner, each with its probability; never one with none."""
        sums = propensity.cumsum(axis=1)
        drawn = self._generator.random((len(sums), 1)) * sums[:, -1:]
        return np.asarray((sums <= drawn).sum(axis=1))

    def _scores(self, observation: Observation) -> tuple[Floats, Floats]:
        """Q and the policy's logits, (B, K), −inf where masked."""
        if self.nearby and len(observation) == 1 and (near := self.nearby.scores(observation)):
            return near
        with torch.inference_mode():
            scores = self.network(self.network.batch(observation))
        return _array(scores.q), _array(scores.logits)


def best_kept(q: Floats, mask: Flags, keep: int, share: float = 1.0) -> Flags:
    """`models.q_learning.prune` on NumPy's arrays; of a `share` < 1 no more than ⌈share · candidates⌉, at least one."""
    if share < 1:
        many = np.maximum(1, np.ceil(share * mask.sum(axis=1, keepdims=True)))
        place = (-q).argsort(axis=1, kind="stable").argsort(axis=1)
        return np.asarray(mask & (place < np.minimum(keep, many)))
    if q.shape[1] <= keep:
        return mask
    best = np.argpartition(-q, keep - 1, axis=1)[:, :keep]
    kept = np.zeros_like(mask)
    np.put_along_axis(kept, best, True, axis=1)
    return np.asarray(kept & mask)


def _log_softmax(score: Floats) -> Floats:
    """Logarithms (B, K) of shares that sum to 1; −inf stays."""
    below = score - score.max(axis=1, keepdims=True)
    return np.asarray(below - np.log(np.exp(below).sum(axis=1, keepdims=True)))


def _array(values: torch.Tensor) -> Floats:
    result: Floats = values.float().cpu().numpy()
    return result
