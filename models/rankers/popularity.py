"""Popularity rankers, baselines that need only a log: overall, at the learner's level, lately; and repeat-last.

    popular        score(i) = n_i / n
    popular_level  score(i | l) = (n_li + m n_i / n) / (n_l + m)      events of learners while they were at level l
    trending       score(i) ∝ Σ 2^(−age / half-life) over the item's events, age before the log's last event
    again          score(i) = 1 / (1 + events since the item was last done)

A learner's level is the one most frequent among the items of the history, a tie goes to the first by name; the share
at a level is shrunk to the overall one by m events (a Dirichlet prior). The popularity rankers score every learner,
but no item without events. `again` scores only what the learner has done; it is the reference where learners repeat
items. Left out: seasons, and trends of single groups of learners.
"""

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from graph.errors import Invalid
from models.arrays import NO_INDEX, Flags, Floats, Ints
from models.rankers.base import Ranker, require_events
from models.rankers.interactions import Catalogue, InteractionHistory, InteractionLog
from models.storage import Parameters

CHUNK = 50_000
"""Events whose histories are in memory at a time."""


class ShareRanker(Ranker):
    """Scores items by their share of events.

    Attributes:
        share: (G, R) of each group of learners, NaN for items without events; the last row is overall.
    """

    def __init__(self, items: tuple[str, ...], share: Floats) -> None:
        self.items = items
        self.share = share.astype(np.float32)

    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
        """See `Ranker.score`."""
        group = self._group(history)
        return self.share[group] if candidates is None else self.share[group[:, None], candidates]

    def _group(self, history: InteractionHistory) -> Ints:
        """Return the row of `share` of each learner, (B,)."""
        return np.full(len(history), len(self.share) - 1)

    def parameters(self) -> Parameters:
        """Return the shares (G, R)."""
        return {"share": self.share}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the ranker from `parameters()`, without notes."""
        return cls(items, parameters["share"])


class WeightedShareRanker(ShareRanker):
    """A share ranker of one group, with a weight for each event."""

    @classmethod
    def fit(
        cls, log: InteractionLog, catalogue: Catalogue | None = None, settings: Any | None = None, seed: int = 0
    ) -> Self:
        """Fit by counting; `seed` has no effect."""
        require_events(log)
        return cls(
            log.items, _compute_shares(log.item, cls._weight(log, settings or cls.Settings()), len(log.items))[None]
        )

    @classmethod
    @abstractmethod
    def _weight(cls, log: InteractionLog, settings: Any) -> Floats:
        """Return the weights of the events, (E,)."""


@dataclass(frozen=True)
class NoSettings:
    """No hyper-parameters."""


class Popular(WeightedShareRanker):
    """Popularity over all learners: score(i) = n_i / n."""

    name: ClassVar[str] = "popular"
    Settings: ClassVar[type] = NoSettings

    @classmethod
    def _weight(cls, log: InteractionLog, settings: NoSettings) -> Floats:
        return np.ones(len(log), dtype=np.float32)


@dataclass(frozen=True)
class TrendingSettings:
    """half_life: days after which an event counts half, 7–90; 14–30 were best on ML-100k, 215 days long."""

    half_life: float = 14.0


class Trending(WeightedShareRanker):
    """Recent popularity: score(i) ∝ Σ 2^(−age / half-life) over the item's events. Needs a clock."""

    name: ClassVar[str] = "trending"
    Settings: ClassVar[type] = TrendingSettings

    @classmethod
    def _weight(cls, log: InteractionLog, settings: TrendingSettings) -> Floats:
        if not log.clock:
            raise Invalid("The log has no clock: what was done lately needs the time of each event.")
        return np.asarray(np.exp2((log.days - log.days[-1]) / settings.half_life), dtype=np.float32)


@dataclass(frozen=True)
class LevelSettings:
    """prior: events of the overall share that are added to each level's, 10–1000."""

    prior: float = 100.0


