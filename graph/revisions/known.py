"""The known state: the curated graph as of its last revision, kept in the graph itself, in chunks.

    (:KnownRows {id: "resources/17", size, digest, rows})     rows: lines of key and row, compressed

It gives the values from before a change, and by its digests it tells whether somebody changed the graph by hand: who
reads the graph once and adds up the digests of its rows knows which chunks differ, without reading any. A change
rewrites only the chunks of its rows, in its own transaction.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from graph.connection import Work
from graph.revisions.rows import BUCKETS, TABLES, Keys, Rows, State, Tables, bucket, digest, pack, unpack

ALL = 2**63
Digests = dict[str, int]


@dataclass
class Known:
    """Chunks of the known state, by id, that hold the rows in question."""

    chunks: dict[str, Rows]

    @property
    def anything(self) -> bool:
        """Whether any of the chunks holds a row."""
        return any(self.chunks.values())

    def row(self, table: str, key: bytes) -> bytes | None:
        """The row as of the last revision."""
        return self.chunks[chunk_id(table, key)].get(key)


@dataclass
class Made:
    """Rows that are new, and the chunks of the known state that they make, packed.

    Attributes:
        rows: the new rows.
        chunks: every chunk that holds any of them, with what it held before.
        packed: the same, as they are stored.
    """

    rows: Tables
    chunks: dict[str, Rows]
    packed: dict[str, dict[str, Any]]


_IDS = {table: [f"{table}/{number}" for number in range(BUCKETS)] for table in TABLES}


def chunk_id(table: str, key: bytes) -> str:
    """Where the row is kept."""
    return _IDS[table][bucket(key)]


def make(kept: Known, rows: Iterable[tuple[str, Iterable[tuple[bytes, bytes]]]]) -> Made:
    """Those of the rows that are not known, by table, and their chunks. Takes about 5 µs a row."""
    made: Tables = {}
    chunks: dict[str, Rows] = {}
    for table, each in rows:
        fresh = made.setdefault(table, {})
        for key, row in each:
            id = chunk_id(table, key)
            if key not in kept.chunks[id]:
                fresh[key] = row
                chunks.setdefault(id, dict(kept.chunks[id]))[key] = row
    return Made(made, chunks, {id: _chunk(id, lines) for id, lines in chunks.items()})


async def load(work: Work, keys: Keys) -> Known:
    """The chunks that hold these keys, or would."""
    return await load_chunks(work, {chunk_id(table, key) for table, each in keys.items() for key in each})


async def load_chunks(work: Work, ids: set[str]) -> Known:
    """The chunks with these ids, empty where there are none yet."""
    answer = await work.run("revisions/known", ids=sorted(ids))
    chunks: dict[str, Rows] = {id: {} for id in ids}
    for id, rows in answer[0]["chunks"]:
        chunks[id] = _rows(rows)
    return Known(chunks)


async def save(work: Work, known: Known, after: State, made: Made | None = None) -> None:
    """Write down these rows (None: gone) in the chunks that were loaded for them, and the chunks of new rows."""
    new = made or Made({}, {}, {})
    changed: dict[str, Rows] = {}
    for table, rows in after.items():
        for key in rows.keys() - new.rows.get(table, {}).keys():
            id, row = chunk_id(table, key), rows[key]
            chunk = changed.setdefault(id, new.chunks.get(id, known.chunks[id]))
            if row is None:
                chunk.pop(key, None)
            else:
                chunk[key] = row
    chunks = new.packed | {id: _chunk(id, rows) for id, rows in changed.items()}
    await work.run("revisions/save_known", chunks=[chunks[id] for id in sorted(chunks)])


async def digests(work: Work) -> Digests:
    """The digest of every chunk that holds something."""
    answer = await work.run("revisions/digests")
    return {id: value for id, size, value in answer[0]["chunks"] if size}


def add(found: Digests, table: str, rows: Rows) -> None:
    """Count rows of the live graph into the digests of their chunks."""
    for key, row in rows.items():
        id = chunk_id(table, key)
        found[id] = (found.get(id, 0) + digest(key, row)) % ALL


def _rows(packed: Any) -> Rows:
    return {key: row for key, row in unpack(packed)}


def _chunk(id: str, rows: Rows) -> dict[str, Any]:
    amount = sum(map(_digest, rows.items())) % ALL
    return {"id": id, "size": len(rows), "digest": amount, "rows": pack(sorted(rows.items()))}


def _digest(line: tuple[bytes, bytes]) -> int:
    return digest(*line)
