"""The known state: the curated graph as of its last revision, kept in the graph itself, in chunks.

    (:KnownRows {id: "resources/17", size, digest, rows})     rows: lines of key and row, compressed

It gives the values from before a change, and by its digests it tells whether somebody changed the graph by hand: who
reads the graph once and adds up the digests of its rows knows which chunks differ, without reading any. A change
rewrites only the chunks of its rows, in its own transaction.
"""

from dataclasses import dataclass
from typing import Any

from graph.connection import Work
from graph.revisions.rows import Keys, Rows, State, bucket, digest, pack, unpack

ALL = 2**63
Digests = dict[str, int]


@dataclass
class Known:
    """Chunks of the known state, by id, that hold the rows in question."""

    chunks: dict[str, Rows]

    def row(self, table: str, key: bytes) -> bytes | None:
        """The row as of the last revision."""
        return self.chunks[chunk_id(table, key)].get(key)


def chunk_id(table: str, key: bytes) -> str:
    """Where the row is kept."""
    return f"{table}/{bucket(key)}"


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


async def save(work: Work, known: Known, after: State) -> None:
    """Write down these rows (None: gone) in the chunks that were loaded for them."""
    changed = set()
    for table, rows in after.items():
        for key, row in rows.items():
            id = chunk_id(table, key)
            changed.add(id)
            if row is None:
                known.chunks[id].pop(key, None)
            else:
                known.chunks[id][key] = row
    await work.run("revisions/save_known", chunks=[_chunk(id, known.chunks[id]) for id in sorted(changed)])


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
