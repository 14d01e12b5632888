"""Rows of the curated graph as bytes, so that two states are compared, kept and restored exactly.

A row is the JSON of a node's or link's properties, keys sorted; a key is the JSON of its id, or of a link's two ids.
What belongs to a node beside its properties stands in the row under a name that no property has: `:INCLUDES` holds the
courses of a point, `:ASSESSES` the points of an item with the properties of the links, `:COPIES` duplicate links.

Neo4j's values are converted to JSON and back exactly: numbers keep their type; temporal and spatial values are tagged
with theirs.
"""

import base64
import zlib
from collections.abc import Callable, Iterable, Iterator
from hashlib import blake2b
from typing import Any

import orjson
from neo4j.spatial import CartesianPoint, WGS84Point
from neo4j.time import Date, DateTime, Duration, Time

_TYPE_TAG = "$"
_TEMPORAL_TYPES: dict[str, Any] = {"DateTime": DateTime, "Date": Date, "Time": Time, "Duration": Duration}
_SPATIAL_TYPES: dict[str, Any] = {"CartesianPoint": CartesianPoint, "WGS84Point": WGS84Point}

NODE_TABLES = ("courses", "points", "resources", "items")
LINK_TABLES = ("prerequisites", "related", "teaches")
TABLES = ("courses", "points", "prerequisites", "related", "resources", "teaches", "items")
RELATIONSHIP_TYPES = {"prerequisites": "PREREQUISITE_OF", "related": "RELATED_TO", "teaches": "TEACHES"}
INCLUDES, ASSESSES, COPIES = ":INCLUDES", ":ASSESSES", ":COPIES"
RowId = str | tuple[str, str]
Rows = dict[bytes, bytes]
RowsByTable = dict[str, Rows]
KeysByTable = dict[str, set[bytes]]
RowStates = dict[str, dict[bytes, bytes | None]]
"""Rows by table and key, None where there is none."""

CHUNKS_PER_TABLE = 64
"""Chunks of a table's known state: one changed row rewrites a 64th, 2,000 rows of the largest table measured."""


def encode_value(value: Any) -> Any:
    """Encode a value that JSON lacks as a map with its type; a property holds no map, so none is confused with it."""
    kind = type(value).__name__
    if kind in _TEMPORAL_TYPES:
        return {_TYPE_TAG: kind, "v": value.iso_format()}
    if kind in _SPATIAL_TYPES:
        return {_TYPE_TAG: kind, "v": list(value)}
    if isinstance(value, (bytes, bytearray)):
        return {_TYPE_TAG: "bytes", "v": base64.b64encode(value).decode()}
    raise TypeError(f"no row of the graph holds a {kind}")


def decode_value(value: Any) -> Any:
    """Return the value that `encode_value` was given."""
    if isinstance(value, list):
        return [decode_value(each) for each in value]
    if not isinstance(value, dict):
        return value
    return (
        _value_decoder(value[_TYPE_TAG])(value["v"])
        if _TYPE_TAG in value
        else {key: decode_value(each) for key, each in value.items()}
    )


def _value_decoder(kind: str) -> Callable[[Any], Any]:
    if kind in _TEMPORAL_TYPES:
        read: Callable[[Any], Any] = _TEMPORAL_TYPES[kind].from_iso_format
        return read
    if kind in _SPATIAL_TYPES:
        return lambda value: _SPATIAL_TYPES[kind](value)
    return base64.b64decode


def encode_key(id: RowId) -> bytes:
    """Return the key of a node by its id, of a link by the ids of its ends."""
    return orjson.dumps(id)


def decode_key(key: bytes) -> RowId:
    """Return the id, or the ids of the ends."""
    found = orjson.loads(key)
    return found if isinstance(found, str) else (found[0], found[1])


def decode_ends(key: bytes) -> tuple[str, str]:
    """Return the ids of a link's ends."""
    before, after = orjson.loads(key)
    return before, after


def row_name(key: bytes) -> str:
    """Return the name of a row for people."""
    found = decode_key(key)
    return found if isinstance(found, str) else " → ".join(found)


def encode_row(properties: dict[str, Any]) -> bytes:
    """Return the row of these properties."""
    return orjson.dumps(properties, default=encode_value, option=orjson.OPT_SORT_KEYS)


def decode_row(row: bytes) -> dict[str, Any]:
    """Return the properties, as the driver takes them."""
    found: dict[str, Any] = decode_value(orjson.loads(row))
    return found


def row_as_json(row: bytes) -> dict[str, Any]:
    """Return the properties as JSON has them, for people and programs to read; a date is its text."""
    found: dict[str, Any] = orjson.loads(row)
    return {name: value["v"] if isinstance(value, dict) and "$" in value else value for name, value in found.items()}


def chunk_number(key: bytes) -> int:
    """Return the number of the chunk of its table that holds the key."""
    return zlib.crc32(key) % CHUNKS_PER_TABLE


def row_digest(key: bytes, row: bytes) -> int:
    """Return a digest of 63 bits; that of a chunk is the sum of its rows', so their order does not count."""
    return int.from_bytes(blake2b(key + b"\t" + row, digest_size=8).digest(), "big") >> 1


def pack_lines(lines: Iterable[tuple[bytes, ...]]) -> bytes:
    """Pack lines of cells into one compressed text; JSON holds neither tabs nor line ends."""
    return zlib.compress(b"\n".join(map(b"\t".join, lines)), 1)


def unpack_lines(packed: bytes) -> Iterator[list[bytes]]:
    """Unpack the lines of `pack_lines`."""
    text = zlib.decompress(packed)
    return (line.split(b"\t") for line in text.split(b"\n")) if text else iter(())
