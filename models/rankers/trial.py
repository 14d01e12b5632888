"""Time-consistent trials: which events rankers may learn from, and at which moments they are asked what comes next.

`cut_in_time` is the honest one: one moment, everything before it is training, everything after it is asked about.
`leave_last_out` is the field's habit: each learner's last event is asked about; other learners' later events are in
training, so it flatters. In both a learner's history is what happened before the event, and candidates are the items
that were there at that moment.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.rankers.log import LONGEST, History, InteractionLog

COLD = 5
"""A learner or an item with fewer events in training is cold."""


class Batch(NamedTuple):
    """Some moments: their numbers (B,), what had happened, and what could be recommended then (B, R)."""

    rows: Ints
    history: History
    allowed: Flags


@dataclass(frozen=True, eq=False)
class Trial:
    """T moments of a log.

    Attributes:
        log: the whole log; `training` what may be learnt from, with the same learners and items.
        event: (T,) position in `log` of the event that is asked about.
        repeats: whether items that a learner did before may come again.
        feasible: (T, R) what could be recommended at each moment, where more is known than the log tells.
    """

    name: str
    log: InteractionLog
    training: InteractionLog
    event: Ints
    repeats: bool = False
    feasible: Flags | None = None

    def __len__(self) -> int:
        return len(self.event)

    @property
    def learner(self) -> Ints:
        """(T,) who was there."""
        return self.log.learner[self.event]

    @property
    def target(self) -> Ints:
        """(T,) what was done."""
        return self.log.item[self.event]

    @property
    def outcome(self) -> Floats:
        """(T,) how it went; NaN where unknown."""
        return self.log.outcome[self.event]

    @property
    def cold_learner(self) -> Flags:
        """(T,) learners with few events in training."""
        return np.asarray(self.training.lengths[self.learner] < COLD)

    @property
    def cold_item(self) -> Flags:
        """(T,) targets with few events in training."""
        counts = np.bincount(self.training.item, minlength=len(self.log.items))
        return np.asarray(counts[self.target] < COLD)

    def batches(self, size: int = 256) -> Iterator[Batch]:
        """All moments, some at a time."""
        first = self._first_seen()
        for start in range(0, len(self), size):
            rows = np.arange(start, min(start + size, len(self)))
            event = self.event[rows]
            history = self.log.histories(self.learner[rows], event, LONGEST)
            allowed = first[None] <= self.log.at[event][:, None]
            if self.feasible is not None:
                allowed = self.feasible[rows].copy()
            elif not self.repeats:
                allowed &= ~self._done(event)
            allowed[np.arange(len(rows)), self.target[rows]] = True
            yield Batch(rows, history, allowed)

    def _first_seen(self) -> Floats:
        """(R,) moment of each item's first event, never for one without; without a clock all are always there."""
        if not self.log.clock:
            return np.full(len(self.log.items), -np.inf, dtype=np.float32)
        first = np.full(len(self.log.items), np.inf)
        np.minimum.at(first, self.log.item, self.log.at)
        return first

    def _done(self, event: Ints) -> Flags:
        """(B, R) what the learner of each event had done before it."""
        done = np.zeros((len(event), len(self.log.items)), dtype=bool)
        for row, each in enumerate(event):
            done[row, self.log.item[self.log.earlier(int(self.log.learner[each]), int(each))]] = True
        return done


def cut_in_time(
    log: InteractionLog, share: float = 0.1, most: int = 20_000, seed: int = 0, repeats: bool = False
) -> Trial:
    """Asks about the last `share` of the events, about `most` of them drawn at random where there are more."""
    training, later = log.cut(share)
    event = np.arange(len(log) - len(later), len(log))
    return Trial("time", log, training, _asked(log, event, repeats, most, seed), repeats)


def leave_last_out(log: InteractionLog, most: int = 20_000, seed: int = 0, repeats: bool = False) -> Trial:
    """Asks about the last event of every learner who has at least two."""
    last = np.full(len(log.learners), -1)
    last[log.learner] = np.arange(len(log))
    event = np.sort(last[log.lengths >= 2])
    kept = np.ones(len(log), dtype=bool)
    kept[event] = False
    return Trial("last", log, log.take(kept), _asked(log, event, repeats, most, seed), repeats)


def _asked(log: InteractionLog, event: Ints, repeats: bool, most: int, seed: int) -> Ints:
    """The events that can be asked about: what learners chose themselves; where nothing comes twice, the first time.

    What a recommendation led to says what the recommender chose: to rank it high is no merit.
    """
    if log.own is not None:
        event = event[log.own[event]]
    if not repeats:
        pair = log.learner * len(log.items) + log.item
        _, first = np.unique(pair, return_index=True)
        event = event[np.isin(event, first)]
    if len(event) > most:
        event = np.sort(np.random.default_rng(seed).choice(event, most, replace=False))
    return event
