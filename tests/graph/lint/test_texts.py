"""Damaged texts are told from odd ones, titles are compared by their words, levels by their scale."""

import re

import pytest

from graph import queries
from graph.lint.texts import BROKEN, broken, level, plain


@pytest.mark.parametrize(
    "text",
    [
        "?物線直覺 1",
        "拋?線",
        "#NAME?",
        "CafÃ©",
        "donâ€™t",
        "5Â°",
        "a\ufffdb",
        "bell\x07",
        "???",
        " ",
        "\u3000",
        "na?ïve",
    ],
)
def test_damaged(text):
    assert broken(text)


@pytest.mark.parametrize(
    "text",
    ["Was?", "Why? Because.", "Qu'est-ce que c'est ?", "拋物線?", "SÃO PAULO", "Âge", "#1", "a\tb\nc", "", None, 3],
)
def test_odd_and_sound(text):
    assert not broken(text)


def test_a_list_is_damaged_where_one_of_it_is():
    assert broken(("is", "CafÃ©")) and not broken(["is", "are"])


def test_the_query_looks_for_the_same():
    [pattern] = re.findall(r"'\(\?s\)\.\*\(\?:(.*)\)\.\*'", queries.load("lint/broken_text").text)
    assert pattern.replace("\\\\", "\\") == BROKEN


def test_titles_by_their_words():
    assert plain(" Past  Simple\n") == plain("past simple") != plain("pastsimple")


@pytest.mark.parametrize(
    ("high", "low", "above"),
    [
        ("B2", "A1", True),
        ("B1", "A2", True),
        ("A1.2", "A1.1", True),
        ("A1.2", "A1", False),
        ("A1+", "A1.1", False),
        ("GRADE 10", "GRADE 9", True),
        ("10", "9.5", True),
        ("GRADE 10", "9", False),
        ("A1", "B2", False),
    ],
)
def test_levels(high, low, above):
    assert level(high).above(level(low)) is above


def test_other_words_name_no_level():
    assert [level(word) for word in ("", "HIGH", "C3", "JLPT 5", "-1", "1E3")] == [None] * 6
