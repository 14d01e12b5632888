"""Which rows an import may alter, and the new ones as it writes them, so that they need not be read back."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from graph.course_changes import Changes
from graph.revisions import known
from graph.revisions.reach import Touched, reach
from graph.revisions.rows import ASSESSES, INCLUDES, Tables, key_of, row_of
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
        touched: every row that it may create, change or delete, links that go with their ends included.
        made: those of them that nobody knows yet, as the import will write them.
    """

    touched: Touched
    made: Tables


async def planned(work: Work, course: str, changes: Changes) -> Plan:
    """Look before the import writes; what was done by hand to its rows becomes a revision first."""
    tables = changes.tables
    touched = Touched(
        courses={course} if changes.header else set(),
        points=_ids(changes, "points"),
        prerequisites={(row.before, row.after) for row in _all(changes, "prerequisites")},
        resources=_ids(changes, "resources"),
        teaches={(row.resource, row.point) for row in _all(changes, "teaches")},
        items=_ids(changes, "items"),
    )
    kept = await known.load(work, touched.keys())
    back = [row.id for row in tables["resources"].created if kept.row("resources", key_of(row.id)) is not None]
    gone = {table: [row.id for row in tables[table].gone] for table in ("points", "resources")}
    await reach(work, touched, gone["points"], gone["resources"] + back)
    made = {
        table: {key: row for key, row in rows if kept.row(table, key) is None} for table, rows in _made(course, changes)
    }
    await settle(work, {table: keys - made.get(table, {}).keys() for table, keys in touched.keys().items()})
    return Plan(touched, made)


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


def _all(changes: Changes, table: str) -> list[Any]:
    change = changes.tables[table]
    return change.saved + change.gone


def _ids(changes: Changes, table: str) -> set[str]:
    return {row.id for row in _all(changes, table)}
