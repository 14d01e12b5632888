"""Notices what people change by hand in Neo4j Browser, by comparing the graph with its known state.

1. `look`: the counts of nodes and links, which Neo4j keeps at hand, against the sizes of the known tables: a
   millisecond or two, whatever the size. It tells what was added or deleted.
2. `scan`: every row is read in pages, and the digests of its chunk are added up (`known`). It tells any change.
3. Where a digest differs, a second scan names the rows, and `settle` looks at them again under the graph's lock.

A change that is committed meanwhile is seen now or the next time, and never half: what counts is read under the lock.
"""

from dataclasses import dataclass, replace
from functools import partial

from graph.connection import Graph, Work
from graph.revisions.faults import nameless
from graph.revisions.scanning import Keys, changed_rows, scan
from graph.revisions.settling import BASELINE, BROWSER
from graph.revisions.settling import Settled as Settled
from graph.revisions.settling import settle as settle

SMALL = 20_000
"""Rows up to which the whole graph is compared before every import: about 0.3 s."""


@dataclass(frozen=True)
class Look:
    """How far the counts are from those of the known state, by table, and at which revision.

    `beside` counts links that are no table of their own. Nodes without ids are in no table, so a count may stay off.
    """

    revision: int
    rows: int
    off: dict[str, int]
    beside: tuple[int, int]


async def look(graph: Graph) -> Look:
    """The cheap look."""
    [row] = await graph.read("revisions/counts")
    sizes: dict[str, int] = dict(row["sizes"])
    off = {table: count - sizes.get(table, 0) for table, count in row["counts"]}
    return Look(row["revision"], sum(count for _, count in row["counts"]), off, tuple(row["beside"]))


async def sync(graph: Graph, rest: float = 0.0) -> Settled:
    """Compare the whole graph with its known state, and make a revision of what somebody changed by hand.

    Nodes without ids are told every time they are found.
    """
    differing = await scan(graph, rest)
    settled = Settled()
    if differing:
        keys = await changed_rows(graph, differing)
        settled = await graph.writing(partial(_settle, keys=keys))
    if any((await look(graph)).off.values()):
        settled = replace(settled, notes=settled.notes + await graph.reading(nameless))
    return settled


async def sync_if_cheap(graph: Graph) -> Settled:
    """The same before an import; a large graph only where its counts say that something is there that is not known."""
    seen = await look(graph)
    if seen.rows <= SMALL or any(seen.off.values()):
        return await sync(graph)
    return Settled()


async def _settle(work: Work, keys: Keys) -> Settled:
    [locked] = await work.run("curate/lock_graph")
    numbered = await work.run("revisions/newest", course=None, limit=1)
    return await settle(work, keys, BROWSER if numbered or not locked["revision"] else BASELINE)
