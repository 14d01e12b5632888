"""The `hybrid` ranker: a content-based and a collaborative ranker, mixed by how much data there is.

Formulas and sources: `models/rankers/mixing.py`. The more is known of a learner and of an item, the more the
collaborative part counts; a cold item or a cold learner leans on content, and an item newer than the fit is scored by
content alone. Left out: a weight that is learnt per learner (switching and feature hybrids, Burke 2002).
"""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, ClassVar, Self

import numpy as np

from models.rankers.choosing import Trial, ndcg, ranks, validation
from models.rankers.contract import Catalogue, History, InteractionLog, Parameters, Ranker
from models.rankers.embeddings import installed
from models.rankers.mixing import NOTHING, Floats, HybridSettings, Ints, mixed, standardised
from models.rankers.registry import ranker


class Hybrid(Ranker):
    """Content and collaborative, weighed by the data.

    Attributes:
        content, collaborative: the parts; the latter's items are the first of all.
        events: of each of the collaborative part's items.
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
        """See `Ranker.fit`. Where weights are chosen, the content part does not see the validation events at all."""
        settings = settings or cls.Settings()
        trial = validation(log, seed) if settings.choose else None
        earlier = log if trial is None else trial.training
        content = ranker(settings.content or ("embeddings" if installed() else "tfidf")).fit(
            earlier, catalogue, seed=seed
        )
        kind = ranker(settings.collaborative)
        if trial is not None:
            draft = cls(content, kind.fit(earlier, catalogue, seed=seed), _counts(earlier), settings)
            settings = draft.best(settings.tried(), trial)
        made = cls(content, kind.fit(log, catalogue, seed=seed), _counts(log), settings)
        made.notes = (*content.notes, *made.collaborative.notes)
        return made

    def best(self, tried: Sequence[HybridSettings], trial: Trial) -> HybridSettings:
        """The settings of the highest NDCG@10, the first of equals."""
        gains = np.zeros(len(tried))
        for batch in trial.batches():
            parts, events = self._parts(batch.history), self._known(batch.history).there.sum(axis=1)
            for number, settings in enumerate(tried):
                score = mixed(*parts, settings.share(events, self._support))
                gains[number] += ndcg(ranks(score, batch.allowed, trial.target[batch.rows])).sum()
        return tried[int(gains.argmax())]

    def extended(self, catalogue: Catalogue) -> Self:
        """See `Ranker.extended`."""
        content = self.content.extended(catalogue)
        grown = type(self)(content, self.collaborative, self.events, self.settings)
        grown.notes = (*self.notes, *(note for note in content.notes if note not in self.notes))
        return grown

    def score(self, history: History, candidates: Ints | None = None) -> Floats:
        """See `Ranker.score`; standard deviations above the learner's mean."""
        known = self._known(history)
        share = self.settings.share(known.there.sum(axis=1), self._support)
        score = mixed(*self._parts(history), share)
        return score if candidates is None else np.take_along_axis(score, candidates, axis=1)

    def chance(self, history: History, candidates: Ints) -> Floats | None:
        """See `Ranker.chance`; of the part that predicts outcomes, the collaborative one first."""
        there = candidates < len(self.events)
        told = self.collaborative.chance(self._known(history), np.where(there, candidates, 0))
        if told is None:
            return self.content.chance(history, candidates)
        return np.where(there, told, np.nan).astype(np.float32)

    def _parts(self, history: History) -> tuple[Floats, Floats]:
        """Both parts' scores (B, R), collaborative first, each made comparable."""
        mine = standardised(self.collaborative.score(self._known(history)))
        more = len(self.items) - len(self.events)
        return np.pad(mine, ((0, 0), (0, more)), constant_values=np.nan), standardised(self.content.score(history))

    @property
    def _support(self) -> Ints:
        """(R,) events of each item."""
        return np.pad(self.events, (0, len(self.items) - len(self.events)))

    def _known(self, history: History) -> History:
        """What of it the collaborative part knows."""
        place = np.arange(len(self.items))
        return history.moved(np.where(place < len(self.events), place, NOTHING))

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
            _part(prefix, known, parameters)
            for prefix, known in (("content", items), ("collaborative", items[: len(events)]))
        )
        return cls(content, collaborative, events, settings)


def _part(prefix: str, items: tuple[str, ...], parameters: Parameters) -> Ranker:
    """The part whose arrays bear this prefix."""
    own = {
        name.removeprefix(f"{prefix}."): value for name, value in parameters.items() if name.startswith(f"{prefix}.")
    }
    return ranker(parameters[prefix].item()).from_parameters(items, own)


def _counts(log: InteractionLog) -> Ints:
    return np.bincount(log.item, minlength=len(log.items))
