"""Interaction logs as arrays: which learner did which item, when and with what outcome; and a learner's recent history.

A log is what rankers are fitted on, a history what they score a learner by. Events are in order of time, so any
prefix of a log is its past.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.arrays import NO_INDEX, Flags, Floats, Ints

MAX_HISTORY = 50
"""Latest events of a learner that rankers use."""


@dataclass(frozen=True, eq=False)
class InteractionHistory:
    """Latest events of B learners, oldest first, the latest in the last column.

    Attributes:
        item: (B, L) indices of items, NO_INDEX before the first event.
        days: (B, L) since each event, at the time of scoring; 0 where unknown.
        outcome: (B, L) in [0, 1], NaN where unknown.
    """

    item: Ints
    days: Floats
    outcome: Floats

    def __len__(self) -> int:
        return len(self.item)

    def __getitem__(self, rows: slice | Ints) -> "InteractionHistory":
        """Select some of the learners."""
        return InteractionHistory(self.item[rows], self.days[rows], self.outcome[rows])

    @property
    def is_event(self) -> Flags:
        """Mask the events, (B, L)."""
        return self.item >= 0

    def reindex(self, index: Ints) -> "InteractionHistory":
        """Map items to other indices, `index` (R,); events of items with NO_INDEX are left out."""
        item = np.append(index, NO_INDEX)[self.item]
        order = np.argsort(item >= 0, axis=1, kind="stable")
        return InteractionHistory(
            *(np.take_along_axis(array, order, axis=1) for array in (item, self.days, self.outcome))
        )

    def matrix(self, items: int) -> sparse.csr_matrix:
        """Count how often each learner did each item, (B, items)."""
        rows, columns = np.nonzero(self.is_event)
        counts = np.ones(len(rows), dtype=np.float32)
        return sparse.csr_matrix((counts, (rows, self.item[rows, columns])), shape=(len(self), items))


@dataclass(frozen=True, eq=False)
class InteractionLog:
    """E events of learners with items, in order of time.

    Attributes:
        learners, items: ids; an item without an event may be among them.
        learner, item: (E,) indices.
        days: (E,) days since any fixed moment, never falling; without a `clock` the event's index in the learner's log.
        outcome: (E,) in [0, 1], such as right or wrong; NaN where unknown.
        clock: whether `days` are times.
        self_chosen: (E,) whether the learner chose the item without a recommendation; None: all events are.
    """

    learners: tuple[str, ...]
    items: tuple[str, ...]
    learner: Ints
    item: Ints
    days: NDArray[np.float64]
    outcome: Floats
    clock: bool = True
    self_chosen: Flags | None = None

    def __len__(self) -> int:
        return len(self.item)

    def take(self, rows: Ints | Flags | slice) -> "InteractionLog":
        """Select events, in this order; learners and items keep their indices."""
        names = ("learner", "item", "days", "outcome", "self_chosen")
        parts = {name: getattr(self, name)[rows] for name in names if getattr(self, name) is not None}
        return replace(self, **parts)

    def split(self, share: float) -> tuple["InteractionLog", "InteractionLog"]:
        """Split in time into the earlier part and the last `share` of the events; equal times are earlier."""
        moment = np.quantile(self.days, 1 - share) if len(self) else 0.0
        earlier = self.days <= moment
        return self.take(earlier), self.take(~earlier)

    @property
    def matrix(self) -> sparse.csr_matrix:
        """Number of events by learner and item, (learners, items)."""
        ones = np.ones(len(self), dtype=np.float32)
        return sparse.csr_matrix((ones, (self.learner, self.item)), shape=(len(self.learners), len(self.items)))

    @cached_property
    def _by_learner(self) -> tuple[Ints, Ints]:
        """Indices of events by learner, in order of time, and where each learner's start, (learners + 1,)."""
        order = np.argsort(self.learner, kind="stable")
        counts = np.bincount(self.learner, minlength=len(self.learners))
        return order, np.concatenate([[0], np.cumsum(counts)])

    @property
    def lengths(self) -> Ints:
        """Number of events of each learner, (learners,)."""
        return np.diff(self._by_learner[1])

    def events_before(self, learner: int, before: int) -> Ints:
        """Return the learner's events among the first `before` of the log."""
        order, starts = self._by_learner
        events = order[starts[learner] : starts[learner + 1]]
        return events[: np.searchsorted(events, before)]

    def sequences(self, longest: int) -> tuple[Ints, Ints]:
        """Return events as (S, longest) rows, NO_INDEX in front, and their learners (S,); long logs give several rows.

        A learner's last row is full; consecutive rows overlap by one event, so that every event but the first has the
        one before it in its row.
        """
        order, starts = self._by_learner
        rows, whose = [], []
        for learner in np.flatnonzero(self.lengths):
            end, begin = starts[learner + 1], starts[learner]
            while end > begin:
                rows.append(order[max(begin, end - longest) : end])
                whose.append(learner)
                end = end - longest + 1 if end - longest > begin else begin
        table = np.full((len(rows), longest), NO_INDEX)
        for number, events in enumerate(rows):
            table[number, longest - len(events) :] = self.item[events]
        return table, np.array(whose, dtype=np.int64)

    def histories(
        self, learner: Ints, before: Ints, longest: int = MAX_HISTORY, now: Floats | None = None
    ) -> InteractionHistory:
        """Return the history of `learner` (B,) in the first `before` (B,) events of the log, at `now` (B,) days.

        Without `now`, at the time of event `before`, or of the last event where the log ends earlier.
        """
        order, starts = self._by_learner
        key = self.learner[order] * (len(self) + 1) + order
        end = np.searchsorted(key, learner * (len(self) + 1) + before)
        indices = end[:, None] - np.arange(longest, 0, -1)
        there = indices >= starts[learner][:, None]
        events = order[np.where(there, indices, 0)] if len(self) else np.zeros(indices.shape, dtype=np.int64)
        if not len(self):
            there = np.zeros(indices.shape, dtype=bool)
            return InteractionHistory(np.where(there, 0, NO_INDEX), there.astype(np.float32), there.astype(np.float32))
        moment = self.days[np.minimum(before, len(self) - 1)] if now is None else now
        days = np.where(there & self.clock, moment[:, None] - self.days[events], 0)
        outcome = np.where(there, self.outcome[events], np.nan)
        return InteractionHistory(
            np.where(there, self.item[events], NO_INDEX), days.astype(np.float32), outcome.astype(np.float32)
        )


