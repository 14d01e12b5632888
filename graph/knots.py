"""Knots of prerequisites, points that lead to each other, and how one of their cycles is spelled out."""

from collections.abc import Collection, Iterator

import networkx

Pair = tuple[str, str]


def cycles(pairs: Collection[Pair], others: Collection[Pair] = ()) -> Iterator[list[str]]:
    """For each knot the shortest cycle through its first pair, as points from that pair's start to its start again.

    `others` may close a cycle, which then starts with one of `pairs`. A pair of one point with itself is left out.
    """
    graph = networkx.DiGraph(pair for group in (pairs, others) for pair in group if pair[0] != pair[1])
    knot_of = {}
    for knot in networkx.strongly_connected_components(graph):
        if len(knot) > 1:
            knot_of.update(dict.fromkeys(knot, frozenset(knot)))
    told = set()
    for before, after in pairs:
        knot = knot_of.get(before)
        if knot and after in knot and before != after and knot not in told:
            told.add(knot)
            yield [before, *networkx.shortest_path(graph, after, before)]
