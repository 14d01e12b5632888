"""Interaction logs as windows of consecutive events, every event in them predicted from those before it.

A window is L events and those that follow each, one place on. Long logs are cut into pieces of `stride` predicted
events, each with the events before it as context, as many as L allows; where the cuts fall is drawn anew each epoch, so
that every event is predicted from short and from long contexts. Padding stands behind, so a causal network needs no
mask.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from models.arrays import Flags, Floats, Ints
from models.rankers.contract import History, InteractionLog


class Rows(NamedTuple):
    """B learners' events, oldest first, padded behind with item 0.

    Attributes:
        item: (B, T) positions.
        outcome: (B, T) in [0, 1], NaN where unknown.
        length: (B,) events of each.
    """

    item: Tensor
    outcome: Tensor
    length: Tensor

    def to(self, device: torch.device) -> "Rows":
        """The same on another device."""
        return Rows(*(part.to(device) for part in self))


class Batch(NamedTuple):
    """Rows, and what followed each event: `target` (B, T), where it is to be predicted (B, T)."""

    rows: Rows
    target: Tensor
    counted: Tensor


class Windows:
    """The windows of a log, batch by batch.

    Args:
        place: (R,) position in the network of each item of the log; all items with an event need one.
        longest: L.
        stride: predicted events of a piece; L costs least, fewer give more context at more cost.
    """

    def __init__(self, log: InteractionLog, place: Ints, longest: int, stride: int) -> None:
        order = np.argsort(log.learner, kind="stable")
        self.item, self.outcome = place[log.item[order]], log.outcome[order]
        self.lengths, self.longest, self.stride = log.lengths, longest, min(stride, longest)

    @property
    def steps(self) -> int:
        """Events that are predicted."""
        return int(np.maximum(self.lengths - 1, 0).sum())

    def cut(self, random: np.random.Generator) -> tuple[Ints, Ints, Ints]:
        """Of each window: its first event, how many it has, and how many of the last of them have a counted target."""
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

    def batches(self, events: int, random: np.random.Generator) -> Iterator[Batch]:
        """All windows in a new order, windows of like length together; about `events` of a batch, padding included."""
        begin, size, fresh = self.cut(random)
        order = np.argsort(size + random.random(len(size)), kind="stable")
        groups = grouped(size[order], events)
        for number in random.permutation(len(groups)):
            chosen = order[groups[number]]
            yield self._batch(begin[chosen], size[chosen], fresh[chosen])

    def _batch(self, begin: Ints, size: Ints, fresh: Ints) -> Batch:
        place = np.arange(size.max())
        real = place < size[:, None]
        event = np.where(real, begin[:, None] + place, begin[:, None])
        counted = real & (place >= (size - fresh)[:, None])
        rows = as_rows(self.item[event], self.outcome[event], real)
        return Batch(rows, torch.from_numpy(self.item[event + 1]), torch.from_numpy(counted))


def grouped(size: Ints, most: int) -> list[slice]:
    """Neighbours in groups whose rising sizes pad to at most `most`, or of one."""
    groups, first = [], 0
    while first < len(size):
        padded = size[first : first + most] * np.arange(1, len(size[first : first + most]) + 1)
        count = max(1, int(np.searchsorted(padded, most, side="right")))
        groups.append(slice(first, first + count))
        first += count
    return groups


def as_rows(item: Ints, outcome: Floats, real: Flags) -> Rows:
    """(B, T) arrays whose real entries stand in front."""
    return Rows(
        torch.from_numpy(np.where(real, item, 0)),
        torch.from_numpy(np.where(real, outcome, np.nan).astype(np.float32)),
        torch.from_numpy(real.sum(axis=1)),
    )


def rows_of(history: History, place: Ints, longest: int) -> Rows:
    """The last `longest` events with items that have a `place` (R,), without the gaps that others leave."""
    moved = history.moved(place)
    order = np.argsort(~moved.there, axis=1, kind="stable")
    count = moved.there.sum(axis=1)
    start = np.maximum(count - longest, 0)[:, None]
    width = max(1, min(longest, int(count.max(initial=0))))
    column = start + np.arange(width)
    real = column < count[:, None]
    event = np.take_along_axis(order, np.minimum(column, order.shape[1] - 1), axis=1)
    return as_rows(np.take_along_axis(moved.item, event, 1), np.take_along_axis(moved.outcome, event, 1), real)
