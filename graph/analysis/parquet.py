"""Parquet export: the result of one query, or the whole graph as one file a label and one a relationship type.

    FOLDER/nodes/LABEL.parquet     id and the properties
    FOLDER/edges/TYPE.parquet      source_id, source_label, target_id, target_label and the properties

Files and folders are replaced as a whole or not at all. Nodes and relationships are read and written in batches, so
memory does not grow with the graph. Neo4j reads what is committed while it reads; for one moment of the graph, export
while no learner is active.

A property of the graph's model always has a column, with the type declared here, whether or not any node carries it, so
that a file can be read the same way later. Other properties take the type that the graph shows; where it shows several,
they are text. A column of a query result whose values have no common type is JSON text.
"""

import json
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq
from neo4j import AsyncTransaction, Record

from graph import queries
from graph.analysis.ad_hoc import QueryResult
from graph.connection import Graph
from graph.errors import Invalid
from graph.values import to_plain

BATCH_ROWS = 2_000
"""Rows that are Python objects at a time."""

ROW_GROUP_BYTES = 64 * 2**20
"""Bytes of columns that are gathered before they are written, as one row group."""


STRING, FLOAT, INTEGER, BOOLEAN = pa.string(), pa.float64(), pa.int64(), pa.bool_()
TIMESTAMP = pa.timestamp("us", tz="UTC")
_CYPHER_TYPES = {
    "STRING": STRING,
    "FLOAT": FLOAT,
    "INTEGER": INTEGER,
    "BOOLEAN": BOOLEAN,
    "ZONED DATETIME": TIMESTAMP,
    "DATE": pa.date32(),
}
EXPORT_SECONDS = 6 * 3600.0
"""How long writing it may take."""

EDGE_ENDS = {"source_id": STRING, "source_label": STRING, "target_id": STRING, "target_label": STRING}
"""The first columns of a relationship; of a node it is `id`."""

Shapes = dict[str, list[Record]]


