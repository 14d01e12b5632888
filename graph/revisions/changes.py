"""A difference as people and programs read it: one row a changed row, with the fields that differ."""

from dataclasses import dataclass
from typing import Any, Literal

from graph.revisions.history import Difference
from graph.revisions.rows import name_of, shown_of


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
    fields: dict[str, tuple[Any, Any]]


def row_changes(difference: Difference) -> list[RowChange]:
    """All of them, by table and id. `:INCLUDES` are the courses of a point, `:ASSESSES` the points of an item."""
    return [
        _row(table, key, before, difference.after[table][key])
        for table, rows in difference.before.items()
        for key, before in sorted(rows.items())
    ]


def _row(table: str, key: bytes, before: bytes | None, after: bytes | None) -> RowChange:
    old, new = shown_of(before or b"{}"), shown_of(after or b"{}")
    names = [name for name in {**old, **new} if name != "id" and old.get(name) != new.get(name)]
    kind: Literal["new", "changed", "gone"] = "new" if before is None else "gone" if after is None else "changed"
    return RowChange(table, name_of(key), kind, {name: (old.get(name), new.get(name)) for name in names})
