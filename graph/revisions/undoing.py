"""Brings rows of the graph to a state that they once had: deletes, creates and replaces, whole rows at a time.

Nodes go before links, so that a resource that stays for somebody's history keeps what it taught; what comes back comes
nodes first. What follows from the rows (counts, semantic edges) is left to `settling.around`.
"""

from collections.abc import Iterator
from typing import Any

from graph.connection import Work
from graph.errors import Conflict as Conflict
from graph.revisions.rows import ASSESSES, COPIES, INCLUDES, LINKS, ends_of, id_of, values_of
from graph.revisions.rows import NODES as NODES
from graph.revisions.rows import Keys as Keys
from graph.revisions.rows import State as State
from graph.revisions.rows import name_of as name_of

BATCH = 2_000
_REMOVE = {
    "items": "revisions/remove_items",
    "resources": "revisions/remove_resources",
    "points": "revisions/remove_points",
    "courses": "revisions/remove_courses",
}
_PUT = {
    "courses": "revisions/put_courses",
    "points": "revisions/put_points",
    "resources": "revisions/put_resources",
    "items": "revisions/put_items",
    "prerequisites": "revisions/put_prerequisites",
    "related": "revisions/put_related",
    "teaches": "revisions/put_teaches",
}
KINDS = {"prerequisites": "PREREQUISITE_OF", "related": "RELATED_TO", "teaches": "TEACHES"}


def gone(target: State, table: str) -> list[str]:
    """Ids of the table's nodes that are not to be there."""
    return sorted(str(id_of(key)) for key, row in target[table].items() if row is None)


async def bring(work: Work, target: State) -> None:
    """Make every row what `target` says, None for none."""
    for table, query in _REMOVE.items():
        for batch in _batches(gone(target, table)):
            await work.run(query, ids=batch)
    for table in LINKS:
        pairs = sorted(ends_of(key) for key, row in target[table].items() if row is None)
        for batch in _batches(pairs):
            await work.run("revisions/remove_links", pairs=batch, kind=KINDS[table])
    for table in (*NODES, *LINKS):
        rows = [_row(table, key, row) for key, row in sorted(target[table].items()) if row is not None]
        for batch in _batches(rows):
            await work.run(_PUT[table], rows=batch)


def _row(table: str, key: bytes, text: bytes) -> list[Any]:
    values = values_of(text)
    if table in LINKS:
        return [*ends_of(key), values.get(COPIES, [values])[0]]
    if table == "points":
        return [id_of(key), values, values.pop(INCLUDES)]
    if table == "items":
        return [id_of(key), values, list(values.pop(ASSESSES).items())]
    return [id_of(key), values]


def _batches(rows: list[Any]) -> Iterator[list[Any]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
