"""What the driver returns, as plain Python: times in UTC, nodes and relationships as maps, paths as lists."""

from datetime import UTC, datetime
from typing import Any

from neo4j.graph import Node, Path, Relationship
from neo4j.spatial import Point
from neo4j.time import Date, DateTime, Duration, Time

_PLAIN = {str, int, float, bool}


def plain(value: Any) -> Any:
    """The value without the driver's classes.

    A moment with a zone is a `datetime` in UTC, a date a `date`, a duration ISO 8601 text. A node is its properties
    with `labels`, a relationship its properties with `type`, `source` and `target`, a path the list of both, a spatial
    point its coordinates.
    """
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, DateTime | Date | Time):
        return _time(value)
    if isinstance(value, Duration):
        return value.iso_format()
    if isinstance(value, Point):
        return [float(each) for each in value]
    return _entity(value)


def node_id(node: Node) -> str:
    """Its `id`, or the server's own name for it where it has none."""
    found = node.get("id")
    return node.element_id if found is None else str(found)


def _time(value: DateTime | Date | Time) -> Any:
    native = value.to_native()
    return native.astimezone(UTC) if isinstance(native, datetime) and native.tzinfo else native


def _entity(value: Any) -> Any:
    if isinstance(value, Node):
        return {"labels": sorted(value.labels)} | plain(dict(value))
    if isinstance(value, Relationship):
        source, target = value.nodes
        ends = {"source": node_id(source), "target": node_id(target)} if source and target else {}
        return {"type": value.type, **ends} | plain(dict(value))
    if isinstance(value, Path):
        between = [
            [relationship, node] for relationship, node in zip(value.relationships, value.nodes[1:], strict=True)
        ]
        return [plain(each) for each in [value.start_node, *(each for pair in between for each in pair)]]
    return value
