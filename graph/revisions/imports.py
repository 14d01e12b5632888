"""Write an import as one revision: only what differs is written, in batches, inside a transaction.

The plan of an import lists the rows that it may change and builds the new ones as they are written, so that they need
not be read back. The database works on one batch while the parameters of the next are built.

Rows that left the course are deleted if no other course states them, except what learners' histories refer to: such
resources and items become `retired` (never recommended again), such points stay without a course. Rows made by hand in
Browser or mined from logs carry no course in `courses` and stay. (`courses` is ids with blanks between, not a list: a
list is a record of its own on every edge and made a commit a third longer.)
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field, fields
from operator import attrgetter
from typing import Any, NamedTuple

from graph.connection import Row, Work
from graph.courses import changes as course_rows
from graph.courses.changes import CourseChanges
from graph.courses.records import CourseRecord, PrerequisiteRecord, TeachesRecord
from graph.revisions import derived, snapshot
from graph.revisions.record import TouchedRows, add_links
from graph.revisions.rows import ASSESSES, INCLUDES, RowId, encode_key, encode_row
from graph.revisions.snapshot import NewChunks
from graph.revisions.sync import record_manual_edits

_POINT_PROPERTIES = (
    ("id", "id"),
    ("name", "name"),
    ("description", "description"),
    ("domain", "domain"),
    ("level", "level"),
    ("masteredAt", "mastered_at"),
    ("metAt", "met_at"),
    ("hours", "hours"),
)
_RESOURCE_PROPERTIES = tuple(
    (name, name)
    for name in (
        "id",
        "title",
        "kind",
        "modality",
        "minutes",
        "level",
        "difficulty",
        "url",
        "language",
        "text",
        "status",
    )
)
_ITEM_PROPERTIES = tuple(
    (name, name)
    for name in ("id", "prompt", "answer", "distractors", "discrimination", "difficulty", "guessing", "status")
)
_PREREQUISITE_PROPERTIES = (
    *((name, name) for name in ("reason", "source", "status", "confidence", "support", "lift")),
    ("pValue", "p_value"),
)
_TEACHES_PROPERTIES = (("role", "role"), ("importance", "importance"))

BATCH_ROWS = 5_000
ProgressCallback = Callable[[int], None]
_SAVE_QUERIES = {
    "points": "curate/save_points",
    "prerequisites": "curate/save_prerequisites",
    "resources": "curate/save_resources",
    "teaches": "curate/save_teaches",
    "items": "curate/save_items",
}


@dataclass(frozen=True)
class ImportPlan:
    """The rows that an import will change and create.

    Attributes:
        touched: rows that are known and that it may change or delete, links that go with their ends included.
        made: the new ones as it will write them; put together while the database works on the import.
    """

    touched: TouchedRows
    made: Awaitable[NewChunks]


async def plan_import(work: Work, course: str, changes: CourseChanges) -> ImportPlan:
    """Plan an import before it writes; edits by hand of its rows become a revision first."""
    ids = {table: {_record_id(row): row for row in change.created} for table, change in changes.tables.items()}
    keys = {table: set(map(encode_key, rows)) for table, rows in ids.items()}
    kept = await snapshot.load_known(work, keys)
    touched = TouchedRows(courses={course} if changes.header else set())
    for table, change in changes.tables.items():
        again = {id for id in ids[table] if kept.row(table, encode_key(id)) is not None} if kept.has_rows else set()
        getattr(touched, table).update(again, map(_record_id, change.changed + change.gone))
    gone = {table: [row.id for row in changes.tables[table].gone] for table in ("points", "resources")}
    back = [id for id in touched.resources if id in ids["resources"]]
    await add_links(work, touched, gone["points"], gone["resources"] + back)
    if (await record_manual_edits(work, touched.keys())).revision is not None:
        kept = await snapshot.load_known(work, keys)
    return ImportPlan(
        touched, asyncio.ensure_future(asyncio.to_thread(snapshot.make_chunks, kept, _new_rows(course, changes)))
    )


def _record_id(row: Any) -> RowId:
    if isinstance(row, PrerequisiteRecord):
        return row.before, row.after
    return (row.resource, row.point) if isinstance(row, TeachesRecord) else str(row.id)


def _new_rows(course: str, changes: CourseChanges) -> Iterator[tuple[str, Iterator[tuple[bytes, bytes]]]]:
    """Yield the new rows of each table, as the import writes them."""
    new = {table: change.created for table, change in changes.tables.items()}
    stated = {"courses": course}
    yield (
        "points",
        ((encode_key(row.id), _make_row(row, _POINT_PROPERTIES, {INCLUDES: [course]})) for row in new["points"]),
    )
    yield "resources", ((encode_key(row.id), _make_row(row, _RESOURCE_PROPERTIES, stated)) for row in new["resources"])
    yield (
        "prerequisites",
        (
            (encode_key((row.before, row.after)), _make_row(row, _PREREQUISITE_PROPERTIES, stated))
            for row in new["prerequisites"]
        ),
    )
    yield (
        "teaches",
        (
            (encode_key((row.resource, row.point)), _make_row(row, _TEACHES_PROPERTIES, stated))
            for row in new["teaches"]
        ),
    )
    yield (
        "items",
        (
            (
                encode_key(row.id),
                _make_row(row, _ITEM_PROPERTIES, stated | {ASSESSES: {point: stated for point in row.points}}),
            )
            for row in new["items"]
        ),
    )


def _make_row(record: Any, names: tuple[tuple[str, str], ...], more: dict[str, Any]) -> bytes:
    values = {name: value for name, attribute in names if (value := getattr(record, attribute)) is not None}
    return encode_row(values | more)


class Statement(NamedTuple):
    """One query with its parameters, and how many rows of the files it settles."""

    query: str
    params: dict[str, object]
    rows: int


async def save_rows(work: Work, course: CourseRecord, changes: CourseChanges, progress: ProgressCallback) -> None:
    """Write the rows that are new or changed; call `progress` with their number after each batch."""
    if changes.header:
        properties = {**course.settings, "id": course.id, "title": course.title}
        await work.run("curate/save_course", course=course.id, properties=properties)
    created = [point.id for point in changes.tables["points"].created]
    existing = await work.run("curate/existing_points", ids=created)
    await _revive_resources(work, changes)
    await _run_statements(
        work, _save_statements(course.id, changes, set(created) - set(existing[0]["found"])), progress
    )


async def drop_rows(work: Work, course: str, changes: CourseChanges) -> tuple[dict[str, int], int]:
    """Delete rows that are gone, links before their ends; return how many by table, and how many were retired."""
    gone, retired = dict.fromkeys(changes.tables, 0), 0
    for table in ("prerequisites", "resources", "teaches", "items", "points"):
        for batch in _batches(changes.tables[table].gone):
            for row in await _drop_batch(work, course, table, batch):
                gone[table] += row["dropped"]
                retired += row.get("retired", 0)
    return gone, retired


async def _drop_batch(work: Work, course: str, table: str, batch: list[Any]) -> list[Row]:
    if table == "prerequisites":
        return await work.run("curate/drop_prerequisites", course=course, rows=_make_parameters(batch))
    if table == "teaches":
        return await work.run("curate/drop_teaches", course=course, rows=_make_parameters(batch))
    ids = [record.id for record in batch]
    query = {"resources": "curate/drop_resources", "items": "curate/drop_items", "points": "curate/drop_points"}
    return await work.run(query[table], course=course, ids=ids)


async def _run_statements(work: Work, statements: Iterable[Statement], progress: ProgressCallback) -> None:
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


def _save_statements(course: str, changes: CourseChanges, new: set[str]) -> Iterator[Statement]:
    """Yield the statements that save rows; links to `new` points, in no course yet, need no look for old ones."""
    for table, query in _SAVE_QUERIES.items():
        for batch in _batches(changes.tables[table].saved):
            if table == "teaches":
                yield from _create_teaches_statements(course, [link for link in batch if link.point in new])
                batch = [link for link in batch if link.point not in new]
            if batch:
                yield Statement(query, {"course": course, "rows": _make_parameters(batch)}, len(batch))
            if table == "items":
                yield Statement("curate/drop_assesses", {"course": course, "rows": _make_parameters(batch)}, 0)


def _create_teaches_statements(course: str, links: list[TeachesRecord]) -> Iterator[Statement]:
    groups: dict[str, list[Any]] = {}
    for link in links:
        groups.setdefault(link.point, []).append([link.resource, link.role, link.importance])
    if groups:
        yield Statement("curate/create_teaches", {"course": course, "groups": list(groups.items())}, len(links))


async def _revive_resources(work: Work, changes: CourseChanges) -> None:
    """Delete the old links of retired resources that are in the files again."""
    retired = await work.run("curate/retired_resources")
    back = set(retired[0]["ids"]) & {record.id for record in changes.tables["resources"].created}
    if back:
        await work.run("curate/revive_resources", ids=sorted(back))


def _batches(rows: list[Any]) -> Iterator[list[Any]]:
    """Return slices of 5,000 rows."""
    return (rows[start : start + BATCH_ROWS] for start in range(0, len(rows), BATCH_ROWS))


def _make_parameters(records: list[Any]) -> list[Row]:
    """Return parameter maps of records of one class, by attribute name, without their file location."""
    if not records:
        return []
    names = [one.name for one in fields(records[0]) if one.name != "at"]
    values = attrgetter(*names)
    return [dict(zip(names, values(record), strict=True)) for record in records]


@dataclass(frozen=True)
class WriteCounts:
    """Rows by table; links that went with their ends are not counted in `gone`.

    `retired` counts what left the course and stays for its history's sake.
    """

    created: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    retired: int = 0
    header: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether the import changed the graph."""
        return self.header or any(map(any, (self.created.values(), self.changed.values(), self.gone.values())))


async def write_course(
    work: Work, course: CourseRecord, progress: ProgressCallback, changes: CourseChanges | None = None
) -> tuple[WriteCounts, ImportPlan]:
    """Store `course`; return what was done, and which rows that may have altered.

    `progress` is called with the number of rows written since its last call. `changes`: how the course differs from the
    stored one, where the caller has compared them.
    """
    changes = changes or await course_rows.compare_with_stored(work, course)
    plan = await plan_import(work, course.id, changes)
    gone, retired = await drop_rows(work, course.id, changes)
    await save_rows(work, course, changes, progress)
    written = WriteCounts(
        created={table: len(change.created) for table, change in changes.tables.items()},
        changed={table: len(change.changed) for table, change in changes.tables.items()},
        gone=gone,
        retired=retired,
        header=changes.header,
    )
    if written.is_changed:
        points = sorted(changes.touched)
        plan.touched.related |= await derived.read_proposed_related(work, points)
        await derived.refresh_derived(work, points)
    return written, plan
