"""Interaction logs as arrays: which learner did which item, when and with what outcome; and a learner's recent history.

A log is what rankers are fitted on, a history what they score a learner by. Events are in order of time, so any
prefix of a log is its past.
"""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.arrays import Flags, Floats, Ints

NO_INDEX = -1
"""In place of an item where there is none."""
MAX_HISTORY = 50
"""Events of a learner that rankers look back on."""


@dataclass(frozen=True, eq=False)
class InteractionHistory:
    """What B learners did lately, oldest first, the latest in the last column.

    Attributes:
        item: (B, L) positions among the items, NO_INDEX in front of the first event.
        days: (B, L) since then, at the moment of asking; 0 where nothing is known.
        outcome: (B, L) in [0, 1], NaN where unknown.
    """

    item: Ints
    days: Floats
    outcome: Floats

    def __len__(self) -> int:
        return len(self.item)

    def __getitem__(self, rows: slice | Ints) -> "InteractionHistory":
        """Some of the learners."""
        return InteractionHistory(self.item[rows], self.days[rows], self.outcome[rows])

    @property
    def there(self) -> Flags:
        """(B, L) where there is an event."""
        return self.item >= 0

    def moved(self, place: Ints) -> "InteractionHistory":
        """The same with items in other positions, `place` (R,); NO_INDEX for an item whose events are to be left out."""
        item = np.append(place, NO_INDEX)[self.item]
        order = np.argsort(item >= 0, axis=1, kind="stable")
        return InteractionHistory(
            *(np.take_along_axis(array, order, axis=1) for array in (item, self.days, self.outcome))
        )

    def matrix(self, items: int) -> sparse.csr_matrix:
        """(B, items) how often each learner did each item."""
        rows, columns = np.nonzero(self.there)
        counts = np.ones(len(rows), dtype=np.float32)
        return sparse.csr_matrix((counts, (rows, self.item[rows, columns])), shape=(len(self), items))


@dataclass(frozen=True, eq=False)
class InteractionLog:
    """E events of learners with items, in order of time.

    Attributes:
        learners, items: ids; an item without an event may be among them.
        learner, item: (E,) positions.
        at: (E,) days since any fixed moment, never falling; without a `clock` the event's place in the learner's log.
        outcome: (E,) in [0, 1], such as right or wrong; NaN where unknown.
        own: (E,) the learner chose it, no recommendation led to it; None where all are.
    """

    learners: tuple[str, ...]
    items: tuple[str, ...]
    learner: Ints
    item: Ints
    at: NDArray[np.float64]
    outcome: Floats
    clock: bool = True
    own: Flags | None = None

    def __len__(self) -> int:
        return len(self.item)

    def take(self, rows: Ints | Flags | slice) -> "InteractionLog":
        """Some of the events, in this order; learners and items keep their positions."""
        names = ("learner", "item", "at", "outcome", "own")
        parts = {name: getattr(self, name)[rows] for name in names if getattr(self, name) is not None}
        return replace(self, **parts)

    def cut(self, share: float) -> tuple["InteractionLog", "InteractionLog"]:
        """The earlier part and the last `share` of the events: one cut in time, equal times on the earlier side."""
        moment = np.quantile(self.at, 1 - share) if len(self) else 0.0
        earlier = self.at <= moment
        return self.take(earlier), self.take(~earlier)

    @property
    def matrix(self) -> sparse.csr_matrix:
        """(learners, items) how often."""
        ones = np.ones(len(self), dtype=np.float32)
        return sparse.csr_matrix((ones, (self.learner, self.item)), shape=(len(self.learners), len(self.items)))

    @cached_property
    def _by_learner(self) -> tuple[Ints, Ints]:
        """Events learner by learner in order of time, and where each learner's begin (learners + 1,)."""
        order = np.argsort(self.learner, kind="stable")
        counts = np.bincount(self.learner, minlength=len(self.learners))
        return order, np.concatenate([[0], np.cumsum(counts)])

    @property
    def lengths(self) -> Ints:
        """(learners,) events of each."""
        return np.diff(self._by_learner[1])

    def earlier(self, learner: int, before: int) -> Ints:
        """The learner's events among the first `before` of the log."""
        order, starts = self._by_learner
        mine = order[starts[learner] : starts[learner + 1]]
        return mine[: np.searchsorted(mine, before)]

    def sequences(self, longest: int) -> tuple[Ints, Ints]:
        """The events as (S, longest) rows, NO_INDEX in front, and whose each is (S,): a long log gives several rows.

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
        """What `learner` (B,) did in the first `before` (B,) events of the log, seen at `now` (B,) days.

        Without `now`, at the moment of event `before` (the last one, where the log ends before it).
        """
        order, starts = self._by_learner
        key = self.learner[order] * (len(self) + 1) + order
        end = np.searchsorted(key, learner * (len(self) + 1) + before)
        places = end[:, None] - np.arange(longest, 0, -1)
        there = places >= starts[learner][:, None]
        events = order[np.where(there, places, 0)] if len(self) else np.zeros(places.shape, dtype=np.int64)
        if not len(self):
            there = np.zeros(places.shape, dtype=bool)
            return InteractionHistory(np.where(there, 0, NO_INDEX), there.astype(np.float32), there.astype(np.float32))
        moment = self.at[np.minimum(before, len(self) - 1)] if now is None else now
        days = np.where(there & self.clock, moment[:, None] - self.at[events], 0)
        outcome = np.where(there, self.outcome[events], np.nan)
        return InteractionHistory(
            np.where(there, self.item[events], NO_INDEX), days.astype(np.float32), outcome.astype(np.float32)
        )


@dataclass(frozen=True, eq=False)
class Catalogue:
    """What is known of items besides who did them.

    Attributes:
        items: ids, (R,).
        texts: title and description of each, (R,).
        traits: words such as `level:A2`, `kind:video`, `point:english/past-simple` of each, (R,).
    """

    items: tuple[str, ...]
    texts: tuple[str, ...]
    traits: tuple[frozenset[str], ...]

    def codes(self, kind: str) -> tuple[tuple[str, ...], Ints]:
        """The values of one kind of trait, such as `level`, sorted, and each item's (R,); NO_INDEX without one."""
        found = [sorted(trait for trait in traits if trait.startswith(f"{kind}:")) for traits in self.traits]
        names = tuple(sorted({each[0] for each in found if each}))
        place = {name: position for position, name in enumerate(names)}
        return names, np.array([place[each[0]] if each else NO_INDEX for each in found], dtype=np.int64)


def build_interaction_log(
    events: list[tuple[str, str, float, float]], items: tuple[str, ...] | None = None, clock: bool = True
) -> InteractionLog:
    """A log from rows (learner, item, days, outcome); equal times stay as they stand. `items` fixes their positions.

    Without a clock `days` is the place in the learner's log.
    """
    rows = sorted(events, key=lambda row: row[2])
    names = items or tuple(sorted({row[1] for row in rows}))
    learners = tuple(dict.fromkeys(row[0] for row in rows))
    place, person = ({name: position for position, name in enumerate(values)} for values in (names, learners))
    return InteractionLog(
        learners=learners,
        items=names,
        learner=np.array([person[row[0]] for row in rows], dtype=np.int64),
        item=np.array([place[row[1]] for row in rows], dtype=np.int64),
        at=np.array([row[2] for row in rows], dtype=np.float64),
        outcome=np.array([row[3] for row in rows], dtype=np.float32),
        clock=clock,
    )