class PopularAtLevel(ShareRanker):
    """Popularity at the learner's level: score(i | l) = (n_li + m n_i / n) / (n_l + m).

    Attributes:
        level: (R,) index of each item's level, NO_INDEX without one.
    """

    name: ClassVar[str] = "popular_level"
    Settings: ClassVar[type] = LevelSettings

    def __init__(self, items: tuple[str, ...], share: Floats, level: Ints) -> None:
        super().__init__(items, share)
        self.level = level

    @classmethod
    def fit(
        cls, log: InteractionLog, catalogue: Catalogue | None = None, settings: Any | None = None, seed: int = 0
    ) -> Self:
        """Fit by counting; `seed` has no effect. Needs `level:` traits."""
        require_events(log)
        chosen: LevelSettings = settings or cls.Settings()
        levels, level = _find_levels(log.items, catalogue)
        overall = _compute_shares(log.item, np.ones(len(log), dtype=np.float32), len(log.items))
        empty = cls(log.items, np.zeros((levels + 1, len(log.items)), dtype=np.float32), level)
        group = np.concatenate([empty._group(seen) for seen in _iterate_histories(log)])
        table = np.bincount(group * len(log.items) + log.item, minlength=empty.share.size).reshape(empty.share.shape)
        at_level = table[:-1]
        share = (at_level + chosen.prior * overall) / (at_level.sum(axis=1, keepdims=True) + chosen.prior)
        return cls(log.items, np.concatenate([share, overall[None]]), level)

    def _group(self, history: InteractionHistory) -> Ints:
        levels = len(self.share) - 1
        found = np.append(self.level, NO_INDEX)[history.item]
        counts = np.stack([(found == level).sum(axis=1) for level in range(levels)], axis=1)
        return np.where(counts.any(axis=1), counts.argmax(axis=1), levels)

    def parameters(self) -> Parameters:
        """Return shares (G, R) and levels (R,)."""
        return {**super().parameters(), "level": self.level}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the ranker from `parameters()`, without notes."""
        return cls(items, parameters["share"], parameters["level"])


def _compute_shares(item: Ints, weight: Floats, items: int) -> Floats:
    """Return each item's share of the weight, NaN for an item without an event, (R,)."""
    total = np.bincount(item, weights=weight, minlength=items)
    there: Flags = np.bincount(item, minlength=items) > 0
    return np.where(there, total / total.sum(), np.nan).astype(np.float32)


def _find_levels(items: tuple[str, ...], catalogue: Catalogue | None) -> tuple[int, Ints]:
    """Return the number of levels and each item's level, (R,)."""
    names, codes = catalogue.codes("level") if catalogue else ((), np.zeros(0, dtype=np.int64))
    if catalogue is None or not names:
        raise Invalid("No resource has a level: popularity at the learner's level needs `level:` traits.")
    index = dict(zip(catalogue.items, codes.tolist(), strict=True))
    return len(names), np.array([index.get(item, NO_INDEX) for item in items], dtype=np.int64)


def _iterate_histories(log: InteractionLog) -> Iterator[InteractionHistory]:
    """Iterate over the histories before each event, CHUNK events at a time."""
    for start in range(0, len(log), CHUNK):
        rows = np.arange(start, min(start + CHUNK, len(log)))
        yield log.histories(log.learner[rows], rows)


class RepeatLast(Ranker):
    """Repeats the learner's items: score(i) = 1 / (1 + events since i was last done); NaN for other items."""

    name = "again"
    Settings = NoSettings

    def __init__(self, items: tuple[str, ...]) -> None:
        self.items = items

    @classmethod
    def fit(
        cls, log: InteractionLog, catalogue: Catalogue | None = None, settings: Any | None = None, seed: int = 0
    ) -> Self:
        """Return the ranker; nothing is fitted."""
        return cls(log.items)

    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
        """See `Ranker.score`."""
        score = np.full((len(history), len(self.items)), np.nan, dtype=np.float32)
        rows, columns = np.nonzero(history.is_event)
        score[rows, history.item[rows, columns]] = 1 / (history.item.shape[1] - columns)
        return score if candidates is None else np.take_along_axis(score, np.maximum(candidates, 0), axis=1)

    def parameters(self) -> Parameters:
        """Return no arrays."""
        return {}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """See `Ranker.from_parameters`."""
        return cls(items)
