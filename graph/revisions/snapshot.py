"""The known state of the curated graph as of its last revision, and its comparison with the graph now.

The known state is kept in the graph itself, in chunks:

    (:KnownRows {id: "resources/17", size, digest, rows})     rows: lines of key and row, compressed

It gives the values from before a change. Its digests show whether somebody changed the graph by hand: one read of the
graph that adds up the digests of its rows finds the chunks that differ, without reading any chunk. A change rewrites
only the chunks of its rows, in its own transaction. Rows of the graph are read by key, or page by page; the comparison
holds neither the graph nor the known state in memory.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, TypedDict

from graph.connection import Graph, Row, Work
from graph.revisions.rows import (
    ASSESSES,
    CHUNKS_PER_TABLE,
    COPIES,
    INCLUDES,
    LINK_TABLES,
    NODE_TABLES,
    TABLES,
    KeysByTable,
    Rows,
    RowsByTable,
    RowStates,
    chunk_number,
    decode_key,
    encode_key,
    encode_row,
    pack_lines,
    row_digest,
    unpack_lines,
)

DIGEST_MODULUS = 2**63
DigestsByChunk = dict[str, int]

_CHUNK_IDS = {table: [f"{table}/{number}" for number in range(CHUNKS_PER_TABLE)] for table in TABLES}
BATCH_KEYS = 2_000
PAGE_ROWS = 500
"""Nodes read at once by a scan that others wait beside: a few milliseconds."""

RunQuery = Callable[..., Awaitable[list[Row]]]
_NODE_QUERIES = {
    "courses": "revisions/courses",
    "points": "revisions/points",
    "resources": "revisions/resources",
    "items": "revisions/items",
}
_LINK_QUERIES = {
    "prerequisites": "revisions/prerequisites",
    "related": "revisions/related",
    "teaches": "revisions/teaches",
}
_LINK_FIELDS = {"courses": "", "points": INCLUDES, "resources": "", "items": ASSESSES}
_ID_QUERIES = {
    "courses": "revisions/course_ids",
    "points": "revisions/point_ids",
    "resources": "revisions/resource_ids",
    "items": "revisions/item_ids",
}
_LINKS_FROM = {"courses": (), "points": ("prerequisites", "related"), "resources": ("teaches",), "items": ()}
"""The links that are read with the nodes they start from."""


@dataclass
class KnownChunks:
    """Chunks of the known state, by id, that hold the rows in question."""

    chunks: dict[str, Rows]

    @property
    def has_rows(self) -> bool:
        """Whether any of the chunks holds a row."""
        return any(self.chunks.values())

    def row(self, table: str, key: bytes) -> bytes | None:
        """Return the row as of the last revision."""
        return self.chunks[chunk_id_of(table, key)].get(key)


class PackedChunk(TypedDict):
    """A chunk of the known state as it is stored; `rows` is compressed."""

    id: str
    size: int
    digest: int
    rows: bytes


@dataclass
class NewChunks:
    """Rows that are new, and the chunks of the known state that they make, packed.

    Attributes:
        rows: the new rows.
        chunks: every chunk that holds any of them, with what it held before.
        packed: the same, as they are stored.
    """

    rows: RowsByTable
    chunks: dict[str, Rows]
    packed: dict[str, PackedChunk]


def chunk_id_of(table: str, key: bytes) -> str:
    """Return the id of the chunk that holds the row."""
    return _CHUNK_IDS[table][chunk_number(key)]


def make_chunks(kept: KnownChunks, rows: Iterable[tuple[str, Iterable[tuple[bytes, bytes]]]]) -> NewChunks:
    """Return those of the rows that are not known, by table, and their chunks. Takes about 5 µs a row."""
    made: RowsByTable = {}
    chunks: dict[str, Rows] = {}
    for table, each in rows:
        fresh = made.setdefault(table, {})
        for key, row in each:
            id = chunk_id_of(table, key)
            if key not in kept.chunks[id]:
                fresh[key] = row
                chunks.setdefault(id, dict(kept.chunks[id]))[key] = row
    return NewChunks(made, chunks, {id: _pack_chunk(id, lines) for id, lines in chunks.items()})


async def load_known(work: Work, keys: KeysByTable) -> KnownChunks:
    """Return the chunks that hold these keys, or would."""
    return await load_chunks(work, {chunk_id_of(table, key) for table, each in keys.items() for key in each})


async def load_chunks(work: Work, ids: set[str]) -> KnownChunks:
    """Return the chunks with these ids, empty where there are none yet."""
    answer = await work.run("revisions/known", ids=sorted(ids))
    chunks: dict[str, Rows] = {id: {} for id in ids}
    for id, rows in answer[0]["chunks"]:
        chunks[id] = _unpack_rows(rows)
    return KnownChunks(chunks)


async def save_known(work: Work, known: KnownChunks, after: RowStates, made: NewChunks | None = None) -> None:
    """Save rows (None: gone) in the chunks that were loaded for them, and the chunks of new rows."""
    new = made or NewChunks({}, {}, {})
    changed: dict[str, Rows] = {}
    for table, rows in after.items():
        for key in rows.keys() - new.rows.get(table, {}).keys():
            id, row = chunk_id_of(table, key), rows[key]
            chunk = changed.setdefault(id, new.chunks.get(id, known.chunks[id]))
            if row is None:
                chunk.pop(key, None)
            else:
                chunk[key] = row
    chunks = new.packed | {id: _pack_chunk(id, rows) for id, rows in changed.items()}
    await work.run("revisions/save_known", chunks=[chunks[id] for id in sorted(chunks)])


async def read_digests(work: Work) -> DigestsByChunk:
    """Return the digest of every chunk that holds something."""
    answer = await work.run("revisions/digests")
    return {id: value for id, size, value in answer[0]["chunks"] if size}


def add_digests(found: DigestsByChunk, table: str, rows: Rows) -> None:
    """Count rows of the live graph into the digests of their chunks."""
    for key, row in rows.items():
        id = chunk_id_of(table, key)
        found[id] = (found.get(id, 0) + row_digest(key, row)) % DIGEST_MODULUS


def _unpack_rows(packed: Any) -> Rows:
    return {key: row for key, row in unpack_lines(packed)}


def _pack_chunk(id: str, rows: Rows) -> PackedChunk:
    amount = sum(map(_line_digest, rows.items())) % DIGEST_MODULUS
    return {"id": id, "size": len(rows), "digest": amount, "rows": pack_lines(sorted(rows.items()))}


def _line_digest(line: tuple[bytes, bytes]) -> int:
    return row_digest(*line)


async def read_live_rows(work: Work, keys: KeysByTable) -> RowsByTable:
    """Return those of the rows that are there."""
    found: RowsByTable = {}
    for table in (*NODE_TABLES, *LINK_TABLES):
        wanted = keys.get(table, set())
        starts = sorted({id if isinstance(id, str) else id[0] for id in map(decode_key, wanted)})
        rows: Rows = {}
        for start in range(0, len(starts), BATCH_KEYS):
            rows |= await _read_batch(work.run, table, starts[start : start + BATCH_KEYS])
        found[table] = {key: rows[key] for key in wanted & rows.keys()}
    return found


async def iterate_live_rows(ask: RunQuery) -> AsyncIterator[tuple[str, Rows]]:
    """Yield all rows that have an id that is a text, table by table in pages. `ask` runs one query."""
    for table in NODE_TABLES:
        after = ""
        while ids := (await ask(_ID_QUERIES[table], after=after, limit=PAGE_ROWS))[0]["ids"]:
            for each in (table, *_LINKS_FROM[table]):
                yield each, await _read_batch(ask, each, ids)
            after = ids[-1]


async def _read_batch(ask: RunQuery, table: str, ids: list[str]) -> Rows:
    if table in _NODE_QUERIES:
        answer = await ask(_NODE_QUERIES[table], ids=ids)
        return dict(_node_row(row, _LINK_FIELDS[table]) for row in answer[0]["rows"])
    answer = await ask(_LINK_QUERIES[table], ids=ids)
    return _link_rows(answer[0]["rows"])


def _node_row(row: list[Any], beside: str) -> tuple[bytes, bytes]:
    id, properties, others = row
    properties.pop("prerequisiteCount", None)
    if beside == INCLUDES:
        properties[INCLUDES] = sorted(others)
    elif beside == ASSESSES:
        properties[ASSESSES] = dict(others)
    return encode_key(id), encode_row(properties)


def _link_rows(rows: Iterable[list[Any]]) -> Rows:
    found: Rows = {}
    twice: dict[bytes, list[bytes]] = {}
    for before, after, properties in rows:
        key, row = encode_key((before, after)), encode_row(properties)
        if key in found:
            twice.setdefault(key, [found[key]]).append(row)
        found[key] = row
    copies = {key: b'{"%b":[%b]}' % (COPIES.encode(), b",".join(sorted(each))) for key, each in twice.items()}
    return found | copies


async def find_changed_chunks(graph: Graph, pause_ratio: float = 0.0) -> set[str]:
    """Return the chunks whose digests are not those of the graph's rows.

    Wait after each page for `pause_ratio` times what the page took: the scan takes the share 1 / (1 + pause_ratio)
    of the time.
    """
    found: DigestsByChunk = {}
    clock = perf_counter()
    async for table, rows in iterate_live_rows(graph.read):
        add_digests(found, table, rows)
        if pause_ratio:
            await asyncio.sleep((perf_counter() - clock) * pause_ratio)
            clock = perf_counter()
    expected = await graph.execute_read(read_digests)
    return {id for id in found.keys() | expected.keys() if found.get(id) != expected.get(id)}


async def find_changed_rows(graph: Graph, chunks: set[str]) -> KeysByTable:
    """Return the rows of these chunks that are not as they are known."""
    expected = (await graph.execute_read(partial(load_chunks, ids=chunks))).chunks
    keys: KeysByTable = {}
    async for table, rows in iterate_live_rows(graph.read):
        for key, row in rows.items():
            chunk = expected.get(chunk_id_of(table, key))
            if chunk is not None and chunk.pop(key, None) != row:
                keys.setdefault(table, set()).add(key)
    for id, chunk in expected.items():
        keys.setdefault(id.partition("/")[0], set()).update(chunk)
    return keys
