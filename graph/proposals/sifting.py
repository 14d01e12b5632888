"""Which of the edges found may be proposed, and why the others not.

- What anybody stated or accepted stays as it is, and an open proposal takes up its newest evidence.
- A rejected prerequisite comes back when half as many learners again speak for it as did when it was rejected, on a
  p-value that is no larger: the same learners counted once more never bring it back, nor does a slightly longer log.
- A rejected likeness of texts comes back when half of what it lacked to 1 is gone; a rejected derived edge never.
- What would close a cycle of accepted prerequisites is left out, and so is what accepted ones say on a longer way.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import networkx

from graph.proposals.records import ACCEPTED, OPEN, PREREQUISITE, REJECTED, Found, Pair

MORE_LEARNERS = 1.5
NEARER = 0.5
THERE, SAME, REFUSED, CYCLE, IMPLIED, LATER = (
    "there already",
    "proposed already, on the same evidence",
    "rejected before, without new evidence since",
    "would close a cycle",
    "implied by accepted prerequisites",
    "not among the strongest",
)


class Edge(NamedTuple):
    """An edge of the graph; the numbers are those it was last rejected on, or else has."""

    status: str | None
    source: str | None
    evidence: str | None
    support: float | None = None
    p_value: float | None = None
    weight: float | None = None


class LeftOut(NamedTuple):
    """What is not proposed, why, and the way through the graph that says so, where there is one."""

    pair: Pair
    reason: str
    way: tuple[str, ...] = ()


@dataclass(frozen=True)
class Sifted:
    """What is proposed: for the first time, again after a rejection, or open already with other evidence now."""

    new: list[Found] = field(default_factory=list)
    back: list[Found] = field(default_factory=list)
    renewed: list[Found] = field(default_factory=list)
    left: list[LeftOut] = field(default_factory=list)

    @property
    def proposed(self) -> list[Found]:
        """All that has to be written."""
        return self.new + self.back + self.renewed


class Edges:
    """The edges that are there: prerequisites by (before, after), semantic ones by their two ids in order."""

    def __init__(
        self, prerequisites: Iterable[tuple[str, str, Edge]], related: Iterable[tuple[str, str, Edge]]
    ) -> None:
        self._at: dict[Pair, list[Edge]] = defaultdict(list)
        self._accepted = networkx.DiGraph()
        for before, after, edge in prerequisites:
            self._at[Pair(PREREQUISITE, before, after)].append(edge)
            if edge.status == ACCEPTED:
                self._accepted.add_edge(before, after)
        for a, b, edge in related:
            self._at[Pair("related", *sorted((a, b)))].append(edge)

    def at(self, pair: Pair) -> list[Edge]:
        """The edges of a pair."""
        return self._at.get(pair, [])

    def way(self, start: str, end: str) -> tuple[str, ...]:
        """A shortest way of accepted prerequisites; empty where there is none."""
        if start not in self._accepted or end not in self._accepted:
            return ()
        try:
            return tuple(networkx.shortest_path(self._accepted, start, end))
        except networkx.NetworkXNoPath:
            return ()


def sift(found: Sequence[Found], edges: Edges, most: int) -> Sifted:
    """Sort out `found`, strongest first; new and returning ones beyond `most` wait for another time."""
    sifted = Sifted()
    for each in found:
        left = _standing(each, edges.at(each.pair)) or _placed(each.pair, edges)
        if left is not None:
            sifted.left.append(left)
        elif any(edge.status == OPEN for edge in edges.at(each.pair)):
            sifted.renewed.append(each)
        elif len(sifted.new) + len(sifted.back) >= most:
            sifted.left.append(LeftOut(each.pair, LATER))
        else:
            (sifted.back if edges.at(each.pair) else sifted.new).append(each)
    return sifted


def _standing(found: Found, edges: list[Edge]) -> LeftOut | None:
    """What the edges of the pair itself say against it."""
    for edge in edges:
        ours = edge.source in ("mined", "text")
        if edge.status == REJECTED and not (ours and new_evidence(found.numbers, edge)):
            return LeftOut(found.pair, REFUSED)
        if not ours or edge.status not in (OPEN, REJECTED):
            return LeftOut(found.pair, THERE)
        if edge.status == OPEN and edge.evidence == found.evidence:
            return LeftOut(found.pair, SAME)
    return None


def new_evidence(numbers: dict[str, float], rejected: Edge) -> bool:
    """Whether there is enough more than when a person rejected the pair."""
    if "weight" in numbers:
        return rejected.weight is not None and 1 - numbers["weight"] <= NEARER * (1 - rejected.weight)
    no_weaker = rejected.p_value is None or numbers["pValue"] <= rejected.p_value
    return rejected.support is not None and no_weaker and numbers["support"] >= MORE_LEARNERS * rejected.support


def _placed(pair: Pair, edges: Edges) -> LeftOut | None:
    """What the accepted prerequisites around the pair say against it."""
    if pair.kind != PREREQUISITE:
        both = edges.at(Pair(PREREQUISITE, pair.before, pair.after)) + edges.at(
            Pair(PREREQUISITE, pair.after, pair.before)
        )
        return LeftOut(pair, THERE) if any(edge.status == ACCEPTED for edge in both) else None
    back = edges.way(pair.after, pair.before)
    if back:
        return LeftOut(pair, CYCLE, (*back, pair.after))
    way = edges.way(pair.before, pair.after)
    return LeftOut(pair, IMPLIED, way) if way else None