def to_text(value: Any) -> str | None:
    """Return text as it is, everything else as JSON with ISO 8601 times."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=_to_iso)


def _to_iso(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) or hasattr(value, "isoformat") else str(value)


def result_table(answer: QueryResult) -> pa.Table:
    """Return the answer with the types of its values: moments as UTC timestamps, lists as lists, maps as structs.

    A column whose values have no common type is JSON text.
    """
    columns = zip(*answer.rows, strict=True) if answer.rows else [()] * len(answer.columns)
    return pa.table([_infer_array(list(column)) for column in columns], names=list(answer.columns))


def write_result(path: Path, answer: QueryResult) -> None:
    """Write the answer to `path`, which is replaced in one go."""
    part = path.with_name(path.name + ".part")
    try:
        pq.write_table(result_table(answer), part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _infer_array(values: list[Any]) -> pa.Array:
    with suppress(pa.ArrowException, OverflowError):
        found = pa.array(values)
        if not pa.types.is_timestamp(found.type) or not any(value and value.tzinfo for value in values):
            return found
        return pa.array(values, pa.timestamp("us", tz="UTC"))
    with suppress(pa.ArrowException, OverflowError, TypeError):
        return pa.array(values, pa.float64())
    return pa.array([to_text(value) for value in values], pa.string())


class TableWriter:
    """Write one table batch by batch; memory use does not grow with the table."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self._writer = writer
        self._schema = schema
        self._rows: list[Sequence[Any]] = []
        self._batches: list[pa.RecordBatch] = []
        self._bytes = 0

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows of the schema's width."""
        self._rows += rows
        if len(self._rows) >= BATCH_ROWS:
            self._pack()

    def _pack(self) -> None:
        columns = zip(*self._rows, strict=True)
        arrays = [_typed_array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._batches.append(pa.record_batch(arrays, schema=self._schema))
        self._rows = []
        self._bytes += self._batches[-1].nbytes
        if self._bytes >= ROW_GROUP_BYTES:
            self._write()

    def _write(self) -> None:
        self._writer.write_table(pa.Table.from_batches(self._batches, self._schema))
        self._batches, self._bytes = [], 0

    def finish(self) -> None:
        """Write the buffered rows and close the file."""
        if self._rows:
            self._pack()
        if self._batches:
            self._write()


@contextmanager
def open_table(path: Path, schema: pa.Schema) -> Iterator[TableWriter]:
    """Yield a table in a new file."""
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        growing = TableWriter(writer, schema)
        yield growing
        growing.finish()


def _typed_array(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array([to_text(value) for value in values], kind)


@contextmanager
def replace_folder(folder: Path) -> Iterator[Path]:
    """Yield a folder beside `folder` that takes its place at the end, and is deleted after an error."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise Invalid(f"{folder} is there already; name a new folder, or remove it first.", "folder")
    part = folder.with_name(folder.name + ".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True)
    try:
        yield part
        if folder.exists():
            folder.rmdir()
        part.replace(folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _column_types(string: str = "", real: str = "", integer: str = "", **other: str) -> dict[str, pa.DataType]:
    """Return names by type, in this order; `other` may be boolean, moment, reals, strings."""
    named = {"string": string, "real": real, "integer": integer} | other
    types = {"string": STRING, "real": FLOAT, "integer": INTEGER, "boolean": BOOLEAN, "moment": TIMESTAMP}
    types |= {"reals": pa.list_(FLOAT), "strings": pa.list_(STRING)}
    return {name: types[kind] for kind, names in named.items() for name in names.split()}


NODE_COLUMNS = {
    "Course": _column_types("title language licence", "masteredAt prerequisiteAt forgetting"),
    "KnowledgePoint": _column_types("name description domain level", "masteredAt metAt hours", "prerequisiteCount"),
    "Resource": _column_types("title kind modality level url language status text courses", "difficulty minutes"),
    "Item": _column_types("prompt answer status courses", "discrimination difficulty guessing", strings="distractors"),
    "Learner": _column_types(
        "course", "success maxMinutes", "step answers", moment="createdAt", strings="modalities languages"
    ),
    "Interaction": _column_types(
        "learner outcome", "minutes reward", "step", boolean="right", moment="at recordedAt",
        reals="before after decays", strings="points",
    ),
    "Recommendation": _column_types(
        "learner course policy version resource", "propensity", "revision step", moment="at",
        reals="goalLevels qValues propensities", strings="goals candidates",
    ),
    "Diagnostic": _column_types(
        "learner course", "", "length step", moment="startedAt finishedAt", reals="before after uncertainties",
        strings="points",
    ),
}  # fmt: skip
"""Columns by label, `id` apart."""

EDGE_COLUMNS = {
    "INCLUDES": {},
    "PREREQUISITE_OF": _column_types("source status reason courses", "confidence support lift pValue"),
    "RELATED_TO": _column_types(real="weight"),
    "TEACHES": _column_types("role courses", "importance"),
    "ASSESSES": _column_types("courses"),
    "MASTERY": _column_types(
        "memoryOf", "level uncertainty decay", "attempts", moment="practicedAt updatedAt", reals="memory"
    ),
    "AIMS_AT": _column_types(real="level", moment="dueAt"),
    "RECEIVED": {},
    "CHOSE": {},
    "DID": {},
    "ON": {},
    "FOLLOWED": {},
    "TOOK": {},
    "ASKED": _column_types(integer="position", boolean="right", moment="answeredAt"),
}
"""Columns by type, both ends apart."""


def table_columns(
    model: dict[str, pa.DataType], shapes: Iterable[Iterable[tuple[str, str]]], taken: Collection[str]
) -> dict[str, pa.DataType]:
    """Return column types by name: those of the model first, then those of `shapes` [(property, Cypher type), …].

    Properties whose names are `taken` are left out.
    """
    found: dict[str, set[str]] = {}
    for shape in shapes:
        for name, type_name in shape:
            found.setdefault(name, set()).add(type_name.replace(" NOT NULL", ""))
    extra = {name: _common_type(found[name], None) for name in sorted(found.keys() - model.keys() - set(taken))}
    return {name: _common_type(found.get(name, set()), kind) for name, kind in model.items()} | extra


def _common_type(names: set[str], declared: pa.DataType | None) -> pa.DataType:
    """Return the declared type where the values fit into it, else the one type that all of them are, else text."""
    types = {_arrow_type(each) for each in names if each != "LIST<NOTHING>"}
    for one, other in ((INTEGER, FLOAT), (pa.list_(INTEGER), pa.list_(FLOAT))):
        if declared == other or other in types:
            types = {other if kind == one else kind for kind in types}
    if declared is not None and types <= {declared}:
        return declared
    return types.pop() if len(types) == 1 else pa.list_(STRING) if not types else STRING


def _arrow_type(name: str) -> pa.DataType:
    if name.startswith("LIST<"):
        inside = _CYPHER_TYPES.get(name.removeprefix("LIST<").removesuffix(">"), STRING)
        return pa.list_(STRING if inside in (TIMESTAMP, pa.date32()) else inside)
    return _CYPHER_TYPES.get(name, STRING)


class TableFile(NamedTuple):
    """One file: its label or type, its columns, the number of rows when counted, and the labels of its ends."""

    query: str
    name: str
    first: dict[str, pa.DataType]
    columns: dict[str, pa.DataType]
    rows: int
    sources: list[str | None]

    def file(self, folder: Path) -> Path:
        """Return where it lies."""
        return folder / self.query.removeprefix("tables/") / f"{quote(self.name, safe='')}.parquet"


class ExportCounts(NamedTuple):
    """The number of rows written to each file."""

    nodes: dict[str, int]
    edges: dict[str, int]


async def write_tables(
    graph: Graph, folder: Path, progress: Callable[[int, int], None] = lambda done, total: None
) -> ExportCounts:
    """Write every node and relationship into `folder`, which must be new or empty; call `progress` (rows done, of all).

    Raises `Invalid` if the folder holds something.
    """
    with replace_folder(folder) as part:
        async with graph.begin_read_transaction(EXPORT_SECONDS) as transaction:
            kinds = await _list_files(transaction)
            total, done, written = sum(kind.rows for kind in kinds), 0, ExportCounts({}, {})
            for kind in kinds:
                path = kind.file(part)
                path.parent.mkdir(parents=True, exist_ok=True)
                rows = await _write_file(transaction, kind, path, partial(_report_progress, progress, done, total))
                (written.edges if kind.first is EDGE_ENDS else written.nodes)[kind.name] = rows
                done += rows
    return written


async def _list_files(transaction: AsyncTransaction) -> list[TableFile]:
    nodes = await _read_shapes(transaction, "tables/node_kinds")
    edges = await _read_shapes(transaction, "tables/edge_kinds")
    return [
        *(
            _describe_file("tables/nodes", name, {"id": STRING}, NODE_COLUMNS, nodes)
            for name in sorted(NODE_COLUMNS.keys() | nodes.keys())
        ),
        *(
            _describe_file("tables/edges", name, EDGE_ENDS, EDGE_COLUMNS, edges)
            for name in sorted(EDGE_COLUMNS.keys() | edges.keys())
        ),
    ]


async def _read_shapes(transaction: AsyncTransaction, query: str) -> Shapes:
    found: Shapes = {}
    async for record in await transaction.run(queries.load_query(query).text):
        found.setdefault(record["kind"], []).append(record)
    return found


def _describe_file(
    query: str, name: str, first: dict[str, pa.DataType], model: dict[str, dict[str, pa.DataType]], found: Shapes
) -> TableFile:
    own = found.get(name, [])
    named = table_columns(model.get(name, {}), (record["shape"] for record in own), first.keys())
    sources = list(dict.fromkeys(record["source"] for record in own))
    return TableFile(query, name, first, named, sum(record["rows"] for record in own), sources)


def _report_progress(progress: Callable[[int, int], None], done: int, total: int, now: int) -> None:
    progress(done + now, total)


async def _write_file(
    transaction: AsyncTransaction, kind: TableFile, path: Path, progress: Callable[[int], None]
) -> int:
    """Moments come apart from the other columns; the file has them last."""
    moments = [name for name, type in kind.columns.items() if type == TIMESTAMP]
    others = [name for name in kind.columns if name not in moments]
    schema = pa.schema(kind.first | {name: kind.columns[name] for name in [*others, *moments]})
    params = {"kind": kind.name, "sources": kind.sources, "columns": others, "moments": moments}
    rows = 0
    with open_table(path, schema) as growing:
        if not kind.rows:
            return 0
        async for record in await transaction.run(queries.load_query(kind.query).text, params):
            batch = record["rows"]
            growing.add([*row[:-2], *map(to_plain, row[-2]), *row[-1]] for row in batch)
            rows += len(batch)
            progress(rows)
    return rows
