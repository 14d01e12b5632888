"""The difference between two states of a course, table by table: rows to save and rows that are gone.

Read a course out of the graph as the records that its files would give: export writes them, import compares with them.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any

from graph.connection import Work
from graph.courses.records import (
    CourseRecord,
    ItemRecord,
    PointRecord,
    PrerequisiteRecord,
    ResourceRecord,
    TeachesRecord,
)

_ROW_KEYS: dict[str, Callable[[Any], Any]] = {
    "points": lambda row: row.id,
    "prerequisites": lambda row: (row.before, row.after),
    "resources": lambda row: row.id,
    "teaches": lambda row: (row.resource, row.point),
    "items": lambda row: row.id,
}


@dataclass(frozen=True)
class TableChange:
    """Rows that are new (`created`), rows with another value (`changed`), and old rows that are `gone`."""

    created: list[Any]
    changed: list[Any]
    gone: list[Any]

    @property
    def saved(self) -> list[Any]:
        """Rows to write."""
        return self.created + self.changed


@dataclass(frozen=True)
class CourseChanges:
    """The difference between two states of one course.

    Attributes:
        header: the title or a setting differs.
        touched: points whose derived structure (degree, shared resources) may no longer hold.
    """

    header: bool
    tables: dict[str, TableChange]
    touched: frozenset[str]


def compare_courses(before: CourseRecord | None, after: CourseRecord) -> CourseChanges:
    """Compare by id and value; the order of rows does not count."""
    tables = {name: _compare_table(name, getattr(before, name, ()), getattr(after, name)) for name in _ROW_KEYS}
    header = before is None or (before.title, before.settings) != (after.title, after.settings)
    touched = {point.id for point in after.points} if header else _affected_points(tables, after)
    return CourseChanges(header, tables, frozenset(touched))


def _affected_points(tables: dict[str, TableChange], after: CourseRecord) -> set[str]:
    teaches, edges = tables["teaches"], tables["prerequisites"]
    changed = {row.id for row in tables["resources"].changed}
    return (
        {row.point for row in teaches.saved + teaches.gone}
        | {row.point for row in after.teaches if row.resource in changed}
        | {row.after for row in edges.saved + edges.gone}
        | {row.id for row in tables["points"].created}
    )


def _compare_table(table: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> TableChange:
    key = _ROW_KEYS[table]
    if not before:
        return TableChange(list(after), [], [])
    old = {key(row): row for row in before}
    new = {key(row): row for row in after}
    return TableChange(
        created=[row for id, row in new.items() if id not in old],
        changed=[row for id, row in new.items() if id in old and row != old[id]],
        gone=[row for id, row in old.items() if id not in new],
    )


LARGE_SHARE = 0.2
LARGE_COUNT = 3
_GUARDED_TABLES = {"points": "points", "resources": "resources", "items": "questions"}
_MAX_NAMED = 5


def list_large_removals(before: CourseRecord | None, changes: CourseChanges) -> tuple[str, ...]:
    """Return a line for each table of which a good part would go: how many of how many, and which.

    A good part is a fifth of a course's points, resources or questions, and at least three of them.
    """
    lines = []
    for table, words in _GUARDED_TABLES.items():
        gone, all = changes.tables[table].gone, getattr(before, table, ())
        if len(gone) >= LARGE_COUNT and len(gone) >= LARGE_SHARE * len(all):
            named = ", ".join(sorted(row.id for row in gone)[:_MAX_NAMED])
            more = f" and {len(gone) - _MAX_NAMED} more" if len(gone) > _MAX_NAMED else ""
            lines.append(f"{len(gone)} of {len(all)} {words} would go: {named}{more}")
    return tuple(lines)


def keep_unstated(before: CourseRecord | None, after: CourseRecord, unstated: Collection[str]) -> CourseRecord:
    """Return `after` with what its source says nothing of (tables, or "settings") as it was `before`.

    Rows stay as far as the points that they are about stay: a question of a point that goes, goes with it.
    """
    if before is None or not unstated:
        return after
    gone = {point.id for point in before.points} - {point.id for point in after.points}
    kept: dict[str, Any] = {table: getattr(before, table) for table in _ROW_KEYS if table in unstated}
    if "settings" in unstated:
        kept |= {"title": before.title, "settings": before.settings | after.settings}
    if "prerequisites" in unstated:
        kept["prerequisites"] = tuple(row for row in before.prerequisites if not gone & {row.before, row.after})
    if "teaches" in unstated:
        kept["teaches"] = tuple(row for row in before.teaches if row.point not in gone)
        taught = {row.resource for row in kept["teaches"]}
        kept["resources"] = tuple(row for row in before.resources if row.id in taught)
    if "items" in unstated:
        left = (replace(row, points=tuple(id for id in row.points if id not in gone)) for row in before.items)
        kept["items"] = tuple(row for row in left if row.points)
    return replace(after, **kept)


_RECORD_QUERIES: dict[str, tuple[str, Callable[..., Any]]] = {
    "points": ("curate/points", PointRecord),
    "prerequisites": ("curate/prerequisites", PrerequisiteRecord),
    "resources": ("curate/resources", ResourceRecord),
    "teaches": ("curate/teaches", TeachesRecord),
    "items": ("curate/items", lambda *row: ItemRecord(*map(_freeze, row))),
}


async def read_stored_course(work: Work, course: str) -> CourseRecord | None:
    """Return the course as it is stated in the graph, None if there is none; rows of other courses are left out."""
    found = await work.run("curate/course", course=course)
    if not found:
        return None
    settings = dict(found[0]["properties"])
    del settings["id"]
    title = settings.pop("title", course)
    tables = {}
    for table, (query, record) in _RECORD_QUERIES.items():
        answer = await work.run(query, course=course)
        tables[table] = tuple(record(*row) for row in answer[0]["rows"])
    return CourseRecord(course, title, settings, **tables)


async def compare_with_stored(work: Work, course: CourseRecord) -> CourseChanges:
    """Compare `course` with its stored state."""
    return compare_courses(await read_stored_course(work, course.id), course)


def _freeze(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
