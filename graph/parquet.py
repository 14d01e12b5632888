"""Parquet files that appear whole or not at all: an answer with the types of its values, tables written in batches."""

import json
import shutil
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from graph.asking import Answer
from graph.errors import Invalid

BATCH = 2_000
"""Rows that are Python objects at a time."""

GROUP = 64 * 2**20
"""Bytes of columns that are gathered before they are written, as one row group."""


def as_text(value: Any) -> str | None:
    """Text as it is, everything else as JSON with ISO 8601 times."""
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False, default=_iso)


def _iso(value: Any) -> str:
    return value.isoformat() if isinstance(value, date | datetime) or hasattr(value, "isoformat") else str(value)


def answer_table(answer: Answer) -> pa.Table:
    """The answer with the types of its values: moments as UTC timestamps, lists as lists, maps as structs.

    A column whose values have no common type is JSON text.
    """
    columns = zip(*answer.rows, strict=True) if answer.rows else [()] * len(answer.columns)
    return pa.table([_inferred(list(column)) for column in columns], names=list(answer.columns))


def write_answer(path: Path, answer: Answer) -> None:
    """Write the answer to `path`, which is replaced in one go."""
    part = path.with_name(path.name + ".part")
    try:
        pq.write_table(answer_table(answer), part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _inferred(values: list[Any]) -> pa.Array:
    with suppress(pa.ArrowException, OverflowError):
        found = pa.array(values)
        if not pa.types.is_timestamp(found.type) or not any(value and value.tzinfo for value in values):
            return found
        return pa.array(values, pa.timestamp("us", tz="UTC"))
    with suppress(pa.ArrowException, OverflowError, TypeError):
        return pa.array(values, pa.float64())
    return pa.array([as_text(value) for value in values], pa.string())


class Sheet:
    """One table that grows row by row; what is held in memory does not grow with it."""

    def __init__(self, writer: pq.ParquetWriter, schema: pa.Schema) -> None:
        self._writer = writer
        self._schema = schema
        self._rows: list[Sequence[Any]] = []
        self._batches: list[pa.RecordBatch] = []
        self._bytes = 0

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add rows of the schema's width."""
        self._rows += rows
        if len(self._rows) >= BATCH:
            self._pack()

    def _pack(self) -> None:
        columns = zip(*self._rows, strict=True)
        arrays = [_typed(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
        self._batches.append(pa.record_batch(arrays, schema=self._schema))
        self._rows = []
        self._bytes += self._batches[-1].nbytes
        if self._bytes >= GROUP:
            self._write()

    def _write(self) -> None:
        self._writer.write_table(pa.Table.from_batches(self._batches, self._schema))
        self._batches, self._bytes = [], 0

    def finish(self) -> None:
        """Write what is left."""
        if self._rows:
            self._pack()
        if self._batches:
            self._write()


@contextmanager
def sheet(path: Path, schema: pa.Schema) -> Iterator[Sheet]:
    """A table in a new file."""
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        growing = Sheet(writer, schema)
        yield growing
        growing.finish()


def _typed(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    try:
        return pa.array(values, kind)
    except (pa.ArrowTypeError, pa.ArrowInvalid):
        return pa.array([as_text(value) for value in values], kind)


@contextmanager
def whole(folder: Path) -> Iterator[Path]:
    """A folder beside `folder` that takes its place in the end, and vanishes if something goes wrong on the way."""
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
