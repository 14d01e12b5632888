"""GRU4Rec (Hidasi et al. 2016, ICLR, arXiv 1511.06939): a gated recurrent unit (Cho et al. 2014) over what was done.

    s_t = GRU(E[item_t], s_{t−1}), s_0 = 0        h_t = W s_t + w        score of item j: h_t · E_j + b_j

Differs from the paper: softmax cross-entropy, full or sampled, in place of BPR and TOP1 over the items of a batch, as
in the authors' later code; item vectors in place of one-hot input, shared with the output; whole windows of a learner's
log in place of sessions run in parallel. Left out: momentum, reset by session.
"""

from dataclasses import dataclass

from torch import Tensor, nn

from models.rankers.sequence_ranker import SequenceNetwork, SequenceRanker, SequenceSettings


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
    """One state after another."""

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
    """See the module."""

    name = "gru4rec"
    Settings = GRU4RecSettings
    architecture = GRU4RecNetwork
