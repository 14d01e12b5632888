"""Train rankers on sequence networks: windows of a log, loss, early stopping, and the resulting ranker.

A window is L events and those that follow each, one position on; every event in it is predicted from those before it.
Long logs are cut into pieces of `stride` predicted events, each with the events before it as context, as many as L
allows; the cuts are drawn anew each epoch, so that every event is predicted from short and from long contexts.
Padding comes last, so a causal network needs no mask.

    loss = −log softmax_j(h_t · E_j + b_j) of the next item        j over all K items; full softmax
    sampled: j over the next item and n others, drawn from q ∝ count^¾ and scored h_t · E_j + b_j − log(n q_j)
    (Bengio & Senécal 2008, IEEE Trans. Neural Networks)

The sum of the drawn ones' exponentials is on average that over all others, so the loss approaches the full one as n
grows; the next item is always included and needs no correction. The n are drawn once a batch: one product of
matrices. The optimizer is Adam.

A learner's vector is the network's state h at the last event; an item's is E, its bias b. Items without an event in
training are dropped from histories. Left out: time between events.
"""

from abc import abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, fields
from typing import ClassVar, NamedTuple, Self

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from graph.errors import Invalid
from models.arrays import Flags, Floats, Ints
from models.rankers.base import VectorRanker, mask_known_items
from models.rankers.evaluation import EvaluationSplit, evaluate_ranker, split_by_time
from models.rankers.interactions import Catalogue, InteractionHistory, InteractionLog
from models.storage import Parameters

MAX_GRADIENT_NORM = 5.0
"""Norm to which gradients are clipped; customary."""
MAX_STOPPING_EVENTS = 2000
"""Validation events after each epoch, at most."""
MIN_REPEAT_SHARE = 0.1
"""Least share of events that repeat an item, at which items done before are candidates of the validation."""
KNOWN_KEY, SETTINGS_PREFIX = "known", "settings."
ValidationMetric = Callable[[], float]


class SequenceRows(NamedTuple):
    """B learners' events, oldest first, padded behind with item 0.

    Attributes:
        item: (B, T) indices in the network.
        outcome: (B, T) in [0, 1], NaN where unknown.
        length: (B,) events of each.
    """

    item: Tensor
    outcome: Tensor
    length: Tensor

    def to(self, device: torch.device) -> "SequenceRows":
        """Return the rows on another device."""
        return SequenceRows(*(part.to(device) for part in self))


class SequenceBatch(NamedTuple):
    """Rows, the item after each event `target` (B, T), and whether it counts in the loss `counted` (B, T)."""

    rows: SequenceRows
    target: Tensor
    counted: Tensor


