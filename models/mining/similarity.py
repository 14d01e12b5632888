"""Find points with similar names and descriptions: pairs by the cosine of their weighted words (models.rankers.text).

The name counts twice, because it says what the point is. Left out: meaning expressed in other words.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.rankers.text import Terms, split_words

NGRAM_LENGTH = 4
"""Letters of the n-grams that count beside the words, so that forms of one word match."""
MIN_COSINE = 0.4
"""Least cosine of similar points; on the English course one pair in 400 reaches it."""
MAX_SHARED_WORDS = 4
BLOCK_ROWS = 1_000


class SimilarPair(NamedTuple):
    """Indices a < b of two points, their cosine, and the words that they share, by falling weight."""

    a: int
    b: int
    cosine: float
    shared: tuple[str, ...]


def find_similar_pairs(
    names: Sequence[str], descriptions: Sequence[str], least: float = MIN_COSINE
) -> list[SimilarPair]:
    """Return the pairs of at least a cosine of `least`, the most similar first."""
    bags = [
        split_words(f"{name} {name} {description}", NGRAM_LENGTH)
        for name, description in zip(names, descriptions, strict=True)
    ]
    terms = Terms.from_bags(bags)
    vectors = terms.vectors(bags)
    found = []
    for start in range(0, len(bags), BLOCK_ROWS):
        cosines = (vectors[start : start + BLOCK_ROWS] @ vectors.T).tocoo()
        for row, b, cosine in zip(cosines.row, cosines.col, cosines.data, strict=True):
            if cosine >= least and start + row < b:
                product = vectors[start + row].multiply(vectors[b]).tocoo()
                heaviest = [terms.names[column] for column in product.col[np.argsort(-product.data, kind="stable")]]
                shared = tuple(word for word in heaviest if not word.endswith("~"))[:MAX_SHARED_WORDS]
                found.append(SimilarPair(int(start + row), int(b), float(cosine), shared))
    return sorted(found, key=lambda pair: (-pair.cosine, pair.a, pair.b))
