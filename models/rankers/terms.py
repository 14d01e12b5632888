"""Words of texts in any language, and bags of words or traits as weighted vectors (TF-IDF).

    weight of term t in a bag = (1 + ln tf) · idf        idf = ln((1 + n) / df)        rows scaled to length 1

n: bags fitted on; df: those that hold t (Salton & Buckley 1988). A term that all have weighs next to nothing, so there
is no list of stop words. Beside each longer word stand its pieces of a few letters, which make forms and compounds of
one word meet without a stemmer (McNamee & Mayfield 2004); scripts that put no space between words become pairs of
letters. Left out: stems, lemmas, synonyms; terms that no fitted bag holds.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from models.arrays import Floats
from models.rankers.vectors import scaled
from models.stored import Parameters

LONGEST_WORD = 40
UNSPACED = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
"""Scripts, as Unicode names of letters begin, whose words stand without spaces."""


def words(text: str, pieces: int = 0) -> list[str]:
    """The words of a text, lower case, in order, each followed by its parts of `pieces` letters; 0: words alone."""
    text = unicodedata.normalize("NFKC", text).casefold()
    gaps = {ord(sign): " " for sign in set(text) if unicodedata.category(sign)[0] not in "LMN"}
    found = []
    for word in text.translate(gaps).split():
        if any(unicodedata.name(sign, "").startswith(UNSPACED) for sign in set(word) if ord(sign) > 0xE00):
            found += _parts(word, 2)
        else:
            found.append(word[:LONGEST_WORD])
            found += [f"{part}~" for part in _parts(word, pieces)] if pieces and len(word) > pieces else []
    return found


def _parts(word: str, size: int) -> list[str]:
    return [word[start : start + size] for start in range(max(1, len(word) - size + 1))]


@dataclass(frozen=True, eq=False)
class Terms:
    """The terms of a collection.

    Attributes:
        names: sorted, (D,).
        idf: (D,).
    """

    names: tuple[str, ...]
    idf: Floats

    @classmethod
    def of(cls, bags: Sequence[Iterable[str]]) -> "Terms":
        """The terms of these bags."""
        counts = Counter(term for bag in bags for term in set(bag))
        names = tuple(sorted(counts))
        held = np.array([counts[name] for name in names], dtype=np.float32)
        return cls(names, np.log((1 + len(bags)) / held).astype(np.float32))

    def vectors(self, bags: Sequence[Iterable[str]]) -> sparse.csr_matrix:
        """(bags, D) of length 1; empty rows for bags without a known term."""
        place = {name: position for position, name in enumerate(self.names)}
        rows, columns, values = [], [], []
        for row, bag in enumerate(bags):
            for term, count in sorted(Counter(term for term in bag if term in place).items()):
                rows.append(row)
                columns.append(place[term])
                values.append((1 + np.log(count)) * self.idf[place[term]])
        shape = (len(bags), len(self.names))
        return scaled(sparse.csr_matrix((np.array(values, dtype=np.float32), (rows, columns)), shape=shape))

    def parameters(self, prefix: str) -> Parameters:
        """As arrays, for `from_parameters`."""
        return {f"{prefix}.names": np.array(self.names, dtype=np.str_), f"{prefix}.idf": self.idf}

    @classmethod
    def from_parameters(cls, prefix: str, parameters: Parameters) -> "Terms":
        """What `parameters` were made of."""
        return cls(tuple(parameters[f"{prefix}.names"].tolist()), parameters[f"{prefix}.idf"])
