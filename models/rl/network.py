"""The policy network: a graph encoder, a Q head that prunes, a PPO head that chooses, and a value head.

Encoder: relational graph convolution over knowledge points, and from them to resources,

    h_i' = relu(W₀ h_i + Σ_r mean_{j ∈ N_r(i)} W_r h_j),     r ∈ {prerequisite of, depends on, related to}

after Schlichtkrull et al., Modeling Relational Data with Graph Convolutional Networks (2018, eq. 2), without basis
decomposition (three relations need none). A resource's embedding is the η-weighted mean of its points' last
embeddings joined to its own content: the last hop of the same convolution, over TEACHES, computed for the candidates
only.

Two paths give the same numbers (tests): PyG's message passing, the reference; and one sparse product a relation over
(N, B·F), several times faster when many states share one graph.

Heads score a padded set of candidates from embeddings, (B, D), (B, K, D), (B, K) → (B, K), never a fixed list of
actions, so the candidates may differ between learners and moments.
"""

from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing

from models.arrays import Flags
from models.course import Course
from models.recommender import Observation, find_needed_points
from models.rl.features import (
    CANDIDATE_WIDTH,
    POINT_WIDTH,
    RESOURCE_WIDTH,
    Features,
    ObservationBatch,
    compute_prior_logits,
)

RELATION_COUNT = 3


def build_relation_operators(course: Course) -> list[sparse.csr_matrix]:
    """Return the three mean operators (N, N); each row sums to 1 or is empty."""
    a, b, weight = course.related[:, 0], course.related[:, 1], course.related_weight
    indices = (np.concatenate([a, b]), np.concatenate([b, a]))
    related = sparse.csr_matrix((np.tile(weight, 2), indices), shape=course.before.shape)
    return [_normalise_edges(course.before), _normalise_edges(course.after), _normalise_edges(related)]


def _normalise_edges(edges: sparse.csr_matrix) -> sparse.csr_matrix:
    total = np.asarray(edges.sum(axis=1)).ravel()
    return (sparse.diags(np.divide(1, total, out=np.zeros_like(total, dtype=float), where=total > 0)) @ edges).tocsr()


class RelationalLayer(MessagePassing):  # type: ignore[misc]
    """The sum inside the relu, F_in → F_out: `forward` by PyG's message passing, `batched` by sparse products."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(aggr="add")
        self.own = nn.Linear(inputs, outputs)
        self.relation = nn.ModuleList(nn.Linear(inputs, outputs, bias=False) for _ in range(RELATION_COUNT))

    def forward(self, h: Tensor, edges: list[tuple[Tensor, Tensor]]) -> Tensor:
        """Return (N, F_out) from h (N, F_in); edges: for each relation edge_index (2, E) and mean weight (E,)."""
        out: Tensor = self.own(h)
        for (index, weight), linear in zip(edges, self.relation, strict=False):
            out = out + linear(self.propagate(index, x=h, weight=weight))
        return out

    def message(self, x_j: Tensor, weight: Tensor) -> Tensor:
        """Return the neighbours' features times their weights in the mean, (E, F_in)."""
        return weight[:, None] * x_j

    def batched(self, h: Tensor, operators: list[Tensor]) -> Tensor:
        """Return (N, B, F_out) from h (N, B, F_in); operators: sparse (N, N)."""
        size, batch, width = h.shape
        flat = h.reshape(size, batch * width)
        means = [(operator @ flat).view(size, batch, width) for operator in operators]
        linears = [self.own, *self.relation][: 1 + len(means)]
        weights = [cast(nn.Linear, linear).weight for linear in linears]
        return nn.functional.linear(torch.cat([h, *means], dim=-1), torch.cat(weights, dim=1), self.own.bias)


class Encoder(nn.Module):
    """Static and state features of the points → embeddings (N, B, F), in `layers` hops.

    The first hop is linear in the static features and in the state, so the static part is computed once for all B
    learners. Without operators (an empty list) points do not exchange messages: the ablation without the graph.
    """

    def __init__(self, static: int, state: int, width: int, layers: int) -> None:
        super().__init__()
        self.static = RelationalLayer(static, width)
        self.state = RelationalLayer(state, width)
        self.layers = nn.ModuleList(RelationalLayer(width, width) for _ in range(layers - 1))

    def forward(self, static: Tensor, state: Tensor, operators: list[Tensor]) -> Tensor:
        """Return the embeddings (N, B, F) from static (N, S), state (B, N, T) and sparse operators: the fast path."""
        states = state.transpose(0, 1).contiguous()
        h = torch.relu(self.static.batched(static[:, None], operators) + self.state.batched(states, operators))
        for layer in self.layers:
            h = h + torch.relu(cast(RelationalLayer, layer).batched(h, operators))
        return h

    def by_message_passing(self, static: Tensor, state: Tensor, edges: list[tuple[Tensor, Tensor]]) -> Tensor:
        """Return the same as `forward`, one learner at a time through PyG: the reference path."""
        embedded = []
        for learner in state:
            h = torch.relu(self.static(static, edges) + self.state(learner, edges))
            for layer in self.layers:
                h = h + torch.relu(layer(h, edges))
            embedded.append(h)
        return torch.stack(embedded, dim=1)


