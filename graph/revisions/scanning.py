"""Compares the whole graph with its known state, page by page, without holding either in memory."""

import asyncio
from functools import partial
from time import perf_counter

from graph.connection import Graph
from graph.revisions import known, live
from graph.revisions.rows import Keys as Keys


async def scan(graph: Graph, rest: float = 0.0) -> set[str]:
    """The chunks whose digests are not those of the graph's rows.

    After each page it waits for `rest` times what the page took, so that it costs the share 1 / (1 + rest) of the time.
    """
    found: known.Digests = {}
    clock = perf_counter()
    async for table, rows in live.pages(graph.read):
        known.add(found, table, rows)
        if rest:
            await asyncio.sleep((perf_counter() - clock) * rest)
            clock = perf_counter()
    expected = await graph.reading(known.digests)
    return {id for id in found.keys() | expected.keys() if found.get(id) != expected.get(id)}


async def changed_rows(graph: Graph, chunks: set[str]) -> Keys:
    """The rows of these chunks that are not as they are known."""
    expected = (await graph.reading(partial(known.load_chunks, ids=chunks))).chunks
    keys: Keys = {}
    async for table, rows in live.pages(graph.read):
        for key, row in rows.items():
            chunk = expected.get(known.chunk_id(table, key))
            if chunk is not None and chunk.pop(key, None) != row:
                keys.setdefault(table, set()).add(key)
    for id, chunk in expected.items():
        keys.setdefault(id.partition("/")[0], set()).update(chunk)
    return keys
