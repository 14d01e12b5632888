"""What content-based rankers share: an item is its text and its traits, a learner the mean of what was done.

    v_i = √(1 − t) · text_i ⊕ √t · traits_i             both of length 1, the whole scaled to length 1
    p_u = Σ_e ½^(age_e / h) · (f + (1 − f) · outcome_e) · v_e
    score = cos(p_u, v_i)

age: events since then, 0 for the latest; an unknown outcome counts as a good one. The profile is that of relevance
feedback (Rocchio 1971; Pazzani & Billsus 2007), with a low weight in place of a negative one for what went badly: who
failed at a topic still needs it. A trait weighs by how rare it is, as a word does. An item that nobody has done is
scored like any other. Left out: weights learnt for each kind of trait.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import product
from typing import ClassVar, Protocol, Self

import numpy as np
from scipy import sparse

from graph.errors import Invalid
from models.rankers.choosing import best, validation
from models.rankers.contract import Catalogue, History, InteractionLog, Parameters, Ranker
from models.rankers.terms import Terms
from models.rankers.vectors import (
    Floats,
    Ints,
    Matrix,
    inverse,
    lengths,
    packed,
    products,
    stacked,
    times,
    unpacked,
)

TRAITS = (0.2, 0.5, 0.8)
HALF_LIVES = (1.0, 3.0, 10.0, 50.0)
"""What is tried on the last part of the log. Learners who follow a topic ask for short, tastes for long half-lives."""
NONE: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ContentSettings:
    """Hyper-parameters of content-based rankers.

    Attributes:
        traits: t, the share of the traits in the similarity of two items; 0–1, usual 0.2–0.8.
        half_life: h, events after which an event weighs half; usual 1–50.
        failed: f, weight of an event of outcome 0 beside one of outcome 1; above 0 up to 1, usual 0.2–1.
        choose: whether `fit` tries `TRAITS` and `HALF_LIVES` in place of the first two, where the log is long enough.
    """

    traits: float = 0.5
    half_life: float = 5.0
    failed: float = 0.5
    choose: bool = True

    def __post_init__(self) -> None:
        if not (0 <= self.traits <= 1 and self.half_life > 0 and 0 < self.failed <= 1):
            raise Invalid("traits lies in 0–1, failed above 0 up to 1, half_life above 0.", "settings")

    def tried(self) -> list[Self]:
        """The settings to choose from."""
        return [replace(self, traits=traits, half_life=half) for traits, half in product(TRAITS, HALF_LIVES)]


class Reader(Protocol):
    """Makes vectors of texts."""

    def vectors(self, texts: Sequence[str], /) -> Matrix:
        """(texts, D) rows of length 1; 0 for a text that says nothing."""
        ...

    def parameters(self) -> Parameters:
        """All that was fitted."""
        ...


class ContentRanker(Ranker):
    """A content-based ranker; a subclass says how texts become vectors.

    Attributes:
        vectors: text (R, D) and traits (R, T), rows of length 1, or 0 where there is none.
        readers: what made them, ready for new items.
    """

    Settings: ClassVar[type[ContentSettings]] = ContentSettings

    def __init__(
        self,
        items: tuple[str, ...],
        vectors: tuple[Matrix, Matrix],
        readers: tuple[Reader, Terms],
        settings: ContentSettings,
    ) -> None:
        self.items, self.vectors, self.readers, self.settings = items, vectors, readers, settings
        share = np.sqrt(np.array([1 - settings.traits, settings.traits], dtype=np.float32))
        size = np.hypot(*(weight * lengths(rows) for weight, rows in zip(share, vectors, strict=True)))
        self._known = size > 0
        self._blocks = [times(rows, weight * inverse(size)) for weight, rows in zip(share, vectors, strict=True)]

    @classmethod
    @abstractmethod
    def read(cls, texts: Sequence[str], settings: ContentSettings) -> tuple[Reader, Matrix]:
        """A reader fitted to these texts, and their vectors."""

    @classmethod
    @abstractmethod
    def stored_reader(cls, parameters: Parameters, settings: ContentSettings) -> Reader:
        """The reader that `parameters` were made of."""

    @classmethod
    def fit(
        cls,
        log: InteractionLog,
        catalogue: Catalogue | None = None,
        settings: ContentSettings | None = None,
        seed: int = 0,
    ) -> Self:
        """See `Ranker.fit`. A log without events will do."""
        told = _told(catalogue, log.items)
        if not any(told.texts) and not any(told.traits):
            raise Invalid(f"{cls.name} needs items with a text or traits, and none of these has any.", "catalogue")
        settings = settings or cls.Settings()
        reader, text = cls.read(told.texts, settings)
        terms = Terms.of(told.traits)
        made = cls(log.items, (text, terms.vectors(told.traits)), (reader, terms), settings)
        trial = validation(log, seed) if settings.choose else None
        if trial is not None:
            made = best((cls(made.items, made.vectors, made.readers, each) for each in settings.tried()), trial)
        silent = int((~made._known).sum())
        made.notes = (f"{silent} of {len(log.items)} items have neither text nor traits.",) if silent else ()
        return made

    def extended(self, catalogue: Catalogue) -> Self:
        """See `Ranker.extended`; known items keep their vectors."""
        known = set(self.items)
        fresh = tuple(item for item in catalogue.items if item not in known)
        if not fresh:
            return self
        told = _told(catalogue, fresh)
        text = stacked(self.vectors[0], self.readers[0].vectors(told.texts))
        traits = stacked(self.vectors[1], self.readers[1].vectors(told.traits))
        grown = type(self)(self.items + fresh, (text, traits), self.readers, self.settings)
        grown.notes = self.notes
        return grown

    def score(self, history: History, candidates: Ints | None = None) -> Floats:
        """See `Ranker.score`; cosines."""
        weights = self._weights(history)
        profiles = [weights @ block for block in self._blocks]
        size = np.hypot(*(lengths(mine) for mine in profiles))[:, None]
        asked = np.arange(len(self.items)) if candidates is None else np.unique(candidates)
        blocks = self._blocks if candidates is None else [block[asked] for block in self._blocks]
        cosine = sum(products(mine, block) for mine, block in zip(profiles, blocks, strict=True)) * inverse(size)
        cosine = np.where(self._known[asked] & (size > 0), cosine, np.nan).astype(np.float32)
        if candidates is None:
            return cosine
        return np.take_along_axis(cosine, np.searchsorted(asked, candidates), axis=1)

    def _weights(self, history: History) -> sparse.csr_matrix:
        """(B, R) how much each item counts for each learner."""
        failed, half_life = self.settings.failed, self.settings.half_life
        rows, columns = np.nonzero(history.there)
        age = history.item.shape[1] - 1 - columns
        outcome = np.nan_to_num(history.outcome[rows, columns], nan=1.0)
        weight = 0.5 ** (age / half_life) * (failed + (1 - failed) * outcome)
        shape = (len(history), len(self.items))
        return sparse.csr_matrix((weight.astype(np.float32), (rows, history.item[rows, columns])), shape=shape)

    def parameters(self) -> Parameters:
        """See `Ranker.parameters`."""
        reader, terms = self.readers
        settings = {f"settings.{name}": np.array(value) for name, value in asdict(self.settings).items()}
        vectors = {**packed("text", self.vectors[0]), **packed("traits", self.vectors[1])}
        return {**settings, **vectors, **reader.parameters(), **terms.parameters("terms")}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """See `Ranker.from_parameters`."""
        settings = cls.Settings(
            **{name: parameters[f"settings.{name}"].item() for name in cls.Settings.__dataclass_fields__}
        )
        readers = cls.stored_reader(parameters, settings), Terms.from_parameters("terms", parameters)
        return cls(items, (unpacked("text", parameters), unpacked("traits", parameters)), readers, settings)


def _told(catalogue: Catalogue | None, items: tuple[str, ...]) -> Catalogue:
    """What is known of these items, in this order."""
    given = catalogue or Catalogue((), (), ())
    text = dict(zip(given.items, given.texts, strict=True))
    traits = dict(zip(given.items, given.traits, strict=True))
    return Catalogue(
        items, tuple(text.get(item, "") for item in items), tuple(traits.get(item, NONE) for item in items)
    )


__all__ = ["Catalogue", "ContentRanker", "ContentSettings", "Matrix", "Parameters", "Reader", "Terms"]
