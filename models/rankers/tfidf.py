"""The `tfidf` ranker: content by words and traits, without any neural model, in any language.

Formulas: `models/rankers/content.py` (the score), `models/rankers/terms.py` (words).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from models.rankers.content import ContentRanker, ContentSettings, Matrix, Parameters, Terms
from models.rankers.terms import words


@dataclass(frozen=True)
class Words:
    """Texts as their words."""

    terms: Terms
    pieces: int

    def vectors(self, texts: Sequence[str], /) -> Matrix:
        """See `Reader.vectors`; (texts, words)."""
        return self.terms.vectors([words(text, self.pieces) for text in texts])

    def parameters(self) -> Parameters:
        """See `Reader.parameters`."""
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
    def read(cls, texts: Sequence[str], settings: ContentSettings) -> tuple[Words, Matrix]:
        """See `ContentRanker.read`."""
        pieces = settings.pieces if isinstance(settings, TfIdfSettings) else TfIdfSettings.pieces
        bags = [words(text, pieces) for text in texts]
        reader = Words(Terms.of(bags), pieces)
        return reader, reader.terms.vectors(bags)

    @classmethod
    def stored_reader(cls, parameters: Parameters, settings: ContentSettings) -> Words:
        """See `ContentRanker.stored_reader`."""
        return Words(Terms.from_parameters("words", parameters), int(parameters["settings.pieces"]))
