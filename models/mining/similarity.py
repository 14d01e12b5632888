"""Find points with similar names and descriptions: pairs by the cosine of their weighted words (models.rankers.text).

The name counts twice, because it says what the point is. Left out: meaning expressed in other words.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.rankers.text import Terms, split_words

NGRAM_LENGTH = 4
"""Letters of the parts of words that count beside the words, so that forms of one word meet."""
MIN_COSINE = 0.4
"""Cosine from which two points are said to be alike; on the English course one pair in 400 reaches it."""
MAX_SHARED_WORDS = 4
BLOCK_ROWS = 1_000


class SimilarPair(NamedTuple):
    """Two points by position, a < b; the cosine; words that they share, those that weigh most first."""

    a: int
    b: int
    cosine: float
    shared: tuple[str, ...]


def find_similar_pairs(
    names: Sequence[str], descriptions: Sequence[str], least: float = MIN_COSINE
) -> list[SimilarPair]:
    """The pairs that are alike, most alike first."""
    bags = [
        split_words(f"{name} {name} {description}", NGRAM_LENGTH)
        for name, description in zip(names, descriptions, strict=True)
    ]
    terms = Terms.of(bags)
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
