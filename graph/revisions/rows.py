"""Rows of the curated graph as text, so that two states are compared, kept and restored byte for byte.

A row is the JSON of a node's or link's properties, keys sorted; a key is the JSON of its id, or of a link's two ids.
What belongs to a node beside its properties stands in the row under a name that no property has: `:INCLUDES` holds the
courses of a point, `:ASSESSES` the points of an item with what the links say, `:COPIES` links that were drawn twice.
"""

import zlib
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Any

import orjson

from graph.revisions.values import plain, tagged

NODES = ("courses", "points", "resources", "items")
LINKS = ("prerequisites", "related", "teaches")
TABLES = ("courses", "points", "prerequisites", "related", "resources", "teaches", "items")
INCLUDES, ASSESSES, COPIES = ":INCLUDES", ":ASSESSES", ":COPIES"

Id = str | tuple[str, str]
Rows = dict[bytes, bytes]
Tables = dict[str, Rows]
Keys = dict[str, set[bytes]]
State = dict[str, dict[bytes, bytes | None]]
"""Rows by table and key, None where there is none."""

BUCKETS = 64
"""Chunks of a table's known state: one changed row rewrites a 64th, 2,000 rows of the largest table measured."""


def key_of(id: Id) -> bytes:
    """The key of a node by its id, of a link by the ids of its ends."""
    return orjson.dumps(id)


def id_of(key: bytes) -> Id:
    """The id, or the ids of the ends."""
    found = orjson.loads(key)
    return found if isinstance(found, str) else (found[0], found[1])


def ends_of(key: bytes) -> tuple[str, str]:
    """The ids of a link's ends."""
    before, after = orjson.loads(key)
    return before, after


def name_of(key: bytes) -> str:
    """How a row is named to a person."""
    found = id_of(key)
    return found if isinstance(found, str) else " → ".join(found)


def row_of(properties: dict[str, Any]) -> bytes:
    """The row of these properties."""
    return orjson.dumps(properties, default=tagged, option=orjson.OPT_SORT_KEYS)


def values_of(row: bytes) -> dict[str, Any]:
    """The properties, as the driver takes them."""
    found: dict[str, Any] = plain(orjson.loads(row))
    return found


def shown_of(row: bytes) -> dict[str, Any]:
    """The properties as JSON has them, for people and programs to read; a date is its text."""
    found: dict[str, Any] = orjson.loads(row)
    return {name: value["v"] if isinstance(value, dict) and "$" in value else value for name, value in found.items()}


def bucket(key: bytes) -> int:
    """Which chunk of its table holds the key."""
    return zlib.crc32(key) % BUCKETS


def digest(key: bytes, row: bytes) -> int:
    """63 bits of a row; a chunk's is the sum of its rows', so their order does not count."""
    return int.from_bytes(blake2b(key + b"\t" + row, digest_size=8).digest(), "big") >> 1


def pack(lines: Iterable[tuple[bytes, ...]]) -> bytes:
    """Lines of cells as one compressed text; JSON holds neither tabs nor line ends."""
    return zlib.compress(b"\n".join(map(b"\t".join, lines)), 1)


def unpack(packed: bytes) -> Iterator[list[bytes]]:
    """The lines again."""
    text = zlib.decompress(packed)
    return (line.split(b"\t") for line in text.split(b"\n")) if text else iter(())
