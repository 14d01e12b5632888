"""Cycles, redundant edges and gaps: by hand, against a brute force, and in a graph of ten thousand points."""

import random
import time

import networkx
from hypothesis import given
from hypothesis import strategies as st

from graph.lint.chains import Chains, cycles, redundant_edges, unreachable

ENDS = st.sampled_from("abcdefg")
EDGES = st.sets(st.tuples(ENDS, ENDS), max_size=14)


def chains(edges, gaps=()):
    return Chains.of(edges, "abcdefg", gaps)


def test_a_cycle_is_spelled_once_for_its_knot():
    assert list(cycles(chains(["bc", "cd", "db", "ab", "ef"]))) == [("b", "b → c → d → b")]
    assert list(cycles(chains(["aa", "ab"]))) == [("a", "a → a")]
    assert list(cycles(Chains.of(["xy", "yx", "xa"], "a", ()))) == []


def test_a_redundant_edge_names_the_way_round():
    assert list(redundant_edges(chains(["ab", "bc", "ac", "cd", "ad"]))) == [("a → c", "b"), ("a → d", "b")]


def test_what_is_behind_a_gap():
    assert list(unreachable(chains(["ab", "bc", "cd", "ec"], "be"))) == [("c", "b"), ("d", "b")]


@given(edges=EDGES)
def test_redundant_means_that_the_way_stays_without_the_edge(edges):
    graph = networkx.DiGraph(edges)
    knotted = {a for a in graph if any(networkx.has_path(graph, b, a) for b in graph.successors(a))}
    wanted = set()
    for a, c in edges:
        rest = networkx.restricted_view(graph, [], [(a, c)])
        if not {a, c} & knotted and networkx.has_path(rest, a, c):
            wanted.add(f"{a} → {c}")
    assert {id for id, _ in redundant_edges(chains(edges))} == wanted


@given(edges=EDGES, gaps=st.sets(ENDS, max_size=3))
def test_blocked_by_the_first_gap_above(edges, gaps):
    graph = networkx.DiGraph(edges)
    graph.add_nodes_from("abcdefg")
    wanted = {}
    for gap in sorted(gaps, reverse=True):
        after = {b for a in graph.successors(gap) for b in [a, *networkx.descendants(graph, a)]}
        wanted.update(dict.fromkeys(after, gap))
    assert dict(unreachable(chains(edges, gaps))) == wanted


def test_ten_thousand_points_take_seconds():
    rng = random.Random(0)
    edges = [(f"{max(0, k - 1 - rng.randrange(200)):05}", f"{k:05}") for k in range(1, 10_000) for _ in range(4)]
    graph = Chains.of([*edges, ("09999", "00000")], {f"{k:05}" for k in range(10_000)}, {"00500"})
    started = time.process_time()
    [(first, spelled)] = cycles(graph)
    assert first == "00000" and spelled.endswith("09999 → 00000")
    assert len(list(unreachable(graph))) > 9_000
    without = Chains.of(edges, graph.points, ())
    assert len(list(redundant_edges(without))) > 4_000
    assert time.process_time() - started < 20
