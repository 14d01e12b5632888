"""The network of the loop: one encoder, a Q head that prunes, a PPO head that chooses, and a value head.

Heads score a padded set of candidates from embeddings, (B, D), (B, K, D), (B, K) → (B, K), never a fixed list of
actions, so the candidates may differ from learner to learner and from minute to minute.
"""

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from models.course import Course, Flags
from models.encoder import Encoder, sparse_operators
from models.features import CANDIDATE, LEARNER, POINT, RESOURCE, STATE, TRAIL, Batch, Features, prior
from models.recommender import Observation, needed_points
from models.trail import PRACTICE


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes and what is seen.

    Attributes:
        width: of an embedding; layers: hops; hidden: of the heads.
        graph: whether the encoder sees it.
        prior: weight of the rule that the policy starts from, see `models.features.prior`.
        trail: whether answers and steps left are seen (models/trail.py); memory: H of the learner model's vector.
        identity: width of an embedding learnt for each point of this one course, 0 for a policy that knows no ids.
        roles: whether a resource's points are weighed by a learnt function of η in place of η itself.
    """

    width: int = 24
    layers: int = 2
    graph: bool = True
    hidden: int = 64
    prior: float = 1.0
    trail: bool = False
    memory: int = 0
    identity: int = 0
    roles: bool = False


@dataclass(frozen=True)
class Scores:
    """q and logits: (B, K), −inf where masked; value: (B,)."""

    q: Tensor
    logits: Tensor
    value: Tensor


class CandidateHead(nn.Module):
    """A score for each candidate from the learner's and the candidate's embedding."""

    def __init__(self, learner: int, candidate: int, hidden: int) -> None:
        super().__init__()
        self.learner = nn.Linear(learner, hidden)
        self.candidate = nn.Linear(candidate, hidden, bias=False)
        self.out = nn.Linear(hidden, 1)

    def forward(self, learner: Tensor, candidates: Tensor, mask: Tensor) -> Tensor:
        """(B, D), (B, K, E), (B, K) → (B, K)."""
        score = self.out(torch.relu(self.learner(learner)[:, None] + self.candidate(candidates))).squeeze(-1)
        return torch.where(mask, score, -torch.inf)


class PolicyNetwork(nn.Module):
    """Encoder and heads for one course; the parameters do not depend on N or R, only the buffers do."""

    def __init__(self, course: Course, config: NetworkConfig, device: torch.device | None = None) -> None:
        super().__init__()
        device = device or torch.device("cpu")
        self.config = config
        self.course = course
        self.features = Features(course, device, config.trail, config.memory)
        state, own = STATE + PRACTICE * config.trail, LEARNER + (TRAIL + config.memory) * config.trail
        self.encoder = Encoder(POINT + config.identity, state, config.width, config.layers)
        self.identity = nn.Parameter(torch.randn(course.points, config.identity) / 2) if config.identity else None
        self.pooling = Pooling(config.roles)
        learner, candidate = self.pooling.count(config.trail) * config.width + own, config.width + RESOURCE + CANDIDATE
        self.q_head = CandidateHead(learner, candidate, config.hidden)
        self.policy_head = CandidateHead(learner, candidate, config.hidden)
        self.value_head = nn.Sequential(nn.Linear(learner, config.hidden), nn.ReLU(), nn.Linear(config.hidden, 1))
        nn.init.zeros_(self.policy_head.out.weight)
        self.operators = sparse_operators(course, device) if config.graph else []
        self.to(device)

    def batch(self, observation: Observation) -> Batch:
        """An observation as tensors on the network's device."""
        return Batch.of(observation, self.features.points.device, self.needed(observation))

    def needed(self, seen: Observation) -> Flags:
        """(B, N) see `needed_points`; without the graph only the goal itself."""
        wanted = seen.wanted if self.config.graph else np.zeros_like(seen.wanted)
        return needed_points(self.course, seen.level, seen.target, wanted)

    def embed(self, seen: Batch) -> tuple[Tensor, Tensor]:
        """The learner's embedding (B, 2F + LEARNER) and the candidates' (B, K, F + RESOURCE + CANDIDATE)."""
        static = self.features.points
        if self.identity is not None:
            static = torch.cat([static, self.identity], dim=-1)
        points = self.encoder(static, self.features.state(seen), self.operators)
        embedded: tuple[Tensor, Tensor] = self.pooling(self.features, seen, points)
        return embedded

    def forward(self, seen: Batch) -> Scores:
        """Everything at once: Q values, policy logits and state value."""
        return self.scores(*self.embed(seen), seen.mask)

    def scores(self, learner: Tensor, candidates: Tensor, mask: Tensor) -> Scores:
        """All heads, on what `embed` gives."""
        return Scores(
            q=self.q_head(learner, candidates, mask),
            logits=self._logits(learner, candidates, mask),
            value=self.value_head(learner).squeeze(-1),
        )

    def _logits(self, learner: Tensor, candidates: Tensor, mask: Tensor) -> Tensor:
        logits: Tensor = self.policy_head(learner, candidates, mask)
        if self.config.prior:
            logits = logits + self.config.prior * prior(candidates)
        return logits

    def q(self, seen: Batch) -> Tensor:
        """The Q values alone, (B, K)."""
        learner, candidates = self.embed(seen)
        scores: Tensor = self.q_head(learner, candidates, seen.mask)
        return scores

    def policy(self, seen: Batch, advised: bool = True) -> tuple[Tensor, Tensor, Tensor | None]:
        """The policy's logits (B, K), the state value (B,) and the Q values that advise (B, K), 0 where masked."""
        learner, candidates = self.embed(seen)
        logits, value = self._logits(learner, candidates, seen.mask), self.value_head(learner).squeeze(-1)
        if not advised:
            return logits, value, None
        with torch.no_grad():
            q = self.q_head(learner, candidates, seen.mask)
        return logits, value, torch.where(seen.mask, q, 0)


