"""LightGCN (He et al. 2020, arXiv 2002.02126): light graph convolution over who did what, in an inductive form.

    score = u · e,      e = mean_k e^k,      u = Σ_n w_n d_i(n)^{−½} s_i(n) / √(Σ_n w_n)      n: the history's events

    s⁰ = e⁰,   u^k = Ã s^k,   e^{k+1} = Ãᵀ u^k,   s^{k+1} = e^k           Ã = D_u^{−½} A D_i^{−½}, A (U, R) of 0 and 1

No transformation, no nonlinearity: layers are sums over neighbours, each divided by the root of both degrees. e^k (R,
D) are the items' layers, u^k (U, D) the learners'. Learners have no vectors of their own: their layer 0 is the mean
of what they did, as in INMO (Wu et al. 2022, arXiv 2107.05247; all items are templates), so that a new learner is
scored as any other. Both end as the mean of their layers. All learners of a layer are a linear map of items, so
that D_i^{−½} times the mean of the s^k are the vectors to sum over a history.

Training is the same: each event is predicted from the learner's history before it, and the weight w of the n-th last
event is learnt. The graph is traversed once a step, however large its batch: losses of a chunk of events each add to
the gradient of the two outputs, which is then propagated back through the graph once. The graph is that of the whole
training log, without weights; repeats count once. Left out: sampling of edges, outcomes, time in days.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
import torch
from scipy import sparse
from torch import Tensor, nn
from torch.nn import functional

from graph.errors import Invalid
from models.arrays import Flags, Floats
from models.rankers.base import VectorRanker, mask_known_items
from models.rankers.interactions import Catalogue, InteractionHistory, InteractionLog
from models.storage import Parameters

CHUNK = 2048
"""Events whose scores are in memory at a time."""


@dataclass(frozen=True)
class LightGCNSettings:
    """Hyper-parameters. Defaults were chosen on validation parts of MovieLens-100k's training data.

    Attributes:
        factors: D, 32–128.
        layers: K, 1–4.
        loss: softmax over the items, or Bayesian personalised ranking against one item drawn for each event.
        negatives: items drawn for a softmax, q ∝ count^¾, where there are more than twice as many; 500–5,000.
        longest: events of a history, 5–50.
        recency: weight of an event over that of the next one at the start of training, which learns it; 0.5–1.
        epochs: 5–50.
        steps: of Adam in an epoch, if each has at least `min_batch_events`; 20–200.
        min_batch_events: 64–1024.
        learning_rate: of Adam at first, falling to 0 linearly; 0.005–0.1.
        weight_decay: of the items' vectors, 0–0.01.
    """

    factors: int = 64
    layers: int = 2
    loss: Literal["softmax", "bpr"] = "softmax"
    negatives: int = 2000
    longest: int = 50
    recency: float = 0.8
    epochs: int = 6
    steps: int = 40
    min_batch_events: int = 256
    learning_rate: float = 0.05
    weight_decay: float = 1e-4


class LightGCNVectors(tuple[Tensor, Tensor, Tensor]):
    """Vectors (R, D), sources (R, D) that are summed over a history, and weights (L,) of its events."""


class _SparseProduct(torch.autograd.Function):
    """A x for a sparse constant A (m, n); both directions as CSR, because transposing one each time is slow."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, matrix: Tensor, transposed: Tensor) -> Tensor:
        ctx.transposed = transposed
        return matrix @ x

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        return ctx.transposed @ gradients[0], None, None


