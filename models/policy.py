"""The learned policy as a recommender: encode, prune by Q, choose by PPO."""

from dataclasses import dataclass
from typing import Literal

import torch

from models.course import Floats
from models.nearby import Nearby
from models.network import PolicyNetwork, Scores
from models.q_learning import prune
from models.recommender import Decision, Observation


@dataclass
class LearnedPolicy:
    """A trained network on one course.

    Attributes:
        keep: Top-M candidates that pruning by Q leaves.
        method: "whole", or one half alone: "q", "ppo".
        explore: share of choices sampled from the policy instead of its best; the propensity says so.
        nearby: scores one learner on a large course from the points that matter, with the same numbers.
    """

    network: PolicyNetwork
    name: str = "lodestar"
    version: str = "untrained"
    keep: int = 16
    method: Literal["whole", "q", "ppo"] = "whole"
    explore: float = 0.0
    seed: int = 0
    nearby: Nearby | None = None

    def __post_init__(self) -> None:
        self.network.eval()
        self._device = next(self.network.parameters()).device
        self._generator = torch.Generator(self._device).manual_seed(self.seed)

    @torch.inference_mode()
    def decide(self, observation: Observation) -> Decision:
        """Choose for every learner; scores are log-probabilities (Q values where Q alone chooses)."""
        scores = self._scores(observation)
        mask = torch.as_tensor(observation.mask, device=self._device)
        kept = prune(scores.q, mask, self.keep) if self.method == "whole" else mask
        score = scores.q if self.method == "q" else torch.log_softmax(_only(kept, scores.logits), dim=-1)
        best = score.argmax(dim=1)
        propensity = torch.nn.functional.one_hot(best, score.shape[1]).float()
        chosen = best
        if self.explore > 0:
            propensity = (1 - self.explore) * propensity + self.explore * torch.softmax(_only(kept, score), dim=-1)
            chosen = torch.multinomial(propensity, 1, generator=self._generator).squeeze(1)
        return Decision(
            chosen=chosen.cpu().numpy(),
            propensity=_array(propensity),
            score=_array(score),
            kept=kept.cpu().numpy(),
            q=_array(scores.q),
        )

    def _scores(self, observation: Observation) -> Scores:
        near = self.nearby.scores(observation) if self.nearby and len(observation) == 1 else None
        return near or self.network(self.network.batch(observation))


def _only(kept: torch.Tensor, values: torch.Tensor) -> torch.Tensor:
    return torch.where(kept, values, -torch.inf)


def _array(values: torch.Tensor) -> Floats:
    result: Floats = values.float().cpu().numpy()
    return result
