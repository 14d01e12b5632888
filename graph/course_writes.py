"""Brings the stored state of one course to a new one, inside a transaction: only what differs is written.

Rows that left the course are deleted if no other course states them, except what learners' histories refer to: such
resources and items become `retired` (never recommended again), such points stay without a course. Rows made by hand in
Browser or mined from logs carry no course in `courses` and stay. (`courses` is ids with blanks between, not a list: a
list is a record of its own on every edge and made a commit a third longer.)
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any

from graph import course_rows, derive
from graph.connection import Row, Work
from graph.course import Course, Teaches
from graph.course_changes import Changes, difference

BATCH = 5_000
Progress = Callable[[int], None]
_SAVES = {
    "points": "curate/save_points",
    "prerequisites": "curate/save_prerequisites",
    "resources": "curate/save_resources",
    "teaches": "curate/save_teaches",
    "items": "curate/save_items",
}


@dataclass(frozen=True)
class Written:
    """Rows by table; links that went with their ends are not counted in `gone`.

    `retired` counts what left the course and stays for its history's sake.
    """

    created: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    retired: int = 0
    header: bool = False

    @property
    def anything(self) -> bool:
        """Whether the graph is another one now."""
        return self.header or any(map(any, (self.created.values(), self.changed.values(), self.gone.values())))


async def write(work: Work, course: Course, progress: Progress) -> Written:
    """Store `course`; `progress` is told how many rows were written since it was last told."""
    changes = difference(await course_rows.read(work, course.id), course)
    gone, retired = await _drop(work, course.id, changes)
    await _save(work, course, changes, progress)
    written = Written(
        created={table: len(change.created) for table, change in changes.tables.items()},
        changed={table: len(change.changed) for table, change in changes.tables.items()},
        gone=gone,
        retired=retired,
        header=changes.header,
    )
    if written.anything:
        await derive.refresh(work, sorted(changes.touched))
    return written


async def _drop(work: Work, course: str, changes: Changes) -> tuple[dict[str, int], int]:
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


async def _save(work: Work, course: Course, changes: Changes, progress: Progress) -> None:
    if changes.header:
        properties = {**course.settings, "id": course.id, "title": course.title}
        await work.run("curate/save_course", course=course.id, properties=properties)
    new = await _new_points(work, changes)
    await _revive(work, changes)
    for table, query in _SAVES.items():
        for batch in _batches(changes.tables[table].saved):
            if table == "teaches":
                batch = await _create_teaches(work, course.id, batch, new, progress)
            if batch:
                await work.run(query, course=course.id, rows=_maps(batch))
            if table == "items":
                await work.run("curate/drop_assesses", course=course.id, rows=_maps(batch))
            progress(len(batch))


async def _new_points(work: Work, changes: Changes) -> set[str]:
    """Points that are not in the graph at all yet, not even in another course."""
    created = [point.id for point in changes.tables["points"].created]
    existing = await work.run("curate/existing_points", ids=created)
    return set(created) - set(existing[0]["found"])


async def _create_teaches(
    work: Work, course: str, batch: list[Teaches], new: set[str], progress: Progress
) -> list[Teaches]:
    """Create the links to new points, and return the rest."""
    groups: dict[str, list[Any]] = {}
    for link in batch:
        if link.point in new:
            groups.setdefault(link.point, []).append([link.resource, link.role, link.importance])
    if groups:
        await work.run("curate/create_teaches", course=course, groups=list(groups.items()))
    rest = [link for link in batch if link.point not in new]
    progress(len(batch) - len(rest))
    return rest


async def _revive(work: Work, changes: Changes) -> None:
    """Retired resources that are in the files again forget what they taught before."""
    retired = await work.run("curate/retired_resources")
    back = set(retired[0]["ids"]) & {record.id for record in changes.tables["resources"].created}
    if back:
        await work.run("curate/revive_resources", ids=sorted(back))


def _batches(rows: list[Any]) -> Iterable[list[Any]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def _maps(records: list[Any]) -> list[Row]:
    """Parameter maps of records of one class, by attribute name, without their place."""
    names = [one.name for one in fields(records[0]) if one.name != "at"]
    values = attrgetter(*names)
    return [dict(zip(names, values(record), strict=True)) for record in records]
