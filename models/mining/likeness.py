"""Points whose names and descriptions are alike: pairs by the cosine of their weighted words (models/rankers/terms.py).

The name counts twice, as it says what the point is. Left out: meaning that is said in other words.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from models.rankers.terms import Terms, words

PIECES = 4
"""Letters of the parts of words that count beside the words, so that forms of one word meet."""
LEAST = 0.4
"""Cosine from which two points are said to be alike; on the English course one pair in 400 reaches it."""
TOLD = 4
BLOCK = 1_000


class Alike(NamedTuple):
    """Two points by position, a < b; the cosine; words that they share, those that weigh most first."""

    a: int
    b: int
    cosine: float
    shared: tuple[str, ...]


def alike(names: Sequence[str], descriptions: Sequence[str], least: float = LEAST) -> list[Alike]:
    """The pairs that are alike, most alike first."""
    bags = [
        words(f"{name} {name} {description}", PIECES) for name, description in zip(names, descriptions, strict=True)
    ]
    terms = Terms.of(bags)
    vectors = terms.vectors(bags)
    found = []
    for start in range(0, len(bags), BLOCK):
        cosines = (vectors[start : start + BLOCK] @ vectors.T).tocoo()
        for row, b, cosine in zip(cosines.row, cosines.col, cosines.data, strict=True):
            if cosine >= least and start + row < b:
                product = vectors[start + row].multiply(vectors[b]).tocoo()
                heaviest = [terms.names[column] for column in product.col[np.argsort(-product.data, kind="stable")]]
                shared = tuple(word for word in heaviest if not word.endswith("~"))[:TOLD]
                found.append(Alike(int(start + row), int(b), float(cosine), shared))
    return sorted(found, key=lambda pair: (-pair.cosine, pair.a, pair.b))
