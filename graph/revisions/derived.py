"""Derived structure: the number of prerequisites of a point, and RELATED_TO edges between points taught together.

Jaccard weight of two points a and b with resource sets R(a), R(b), retired resources left out:

    w = |R(a) ∩ R(b)| / |R(a) ∪ R(b)|,   kept at w ≥ θ

θ is `relatedAt` of a course that includes both points (the lowest, where there are several), else 0.3. The pairs are
found by walking over shared resources, so the work grows with what is shared and not with N².
"""

from dataclasses import dataclass
from functools import partial

from graph.connection import Graph, Work
from graph.revisions.record import Attribution, TouchedRows, record_change

BATCH_POINTS = 2_000


@dataclass(frozen=True)
class RebuildResult:
    """The number of points, and of degrees and edges that had to be corrected."""

    points: int
    changed: int


async def rebuild_derived(graph: Graph, by: Attribution = Attribution("", "rebuild")) -> RebuildResult:
    """Derive everything anew; a difference counts as a revision of the graph, even where no curated row has changed."""
    return await graph.execute_write(partial(_rebuild_in_transaction, by=by))


async def _rebuild_in_transaction(work: Work, by: Attribution) -> RebuildResult:
    await work.run("curate/lock_graph")
    found = await work.run("derive/point_ids")
    related = await read_proposed_related(work, found[0]["ids"])
    changed = await refresh_derived(work, found[0]["ids"])
    if changed:
        await record_change(work, by, TouchedRows(related=related))
    return RebuildResult(len(found[0]["ids"]), changed)


async def refresh_derived(work: Work, points: list[str]) -> int:
    """Bring the derived structure of these points up to date; return how many degrees and edges changed."""
    changed = 0
    for start in range(0, len(points), BATCH_POINTS):
        changed += await _refresh_batch(work, points[start : start + BATCH_POINTS])
    return changed


async def read_proposed_related(work: Work, points: list[str]) -> set[tuple[str, str]]:
    """Return the semantic edges of these points that carry a status; a proposed one may turn into a derived one."""
    found: set[tuple[str, str]] = set()
    for start in range(0, len(points), BATCH_POINTS):
        [row] = await work.run("derive/proposed", ids=points[start : start + BATCH_POINTS])
        found.update((a, b) for a, b in row["pairs"])
    return found


async def _refresh_batch(work: Work, ids: list[str]) -> int:
    counted = await work.run("derive/count_prerequisites", ids=ids)
    unrelated = await work.run("derive/unrelate_points", ids=ids)
    related = await work.run("derive/relate_points", ids=ids)
    return sum(int(rows[0]["changed"]) for rows in (counted, unrelated, related))
