"""Reads rows of the curated graph as they stand now: by their keys, or page by page from the first to the last."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from typing import Any

from graph.connection import Row, Work
from graph.revisions.rows import ASSESSES, COPIES, INCLUDES, LINKS, NODES, Keys, Rows, Tables, id_of, key_of, row_of

BATCH = 2_000
PAGE = 500
"""Nodes read at once by a scan that others wait beside: a few milliseconds."""

Ask = Callable[..., Awaitable[list[Row]]]

_NODES = {
    "courses": "revisions/courses",
    "points": "revisions/points",
    "resources": "revisions/resources",
    "items": "revisions/items",
}
_LINKS = {
    "prerequisites": "revisions/prerequisites",
    "related": "revisions/related",
    "teaches": "revisions/teaches",
}
_BESIDE = {"courses": "", "points": INCLUDES, "resources": "", "items": ASSESSES}
_IDS = {
    "courses": "revisions/course_ids",
    "points": "revisions/point_ids",
    "resources": "revisions/resource_ids",
    "items": "revisions/item_ids",
}
_FROM = {"courses": (), "points": ("prerequisites", "related"), "resources": ("teaches",), "items": ()}
"""The links that are read with the nodes they start from."""


async def read(work: Work, keys: Keys) -> Tables:
    """Those of the rows that are there."""
    found: Tables = {}
    for table in (*NODES, *LINKS):
        wanted = keys.get(table, set())
        starts = sorted({id if isinstance(id, str) else id[0] for id in map(id_of, wanted)})
        rows: Rows = {}
        for start in range(0, len(starts), BATCH):
            rows |= await _read(work.run, table, starts[start : start + BATCH])
        found[table] = {key: rows[key] for key in wanted & rows.keys()}
    return found


async def pages(ask: Ask) -> AsyncIterator[tuple[str, Rows]]:
    """All rows that have an id that is a text, table by table in pages. `ask` runs one query."""
    for table in NODES:
        after = ""
        while ids := (await ask(_IDS[table], after=after, limit=PAGE))[0]["ids"]:
            for each in (table, *_FROM[table]):
                yield each, await _read(ask, each, ids)
            after = ids[-1]


async def _read(ask: Ask, table: str, ids: list[str]) -> Rows:
    if table in _NODES:
        answer = await ask(_NODES[table], ids=ids)
        return dict(_node(row, _BESIDE[table]) for row in answer[0]["rows"])
    answer = await ask(_LINKS[table], ids=ids)
    return _links(answer[0]["rows"])


def _node(row: list[Any], beside: str) -> tuple[bytes, bytes]:
    id, properties, others = row
    properties.pop("prerequisiteCount", None)
    if beside == INCLUDES:
        properties[INCLUDES] = sorted(others)
    elif beside == ASSESSES:
        properties[ASSESSES] = dict(others)
    return key_of(id), row_of(properties)


def _links(rows: Iterable[list[Any]]) -> Rows:
    found: Rows = {}
    twice: dict[bytes, list[bytes]] = {}
    for before, after, properties in rows:
        key, row = key_of((before, after)), row_of(properties)
        if key in found:
            twice.setdefault(key, [found[key]]).append(row)
        found[key] = row
    copies = {key: b'{"%b":[%b]}' % (COPIES.encode(), b",".join(sorted(each))) for key, each in twice.items()}
    return found | copies
