"""Words of any language, and their weights by hand."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.rankers.terms import LONGEST_WORD, Terms, words


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
    assert words(text) == found


def test_longer_words_bring_their_pieces_so_that_forms_meet():
    assert words("Artikel ist", 4) == ["artikel", "arti~", "rtik~", "tike~", "ikel~", "ist"]
    assert len(set(words("Vergangenheit", 4)) & set(words("Vergangenheitsformen", 4))) == 10
    assert words("x" * 900) == ["x" * LONGEST_WORD]


def test_weights_by_hand():
    terms = Terms.of([["a", "a", "b"], ["b"], ["b", "c"]])
    assert terms.names == ("a", "b", "c")
    assert terms.idf == pytest.approx(np.log([4, 4 / 3, 4]))
    a, b = (1 + np.log(2)) * np.log(4), np.log(4 / 3)
    assert terms.vectors([["a", "a", "b"], ["new"]]).toarray() == pytest.approx(
        np.array([[a, b, 0], [0, 0, 0]]) / np.hypot(a, b), abs=1e-6
    )
    assert Terms.of([]).vectors([["a"]]).shape == (1, 0)


@settings(max_examples=30)
@given(st.lists(st.text(max_size=30), max_size=6), st.sampled_from([0, 2, 4]))
def test_rows_are_of_length_one_or_nothing_and_come_back_from_arrays(texts, pieces):
    bags = [words(text, pieces) for text in texts]
    terms = Terms.of(bags)
    found = terms.vectors(bags).toarray()
    assert np.allclose(np.linalg.norm(found, axis=1), [bool(bag) for bag in bags], atol=1e-5)
    again = Terms.from_parameters("x", terms.parameters("x"))
    assert again.names == terms.names and (again.vectors(bags) != terms.vectors(bags)).nnz == 0
