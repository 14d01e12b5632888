"""The graph encoder: relational graph convolution over knowledge points, and from them to resources.

    h_i' = relu(W₀ h_i + Σ_r mean_{j ∈ N_r(i)} W_r h_j),     r ∈ {prerequisite of, depends on, related to}

after Schlichtkrull et al., Modeling Relational Data with Graph Convolutional Networks (2018, eq. 2), without basis
decomposition (three relations need none). A resource's embedding is the η-weighted mean of its points' last embeddings
joined to its own content: the last hop of the same convolution, over TEACHES, computed for the candidates only.

Two paths give the same numbers (tests/models/test_encoder.py): PyG's message passing, the reference; and one sparse
product a relation over (N, B·F), several times faster when many states share one graph.
"""

from typing import cast

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn
from torch_geometric.nn import MessagePassing

from models.course import Course

RELATIONS = 3


def relation_operators(course: Course) -> list[sparse.csr_matrix]:
    """The three (N, N) mean operators: each row sums to 1, or is empty."""
    a, b, weight = course.related[:, 0], course.related[:, 1], course.related_weight
    places = (np.concatenate([a, b]), np.concatenate([b, a]))
    related = sparse.csr_matrix((np.tile(weight, 2), places), shape=course.before.shape)
    return [_mean(course.before), _mean(course.after), _mean(related)]


def _mean(edges: sparse.csr_matrix) -> sparse.csr_matrix:
    total = np.asarray(edges.sum(axis=1)).ravel()
    return (sparse.diags(np.divide(1, total, out=np.zeros_like(total, dtype=float), where=total > 0)) @ edges).tocsr()


class RelationalLayer(MessagePassing):  # type: ignore[misc]
    """The sum inside the relu, F_in → F_out: `forward` by PyG's message passing, `batched` by sparse products."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(aggr="add")
        self.own = nn.Linear(inputs, outputs)
        self.relation = nn.ModuleList(nn.Linear(inputs, outputs, bias=False) for _ in range(RELATIONS))

    def forward(self, h: Tensor, edges: list[tuple[Tensor, Tensor]]) -> Tensor:
        """h: (N, F_in); edges: for each relation edge_index (2, E) and mean weight (E,). Returns (N, F_out)."""
        out: Tensor = self.own(h)
        for (index, weight), linear in zip(edges, self.relation, strict=False):
            out = out + linear(self.propagate(index, x=h, weight=weight))
        return out

    def message(self, x_j: Tensor, weight: Tensor) -> Tensor:
        """One neighbour's share of the mean, (E, F_in)."""
        return weight[:, None] * x_j

    def batched(self, h: Tensor, operators: list[Tensor]) -> Tensor:
        """h: (N, B, F_in); operators: sparse (N, N). Returns (N, B, F_out)."""
        size, batch, width = h.shape
        flat = h.reshape(size, batch * width)
        means = [(operator @ flat).view(size, batch, width) for operator in operators]
        linears = [self.own, *self.relation][: 1 + len(means)]
        weights = [cast(nn.Linear, linear).weight for linear in linears]
        return nn.functional.linear(torch.cat([h, *means], dim=-1), torch.cat(weights, dim=1), self.own.bias)


class Encoder(nn.Module):
    """Static and state features of the points → embeddings (N, B, F), in `layers` hops.

    The first hop is linear in the static features and in the state, so the static part is computed once for all B
    learners. Without operators (an empty list) no message is sent: the ablation without the graph.
    """

    def __init__(self, static: int, state: int, width: int, layers: int) -> None:
        super().__init__()
        self.static = RelationalLayer(static, width)
        self.state = RelationalLayer(state, width)
        self.layers = nn.ModuleList(RelationalLayer(width, width) for _ in range(layers - 1))

    def forward(self, static: Tensor, state: Tensor, operators: list[Tensor]) -> Tensor:
        """The fast path: (N, S), (B, N, T), sparse operators → (N, B, F)."""
        states = state.transpose(0, 1).contiguous()
        h = torch.relu(self.static.batched(static[:, None], operators) + self.state.batched(states, operators))
        for layer in self.layers:
            h = h + torch.relu(cast(RelationalLayer, layer).batched(h, operators))
        return h

    def by_message_passing(self, static: Tensor, state: Tensor, edges: list[tuple[Tensor, Tensor]]) -> Tensor:
        """The reference path: one learner at a time through PyG, same shapes as `forward`."""
        embedded = []
        for learner in state:
            h = torch.relu(self.static(static, edges) + self.state(learner, edges))
            for layer in self.layers:
                h = h + torch.relu(layer(h, edges))
            embedded.append(h)
        return torch.stack(embedded, dim=1)


def sparse_operators(course: Course, device: torch.device) -> list[Tensor]:
    """The mean operators as torch sparse CSR tensors; the last is left out where no points are related."""
    return as_tensors(relation_operators(course)[: RELATIONS if len(course.related) else RELATIONS - 1], device)


def as_tensors(operators: list[sparse.csr_matrix], device: torch.device) -> list[Tensor]:
    """Sparse matrices as torch sparse CSR tensors."""
    tensors = []
    for operator in operators:
        parts = (operator.indptr.astype(np.int64), operator.indices.astype(np.int64), operator.data.astype(np.float32))
        rows, columns, values = (torch.as_tensor(part, device=device) for part in parts)
        tensors.append(torch.sparse_csr_tensor(rows, columns, values, torch.Size(operator.shape)))
    return tensors


def edge_lists(course: Course, device: torch.device) -> list[tuple[Tensor, Tensor]]:
    """The mean operators as PyG edge lists: messages flow from column to row."""
    lists = []
    for operator in relation_operators(course):
        coo = operator.tocoo()
        index = torch.as_tensor(np.stack([coo.col, coo.row]).astype(np.int64), device=device)
        lists.append((index, torch.as_tensor(coo.data.astype(np.float32), device=device)))
    return lists
