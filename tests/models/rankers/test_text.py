"""Rows, sparse or dense: the same numbers.

Words of any language, and their weights by hand.
"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse

from models.rankers.text import (
    LONGEST_WORD,
    Terms,
    compute_norms,
    multiply_rows,
    normalise_rows,
    pack_rows,
    scale_rows,
    split_words,
    stack_rows,
    unpack_rows,
)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The past tense: I went.", ["the", "past", "tense", "i", "went"]),
        ("Die STRASSE, die Straße", ["die", "strasse", "die", "strasse"]),
        ("naïve cafe\u0301 2024", ["naïve", "café", "2024"]),
        ("हिन्दी सीखो", ["हिन्दी", "सीखो"]),
        ("глагол/Глаголы", ["глагол", "глаголы"]),
        ("日本語 を", ["日本", "本語", "を"]),
        (" \n—…!", []),
    ],
)
def test_words_of_many_languages(text, found):
    assert split_words(text) == found


def test_longer_words_bring_their_pieces_so_that_forms_meet():
    assert split_words("Artikel ist", 4) == ["artikel", "arti~", "rtik~", "tike~", "ikel~", "ist"]
    assert len(set(split_words("Vergangenheit", 4)) & set(split_words("Vergangenheitsformen", 4))) == 10
    assert split_words("x" * 900) == ["x" * LONGEST_WORD]


def test_weights_by_hand():
    terms = Terms.from_bags([["a", "a", "b"], ["b"], ["b", "c"]])
    assert terms.names == ("a", "b", "c")
    assert terms.idf == pytest.approx(np.log([4, 4 / 3, 4]))
    a, b = (1 + np.log(2)) * np.log(4), np.log(4 / 3)
    assert terms.vectors([["a", "a", "b"], ["new"]]).toarray() == pytest.approx(
        np.array([[a, b, 0], [0, 0, 0]]) / np.hypot(a, b), abs=1e-6
    )
    assert Terms.from_bags([]).vectors([["a"]]).shape == (1, 0)


@settings(max_examples=30)
@given(st.lists(st.text(max_size=30), max_size=6), st.sampled_from([0, 2, 4]))
def test_rows_are_of_length_one_or_nothing_and_come_back_from_arrays(texts, pieces):
    bags = [split_words(text, pieces) for text in texts]
    terms = Terms.from_bags(bags)
    found = terms.vectors(bags).toarray()
    assert np.allclose(np.linalg.norm(found, axis=1), [bool(bag) for bag in bags], atol=1e-5)
    again = Terms.from_parameters("x", terms.parameters("x"))
    assert again.names == terms.names and (again.vectors(bags) != terms.vectors(bags)).nnz == 0


ROWS = np.array([[3.0, 4.0], [0.0, 0.0], [0.0, 2.0]], dtype=np.float32)


@pytest.mark.parametrize("rows", [ROWS, sparse.csr_matrix(ROWS)], ids=["dense", "sparse"])
def test_sparse_and_dense_rows_do_the_same(rows):
    def plain(found):
        return found.toarray() if sparse.issparse(found) else found

    assert compute_norms(rows).tolist() == [5, 0, 2]
    assert plain(normalise_rows(rows)) == pytest.approx(np.array([[0.6, 0.8], [0, 0], [0, 1]]))
    assert plain(scale_rows(rows, np.array([1, 1, 2]))).tolist() == [[3, 4], [0, 0], [0, 4]]
    assert multiply_rows(rows, rows).tolist() == (ROWS @ ROWS.T).tolist()
    assert plain(stack_rows(rows, rows[:1])).tolist() == [*ROWS.tolist(), [3, 4]]
    assert plain(unpack_rows("x", pack_rows("x", rows))).tolist() == ROWS.tolist()
