"""Takes rows out of the database and sends new and changed ones, in batches, one on its way while the next is made."""

import asyncio
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields
from operator import attrgetter
from typing import Any, NamedTuple

from graph.connection import Row, Work
from graph.course import Course, Teaches
from graph.course_changes import Changes

BATCH = 5_000
Progress = Callable[[int], None]
_SAVES = {
    "points": "curate/save_points",
    "prerequisites": "curate/save_prerequisites",
    "resources": "curate/save_resources",
    "teaches": "curate/save_teaches",
    "items": "curate/save_items",
}


class Statement(NamedTuple):
    """One query with its parameters, and how many rows of the files it settles."""

    query: str
    params: dict[str, Any]
    rows: int


async def save(work: Work, course: Course, changes: Changes, progress: Progress) -> None:
    """Write the rows that are new or changed; `progress` is told how many after each batch."""
    if changes.header:
        properties = {**course.settings, "id": course.id, "title": course.title}
        await work.run("curate/save_course", course=course.id, properties=properties)
    created = [point.id for point in changes.tables["points"].created]
    existing = await work.run("curate/existing_points", ids=created)
    await _revive(work, changes)
    await _send(work, _statements(course.id, changes, set(created) - set(existing[0]["found"])), progress)


async def drop(work: Work, course: str, changes: Changes) -> tuple[dict[str, int], int]:
    """Take out what is gone, links before their ends; returns how many rows by table, and how many were retired."""
    gone, retired = dict.fromkeys(changes.tables, 0), 0
    for table in ("prerequisites", "resources", "teaches", "items", "points"):
        for batch in _batches(changes.tables[table].gone):
            for row in await _drop_batch(work, course, table, batch):
                gone[table] += row["dropped"]
                retired += row.get("retired", 0)
    return gone, retired


async def _drop_batch(work: Work, course: str, table: str, batch: list[Any]) -> list[Row]:
    if table == "prerequisites":
        return await work.run("curate/drop_prerequisites", course=course, rows=_maps(batch))
    if table == "teaches":
        return await work.run("curate/drop_teaches", course=course, rows=_maps(batch))
    ids = [record.id for record in batch]
    query = {"resources": "curate/drop_resources", "items": "curate/drop_items", "points": "curate/drop_points"}
    return await work.run(query[table], course=course, ids=ids)


async def _send(work: Work, statements: Iterable[Statement], progress: Progress) -> None:
    """Run the statements in order; the database works on one while the parameters of the next are put together."""
    running: asyncio.Task[list[Row]] | None = None
    rows = 0
    for statement in statements:
        if running is not None:
            await running
            progress(rows)
        running = asyncio.create_task(work.run(statement.query, **statement.params))
        rows = statement.rows
        await asyncio.sleep(0)
    if running is not None:
        await running
        progress(rows)


def _statements(course: str, changes: Changes, new: set[str]) -> Iterator[Statement]:
    """`new` points are in no course yet, so links to them can be created without looking for them first."""
    for table, query in _SAVES.items():
        for batch in _batches(changes.tables[table].saved):
            if table == "teaches":
                yield from _created_teaches(course, [link for link in batch if link.point in new])
                batch = [link for link in batch if link.point not in new]
            if batch:
                yield Statement(query, {"course": course, "rows": _maps(batch)}, len(batch))
            if table == "items":
                yield Statement("curate/drop_assesses", {"course": course, "rows": _maps(batch)}, 0)


def _created_teaches(course: str, links: list[Teaches]) -> Iterator[Statement]:
    groups: dict[str, list[Any]] = {}
    for link in links:
        groups.setdefault(link.point, []).append([link.resource, link.role, link.importance])
    if groups:
        yield Statement("curate/create_teaches", {"course": course, "groups": list(groups.items())}, len(links))


async def _revive(work: Work, changes: Changes) -> None:
    """Retired resources that are in the files again forget what they taught before."""
    retired = await work.run("curate/retired_resources")
    back = set(retired[0]["ids"]) & {record.id for record in changes.tables["resources"].created}
    if back:
        await work.run("curate/revive_resources", ids=sorted(back))


def _batches(rows: list[Any]) -> Iterator[list[Any]]:
    """Slices of 5,000 rows."""
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _maps(records: list[Any]) -> list[Row]:
    """Parameter maps of records of one class, by attribute name, without their place."""
    if not records:
        return []
    names = [one.name for one in fields(records[0]) if one.name != "at"]
    values = attrgetter(*names)
    return [dict(zip(names, values(record), strict=True)) for record in records]
