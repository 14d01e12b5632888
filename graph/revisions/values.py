"""Neo4j's values as JSON and back, exactly: numbers keep their kind, dates and places are tagged with theirs."""

import base64
from collections.abc import Callable
from typing import Any

from neo4j.spatial import CartesianPoint, WGS84Point
from neo4j.time import Date, DateTime, Duration, Time

_TAG = "$"
_TEMPORAL: dict[str, Any] = {"DateTime": DateTime, "Date": Date, "Time": Time, "Duration": Duration}
_PLACES: dict[str, Any] = {"CartesianPoint": CartesianPoint, "WGS84Point": WGS84Point}


def tagged(value: Any) -> Any:
    """What JSON has no word for, as a map with its kind; a property holds no map of its own, so nothing is confused."""
    kind = type(value).__name__
    if kind in _TEMPORAL:
        return {_TAG: kind, "v": value.iso_format()}
    if kind in _PLACES:
        return {_TAG: kind, "v": list(value)}
    if isinstance(value, (bytes, bytearray)):
        return {_TAG: "bytes", "v": base64.b64encode(value).decode()}
    raise TypeError(f"no row of the graph holds a {kind}")


def plain(value: Any) -> Any:
    """The value that `tagged` was given."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    if not isinstance(value, dict):
        return value
    return _reader(value[_TAG])(value["v"]) if _TAG in value else {key: plain(each) for key, each in value.items()}


def _reader(kind: str) -> Callable[[Any], Any]:
    if kind in _TEMPORAL:
        read: Callable[[Any], Any] = _TEMPORAL[kind].from_iso_format
        return read
    if kind in _PLACES:
        return lambda value: _PLACES[kind](value)
    return base64.b64decode