@dataclass(frozen=True, eq=False)
class Catalogue:
    """Content of items.

    Attributes:
        items: ids, (R,).
        texts: title and description of each, (R,).
        traits: words such as `level:A2`, `kind:video`, `point:english/past-simple` of each, (R,).
    """

    items: tuple[str, ...]
    texts: tuple[str, ...]
    traits: tuple[frozenset[str], ...]

    def codes(self, kind: str) -> tuple[tuple[str, ...], Ints]:
        """Return the sorted values of a kind of trait, such as `level`, and each item's index, or NO_INDEX, (R,)."""
        found = [sorted(trait for trait in traits if trait.startswith(f"{kind}:")) for traits in self.traits]
        names = tuple(sorted({each[0] for each in found if each}))
        indices = {name: index for index, name in enumerate(names)}
        return names, np.array([indices[each[0]] if each else NO_INDEX for each in found], dtype=np.int64)


def build_interaction_log(
    events: list[tuple[str, str, float, float]], items: tuple[str, ...] | None = None, clock: bool = True
) -> InteractionLog:
    """Build a log from rows (learner, item, days, outcome), equal times in the order given; `items` fixes indices.

    Without a clock `days` is the index in the learner's log.
    """
    rows = sorted(events, key=lambda row: row[2])
    names = items or tuple(sorted({row[1] for row in rows}))
    learners = tuple(dict.fromkeys(row[0] for row in rows))
    item_index, learner_index = ({name: index for index, name in enumerate(values)} for values in (names, learners))
    return InteractionLog(
        learners=learners,
        items=names,
        learner=np.array([learner_index[row[0]] for row in rows], dtype=np.int64),
        item=np.array([item_index[row[1]] for row in rows], dtype=np.int64),
        days=np.array([row[2] for row in rows], dtype=np.float64),
        outcome=np.array([row[3] for row in rows], dtype=np.float32),
        clock=clock,
    )
