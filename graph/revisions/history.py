"""Read revisions: the list, the rows and fields that each changed, and the graph after any of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Literal

import orjson

from graph.connection import Graph, Row, Work
from graph.errors import NotFound
from graph.revisions import snapshot
from graph.revisions.rows import TABLES, KeysByTable, RowStates, row_as_json, row_name, unpack_lines
from graph.values import to_datetime

BATCH_REVISIONS = 50


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of the curated graph.

    Attributes:
        author: who made it; "browser" where somebody changed the graph by hand.
        action: import, browser, accept, reject, revert, rebuild …; `baseline` is what was there before versions.
        courses: ids of the courses that it is about.
        counts: new, changed and gone rows by table.
        notes: remarks, e.g. an edge that was set aside for closing a cycle.
    """

    number: int
    at: datetime
    author: str
    action: str
    why: str
    courses: list[str]
    counts: dict[str, list[int]]
    notes: list[str]


@dataclass(frozen=True, slots=True)
class RevisionDiff:
    """The difference between two states of the curated graph: the rows that differ, before and after."""

    first: int
    last: int
    before: RowStates
    after: RowStates


async def list_revisions(graph: Graph, course: str | None = None, limit: int = 20) -> list[Revision]:
    """Return the latest revisions, newest first; only those about a course where it is named."""
    return [_make_revision(row) for row in await graph.read("revisions/newest", course=course, limit=limit)]


async def read_revision(graph: Graph, number: int) -> Revision:
    """Return one revision. Raises `NotFound`."""
    return await graph.execute_read(partial(read_revision_in_transaction, number=number))


async def read_revision_in_transaction(work: Work, number: int) -> Revision:
    """Read one revision inside a transaction. Raises `NotFound`."""
    rows = await work.run("revisions/revision", number=number)
    if not rows:
        raise NotFound("revision", str(number))
    return _make_revision(rows[0])


async def read_diff(graph: Graph, number: int, until: int | None = None) -> RevisionDiff:
    """Read what revision `number` changed; with `until`, the difference of the states after both. Raises `NotFound`."""

    async def unit(work: Work) -> RevisionDiff:
        for each in {number, number if until is None else until}:
            if each:
                await read_revision_in_transaction(work, each)
        first, last = (number - 1, number) if until is None else sorted((number, until))
        found = await diff_between(work, first, last)
        return found if until is None or number <= until else RevisionDiff(last, first, found.after, found.before)

    return await graph.execute_read(unit)


async def diff_between(work: Work, first: int, last: int) -> RevisionDiff:
    """Return the rows that revisions first + 1 … last changed, as they were after `first` and after `last`."""
    before = await rows_before(work, first + 1, last)
    after = await rows_after(work, last, before)
    same = {table: {key for key, row in rows.items() if row == after[table][key]} for table, rows in before.items()}
    for table, keys in same.items():
        for key in keys:
            del before[table][key], after[table][key]
    return RevisionDiff(first, last, before, after)


async def rows_before(work: Work, first: int, last: int) -> RowStates:
    """Return the rows that these revisions changed, as they were before the first of them."""
    found: RowStates = {table: {} for table in TABLES}
    async for _, table, key, row in _iterate_changes(work, first, last):
        found[table].setdefault(key, row or None)
    return found


async def later_revisions(work: Work, keys: KeysByTable, after: int) -> dict[tuple[str, bytes], list[int]]:
    """Return the revisions later than `after` that changed these rows, by row."""
    found: dict[tuple[str, bytes], list[int]] = {}
    async for number, table, key, _ in _iterate_changes(work, after + 1, await latest_number(work)):
        if key in keys.get(table, ()):
            found.setdefault((table, key), []).append(number)
    return found


async def latest_number(work: Work) -> int:
    """Return the number of the latest revision on record, 0 before the first."""
    rows = await work.run("revisions/newest", course=None, limit=1)
    return int(rows[0]["number"]) if rows else 0


async def _iterate_changes(work: Work, first: int, last: int) -> AsyncIterator[tuple[int, str, bytes, bytes]]:
    """Yield number, table, key and the row before (empty: none) of every row that these revisions changed, in order."""
    for start in range(first, last + 1, BATCH_REVISIONS):
        answer = await work.run("revisions/diffs", first=start, last=min(last, start + BATCH_REVISIONS - 1))
        for number, diff in answer[0]["rows"]:
            for table, key, row in unpack_lines(diff):
                yield number, table.decode(), key, row


async def rows_after(work: Work, number: int, keys: RowStates) -> RowStates:
    """Return the rows with these keys as they were after revision `number`."""
    left = {table: set(rows) for table, rows in keys.items()}
    found: RowStates = {table: {} for table in TABLES}
    later = await rows_before(work, number + 1, await latest_number(work))
    now = await snapshot.load_known(work, left)
    for table, each in left.items():
        rows = later.get(table, {})
        found[table] = {key: rows[key] if key in rows else now.row(table, key) for key in each}
    return found


def _make_revision(row: Row) -> Revision:
    return Revision(**row | {"at": to_datetime(row["at"]), "counts": orjson.loads(row["counts"])})


@dataclass(frozen=True, slots=True)
class RowChange:
    """One row that differs.

    Attributes:
        id: of the row; "a → b" for a link.
        fields: field: (before, after) of those that differ; None where there is none.
    """

    table: str
    id: str
    kind: Literal["new", "changed", "gone"]
    fields: dict[str, tuple[object, object]]


def list_row_changes(difference: RevisionDiff) -> list[RowChange]:
    """Return all row changes by table and id; `:INCLUDES`: courses of a point, `:ASSESSES`: points of an item."""
    return [
        _row_change(table, key, before, difference.after[table][key])
        for table, rows in difference.before.items()
        for key, before in sorted(rows.items())
    ]


def _row_change(table: str, key: bytes, before: bytes | None, after: bytes | None) -> RowChange:
    old, new = row_as_json(before or b"{}"), row_as_json(after or b"{}")
    names = [name for name in {**old, **new} if name != "id" and old.get(name) != new.get(name)]
    kind: Literal["new", "changed", "gone"] = "new" if before is None else "gone" if after is None else "changed"
    return RowChange(table, row_name(key), kind, {name: (old.get(name), new.get(name)) for name in names})
