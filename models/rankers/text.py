"""Words of texts in any language, TF-IDF weighted bags of words or traits, and sparse or dense rows of vectors.

    weight of term t in a bag = (1 + ln tf) · idf        idf = ln((1 + n) / df)        rows scaled to length 1

n: bags fitted on; df: those that hold t (Salton & Buckley 1988). A term that all bags hold has almost no weight, so
there is no list of stop words. Each longer word is followed by its pieces of a few letters, so that forms and
compounds of one word match without a stemmer (McNamee & Mayfield 2004); scripts without spaces between words become
pairs of letters. Left out: stems, lemmas, synonyms; terms that no fitted bag holds.

Row matrices are CSR or arrays of float32, handled by the same functions; `pack_rows` stores them as arrays.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeAlias

import numpy as np
from scipy import sparse

from models.arrays import Floats
from models.storage import Parameters

LONGEST_WORD = 40
UNSPACED_SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
"""Scripts without spaces between words, by the first word of their letters' Unicode names."""
Matrix: TypeAlias = Any
"""Rows of float32: a CSR matrix of scipy, or an array."""


def compute_norms(rows: Matrix) -> Floats:
    """Return the Euclidean lengths of rows, (R,)."""
    squares = rows.multiply(rows).sum(axis=1) if sparse.issparse(rows) else np.square(rows).sum(axis=1)
    return np.sqrt(np.asarray(squares, dtype=np.float32).ravel())


def scale_rows(rows: Matrix, factor: Floats) -> Matrix:
    """Multiply each row by its own factor (R,)."""
    if not sparse.issparse(rows):
        return np.asarray(rows * factor[:, None], dtype=np.float32)
    return sparse.diags_array(factor.astype(np.float32), format="csr").dot(rows).tocsr()


def normalise_rows(rows: Matrix) -> Matrix:
    """Scale rows to length 1; rows of 0 stay 0."""
    return scale_rows(rows, invert_positive(compute_norms(rows)))


def invert_positive(size: Floats) -> Floats:
    """Return 1 / size, and 0 for 0."""
    return np.asarray(np.where(size > 0, 1 / np.maximum(size, 1e-12), 0), dtype=np.float32)


def multiply_rows(left: Matrix, right: Matrix) -> Floats:
    """Return the products (A, B) of few rows (A, D) with many (B, D)."""
    dense = left.toarray() if sparse.issparse(left) else left
    return np.asarray((right @ dense.T).T, dtype=np.float32)


def stack_rows(above: Matrix, below: Matrix) -> Matrix:
    """Stack rows."""
    if sparse.issparse(above):
        return sparse.vstack([above, below], format="csr")
    return np.concatenate([above, below])


def pack_rows(name: str, rows: Matrix) -> Parameters:
    """Return rows as arrays, for `unpack_rows`."""
    if not sparse.issparse(rows):
        return {name: rows}
    parts = {"data": rows.data, "indices": rows.indices, "indptr": rows.indptr, "shape": np.array(rows.shape)}
    return {f"{name}.{part}": value for part, value in parts.items()}


def unpack_rows(name: str, parameters: Parameters) -> Matrix:
    """Restore rows from the arrays of `pack_rows`."""
    if name in parameters:
        return parameters[name]
    data, indices, indptr, shape = (parameters[f"{name}.{part}"] for part in ("data", "indices", "indptr", "shape"))
    return sparse.csr_matrix((data, indices, indptr), shape=tuple(shape.tolist()))


def split_words(text: str, pieces: int = 0) -> list[str]:
    """Split a text into lower-case words, each followed by its parts of `pieces` letters; 0: words alone."""
    text = unicodedata.normalize("NFKC", text).casefold()
    gaps = {ord(sign): " " for sign in set(text) if unicodedata.category(sign)[0] not in "LMN"}
    found = []
    for word in text.translate(gaps).split():
        if any(unicodedata.name(sign, "").startswith(UNSPACED_SCRIPTS) for sign in set(word) if ord(sign) > 0xE00):
            found += _split_parts(word, 2)
        else:
            found.append(word[:LONGEST_WORD])
            found += [f"{part}~" for part in _split_parts(word, pieces)] if pieces and len(word) > pieces else []
    return found


def _split_parts(word: str, size: int) -> list[str]:
    return [word[start : start + size] for start in range(max(1, len(word) - size + 1))]


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms of a collection with their weights.

    Attributes:
        names: sorted, (D,).
        idf: (D,).
    """

    names: tuple[str, ...]
    idf: Floats

    @classmethod
    def from_bags(cls, bags: Sequence[Iterable[str]]) -> "Terms":
        """Return the terms of these bags."""
        counts = Counter(term for bag in bags for term in set(bag))
        names = tuple(sorted(counts))
        held = np.array([counts[name] for name in names], dtype=np.float32)
        return cls(names, np.log((1 + len(bags)) / held).astype(np.float32))

    def vectors(self, bags: Sequence[Iterable[str]]) -> sparse.csr_matrix:
        """Return TF-IDF vectors (bags, D) of length 1; empty rows for bags without a known term."""
        indices = {name: index for index, name in enumerate(self.names)}
        known = [[indices[term] for term in bag if term in indices] for bag in bags]
        rows = np.repeat(np.arange(len(known)), [len(each) for each in known])
        columns = np.fromiter(chain.from_iterable(known), dtype=np.int64)
        ones = np.ones(len(columns), dtype=np.float32)
        counts = sparse.csr_matrix((ones, (rows, columns)), shape=(len(known), len(self.names)))
        counts.data = (1 + np.log(counts.data)) * self.idf[counts.indices]
        return normalise_rows(counts)

    def parameters(self, prefix: str) -> Parameters:
        """Return the terms as arrays, for `from_parameters`."""
        return {f"{prefix}.names": np.array(self.names, dtype=np.str_), f"{prefix}.idf": self.idf}

    @classmethod
    def from_parameters(cls, prefix: str, parameters: Parameters) -> "Terms":
        """Restore the terms from `parameters`."""
        return cls(tuple(parameters[f"{prefix}.names"].tolist()), parameters[f"{prefix}.idf"])
