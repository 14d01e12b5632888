"""The whole graph as Parquet files, one a label and one a relationship type; the folder appears whole or not at all.

FOLDER/nodes/LABEL.parquet     id and the properties
FOLDER/edges/TYPE.parquet      source_id, source_label, target_id, target_label and the properties

Nodes and relationships come over in batches, so memory does not grow with the graph. Neo4j reads what is committed
while it reads; to have one moment of it, export while nobody learns.
"""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

import pyarrow as pa
from neo4j import AsyncTransaction, Record

from graph import queries
from graph.columns import EDGES, MOMENT, NODES, STRING, columns
from graph.connection import Graph
from graph.parquet import sheet, whole
from graph.values import plain

SECONDS = 6 * 3600.0
"""How long writing it may take."""

ENDS = {"source_id": STRING, "source_label": STRING, "target_id": STRING, "target_label": STRING}
"""The first columns of a relationship; of a node it is `id`."""


class Kind(NamedTuple):
    """One file: whose rows, with which columns, how many there were when they were counted, from which labels."""

    query: str
    name: str
    first: dict[str, pa.DataType]
    columns: dict[str, pa.DataType]
    rows: int
    sources: list[str | None]

    def file(self, folder: Path) -> Path:
        """Where it lies."""
        return folder / self.query.removeprefix("tables/") / f"{quote(self.name, safe='')}.parquet"


class Written(NamedTuple):
    """How many rows each file got."""

    nodes: dict[str, int]
    edges: dict[str, int]


async def write_tables(
    graph: Graph, folder: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> Written:
    """Write every node and relationship into `folder`, which must be new or empty; `progress` hears rows done, of all.

    Raises `Invalid` if the folder holds something.
    """
    with whole(folder) as part:
        async with graph.asking(SECONDS) as transaction:
            kinds = await _kinds(transaction)
            total, done, written = sum(kind.rows for kind in kinds), 0, Written({}, {})
            for kind in kinds:
                path = kind.file(part)
                path.parent.mkdir(parents=True, exist_ok=True)
                rows = await _write(transaction, kind, path, partial(_tell, progress, done, total))
                (written.edges if kind.first is ENDS else written.nodes)[kind.name] = rows
                done += rows
    return written


async def _kinds(transaction: AsyncTransaction) -> list[Kind]:
    nodes = await _shapes(transaction, "tables/node_kinds")
    edges = await _shapes(transaction, "tables/edge_kinds")
    return [
        *(_kind("tables/nodes", name, {"id": STRING}, NODES, nodes) for name in sorted(NODES.keys() | nodes.keys())),
        *(_kind("tables/edges", name, ENDS, EDGES, edges) for name in sorted(EDGES.keys() | edges.keys())),
    ]


Shapes = dict[str, list[Record]]


async def _shapes(transaction: AsyncTransaction, query: str) -> Shapes:
    found: Shapes = {}
    async for record in await transaction.run(queries.load(query).text):
        found.setdefault(record["kind"], []).append(record)
    return found


def _kind(
    query: str, name: str, first: dict[str, pa.DataType], model: dict[str, dict[str, pa.DataType]], found: Shapes
) -> Kind:
    own = found.get(name, [])
    named = columns(model.get(name, {}), (record["shape"] for record in own), first.keys())
    sources = list(dict.fromkeys(record["source"] for record in own))
    return Kind(query, name, first, named, sum(record["rows"] for record in own), sources)


def _tell(progress: Callable[[int, int], None], done: int, total: int, now: int) -> None:
    progress(done + now, total)


async def _write(transaction: AsyncTransaction, kind: Kind, path: Path, progress: Callable[[int], None]) -> int:
    """Moments come apart from the other columns; the file has them last."""
    moments = [name for name, type in kind.columns.items() if type == MOMENT]
    others = [name for name in kind.columns if name not in moments]
    schema = pa.schema(kind.first | {name: kind.columns[name] for name in [*others, *moments]})
    params = {"kind": kind.name, "sources": kind.sources, "columns": others, "moments": moments}
    rows = 0
    with sheet(path, schema) as growing:
        if not kind.rows:
            return 0
        async for record in await transaction.run(queries.load(kind.query).text, params):
            batch = record["rows"]
            growing.add([*row[:-2], *map(plain, row[-2]), *row[-1]] for row in batch)
            rows += len(batch)
            progress(rows)
    return rows
