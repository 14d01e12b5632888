"""What the tests' database holds, kept in memory and put back in one transaction: quicker than making it again."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Any, NamedTuple

from graph.connection import Graph, Work
from graph.migrations import migrate

NODES = "MATCH (n) RETURN elementId(n) AS id, labels(n) AS labels, properties(n) AS values"
EDGES = """
MATCH (a)-[e]->(b)
RETURN elementId(a) AS start, elementId(b) AS end, type(e) AS type, properties(e) AS values"""
DELETE = "MATCH (n) WITH n LIMIT 20000 DETACH DELETE n RETURN count(*) AS deleted"
CREATE_NODES = "UNWIND $rows AS row CREATE (n{labels}) SET n = row.values RETURN row.id AS id, elementId(n) AS new"
CREATE_EDGES = """
UNWIND $rows AS row
MATCH (a) WHERE elementId(a) = row.start
MATCH (b) WHERE elementId(b) = row.end
CREATE (a)-[e:{type}]->(b)
SET e = row.values"""


@dataclass(frozen=True)
class Snapshot:
    """Nodes by their labels and relationships by their type, as the database gave them."""

    nodes: dict[tuple[str, ...], list[dict[str, Any]]]
    edges: dict[str, list[dict[str, Any]]]

    @classmethod
    async def take(cls, graph: Graph) -> "Snapshot":
        nodes, edges = defaultdict(list), defaultdict(list)
        for row in await graph.execute_read(lambda work: work.text(NODES)):
            nodes[tuple(row["labels"])].append(row)
        for row in await graph.execute_read(lambda work: work.text(EDGES)):
            edges[row["type"]].append(row)
        return cls(dict(nodes), dict(edges))

    @property
    def size(self) -> int:
        """How many nodes there are."""
        return sum(map(len, self.nodes.values()))

    async def restore(self, graph: Graph) -> None:
        """Make this the database's only content; the ids that Neo4j gives are new."""
        await empty(graph)
        await graph.execute_write(self._create)

    async def _create(self, work: Work) -> None:
        new = {}
        for labels, rows in self.nodes.items():
            text = CREATE_NODES.format(labels="".join(f":`{label}`" for label in labels))
            new |= {row["id"]: row["new"] for row in await work.text(text, rows=rows)}
        for type_, rows in self.edges.items():
            ends = [row | {"start": new[row["start"]], "end": new[row["end"]]} for row in rows]
            await work.text(CREATE_EDGES.format(type=f"`{type_}`"), rows=ends)


class Schema(NamedTuple):
    """A migrated database without content: the names of its indexes, and its nodes."""

    indexes: frozenset[str]
    snapshot: Snapshot


_schema: list[Schema] = []
"""Of this process's database, once it is known."""


async def empty(graph: Graph) -> None:
    """Delete every node; indexes stay."""
    while (await graph.execute_write(lambda work: work.text(DELETE)))[0]["deleted"]:
        pass


async def clear(graph: Graph) -> None:
    """Leave the schema and nothing else; migrate where that was not done yet or a test dropped an index."""
    if _schema and _schema[0].indexes == await _indexes(graph):
        await _schema[0].snapshot.restore(graph)
        return
    await empty(graph)
    await migrate(graph)
    _schema[:] = [Schema(await _indexes(graph), await Snapshot.take(graph))]


async def is_clear(graph: Graph) -> bool:
    """Whether there is nothing beside the schema."""
    [row] = await graph.execute_read(lambda work: work.text("MATCH (n) RETURN count(n) AS nodes"))
    return bool(_schema) and row["nodes"] == _schema[0].snapshot.size


async def _indexes(graph: Graph) -> frozenset[str]:
    rows = await graph.execute_read(lambda work: work.text("SHOW INDEXES YIELD name"))
    return frozenset(row["name"] for row in rows)
