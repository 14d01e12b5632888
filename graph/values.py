"""Convert the driver's values to plain Python: times in UTC, nodes and relationships as maps, paths as lists.

Times must have a time zone on the way in and are always UTC on the way out.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from neo4j.graph import Node, Path, Relationship
from neo4j.spatial import Point
from neo4j.time import Date, DateTime, Duration, Time

from graph.errors import Invalid

_PLAIN_TYPES = {str, int, float, bool}

CLOCK_SKEW = timedelta(seconds=5)
"""How far another machine's clock may be ahead of ours before its time counts as the future."""


def to_plain(value: Any) -> Any:
    """Return the value without the driver's classes.

    A moment with a zone is a `datetime` in UTC, a date a `date`, a duration ISO 8601 text. A node is its properties
    with `labels`, a relationship its properties with `type`, `source` and `target`, a path the list of both, a spatial
    point its coordinates.
    """
    if value is None or type(value) in _PLAIN_TYPES:
        return value
    if isinstance(value, list):
        return [to_plain(each) for each in value]
    if isinstance(value, dict):
        return {key: to_plain(each) for key, each in value.items()}
    if isinstance(value, DateTime | Date | Time):
        return _plain_time(value)
    if isinstance(value, Duration):
        return value.iso_format()
    if isinstance(value, Point):
        return [float(each) for each in value]
    return _plain_entity(value)


def node_id(node: Node) -> str:
    """Return the `id` of a node, or the server's element id where it has none."""
    found = node.get("id")
    return node.element_id if found is None else str(found)


def _plain_time(value: DateTime | Date | Time) -> Any:
    native = value.to_native()
    return native.astimezone(UTC) if isinstance(native, datetime) and native.tzinfo else native


def _plain_entity(value: Any) -> Any:
    if isinstance(value, Node):
        return {"labels": sorted(value.labels)} | to_plain(dict(value))
    if isinstance(value, Relationship):
        source, target = value.nodes
        ends = {"source": node_id(source), "target": node_id(target)} if source and target else {}
        return {"type": value.type, **ends} | to_plain(dict(value))
    if isinstance(value, Path):
        between = [
            [relationship, node] for relationship, node in zip(value.relationships, value.nodes[1:], strict=True)
        ]
        return [to_plain(each) for each in [value.start_node, *(each for pair in between for each in pair)]]
    return value


def to_utc(value: datetime, field: str = "now") -> datetime:
    """Return the moment in UTC; `Invalid` without a time zone, which Neo4j would compare with nothing."""
    if value.tzinfo is None:
        raise Invalid(f"{field} needs a time zone, e.g. 2026-01-15T12:00:00Z.", field)
    return value.astimezone(UTC)


def to_past_utc(value: datetime, now: datetime, field: str) -> datetime:
    """Return the moment in UTC, no later than now; `Invalid` when it lies in the future."""
    moment = to_utc(value, field)
    if moment > now + CLOCK_SKEW:
        raise Invalid(f"{field} is {moment.isoformat()}, which is in the future.", field)
    return min(moment, now)


def to_datetime(value: Any) -> datetime:
    """Return a driver's date and time as Python's, in UTC."""
    native: datetime = value.to_native()
    return native.astimezone(UTC)


def to_datetime_or_none(value: Any) -> datetime | None:
    """Convert as `to_datetime` does, where the property may be missing."""
    return None if value is None else to_datetime(value)
