"""SASRec and GRU4Rec: networks over the sequence of a learner's events.

SASRec (Kang & McAuley 2018, ICDM, arXiv 1808.09781): causal self-attention.

    x_t = E[item_t] + P[t]
    x ← x + O softmax(Q x' (K x')ᵀ / √d, up to t) V x',  x' = norm(x)        in each of several heads
    x ← x + FFN(norm(x))                                                     both in each layer
    h_t = norm(x_t)        score of item j: h_t · E_j + b_j

Differs from the paper: softmax cross-entropy, full or sampled, in place of one drawn negative, which decides most of
the quality (Klenitskiy & Vasilev 2023, RecSys, arXiv 2309.07602); positions counted from the first event of a window,
so that padding comes last; GELU; a bias per item; no dropout of attention weights.

GRU4Rec (Hidasi et al. 2016, ICLR, arXiv 1511.06939): a gated recurrent unit (Cho et al. 2014).

    s_t = GRU(E[item_t], s_{t−1}), s_0 = 0        h_t = W s_t + w        score of item j: h_t · E_j + b_j

Differs from the paper: softmax cross-entropy, full or sampled, in place of BPR and TOP1 over the items of a batch, as
in the authors' later code; item vectors in place of one-hot input, shared with the output; whole windows of a
learner's log in place of sessions run in parallel. Left out: momentum, reset by session.
"""

from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention

from models.rankers.sequential import SequenceNetwork, SequenceRanker, SequenceSettings


@dataclass(frozen=True)
class SASRecSettings(SequenceSettings):
    """See `SequenceSettings`.

    Attributes:
        layers: 2–4.
        heads: 1–8; they share `width` evenly.
        inner: width of the feed-forward layer in widths of the item vectors; 1–4.
    """

    layers: int = 2
    heads: int = 4
    inner: int = 2


class SASRecBlock(nn.Module):
    """One layer of causal self-attention and feed-forward network; formula in the module."""

    def __init__(self, settings: SASRecSettings) -> None:
        super().__init__()
        width, inner = settings.width, settings.inner * settings.width
        self.heads = settings.heads
        self.before_attention, self.before_inner = nn.LayerNorm(width), nn.LayerNorm(width)
        self.query_key_value, self.mixed = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, inner), nn.Linear(inner, width)
        self.dropout = nn.Dropout(settings.dropout)

    def forward(self, x: Tensor) -> Tensor:
        """Return (B, T, D) from x (B, T, D)."""
        x = x + self.dropout(self.mixed(self._attend(self.before_attention(x))))
        more: Tensor = self.dropout(self.down(gelu(self.up(self.before_inner(x)))))
        return x + more

    def _attend(self, x: Tensor) -> Tensor:
        query, key, value = self.query_key_value(x).unflatten(-1, (3, self.heads, -1)).permute(2, 0, 3, 1, 4)
        return scaled_dot_product_attention(query, key, value, is_causal=True).transpose(1, 2).flatten(2)


class SASRecNetwork(SequenceNetwork):
    """Position embeddings P and layers of self-attention."""

    def __init__(self, items: int, settings: SASRecSettings) -> None:
        super().__init__(items, settings)
        self.place = nn.Parameter(torch.randn(settings.longest, settings.width) * settings.width**-0.5)
        self.blocks = nn.ModuleList(SASRecBlock(settings) for _ in range(settings.layers))
        self.norm = nn.LayerNorm(settings.width)

    def states(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.states`."""
        x = self.dropout(x + self.place[: x.shape[1]])
        for block in self.blocks:
            x = block(x)
        state: Tensor = self.norm(x)
        return state


class SASRec(SequenceRanker):
    """Causal self-attention over the learner's events (Kang & McAuley 2018); formula in the module."""

    name = "sasrec"
    Settings = SASRecSettings
    architecture = SASRecNetwork


@dataclass(frozen=True)
class GRU4RecSettings(SequenceSettings):
    """See `SequenceSettings`.

    Attributes:
        layers: 1 or 2; more seldom help (Hidasi et al.).
        hidden: numbers of a state; 100–1,000.
    """

    layers: int = 1
    dropout: float = 0.3
    hidden: int = 128


class GRU4RecNetwork(SequenceNetwork):
    """A gated recurrent unit and a linear map of its states."""

    def __init__(self, items: int, settings: GRU4RecSettings) -> None:
        super().__init__(items, settings)
        between = settings.dropout if settings.layers > 1 else 0.0
        self.cell = nn.GRU(settings.width, settings.hidden, settings.layers, batch_first=True, dropout=between)
        self.out = nn.Linear(settings.hidden, settings.width)

    def states(self, x: Tensor) -> Tensor:
        """See `SequenceNetwork.states`."""
        after, _ = self.cell(self.dropout(x))
        state: Tensor = self.out(self.dropout(after))
        return state


class GRU4Rec(SequenceRanker):
    """A recurrent network over the learner's events (Hidasi et al. 2016); formula in the module."""

    name = "gru4rec"
    Settings = GRU4RecSettings
    architecture = GRU4RecNetwork
