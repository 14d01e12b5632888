"""Structure that follows from the rest: how many prerequisites a point has, and which points are taught together.

Jaccard weight of two points a and b with resource sets R(a), R(b), retired resources left out:

    w = |R(a) ∩ R(b)| / |R(a) ∪ R(b)|,   kept at w ≥ θ

θ is `relatedAt` of a course that includes both points (the lowest, where there are several), else 0.3. The pairs are
found by walking over shared resources, so the work grows with what is shared and not with N².
"""

from dataclasses import dataclass
from functools import partial

from graph.connection import Graph, Work
from graph.revisions.record import By, Touched, record

BATCH = 2_000


@dataclass(frozen=True)
class Rebuilt:
    """How many points there are, and how many degrees and edges were not as they should be."""

    points: int
    changed: int


async def rebuild(graph: Graph, by: By = By("", "rebuild")) -> Rebuilt:
    """Derive everything anew; a difference counts as a revision of the graph, even where no curated row has changed."""
    return await graph.writing(partial(_rebuild, by=by))


async def _rebuild(work: Work, by: By) -> Rebuilt:
    await work.run("curate/lock_graph")
    found = await work.run("derive/point_ids")
    related = await proposed(work, found[0]["ids"])
    changed = await refresh(work, found[0]["ids"])
    if changed:
        await record(work, by, Touched(related=related))
    return Rebuilt(len(found[0]["ids"]), changed)


async def refresh(work: Work, points: list[str]) -> int:
    """Make the derived structure of these points true; returns how many degrees and edges were written or deleted."""
    changed = 0
    for start in range(0, len(points), BATCH):
        changed += await _refresh(work, points[start : start + BATCH])
    return changed


async def proposed(work: Work, points: list[str]) -> set[tuple[str, str]]:
    """The semantic edges of these points that carry a status; a proposed one may turn into a derived one."""
    found: set[tuple[str, str]] = set()
    for start in range(0, len(points), BATCH):
        [row] = await work.run("derive/proposed", ids=points[start : start + BATCH])
        found.update((a, b) for a, b in row["pairs"])
    return found


async def _refresh(work: Work, ids: list[str]) -> int:
    counted = await work.run("derive/count_prerequisites", ids=ids)
    unrelated = await work.run("derive/unrelate_points", ids=ids)
    related = await work.run("derive/relate_points", ids=ids)
    return sum(int(rows[0]["changed"]) for rows in (counted, unrelated, related))
