"""Keeps the accepted prerequisites acyclic when people draw them by hand, and says where they are not."""

from collections.abc import Iterable

import networkx

from graph.connection import Work
from graph.errors import Conflict

Edge = tuple[str, str]


async def refuse_cycle(work: Work) -> None:
    """Raises `Conflict` where the accepted prerequisites have a cycle, spelled out."""
    web = await _accepted(work)
    try:
        found = networkx.find_cycle(web)
    except networkx.NetworkXNoCycle:
        return
    way = " → ".join([found[0][0], *(edge[1] for edge in found)])
    raise Conflict(f"That would close the cycle {way}; nothing was changed. Reject one of its prerequisites first.")


async def quarantine(work: Work, new: Iterable[Edge]) -> dict[Edge, str]:
    """Set aside those of the `new` accepted prerequisites that close a cycle; each with the cycle, spelled out.

    Such an edge becomes a proposal and says so: `status = 'proposed'`, `quarantine` = the cycle, `quarantinedAt`.
    """
    web = await _accepted(work)
    closing = closing_edges(web, new)
    if closing:
        rows = [[*edge, cycle] for edge, cycle in closing.items()]
        await work.run("revisions/quarantine", rows=rows)
    return closing


def closing_edges(web: "networkx.DiGraph[str]", new: Iterable[Edge]) -> dict[Edge, str]:
    """Those of `new` that close a cycle in `web` when they are drawn one after the other, the others standing."""
    knots = _knots(web)
    suspects = sorted(
        (before, after)
        for before, after in set(new) & set(web.edges)
        if before == after or (before in knots and knots[before] == knots.get(after))
    )
    web = web.copy()
    web.remove_edges_from(suspects)
    closing = {}
    for before, after in suspects:
        if before == after:
            closing[before, after] = f"{before} → {after}"
        elif before in web and after in web and networkx.has_path(web, after, before):
            way = networkx.shortest_path(web, after, before)
            closing[before, after] = " → ".join([before, *way])
        else:
            web.add_edge(before, after)
    return closing


def _knots(web: "networkx.DiGraph[str]") -> dict[str, int]:
    """Points that lead to each other have one number; the others are left out."""
    knots = (knot for knot in networkx.strongly_connected_components(web) if len(knot) > 1)
    return {point: number for number, knot in enumerate(knots) for point in knot}


async def _accepted(work: Work) -> "networkx.DiGraph[str]":
    answer = await work.run("revisions/accepted")
    return networkx.DiGraph((before, after) for before, after in answer[0]["rows"])
