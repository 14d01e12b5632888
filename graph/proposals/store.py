"""Stores proposals: sorts out what was found against what is in the graph, and writes the rest, in one transaction."""

from dataclasses import dataclass
from functools import partial

from graph.connection import Graph, Work
from graph.proposals.records import PREREQUISITE, RELATED, Found
from graph.proposals.sifting import Edge, Edges, Sifted, sift
from graph.revisions.record import By, Touched, record

BATCH = 1_000
MOST = 100
"""Proposals that one person can look through."""


@dataclass(frozen=True)
class Proposed:
    """What became of what was found; `revision` is None where nothing had to be written."""

    sifted: Sifted
    revision: int | None


async def propose(graph: Graph, found: list[Found], by: By, most: int = MOST) -> Proposed:
    """Propose what was `found`, strongest first; see `sifting` for what is left out.

    Ends of semantic edges stand in the order of their ids.
    """
    return await graph.writing(partial(_propose, found=found, by=by, most=most))


async def _propose(work: Work, found: list[Found], by: By, most: int) -> Proposed:
    await work.run("curate/lock_graph")
    sifted = sift(found, await _edges(work, found), most)
    rows = {kind: [each for each in sifted.proposed if each.pair.kind == kind] for kind in (PREREQUISITE, RELATED)}
    if not sifted.proposed:
        return Proposed(sifted, None)
    for batch in _batches(rows[PREREQUISITE]):
        await work.run("propose/save_prerequisites", rows=batch)
    for batch in _batches(rows[RELATED]):
        await work.run("propose/save_related", rows=batch)
    pairs = {kind: {each.pair[1:] for each in some} for kind, some in rows.items()}
    touched = Touched(prerequisites=pairs[PREREQUISITE], related=pairs[RELATED])
    return Proposed(sifted, await record(work, by, touched))


async def _edges(work: Work, found: list[Found]) -> Edges:
    points = sorted({id for each in found if each.pair.kind == RELATED for id in each.pair[1:]})
    prerequisites = await work.run("propose/prerequisites_there")
    related = await work.run("propose/related_there", points=points)
    return Edges(
        ((before, after, Edge(*values)) for before, after, *values in prerequisites[0]["rows"]),
        (
            (a, b, Edge(status, source, evidence, weight=weight))
            for a, b, status, source, evidence, weight in related[0]["rows"]
        ),
    )


def _batches(found: list[Found]) -> list[list[dict[str, object]]]:
    rows: list[dict[str, object]] = [
        {"before": each.pair.before, "after": each.pair.after, "numbers": each.numbers, "evidence": each.evidence}
        for each in found
    ]
    return [rows[start : start + BATCH] for start in range(0, len(rows), BATCH)]


__all__ = ["MOST", "By", "Found", "Graph", "Proposed", "propose"]
