"""Revisions and differences in the terminal: + new, − gone and ~ changed rows, with their fields before → after."""

import orjson
from rich.console import Console
from rich.table import Table
from rich.text import Text

from graph.revisions.changes import RowChange
from graph.revisions.history import Revision

console = Console(soft_wrap=True, highlight=False, markup=False)
_MARKS = {"new": ("+", "green"), "gone": ("−", "red"), "changed": ("~", "yellow")}
_WIDTH = 100


def print_log(revisions: list[Revision]) -> None:
    """A line a revision, and its notes below."""
    table = Table(box=None, pad_edge=False)
    for heading in ("revision", "when (UTC)", "who", "action", "changed", "why"):
        table.add_column(heading, overflow="fold")
    for each in revisions:
        when = f"{each.at:%Y-%m-%d %H:%M:%S}"
        table.add_row(str(each.number), when, each.author or "unknown", each.action, _counts(each.counts), each.why)
    console.print(table)
    for each in revisions:
        print_notes(each.notes, f"{each.number}  ")


def print_notes(notes: list[str], before: str = "") -> None:
    """What else there is to know of a change."""
    for note in notes:
        console.print(f"{before}{note}", style="yellow")


def print_rows(rows: list[RowChange], limit: int) -> None:
    """The rows that differ, the first `limit` of them."""
    for row in rows[:limit]:
        mark, colour = _MARKS[row.kind]
        console.print(Text(f"{mark} {row.table}  {row.id}", style=colour))
        for name, (before, after) in row.fields.items():
            console.print(f"    {name}: {_field(row.kind, before, after)}")
    if len(rows) > limit:
        console.print(f"… and {len(rows) - limit} more rows; --limit shows more, --json all of them")


def _counts(counts: dict[str, list[int]]) -> str:
    return ", ".join(
        f"{table} {' '.join(f'{mark}{n}' for mark, n in zip('+~−', each, strict=True) if n)}"
        for table, each in counts.items()
    )


def _field(kind: str, before: object, after: object) -> str:
    if kind == "changed":
        return f"{_value(before)} → {_value(after)}"
    return _value(after if kind == "new" else before)


def _value(value: object) -> str:
    text = "nothing" if value is None else orjson.dumps(value).decode()
    return text if len(text) <= _WIDTH else text[: _WIDTH - 1] + "…"
