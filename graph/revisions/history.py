"""Reads the revisions: which there were, what each changed, and what the graph was after any of them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import orjson

from graph.connection import Graph, Row, Work
from graph.errors import NotFound
from graph.revisions import known
from graph.revisions.rows import TABLES, Keys, State, unpack
from graph.times import moment

BATCH = 50


@dataclass(frozen=True, slots=True)
class Revision:
    """One change of the curated graph.

    Attributes:
        author: who made it; "browser" where somebody changed the graph by hand.
        action: import, browser, accept, reject, revert, rebuild …; `baseline` is what was there before versions.
        courses: ids of the courses that it is about.
        counts: new, changed and gone rows by table.
        notes: what else there is to know, e.g. an edge that was set aside for closing a cycle.
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
class Difference:
    """What lies between two states of the curated graph: the rows that differ, as they were and as they are."""

    first: int
    last: int
    before: State
    after: State


async def log(graph: Graph, course: str | None = None, limit: int = 20) -> list[Revision]:
    """The latest revisions, newest first; only those about a course where it is named."""
    return [_revision(row) for row in await graph.read("revisions/newest", course=course, limit=limit)]


async def revision(graph: Graph, number: int) -> Revision:
    """One revision. Raises `NotFound`."""
    return await graph.reading(partial(read_revision, number=number))


async def read_revision(work: Work, number: int) -> Revision:
    """The same inside a transaction."""
    rows = await work.run("revisions/revision", number=number)
    if not rows:
        raise NotFound("revision", str(number))
    return _revision(rows[0])


async def difference(graph: Graph, number: int, until: int | None = None) -> Difference:
    """What revision `number` changed; with `until`, what lies between the states after the two. Raises `NotFound`."""

    async def unit(work: Work) -> Difference:
        for each in {number, number if until is None else until}:
            if each:
                await read_revision(work, each)
        first, last = (number - 1, number) if until is None else sorted((number, until))
        found = await between(work, first, last)
        return found if until is None or number <= until else Difference(last, first, found.after, found.before)

    return await graph.reading(unit)


async def between(work: Work, first: int, last: int) -> Difference:
    """The rows that revisions first + 1 … last changed, as they were after `first` and after `last`."""
    before = await changed_rows(work, first + 1, last)
    after = await state_after(work, last, before)
    same = {table: {key for key, row in rows.items() if row == after[table][key]} for table, rows in before.items()}
    for table, keys in same.items():
        for key in keys:
            del before[table][key], after[table][key]
    return Difference(first, last, before, after)


async def changed_rows(work: Work, first: int, last: int) -> State:
    """The rows that these revisions changed, as they were before the first of them."""
    found: State = {table: {} for table in TABLES}
    async for _, table, key, row in _changes(work, first, last):
        found[table].setdefault(key, row or None)
    return found


async def touching(work: Work, keys: Keys, after: int) -> dict[tuple[str, bytes], list[int]]:
    """The revisions later than `after` that changed these rows, by row."""
    found: dict[tuple[str, bytes], list[int]] = {}
    async for number, table, key, _ in _changes(work, after + 1, await newest(work)):
        if key in keys.get(table, ()):
            found.setdefault((table, key), []).append(number)
    return found


async def newest(work: Work) -> int:
    """The number of the latest revision on record, 0 before the first."""
    rows = await work.run("revisions/newest", course=None, limit=1)
    return int(rows[0]["number"]) if rows else 0


async def _changes(work: Work, first: int, last: int) -> AsyncIterator[tuple[int, str, bytes, bytes]]:
    """Number, table, key and the row before (empty: none) of everything that these revisions changed, in order."""
    for start in range(first, last + 1, BATCH):
        answer = await work.run("revisions/diffs", first=start, last=min(last, start + BATCH - 1))
        for number, diff in answer[0]["rows"]:
            for table, key, row in unpack(diff):
                yield number, table.decode(), key, row


async def state_after(work: Work, number: int, keys: State) -> State:
    """What the rows with these keys were after revision `number`."""
    left = {table: set(rows) for table, rows in keys.items()}
    found: State = {table: {} for table in TABLES}
    later = await changed_rows(work, number + 1, await newest(work))
    now = await known.load(work, left)
    for table, each in left.items():
        rows = later.get(table, {})
        found[table] = {key: rows[key] if key in rows else now.row(table, key) for key in each}
    return found


def _revision(row: Row) -> Revision:
    return Revision(**row | {"at": moment(row["at"]), "counts": orjson.loads(row["counts"])})