class Pooling(nn.Module):
    """From the points' embeddings (N, B, F) to what the heads see.

    The learner: mean embedding of the goals, of what is lacking, with a trail of the last practised point, and its own
    features. A candidate: mean of its points by their share, its own features, and those for this learner. The share
    is η over Σ η; `roles` learns it: softmax over the candidate's points of a log η, a ≥ 0 learnt, 1 at the start.
    """

    def __init__(self, roles: bool) -> None:
        super().__init__()
        self.sharpness = nn.Parameter(torch.ones(())) if roles else None

    @staticmethod
    def count(trail: bool) -> int:
        """How many means make up the learner."""
        return 3 if trail else 2

    def forward(self, features: Features, seen: Batch, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `PolicyNetwork.embed`."""
        aimed, lacking = (seen.target > 0).float(), features.lacking(seen) * seen.needed
        weights = [aimed, lacking, seen.practice[..., -1]] if features.trail else [aimed, lacking]
        parts = [*(_weighted_mean(points, weight) for weight in weights), features.learner(seen)]
        return torch.cat(parts, dim=-1), self._candidates(features, seen, points)

    def _candidates(self, features: Features, seen: Batch, points: Tensor) -> Tensor:
        taught, importance = features.taught[seen.candidates], features.importance[seen.candidates]
        if self.sharpness is not None:
            importance = importance ** self.sharpness.clamp(min=0) * (importance > 0)
        share = importance / importance.sum(-1, keepdim=True).clamp(min=1e-6)
        rows = torch.arange(len(seen.level), device=taught.device)[:, None, None]
        flat = (taught * len(seen.level) + rows).flatten()
        gathered = points.flatten(0, 1).index_select(0, flat).view(*taught.shape, -1)
        means = (share[..., None, :] @ gathered).squeeze(-2) if taught.shape[-1] > 1 else gathered.squeeze(-2)
        return torch.cat([means, features.resources[seen.candidates], features.candidates(seen)], dim=-1)


def _weighted_mean(points: Tensor, weight: Tensor) -> Tensor:
    """points (N, B, F), weight (B, N) → (B, F); zeros where there is no weight."""
    total = weight.sum(-1, keepdim=True).clamp(min=1e-6)
    return (points * (weight / total).t()[..., None]).sum(dim=0)