def build_sparse_operators(course: Course, device: torch.device) -> list[Tensor]:
    """Return the mean operators as torch sparse CSR tensors, without the last one where no points are related."""
    return convert_to_tensors(
        build_relation_operators(course)[: RELATION_COUNT if len(course.related) else RELATION_COUNT - 1], device
    )


def convert_to_tensors(operators: list[sparse.csr_matrix], device: torch.device) -> list[Tensor]:
    """Convert sparse matrices to torch sparse CSR tensors on `device`."""
    tensors = []
    for operator in operators:
        parts = (operator.indptr.astype(np.int64), operator.indices.astype(np.int64), operator.data.astype(np.float32))
        rows, columns, values = (torch.as_tensor(part, device=device) for part in parts)
        tensors.append(torch.sparse_csr_tensor(rows, columns, values, torch.Size(operator.shape)))
    return tensors


def build_edge_lists(course: Course, device: torch.device) -> list[tuple[Tensor, Tensor]]:
    """Return the mean operators as PyG edge lists; messages flow from column to row."""
    lists = []
    for operator in build_relation_operators(course):
        coo = operator.tocoo()
        index = torch.as_tensor(np.stack([coo.col, coo.row]).astype(np.int64), device=device)
        lists.append((index, torch.as_tensor(coo.data.astype(np.float32), device=device)))
    return lists


@dataclass(frozen=True)
class NetworkConfig:
    """Sizes and inputs of the network.

    Attributes:
        width: of an embedding; layers: number of hops; hidden: width of the heads' hidden layer.
        graph: whether the graph is an input of the encoder.
        prior: weight of the rule that the policy starts from, see `models.rl.features.compute_prior_logits`.
    """

    width: int = 24
    layers: int = 2
    graph: bool = True
    hidden: int = 64
    prior: float = 1.0

    def build(self, course: Course, device: torch.device | None = None) -> "PolicyNetwork":
        """Make the network of these sizes for a course, with new parameters."""
        return PolicyNetwork(course, self, device)


@dataclass(frozen=True)
class PolicyScores:
    """Outputs of the heads: q and logits (B, K), −inf where masked, and value (B,)."""

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
        """Return the scores (B, K), −inf where masked, from (B, D), (B, K, E) and mask (B, K)."""
        score = self.out(torch.relu(self.learner(learner)[:, None] + self.candidate(candidates))).squeeze(-1)
        return torch.where(mask, score, -torch.inf)