class LightGraphConvolution(nn.Module):
    """The items' free vectors e⁰ and the logarithms of a history's weights, on the graph of a log."""

    def __init__(self, log: InteractionLog, settings: LightGCNSettings) -> None:
        super().__init__()
        graph = (log.matrix > 0).astype(np.float32)
        scale = [np.maximum(np.asarray(graph.sum(axis=axis)).ravel(), 1) ** -0.5 for axis in (1, 0)]
        graph = sparse.diags(scale[0]) @ graph @ sparse.diags(scale[1])
        self.layers = settings.layers
        self.graph, self.back = _to_sparse_tensor(graph), _to_sparse_tensor(graph.T)
        self.scale = torch.as_tensor(scale[1][:, None], dtype=torch.float32)
        self.item = nn.Parameter(torch.randn(len(log.items), settings.factors) * 0.1)
        age = torch.arange(settings.longest - 1, -1, -1, dtype=torch.float32)
        self.weight = nn.Parameter(age * float(np.log(settings.recency)))

    def forward(self) -> tuple[Tensor, Tensor]:
        """Return the vectors (R, D) and the sources (R, D) of the items; formula in the module."""
        items: list[Tensor] = [self.item]
        sources: list[Tensor] = [self.item]
        for _ in range(self.layers):
            learners = _SparseProduct.apply(sources[-1], self.graph, self.back)
            items.append(_SparseProduct.apply(learners, self.back, self.graph))
            sources.append(items[-2])
        return torch.stack(items).mean(dim=0), self.scale * torch.stack(sources).mean(dim=0)

    def encode_learners(self, history: Tensor, sources: Tensor) -> Tensor:
        """Return the learners' vectors (B, D) from items (B, L), below 0 where there is none."""
        weight = torch.exp(self.weight) * (history >= 0)
        total = functional.embedding_bag(history.clamp(min=0), sources, mode="sum", per_sample_weights=weight)
        return total / weight.sum(dim=1, keepdim=True).sqrt()


