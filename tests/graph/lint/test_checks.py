"""Damaged texts are told from odd ones, titles are compared by their words, levels by their scale.

Cycles, redundant edges and gaps: by hand, against a brute force, and in a graph of ten thousand points.
"""

import random
import re
import time

import networkx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph import queries
from graph.lint.checks import (
    BROKEN_PATTERN,
    PrerequisiteChains,
    check_cycles,
    check_redundant_edges,
    check_unreachable,
    is_broken,
    normalize_title,
    parse_level,
)

ENDS = st.sampled_from("abcdefg")
EDGES = st.sets(st.tuples(ENDS, ENDS), max_size=14)


def chains(edges, gaps=()):
    return PrerequisiteChains.from_rows(edges, "abcdefg", gaps)


def test_a_cycle_is_spelled_once_for_its_knot():
    assert list(check_cycles(chains(["bc", "cd", "db", "ab", "ef"]))) == [("b", "b → c → d → b")]
    assert list(check_cycles(chains(["aa", "ab"]))) == [("a", "a → a")]
    assert list(check_cycles(PrerequisiteChains.from_rows(["xy", "yx", "xa"], "a", ()))) == []


def test_a_redundant_edge_names_the_way_round():
    assert list(check_redundant_edges(chains(["ab", "bc", "ac", "cd", "ad"]))) == [("a → c", "b"), ("a → d", "b")]


def test_what_is_behind_a_gap():
    assert list(check_unreachable(chains(["ab", "bc", "cd", "ec"], "be"))) == [("c", "b"), ("d", "b")]


@given(edges=EDGES)
def test_redundant_means_that_the_way_stays_without_the_edge(edges):
    graph = networkx.DiGraph(edges)
    knotted = {a for a in graph if any(networkx.has_path(graph, b, a) for b in graph.successors(a))}
    wanted = set()
    for a, c in edges:
        rest = networkx.restricted_view(graph, [], [(a, c)])
        if not {a, c} & knotted and networkx.has_path(rest, a, c):
            wanted.add(f"{a} → {c}")
    assert {id for id, _ in check_redundant_edges(chains(edges))} == wanted


@given(edges=EDGES, gaps=st.sets(ENDS, max_size=3))
def test_blocked_by_the_first_gap_above(edges, gaps):
    graph = networkx.DiGraph(edges)
    graph.add_nodes_from("abcdefg")
    wanted = {}
    for gap in sorted(gaps, reverse=True):
        after = {b for a in graph.successors(gap) for b in [a, *networkx.descendants(graph, a)]}
        wanted.update(dict.fromkeys(after, gap))
    assert dict(check_unreachable(chains(edges, gaps))) == wanted


def test_ten_thousand_points_take_seconds():
    rng = random.Random(0)
    edges = [(f"{max(0, k - 1 - rng.randrange(200)):05}", f"{k:05}") for k in range(1, 10_000) for _ in range(4)]
    graph = PrerequisiteChains.from_rows([*edges, ("09999", "00000")], {f"{k:05}" for k in range(10_000)}, {"00500"})
    started = time.process_time()
    [(first, spelled)] = check_cycles(graph)
    assert first == "00000" and spelled.endswith("09999 → 00000")
    assert len(list(check_unreachable(graph))) > 9_000
    without = PrerequisiteChains.from_rows(edges, graph.points, ())
    assert len(list(check_redundant_edges(without))) > 4_000
    assert time.process_time() - started < 20


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
    assert is_broken(text)


@pytest.mark.parametrize(
    "text",
    ["Was?", "Why? Because.", "Qu'est-ce que c'est ?", "拋物線?", "SÃO PAULO", "Âge", "#1", "a\tb\nc", "", None, 3],
)
def test_odd_and_sound(text):
    assert not is_broken(text)


def test_a_list_is_damaged_where_one_of_it_is():
    assert is_broken(("is", "CafÃ©")) and not is_broken(["is", "are"])


def test_the_query_looks_for_the_same():
    [pattern] = re.findall(r"'\(\?s\)\.\*\(\?:(.*)\)\.\*'", queries.load_query("lint/broken_text").text)
    assert pattern.replace("\\\\", "\\") == BROKEN_PATTERN


def test_titles_by_their_words():
    assert normalize_title(" Past  Simple\n") == normalize_title("past simple") != normalize_title("pastsimple")


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
    assert parse_level(high).above(parse_level(low)) is above


def test_other_words_name_no_level():
    assert [parse_level(word) for word in ("", "HIGH", "C3", "JLPT 5", "-1", "1E3")] == [None] * 6