class PolicyNetwork(nn.Module):
    """Encoder and heads for one course; the parameters do not depend on N or R, only the buffers do.

    A network with more inputs (`models.rl.practice_network`) overrides `batch_class`, `static` and the parts made here.
    """

    batch_class: type[ObservationBatch] = ObservationBatch

    def __init__(self, course: Course, config: NetworkConfig, device: torch.device | None = None) -> None:
        super().__init__()
        device = device or torch.device("cpu")
        self.config = config
        self.course = course
        self.features = self._make_features(device)
        self.encoder = self._make_encoder()
        self.pooling = self._make_pooling()
        learner = self.pooling.means * config.width + self.features.learner_width
        candidate = config.width + RESOURCE_WIDTH + CANDIDATE_WIDTH
        self.q_head = CandidateHead(learner, candidate, config.hidden)
        self.policy_head = CandidateHead(learner, candidate, config.hidden)
        self.value_head = nn.Sequential(nn.Linear(learner, config.hidden), nn.ReLU(), nn.Linear(config.hidden, 1))
        nn.init.zeros_(self.policy_head.out.weight)
        self.operators = build_sparse_operators(course, device) if config.graph else []
        self.to(device)

    def _make_features(self, device: torch.device) -> Features:
        return Features(self.course, device)

    def _make_encoder(self) -> Encoder:
        return Encoder(POINT_WIDTH, self.features.state_width, self.config.width, self.config.layers)

    def _make_pooling(self) -> "Pooling":
        return Pooling()

    def static(self) -> Tensor:
        """Return the static features of the points (N, S), S as the encoder has it."""
        points: Tensor = self.features.points
        return points

    def batch(self, observation: Observation) -> ObservationBatch:
        """Convert an observation to tensors on the network's device."""
        return self.batch_class.of(observation, self.features.points.device, self.needed(observation))

    def needed(self, seen: Observation) -> Flags:
        """Return the needed points (B, N), see `find_needed_points`; without the graph only the goal points."""
        wanted = seen.wanted if self.config.graph else np.zeros_like(seen.wanted)
        return find_needed_points(self.course, seen.level, seen.target, wanted, seen.gate)

    def embed(self, seen: ObservationBatch) -> tuple[Tensor, Tensor]:
        """Embed the learner (B, 2F + LEARNER_WIDTH) and the candidates (B, K, F + RESOURCE_WIDTH + CANDIDATE_WIDTH)."""
        points = self.encoder(self.static(), self.features.state(seen), self.operators)
        embedded: tuple[Tensor, Tensor] = self.pooling(self.features, seen, points)
        return embedded

    def forward(self, seen: ObservationBatch) -> PolicyScores:
        """Return Q values, policy logits and state value of a batch."""
        return self.scores(*self.embed(seen), seen.mask)

    def scores(self, learner: Tensor, candidates: Tensor, mask: Tensor) -> PolicyScores:
        """Return the outputs of all heads from the embeddings of `embed`."""
        return PolicyScores(
            q=self.q_head(learner, candidates, mask),
            logits=self._logits(learner, candidates, mask),
            value=self.value_head(learner).squeeze(-1),
        )

    def _logits(self, learner: Tensor, candidates: Tensor, mask: Tensor) -> Tensor:
        logits: Tensor = self.policy_head(learner, candidates, mask)
        if self.config.prior:
            logits = logits + self.config.prior * compute_prior_logits(candidates)
        return logits

    def q(self, seen: ObservationBatch) -> Tensor:
        """Return the Q values alone, (B, K)."""
        learner, candidates = self.embed(seen)
        scores: Tensor = self.q_head(learner, candidates, seen.mask)
        return scores

    def policy(self, seen: ObservationBatch, advised: bool = True) -> tuple[Tensor, Tensor, Tensor | None]:
        """Return the policy's logits (B, K), the state value (B,) and, if `advised`, Q (B, K), 0 where masked."""
        learner, candidates = self.embed(seen)
        logits, value = self._logits(learner, candidates, seen.mask), self.value_head(learner).squeeze(-1)
        if not advised:
            return logits, value, None
        with torch.no_grad():
            q = self.q_head(learner, candidates, seen.mask)
        return logits, value, torch.where(seen.mask, q, 0)


class Pooling(nn.Module):
    """Compute the inputs of the heads from the points' embeddings (N, B, F).

    Learner: mean embedding of the goal points, mean embedding of the needed points weighted by their lack, and learner
    features. Candidate: mean of its points weighted by η / Σ η, resource features, and candidate features.

    Attributes:
        means: number of mean embeddings of points in the learner's input.
    """

    means = 2

    def forward(self, features: Features, seen: ObservationBatch, points: Tensor) -> tuple[Tensor, Tensor]:
        """See `PolicyNetwork.embed`."""
        parts = [*(_average_points(points, weight) for weight in self.weigh(features, seen)), features.learner(seen)]
        return torch.cat(parts, dim=-1), self._candidates(features, seen, points)

    def weigh(self, features: Features, seen: ObservationBatch) -> list[Tensor]:
        """Return the weights (B, N) of the points in each of the learner's means."""
        return [(seen.target > 0).float(), features.lacking(seen) * seen.needed]

    def weigh_taught(self, importance: Tensor) -> Tensor:
        """Return the weight (B, K, C) of each point of a candidate, from η (B, K, C), 0 where padded."""
        return importance

    def _candidates(self, features: Features, seen: ObservationBatch, points: Tensor) -> Tensor:
        taught, importance = features.taught[seen.candidates], self.weigh_taught(features.importance[seen.candidates])
        share = importance / importance.sum(-1, keepdim=True).clamp(min=1e-6)
        rows = torch.arange(len(seen.level), device=taught.device)[:, None, None]
        flat = (taught * len(seen.level) + rows).flatten()
        gathered = points.flatten(0, 1).index_select(0, flat).view(*taught.shape, -1)
        means = (share[..., None, :] @ gathered).squeeze(-2) if taught.shape[-1] > 1 else gathered.squeeze(-2)
        return torch.cat([means, features.resources[seen.candidates], features.candidates(seen)], dim=-1)


def _average_points(points: Tensor, weight: Tensor) -> Tensor:
    """Return the weighted means (B, F) of points (N, B, F) by weight (B, N); zeros where all weights are 0."""
    total = weight.sum(-1, keepdim=True).clamp(min=1e-6)
    return (points * (weight / total).t()[..., None]).sum(dim=0)
