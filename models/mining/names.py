"""What names and texts of two points say of which comes first: features of ordered pairs, in arrays.

"Matrix" is in "Inverse matrix", and "Limits" stands in the text of "Derivatives": the one that is in the other comes
first more often than not. Names that others are built on are general. The features of a pair i → j:

    inside       share of i's words that are in j's name, and of j's in i's
    alike        cosine of the pieces of three letters, TF-IDF (models/rankers/terms.py); same last, same first word
    length       words and letters of i's name less those of j's
    general      log of how many other names hold all words of i, less the same of j; likeness of each to all others
    mentioned    share of i's words that stand in j's description, and of j's in i's; 0 without descriptions

Left out: encyclopaedias and their links, which published scorers rest on; sentence embeddings.
"""

from collections.abc import Sequence

import numpy as np
from scipy import sparse

from models.arrays import Ints
from models.mining.contract import Doubles
from models.rankers.terms import Terms, words

PIECES = 3
FEATURES = (
    *("inside", "outside", "alike", "same last", "same first", "words", "letters"),
    *("general", "typical before", "typical after", "mentioned", "mentions"),
)


class Names:
    """Names and descriptions of N points, read once."""

    def __init__(self, names: Sequence[str], descriptions: Sequence[str] = ()) -> None:
        bags = [words(name) for name in names]
        texts = [words(text) for text in descriptions] if descriptions else [[] for _ in names]
        places = {word: place for place, word in enumerate(sorted({word for bag in bags for word in bag}))}
        held, told = (_bags(each, places) for each in (bags, texts))
        sizes = np.maximum(np.asarray(held.sum(axis=1)).ravel(), 1)
        self._inside = _shares(held, held, sizes)
        self._mentioned = _shares(held, told, sizes)
        pieces = [words(name, PIECES) for name in names]
        vectors = Terms.of(pieces).vectors(pieces)
        self._alike = np.asarray((vectors @ vectors.T).toarray(), dtype=np.float64)
        self._general = np.log1p((self._inside >= 1).sum(axis=1) - 1)
        self._typical = (self._alike.sum(axis=1) - 1) / max(1, len(names) - 1)
        self._words, self._letters = sizes, np.array([len(name) for name in names])
        ends = [(bag[0], bag[-1]) if bag else ("", "") for bag in bags]
        self._first, self._last = (np.unique(side, return_inverse=True)[1] for side in zip(*ends, strict=True))

    def __len__(self) -> int:
        return len(self._words)

    def features(self, before: Ints, after: Ints) -> Doubles:
        """(M, F) of the ordered pairs before → after (M,), in the order of FEATURES."""
        i, j = before, after
        columns = (
            self._inside[i, j],
            self._inside[j, i],
            self._alike[i, j],
            self._last[i] == self._last[j],
            self._first[i] == self._first[j],
            self._words[i] - self._words[j],
            self._letters[i] - self._letters[j],
            self._general[i] - self._general[j],
            self._typical[i],
            self._typical[j],
            self._mentioned[i, j],
            self._mentioned[j, i],
        )
        return np.column_stack(columns).astype(np.float64)


def _bags(bags: Sequence[Sequence[str]], places: dict[str, int]) -> sparse.csr_matrix:
    """(N, words) 0/1."""
    pairs = {(row, places[word]) for row, bag in enumerate(bags) for word in bag if word in places}
    rows, columns = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2).T
    return sparse.csr_matrix((np.ones(len(rows)), (rows, columns)), shape=(len(bags), len(places)))


def _shares(inner: sparse.csr_matrix, outer: sparse.csr_matrix, sizes: Doubles) -> Doubles:
    """(N, N) share of row's words that are in column."""
    return np.asarray((inner @ outer.T).toarray() / sizes[:, None])
