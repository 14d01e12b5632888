"""The checks of chains of prerequisites: cycles, edges that follow from others, points behind a gap.

Cypher finds such things by walking from every point anew, which takes minutes in a deep graph; here each is found in
one pass over all edges, for a graph as for files. The queries of these checks, for Neo4j Browser, find the same; the
tests hold them to that.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import networkx

from graph import knots
from graph.knots import Pair
from graph.lint.findings import Hit


@dataclass(frozen=True)
class Chains:
    """Accepted prerequisites (before, after), the points that are asked about, and points without active resources."""

    edges: list[Pair]
    points: set[str]
    gaps: set[str]

    @classmethod
    def of(cls, edges: Iterable[Iterable[str]], points: Iterable[str], gaps: Iterable[str]) -> "Chains":
        """From rows, in one order whatever the database's was."""
        return cls(sorted({(before, after) for before, after in edges}), set(points), set(gaps))


def cycles(chains: Chains) -> Iterator[Hit]:
    """One cycle of each knot that holds a point asked about, spelled out from its first point on."""
    for before, after in chains.edges:
        if before == after and before in chains.points:
            yield before, f"{before} → {before}"
    for path in knots.cycles(chains.edges):
        if chains.points.intersection(path):
            yield path[0], " → ".join(path)


def redundant_edges(chains: Chains) -> Iterator[Hit]:
    """Edges a → c for which another point b after a leads to c; the first such b.

    What lies below each knot is a set of bits, so a graph of N points and E edges takes N·E bit operations.
    """
    graph = networkx.DiGraph(chains.edges)
    whole = networkx.condensation(graph)
    knot_of = whole.graph["mapping"]
    below = _below(whole)
    alone = {knot for knot, members in whole.nodes(data="members") if len(members) == 1}
    after = {point: sorted(graph.successors(point)) for point in graph}
    for a, c in chains.edges:
        if a == c or c not in chains.points or not {knot_of[a], knot_of[c]} <= alone:
            continue
        if graph.has_edge(a, a) or graph.has_edge(c, c):
            continue
        bit = 1 << knot_of[c]
        way = next((b for b in after[a] if b != c and below[knot_of[b]] & bit), None)
        if way is not None:
            yield f"{a} → {c}", way


def _below(whole: networkx.DiGraph) -> dict[int, int]:
    """For each knot the set of knots that can be reached from it, as bits."""
    below: dict[int, int] = {}
    for knot in reversed(list(networkx.topological_sort(whole))):
        found = 0
        for after in whole.successors(knot):
            found |= below[after] | 1 << after
        below[knot] = found
    return below


def unreachable(chains: Chains) -> Iterator[Hit]:
    """Points behind a gap, with the first gap that blocks them."""
    after = defaultdict(list)
    for a, c in chains.edges:
        after[a].append(c)
    blocked: dict[str, str] = {}
    for gap in sorted(chains.gaps):
        stack = [gap]
        while stack:
            for point in after[stack.pop()]:
                if point not in blocked:
                    blocked[point] = gap
                    stack.append(point)
    return ((point, gap) for point, gap in blocked.items() if point in chains.points)


CHECKS = {"cycles": cycles, "redundant_edges": redundant_edges, "unreachable": unreachable}
"""Each check of chains by its name."""
