"""The `hybrid` ranker: a content-based and a collaborative ranker, mixed by how much data there is.

    score_ui = w_ui · z(collaborative)_ui + (1 − w_ui) · z(content)_ui
    w_ui = w · n_u / (n_u + a) · n_i / (n_i + b)

A weighted hybrid (Burke 2002) whose weight moves with the data, as in Claypool et al. (1999); n / (n + a) is the
usual shrinkage by support (Bell & Koren 2007). n_u: the learner's events, n_i: the item's. z: standardised within a
learner, over all items that the part scores. Ranks in place of z were worse on validation parts: they lose by how
much the best stand out. An item that one part cannot score has the other's score alone. So a cold item or a cold
learner is scored mostly by content, and an item newer than the fit by content alone. Left out: a weight learnt per
learner (switching and feature hybrids, Burke 2002).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import Any, ClassVar, Self

import numpy as np

from graph.errors import Invalid
from models.arrays import NO_INDEX, Floats, Ints
from models.rankers.base import Ranker
from models.rankers.content import is_encoder_installed
from models.rankers.evaluation import EvaluationSplit, make_validation_split, ndcg, rank_targets
from models.rankers.interactions import Catalogue, InteractionHistory, InteractionLog
from models.rankers.registry import import_ranker
from models.storage import Parameters

TRIED_WEIGHTS = (0.3, 0.4, 0.5, 0.6, 0.7)
TRIED_HALF_EVENTS = (1.0, 5.0)


@dataclass(frozen=True)
class HybridSettings:
    """Hyper-parameters of `Hybrid`.

    Attributes:
        collaborative: name of that part; usual als, item_knn.
        content: name of that part; empty: embeddings where its package is installed, else tfidf.
        weight: w, of the collaborative part where there is much data; usual 0.3–0.7.
        learner_events: a, events of a learner at which that weight is halved; above 0, usual 1–20.
        item_events: b, events of an item at which it is halved; above 0, usual 1–20. The more, the more cold items.
        choose: whether `fit` tries `TRIED_WEIGHTS` and `TRIED_HALF_EVENTS` for these three, if the log is long enough.
    """

    collaborative: str = "als"
    content: str = ""
    weight: float = 0.5
    learner_events: float = 5.0
    item_events: float = 5.0
    choose: bool = True

    def __post_init__(self) -> None:
        if not (0 <= self.weight <= 1 and self.learner_events > 0 and self.item_events > 0):
            raise Invalid("weight lies in 0–1, learner_events and item_events above 0.", "settings")

    def list_candidates(self) -> list[Self]:
        """Return the settings to choose from."""
        grid = product(TRIED_WEIGHTS, TRIED_HALF_EVENTS, TRIED_HALF_EVENTS)
        return [replace(self, weight=w, learner_events=a, item_events=b) for w, a, b in grid]

    def share(self, learner: Ints, item: Ints) -> Floats:
        """Return w_ui of learners with `learner` (B,) and items with `item` (R,) events, (B, R)."""
        there = learner / (learner + self.learner_events)
        return np.asarray(self.weight * there[:, None] * (item / (item + self.item_events)), dtype=np.float32)


def standardise_scores(score: Floats) -> Floats:
    """Standardise each row (B, R) to mean 0 and sd 1, or 0 where all are equal; NaN stay and do not count."""
    there = ~np.isnan(score)
    count = np.maximum(there.sum(axis=1, keepdims=True), 1)
    off = score - np.where(there, score, 0).sum(axis=1, keepdims=True, dtype=np.float64) / count
    sd = np.sqrt(np.square(np.where(there, off, 0)).sum(axis=1, keepdims=True) / count)
    return np.asarray(off / np.where(sd > 1e-6, sd, 1), dtype=np.float32)


def mix_scores(collaborative: Floats, content: Floats, share: Floats) -> Floats:
    """Return share · collaborative + (1 − share) · content, (B, R); one alone where the other is NaN."""
    weight = np.where(np.isnan(content), 1, np.where(np.isnan(collaborative), 0, share))
    both = weight * np.nan_to_num(collaborative) + (1 - weight) * np.nan_to_num(content)
    return np.where(np.isnan(collaborative) & np.isnan(content), np.nan, both).astype(np.float32)


class Hybrid(Ranker):
    """A content-based and a collaborative ranker, mixed by the amount of data (Burke 2002; Claypool et al. 1999).

        score_ui = w_ui · z(collaborative)_ui + (1 − w_ui) · z(content)_ui
        w_ui = w · n_u / (n_u + a) · n_i / (n_i + b)

    Attributes:
        content, collaborative: the parts; the latter's items are the first of all.
        events: number of events of each item of the collaborative part.
    """

    name = "hybrid"
    Settings: ClassVar[type[HybridSettings]] = HybridSettings

    def __init__(self, content: Ranker, collaborative: Ranker, events: Ints, settings: HybridSettings) -> None:
        self.items = content.items
        self.content, self.collaborative, self.settings = content, collaborative, settings
        self.events = events

    @classmethod
    def fit(
        cls,
        log: InteractionLog,
        catalogue: Catalogue | None = None,
        settings: HybridSettings | None = None,
        seed: int = 0,
    ) -> Self:
        """Fit both parts; if weights are chosen, the content part without validation events. See `Ranker.fit`."""
        settings = settings or cls.Settings()
        split = make_validation_split(log, seed) if settings.choose else None
        earlier = log if split is None else split.training
        content = import_ranker(settings.content or ("embeddings" if is_encoder_installed() else "tfidf")).fit(
            earlier, catalogue, seed=seed
        )
        kind = import_ranker(settings.collaborative)
        if split is not None:
            draft = cls(content, kind.fit(earlier, catalogue, seed=seed), _count_events(earlier), settings)
            settings = draft.choose_settings(settings.list_candidates(), split)
        made = cls(content, kind.fit(log, catalogue, seed=seed), _count_events(log), settings)
        made.notes = (*content.notes, *made.collaborative.notes)
        return made

    def choose_settings(self, tried: Sequence[HybridSettings], split: EvaluationSplit) -> HybridSettings:
        """Return the settings of the highest NDCG@10 on the split, the first of equals."""
        gains = np.zeros(len(tried))
        for batch in split.batches():
            parts, events = self._parts(batch.history), self._known(batch.history).is_event.sum(axis=1)
            for number, settings in enumerate(tried):
                score = mix_scores(*parts, settings.share(events, self._support))
                gains[number] += ndcg(rank_targets(score, batch.allowed, split.target[batch.rows])).sum()
        return tried[int(gains.argmax())]

    def extend(self, catalogue: Catalogue) -> Self:
        """Append items to the content part; see `Ranker.extend`."""
        content = self.content.extend(catalogue)
        grown = type(self)(content, self.collaborative, self.events, self.settings)
        grown.notes = (*self.notes, *(note for note in content.notes if note not in self.notes))
        return grown

    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
        """Return mixed z-scores; see `Ranker.score`."""
        known = self._known(history)
        share = self.settings.share(known.is_event.sum(axis=1), self._support)
        score = mix_scores(*self._parts(history), share)
        return score if candidates is None else np.take_along_axis(score, candidates, axis=1)

    def predict_outcome(self, history: InteractionHistory, candidates: Ints) -> Floats | None:
        """Predict by the collaborative part, else by the content part; see `Ranker.predict_outcome`."""
        there = candidates < len(self.events)
        outcome = self.collaborative.predict_outcome(self._known(history), np.where(there, candidates, 0))
        if outcome is None:
            return self.content.predict_outcome(history, candidates)
        return np.where(there, outcome, np.nan).astype(np.float32)

    def _parts(self, history: InteractionHistory) -> tuple[Floats, Floats]:
        """Return the z-scores of the collaborative and the content part, (B, R) each."""
        collaborative = standardise_scores(self.collaborative.score(self._known(history)))
        more = len(self.items) - len(self.events)
        return np.pad(collaborative, ((0, 0), (0, more)), constant_values=np.nan), standardise_scores(
            self.content.score(history)
        )

    @property
    def _support(self) -> Ints:
        """Number of events of each item, (R,)."""
        return np.pad(self.events, (0, len(self.items) - len(self.events)))

    def _known(self, history: InteractionHistory) -> InteractionHistory:
        """Return the history without items that the collaborative part does not know."""
        index = np.arange(len(self.items))
        return history.reindex(np.where(index < len(self.events), index, NO_INDEX))

    def parameters(self) -> Parameters:
        """See `Ranker.parameters`."""
        parts = {"content": self.content, "collaborative": self.collaborative}
        found: dict[str, Any] = {f"settings.{name}": np.array(value) for name, value in asdict(self.settings).items()}
        for prefix, part in parts.items():
            found[f"{prefix}"] = np.array(part.name)
            found |= {f"{prefix}.{name}": value for name, value in part.parameters().items()}
        return found | {"events": self.events}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """See `Ranker.from_parameters`."""
        settings = cls.Settings(**{name: parameters[f"settings.{name}"].item() for name in asdict(cls.Settings())})
        events = parameters["events"]
        content, collaborative = (
            _restore_part(prefix, known, parameters)
            for prefix, known in (("content", items), ("collaborative", items[: len(events)]))
        )
        return cls(content, collaborative, events, settings)


def _restore_part(prefix: str, items: tuple[str, ...], parameters: Parameters) -> Ranker:
    """Restore the part whose arrays have this prefix."""
    own = {
        name.removeprefix(f"{prefix}."): value for name, value in parameters.items() if name.startswith(f"{prefix}.")
    }
    return import_ranker(parameters[prefix].item()).from_parameters(items, own)


def _count_events(log: InteractionLog) -> Ints:
    return np.bincount(log.item, minlength=len(log.items))
