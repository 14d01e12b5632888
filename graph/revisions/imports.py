"""Which rows an import may alter, and the new ones as it writes them, so that they need not be read back."""

import asyncio
from collections.abc import Awaitable, Iterator
from dataclasses import dataclass
from typing import Any

from graph.course_changes import Changes, Prerequisite, Teaches
from graph.revisions import known
from graph.revisions.known import Made
from graph.revisions.reach import Touched, reach
from graph.revisions.rows import ASSESSES, INCLUDES, Id, key_of, row_of
from graph.revisions.settling import Work, settle

_POINT = (
    ("id", "id"),
    ("name", "name"),
    ("description", "description"),
    ("domain", "domain"),
    ("level", "level"),
    ("masteredAt", "mastered_at"),
    ("metAt", "met_at"),
    ("hours", "hours"),
)
_RESOURCE = tuple(
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
_ITEM = tuple(
    (name, name)
    for name in ("id", "prompt", "answer", "distractors", "discrimination", "difficulty", "guessing", "status")
)
_PREREQUISITE = (
    *((name, name) for name in ("reason", "source", "status", "confidence", "support", "lift")),
    ("pValue", "p_value"),
)
_TEACHES = (("role", "role"), ("importance", "importance"))


@dataclass(frozen=True)
class Plan:
    """What an import is about to do to rows.

    Attributes:
        touched: rows that are known and that it may change or delete, links that go with their ends included.
        made: the new ones as it will write them; put together while the database works on the import.
    """

    touched: Touched
    made: Awaitable[Made]


async def planned(work: Work, course: str, changes: Changes) -> Plan:
    """Look before the import writes; what was done by hand to its rows becomes a revision first."""
    ids = {table: {_id(row): row for row in change.created} for table, change in changes.tables.items()}
    keys = {table: set(map(key_of, rows)) for table, rows in ids.items()}
    kept = await known.load(work, keys)
    touched = Touched(courses={course} if changes.header else set())
    for table, change in changes.tables.items():
        again = {id for id in ids[table] if kept.row(table, key_of(id)) is not None} if kept.anything else set()
        getattr(touched, table).update(again, map(_id, change.changed + change.gone))
    gone = {table: [row.id for row in changes.tables[table].gone] for table in ("points", "resources")}
    back = [id for id in touched.resources if id in ids["resources"]]
    await reach(work, touched, gone["points"], gone["resources"] + back)
    if (await settle(work, touched.keys())).revision is not None:
        kept = await known.load(work, keys)
    return Plan(touched, asyncio.ensure_future(asyncio.to_thread(known.make, kept, _made(course, changes))))


def _id(row: Any) -> Id:
    if isinstance(row, Prerequisite):
        return row.before, row.after
    return (row.resource, row.point) if isinstance(row, Teaches) else str(row.id)


def _made(course: str, changes: Changes) -> Iterator[tuple[str, Iterator[tuple[bytes, bytes]]]]:
    """The new rows of each table, as the import writes them."""
    new = {table: change.created for table, change in changes.tables.items()}
    stated = {"courses": course}
    yield "points", ((key_of(row.id), _row(row, _POINT, {INCLUDES: [course]})) for row in new["points"])
    yield "resources", ((key_of(row.id), _row(row, _RESOURCE, stated)) for row in new["resources"])
    yield (
        "prerequisites",
        ((key_of((row.before, row.after)), _row(row, _PREREQUISITE, stated)) for row in new["prerequisites"]),
    )
    yield "teaches", ((key_of((row.resource, row.point)), _row(row, _TEACHES, stated)) for row in new["teaches"])
    yield (
        "items",
        (
            (key_of(row.id), _row(row, _ITEM, stated | {ASSESSES: {point: stated for point in row.points}}))
            for row in new["items"]
        ),
    )


def _row(record: Any, names: tuple[tuple[str, str], ...], more: dict[str, Any]) -> bytes:
    values = {name: value for name, attribute in names if (value := getattr(record, attribute)) is not None}
    return row_of(values | more)
