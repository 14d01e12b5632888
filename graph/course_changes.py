"""What a course's new state changes in its old one: rows to save and rows that are gone, table by table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graph.course import Course
from graph.course import Prerequisite as Prerequisite
from graph.course import Teaches as Teaches

_KEYS: dict[str, Callable[[Any], Any]] = {
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
        """What has to be written."""
        return self.created + self.changed


@dataclass(frozen=True)
class Changes:
    """The difference between two states of one course.

    Attributes:
        header: the title or a setting differs.
        touched: points whose derived structure (degree, shared resources) may no longer hold.
    """

    header: bool
    tables: dict[str, TableChange]
    touched: frozenset[str]


def difference(before: Course | None, after: Course) -> Changes:
    """Compare by id and value; the order of rows does not count."""
    tables = {name: _compare(name, getattr(before, name, ()), getattr(after, name)) for name in _KEYS}
    header = before is None or (before.title, before.settings) != (after.title, after.settings)
    touched = {point.id for point in after.points} if header else _touched(tables, after)
    return Changes(header, tables, frozenset(touched))


def _touched(tables: dict[str, TableChange], after: Course) -> set[str]:
    teaches, edges = tables["teaches"], tables["prerequisites"]
    changed = {row.id for row in tables["resources"].changed}
    return (
        {row.point for row in teaches.saved + teaches.gone}
        | {row.point for row in after.teaches if row.resource in changed}
        | {row.after for row in edges.saved + edges.gone}
        | {row.id for row in tables["points"].created}
    )


def _compare(table: str, before: tuple[Any, ...], after: tuple[Any, ...]) -> TableChange:
    key = _KEYS[table]
    if not before:
        return TableChange(list(after), [], [])
    old = {key(row): row for row in before}
    new = {key(row): row for row in after}
    return TableChange(
        created=[row for id, row in new.items() if id not in old],
        changed=[row for id, row in new.items() if id in old and row != old[id]],
        gone=[row for id, row in old.items() if id not in new],
    )