class SequenceWindows:
    """The windows of a log, batch by batch.

    Args:
        index: (R,) index in the network of each item of the log; all items with an event need one.
        longest: L.
        stride: predicted events of a piece; L costs least, fewer give more context at more cost.
    """

    def __init__(self, log: InteractionLog, index: Ints, longest: int, stride: int) -> None:
        order = np.argsort(log.learner, kind="stable")
        self.item, self.outcome = index[log.item[order]], log.outcome[order]
        self.lengths, self.longest, self.stride = log.lengths, longest, min(stride, longest)

    @property
    def steps(self) -> int:
        """Number of predicted events."""
        return int(np.maximum(self.lengths - 1, 0).sum())

    def cut(self, random: np.random.Generator) -> tuple[Ints, Ints, Ints]:
        """Cut windows: return each one's first event, its number of events, and how many of the last ones count."""
        steps = self.lengths - 1
        first_event = np.cumsum(self.lengths) - self.lengths
        kept = steps > 0
        steps, first_event = steps[kept], first_event[kept]
        first = np.where(steps <= self.longest, steps, random.integers(1, self.longest + 1, len(steps)))
        pieces = 1 + -(-(steps - first) // self.stride)
        whose = np.repeat(np.arange(len(steps)), pieces)
        number = np.arange(len(whose)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        end = np.minimum(first[whose] + number * self.stride, steps[whose])
        fresh = np.where(number == 0, first[whose], end - first[whose] - (number - 1) * self.stride)
        begin = np.maximum(end - self.longest, 0)
        return first_event[whose] + begin, end - begin, fresh

    def batches(self, events: int, random: np.random.Generator) -> Iterator[SequenceBatch]:
        """Iterate over all windows in a new order, grouped by length; about `events` per batch, padding included."""
        begin, size, fresh = self.cut(random)
        order = np.argsort(size + random.random(len(size)), kind="stable")
        groups = group_by_size(size[order], events)
        for number in random.permutation(len(groups)):
            chosen = order[groups[number]]
            yield self._batch(begin[chosen], size[chosen], fresh[chosen])

    def _batch(self, begin: Ints, size: Ints, fresh: Ints) -> SequenceBatch:
        column = np.arange(size.max())
        real = column < size[:, None]
        event = np.where(real, begin[:, None] + column, begin[:, None])
        counted = real & (column >= (size - fresh)[:, None])
        rows = pad_rows(self.item[event], self.outcome[event], real)
        return SequenceBatch(rows, torch.from_numpy(self.item[event + 1]), torch.from_numpy(counted))


def group_by_size(size: Ints, most: int) -> list[slice]:
    """Group ascending sizes so that each group pads to at most `most`, or has one element."""
    groups, first = [], 0
    while first < len(size):
        padded = size[first : first + most] * np.arange(1, len(size[first : first + most]) + 1)
        count = max(1, int(np.searchsorted(padded, most, side="right")))
        groups.append(slice(first, first + count))
        first += count
    return groups


def pad_rows(item: Ints, outcome: Floats, real: Flags) -> SequenceRows:
    """Return rows from (B, T) arrays whose real entries come first."""
    return SequenceRows(
        torch.from_numpy(np.where(real, item, 0)),
        torch.from_numpy(np.where(real, outcome, np.nan).astype(np.float32)),
        torch.from_numpy(real.sum(axis=1)),
    )


def build_rows(history: InteractionHistory, index: Ints, longest: int) -> SequenceRows:
    """Return rows of the last `longest` events with items that have an `index` (R,), without gaps."""
    moved = history.reindex(index)
    order = np.argsort(~moved.is_event, axis=1, kind="stable")
    count = moved.is_event.sum(axis=1)
    start = np.maximum(count - longest, 0)[:, None]
    width = max(1, min(longest, int(count.max(initial=0))))
    column = start + np.arange(width)
    real = column < count[:, None]
    event = np.take_along_axis(order, np.minimum(column, order.shape[1] - 1), axis=1)
    return pad_rows(np.take_along_axis(moved.item, event, 1), np.take_along_axis(moved.outcome, event, 1), real)


@dataclass(frozen=True)
class SequenceSettings:
    """Hyper-parameters of all sequence rankers.

    Attributes:
        width: of item vectors; 64–256.
        layers: 1–4.
        dropout: of item vectors on their way in, and of layers; 0.1–0.5.
        longest: L, events of a window; 20–200.
        stride: events predicted of each piece of a log that is longer; `models.rankers.sequential`.
        epochs: at most; the number of them where nothing is held out.
        work: predicted events at most, all epochs together, so that a large log ends; a million cost SASRec 86 s of one
            core, by the time of 100 batches, and a search and the training after it may each use all.
        patience: epochs without better ranking before it stops.
        held_out: last share of the events, by whose ranking the number of epochs is chosen; then a network is trained
            on all events for as long.
        events: of a batch, padding included; 1,000–5,000.
        rate: of Adam; 3e-4–3e-3.
        negatives: n; all items instead where they are at most 2 n, or n is 0.
        outcomes: whether outcomes are an input of the network.
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
    """Item vectors E (K, D), shared by input and output, and a subclass's network over a sequence of them."""

    def __init__(self, items: int, settings: SequenceSettings) -> None:
        super().__init__()
        self.item = nn.Parameter(torch.randn(items, settings.width) * settings.width**-0.5)
        self.bias = nn.Parameter(torch.zeros(items))
        self.outcome = nn.Parameter(torch.zeros(2, settings.width)) if settings.outcomes else None
        self.dropout = nn.Dropout(settings.dropout)

    @abstractmethod
    def states(self, x: Tensor) -> Tensor:
        """Return h (B, T, D) from inputs x (B, T, D), each from the inputs up to it."""

    def forward(self, rows: SequenceRows) -> Tensor:
        """Return h (B, T, D)."""
        x = self.item[rows.item]
        if self.outcome is not None:
            seen = torch.lerp(self.outcome[0], self.outcome[1], rows.outcome.nan_to_num()[..., None])
            x = x + torch.where(rows.outcome.isnan()[..., None], 0, seen)
        return self.states(x)

    def last(self, rows: SequenceRows) -> Floats:
        """Return h of each row's last event, (B, D); arbitrary values for a row without events."""
        with torch.inference_mode():
            state = self(rows)[torch.arange(len(rows.length)), rows.length - 1]
            return np.asarray(state.numpy())


def full_softmax_loss(state: Tensor, target: Tensor, item: Tensor, bias: Tensor) -> Tensor:
    """Return the mean cross-entropy over all items; state (N, D), target (N,), item (K, D), bias (K,)."""
    return cross_entropy(torch.addmm(bias, state, item.T), target)


def sampled_softmax_loss(
    state: Tensor, target: Tensor, item: Tensor, bias: Tensor, drawn: Tensor, share: Tensor
) -> Tensor:
    """Return the mean cross-entropy over the target and `drawn` (n,); share (K,) is q. Drawn targets are left out."""
    own = (state * item[target]).sum(-1) + bias[target]
    others = torch.addmm(bias[drawn] - (len(drawn) * share[drawn]).log(), state, item[drawn].T)
    others = others.masked_fill(target[:, None] == drawn, -torch.inf)
    return (torch.cat([own[:, None], others], dim=1).logsumexp(1) - own).mean()


class SequenceTrainer:
    """Train a network on windows of a log by Adam."""

    def __init__(
        self, network: SequenceNetwork, windows: SequenceWindows, settings: SequenceSettings, seed: int
    ) -> None:
        self.device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
        self.network, self.windows, self.settings = network, windows, settings
        self.random = np.random.default_rng(seed)
        self.optimizer = torch.optim.Adam(network.parameters(), lr=settings.rate)
        counts = np.bincount(windows.item, minlength=len(network.item)) ** 0.75
        self.share = torch.from_numpy((counts / counts.sum()).astype(np.float32)).to(self.device)

    def run(self, epochs: int, compute_metric: ValidationMetric | None = None) -> int:
        """Train in place for at most `epochs`; return the best epoch by `compute_metric`, else the last one.

        With `compute_metric`, stop `patience` epochs after the best one.
        The network keeps the weights of the last epoch, not of the best.
        """
        best, best_epoch = -np.inf, 0
        affordable = max(1, self.settings.work // max(1, self.windows.steps))
        for epoch in range(1, min(epochs, affordable) + 1):
            self._epoch()
            figure = compute_metric() if compute_metric else float(epoch)
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
            nn.utils.clip_grad_norm_(self.network.parameters(), MAX_GRADIENT_NORM)
            self.optimizer.step()
        self.network.cpu().eval()

    def _loss(self, batch: SequenceBatch) -> Tensor:
        network, drawn = self.network, self.settings.negatives
        counted = batch.counted.to(self.device)
        state, target = network(batch.rows.to(self.device))[counted], batch.target.to(self.device)[counted]
        if not drawn or len(network.item) <= 2 * drawn:
            return full_softmax_loss(state, target, network.item, network.bias)
        others = torch.multinomial(self.share, drawn, replacement=True)
        return sampled_softmax_loss(state, target, network.item, network.bias, others, self.share)


class SequenceRanker(VectorRanker):
    """A ranker on a `SequenceNetwork`: score of item j = h · E_j + b_j, h at the last event.

    Parameters: the network's weights, the settings, and `known` (K,), the indices of the items with an event.
    """

    architecture: ClassVar[type[SequenceNetwork]]
    Settings: ClassVar[type[SequenceSettings]]

    def __init__(self, items: tuple[str, ...], known: Ints, settings: SequenceSettings) -> None:
        """Create the network for `known`, indices in `items`, with random weights of torch."""
        self.known, self.settings = known, settings
        self.index = np.full(len(items), -1)
        self.index[known] = np.arange(len(known))
        self.network = self.architecture(len(known), settings).eval()
        super().__init__(items, np.full((len(items), settings.width), np.nan))
        self._read_vectors()

    @classmethod
    def fit(
        cls,
        log: InteractionLog,
        catalogue: Catalogue | None = None,
        settings: SequenceSettings | None = None,
        seed: int = 0,
    ) -> Self:
        """Fit to a log, on a GPU if there is one, which may not be deterministic; see `Ranker.fit`."""
        settings = settings or cls.Settings()
        if not (log.lengths > 1).any():
            raise Invalid("Sequences need a learner with at least two events.")
        epochs, notes = cls._choose_epochs(log, settings, seed)
        model, _ = cls._train(log, settings, seed, epochs)
        model.notes = notes
        return model

    @classmethod
    def _choose_epochs(cls, log: InteractionLog, settings: SequenceSettings, seed: int) -> tuple[int, tuple[str, ...]]:
        """Choose the number of epochs on the last part of the log; return it with notes."""
        if not settings.held_out:
            return settings.epochs, ()
        split = split_by_time(
            log, settings.held_out, MAX_STOPPING_EVENTS, seed, repeats=compute_repeat_share(log) > MIN_REPEAT_SHARE
        )
        if not len(split) or not (split.training.lengths > 1).any():
            return settings.epochs, (f"Too few events to stop by; trained for {settings.epochs} epochs at most.",)
        _, best = cls._train(split.training, settings, seed, settings.epochs, split)
        return best, ()

    @classmethod
    def _train(
        cls,
        log: InteractionLog,
        settings: SequenceSettings,
        seed: int,
        epochs: int,
        split: EvaluationSplit | None = None,
    ) -> tuple[Self, int]:
        """Train for `epochs` or, with a split, until `patience` after the best; return ranker and best epoch."""
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            model = cls(log.items, np.flatnonzero(mask_known_items(log)), settings)
            windows = SequenceWindows(log, model.index, settings.longest, settings.stride)
            training = SequenceTrainer(model.network, windows, settings, seed)
            best = training.run(epochs, None if split is None else lambda: model._compute_ndcg(split))
        model._read_vectors()
        return model, best

    def _compute_ndcg(self, split: EvaluationSplit) -> float:
        """Return the NDCG@10 on a split."""
        self._read_vectors()
        return evaluate_ranker(self, split, timed=0).figures()["ndcg10"]

    def _read_vectors(self) -> None:
        self.vectors[self.known] = self.network.item.detach().numpy()
        self.bias[self.known] = self.network.bias.detach().numpy()

    def encode_learners(self, history: InteractionHistory) -> Floats:
        """Return h of the last event, (B, D); NaN without an event of a known item."""
        rows = build_rows(history, self.index, self.settings.longest)
        return np.where(rows.length[:, None] > 0, self.network.last(rows), np.float32(np.nan))

    def parameters(self) -> Parameters:
        """Return the weights, the settings and `known`."""
        weights = {name: value.numpy().copy() for name, value in self.network.state_dict().items()}
        settings = {SETTINGS_PREFIX + name: np.array(value) for name, value in asdict(self.settings).items()}
        return weights | settings | {KNOWN_KEY: self.known}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """See `Ranker.from_parameters`."""
        settings = cls.Settings(
            **{each.name: parameters[SETTINGS_PREFIX + each.name].item() for each in fields(cls.Settings)}
        )
        model = cls(items, parameters[KNOWN_KEY], settings)
        names = model.network.state_dict().keys()
        model.network.load_state_dict({name: torch.tensor(parameters[name]) for name in names})
        model._read_vectors()
        return model


def compute_repeat_share(log: InteractionLog) -> float:
    """Return the share of events whose learner did the item before."""
    pairs = np.unique(log.learner * len(log.items) + log.item)
    return 1 - len(pairs) / max(1, len(log))