def train_convolution(log: InteractionLog, settings: LightGCNSettings, seed: int) -> LightGCNVectors:
    """Train by Adam on all events that follow another one of their learner."""
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        network, events = LightGraphConvolution(log, settings), _find_following_events(log)
        loss = _SoftmaxLoss(log, settings.negatives) if settings.loss == "softmax" else _PairwiseLoss(len(log.items))
        batch = max(settings.min_batch_events, -(-len(events) // settings.steps))
        total = settings.epochs * -(-len(events) // batch)
        optimizer = torch.optim.Adam(network.parameters(), settings.learning_rate)
        schedule = torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, 0.0, total)
        for _ in range(settings.epochs):
            for rows in torch.split(events[torch.randperm(len(events))], batch):
                optimizer.zero_grad()
                _accumulate_gradients(network, log, rows, loss, settings)
                optimizer.step()
                schedule.step()
        with torch.no_grad():
            return LightGCNVectors((*network(), torch.exp(network.weight)))


def _accumulate_gradients(
    network: LightGraphConvolution,
    log: InteractionLog,
    rows: Tensor,
    loss: "_SoftmaxLoss | _PairwiseLoss",
    settings: LightGCNSettings,
) -> None:
    """Add up the gradients of one batch of events."""
    walked = network()
    items, sources = (each.detach().requires_grad_() for each in walked)
    for chunk in torch.split(rows, CHUNK):
        events = chunk.numpy()
        history = torch.as_tensor(log.histories(log.learner[events], events, settings.longest).item)
        learners = network.encode_learners(history, sources)
        torch.autograd.backward(loss(learners, items, torch.as_tensor(log.item[events])) / len(rows))
    torch.autograd.backward(settings.weight_decay * network.item.square().sum() / len(network.item))
    torch.autograd.backward(walked, [each.grad for each in (items, sources) if each.grad is not None])


class _SoftmaxLoss:
    """Σ −log softmax of the item that was done, among all items or a sample that is drawn for each chunk.

    The score of a drawn item is lowered by log n q (Bengio & Senécal 2008), so that the sum nears that over all.
    """

    def __init__(self, log: InteractionLog, negatives: int) -> None:
        counts = np.bincount(log.item, minlength=len(log.items)) ** 0.75
        self.share = torch.as_tensor(counts / counts.sum(), dtype=torch.float32)
        self.negatives = negatives if len(counts) > 2 * negatives else 0

    def __call__(self, learners: Tensor, items: Tensor, target: Tensor) -> Tensor:
        if not self.negatives:
            return functional.cross_entropy(learners @ items.T, target, reduction="sum")
        drawn = torch.multinomial(self.share, self.negatives, replacement=True)
        others = learners @ items[drawn].T - torch.log(self.negatives * self.share[drawn])
        others = others.masked_fill(drawn == target[:, None], -torch.inf)
        own = (learners * items[target]).sum(dim=1, keepdim=True)
        return (torch.logsumexp(torch.cat([own, others], dim=1), dim=1) - own[:, 0]).sum()


class _PairwiseLoss:
    """Σ −log σ(score of the item that was done − score of an item drawn at random) (Rendle et al. 2009)."""

    def __init__(self, items: int) -> None:
        self.items = items

    def __call__(self, learners: Tensor, items: Tensor, target: Tensor) -> Tensor:
        drawn = torch.randint(self.items, target.shape)
        return functional.softplus((learners * (items[drawn] - items[target])).sum(dim=1)).sum()


def _find_following_events(log: InteractionLog) -> Tensor:
    """Return the events that follow another one of their learner."""
    first = np.unique(log.learner, return_index=True)[1]
    return torch.as_tensor(np.setdiff1d(np.arange(len(log)), first))


def _to_sparse_tensor(matrix: sparse.spmatrix) -> Tensor:
    matrix = matrix.tocsr().astype(np.float32)
    parts = (matrix.indptr.astype(np.int64), matrix.indices.astype(np.int64), matrix.data)
    rows, columns, values = (torch.as_tensor(part) for part in parts)
    return torch.sparse_csr_tensor(rows, columns, values, torch.Size(matrix.shape))


class LightGCN(VectorRanker):
    """Light graph convolution (He et al. 2020) in an inductive form (Wu et al. 2022).

        e^{k+1} = Ãᵀ Ã s^k,      score = u · e,      u = Σ_n w_n d_i(n)^{−½} s_i(n) / √(Σ_n w_n)

    Attributes:
        vectors: (R, D) e of the items.
        sources: (R, D) added to the learner's vector by each event.
        weight: (L,) of a history's events, the latest last.
    """

    name: ClassVar[str] = "lightgcn"
    Settings: ClassVar[type] = LightGCNSettings

    def __init__(self, items: tuple[str, ...], vectors: Floats, sources: Floats, weight: Floats) -> None:
        super().__init__(items, vectors)
        self.sources, self.weight = sources.astype(np.float32), weight.astype(np.float32)
        self._known: Flags = np.append(~np.isnan(self.vectors).any(axis=1), False)

    @classmethod
    def fit(
        cls, log: InteractionLog, catalogue: Catalogue | None = None, settings: Any | None = None, seed: int = 0
    ) -> Self:
        """Fit to a log; see `Ranker.fit`."""
        if not (log.lengths > 1).any():
            raise Invalid("LightGCN learns from what came after what: no learner of the log has two events.")
        vectors, sources, weight = (
            each.numpy() for each in train_convolution(log, settings or LightGCNSettings(), seed)
        )
        return cls(log.items, np.where(mask_known_items(log)[:, None], vectors, np.float32(np.nan)), sources, weight)

    def encode_learners(self, history: InteractionHistory) -> Floats:
        """Sum the sources of the histories; items without a training event are left out."""
        item = history.item[:, -len(self.weight) :]
        there = self._known[item]
        weight = there * self.weight[len(self.weight) - item.shape[1] :]
        total = (weight[:, None] @ self.sources[np.where(there, item, 0)])[:, 0]
        size = np.sqrt(weight.sum(axis=1, keepdims=True))
        return np.asarray(np.divide(total, size, out=np.full_like(total, np.nan), where=size > 0), dtype=np.float32)

    def parameters(self) -> Parameters:
        """Return vectors, sources and weight."""
        return {"vectors": self.vectors, "sources": self.sources, "weight": self.weight}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the ranker from `parameters()`, without notes."""
        return cls(items, parameters["vectors"], parameters["sources"], parameters["weight"])
