"""Networks that predict the next item of a sequence, and their training: Adam on windows of a log, epoch by epoch.

    loss = −log softmax_j(h_t · E_j + b_j) of the next item        j over all K items; full softmax
    sampled: j over the next item and n others, drawn from q ∝ count^¾ and scored h_t · E_j + b_j − log(n q_j)
    (Bengio & Senécal 2008, IEEE Trans. Neural Networks)

The sum of the drawn ones' exponentials is on average that over all others, so the loss nears the full one as n grows;
the next item is always there and needs no correction. The n are drawn once a batch: one product of matrices.
"""

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from models.arrays import Floats, Ints
from models.rankers.sequences import Batch, Rows, Windows, rows_of

CLIP = 5.0
"""Largest norm of a gradient; customary."""
Judge = Callable[[], float]


@dataclass(frozen=True)
class SequenceSettings:
    """What sequence rankers share.

    Attributes:
        width: of item vectors; 64–256.
        layers: 1–4.
        dropout: of item vectors on their way in, and of layers; 0.1–0.5.
        longest: events looked back on; 20–200.
        stride: events predicted of each piece of a log that is longer; `models.rankers.sequences`.
        epochs: at most; the number of them where nothing is held out.
        work: predicted events at most, all epochs together, so that a large log ends; a million cost SASRec 86 s of one
            core, by the time of 100 batches, and a search and the training after it may each use all.
        patience: epochs without better ranking before it stops.
        held_out: last share of the events, by whose ranking the number of epochs is chosen; then a network is trained
            on all events for as long.
        events: of a batch, padding included; 1,000–5,000.
        rate: of Adam; 3e-4–3e-3.
        negatives: n; all items instead where they are at most 2 n, or n is 0.
        outcomes: whether the network sees right and wrong.
    """

    width: int = 128
    layers: int = 2
    dropout: float = 0.1
    longest: int = 50
    stride: int = 50
    epochs: int = 50
    work: int = 10_000_000
    patience: int = 3
    held_out: float = 0.1
    events: int = 1000
    rate: float = 1e-3
    negatives: int = 2000
    outcomes: bool = False


class SequenceNetwork(nn.Module):
    """Item vectors E (K, D), shared by input and output, and what a subclass makes of a sequence of them."""

    def __init__(self, items: int, settings: SequenceSettings) -> None:
        super().__init__()
        self.item = nn.Parameter(torch.randn(items, settings.width) * settings.width**-0.5)
        self.bias = nn.Parameter(torch.zeros(items))
        self.outcome = nn.Parameter(torch.zeros(2, settings.width)) if settings.outcomes else None
        self.dropout = nn.Dropout(settings.dropout)

    @abstractmethod
    def states(self, x: Tensor) -> Tensor:
        """h (B, T, D) from inputs x (B, T, D), each from those up to it."""

    def forward(self, rows: Rows) -> Tensor:
        """h (B, T, D)."""
        x = self.item[rows.item]
        if self.outcome is not None:
            seen = torch.lerp(self.outcome[0], self.outcome[1], rows.outcome.nan_to_num()[..., None])
            x = x + torch.where(rows.outcome.isnan()[..., None], 0, seen)
        return self.states(x)

    def last(self, rows: Rows) -> Floats:
        """h of each row's last event, (B, D); of a row without events, something."""
        with torch.inference_mode():
            state = self(rows)[torch.arange(len(rows.length)), rows.length - 1]
            return np.asarray(state.numpy())


def full_loss(state: Tensor, target: Tensor, item: Tensor, bias: Tensor) -> Tensor:
    """Mean cross-entropy over all items; state (N, D), target (N,), item (K, D), bias (K,)."""
    return cross_entropy(torch.addmm(bias, state, item.T), target)


def sampled_loss(state: Tensor, target: Tensor, item: Tensor, bias: Tensor, drawn: Tensor, share: Tensor) -> Tensor:
    """The same over the target and `drawn` (n,); share (K,) is q. A drawn item that is the target is left out."""
    own = (state * item[target]).sum(-1) + bias[target]
    others = torch.addmm(bias[drawn] - (len(drawn) * share[drawn]).log(), state, item[drawn].T)
    others = others.masked_fill(target[:, None] == drawn, -torch.inf)
    return (torch.cat([own[:, None], others], dim=1).logsumexp(1) - own).mean()


class Training:
    """A network, its optimizer and what it learns from."""

    def __init__(self, network: SequenceNetwork, windows: Windows, settings: SequenceSettings, seed: int) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network, self.windows, self.settings = network, windows, settings
        self.random = np.random.default_rng(seed)
        self.optimizer = torch.optim.Adam(network.parameters(), lr=settings.rate)
        counts = np.bincount(windows.item, minlength=len(network.item)) ** 0.75
        self.share = torch.from_numpy((counts / counts.sum()).astype(np.float32)).to(self.device)

    def run(self, epochs: int, judge: Judge | None = None) -> int:
        """Trains in place, at most so long; with a judge until it is `patience` epochs past its best, and tells which.

        The network is left as it is then, not as it was at its best.
        """
        best, best_epoch = -np.inf, 0
        affordable = max(1, self.settings.work // max(1, self.windows.steps))
        for epoch in range(1, min(epochs, affordable) + 1):
            self._epoch()
            figure = judge() if judge else float(epoch)
            if figure > best:
                best, best_epoch = figure, epoch
            if epoch - best_epoch >= self.settings.patience:
                break
        return best_epoch

    def _epoch(self) -> None:
        self.network.to(self.device).train()
        for batch in self.windows.batches(self.settings.events, self.random):
            loss = self._loss(batch)
            self.optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(self.network.parameters(), CLIP)
            self.optimizer.step()
        self.network.cpu().eval()

    def _loss(self, batch: Batch) -> Tensor:
        network, drawn = self.network, self.settings.negatives
        counted = batch.counted.to(self.device)
        state, target = network(batch.rows.to(self.device))[counted], batch.target.to(self.device)[counted]
        if not drawn or len(network.item) <= 2 * drawn:
            return full_loss(state, target, network.item, network.bias)
        others = torch.multinomial(self.share, drawn, replacement=True)
        return sampled_loss(state, target, network.item, network.bias, others, self.share)


__all__ = [
    "Floats",
    "Ints",
    "SequenceNetwork",
    "SequenceSettings",
    "Training",
    "Windows",
    "full_loss",
    "rows_of",
    "sampled_loss",
]
