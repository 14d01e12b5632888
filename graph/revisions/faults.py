"""What is wrong with rows that somebody made by hand: values that import would refuse, in its words."""

from collections.abc import Iterator
from typing import Any

from graph.connection import Work
from graph.course_fields import SPECS
from graph.revisions.rows import ASSESSES, State, name_of, shown_of

MOST = 100
"""Faults told of one change; `lodestar lint` lists all."""

_ENDS = ("from", "to", "resource", "point", "points")
"""Columns of the files that are links in the graph."""


def faults(after: State) -> list[str]:
    """One line a fault of these rows: which row, which value, and what to write instead."""
    found: list[str] = []
    for table, rows in after.items():
        for key, row in rows.items():
            if row is not None and table in SPECS and len(found) < MOST:
                found += [f"{table}: {name_of(key)}: {fault}" for fault in _faults(table, shown_of(row))]
    return found[:MOST]


def _faults(table: str, values: dict[str, Any]) -> Iterator[str]:
    for column, _, read, required in SPECS[table].fields:
        value = values.get(column)
        if column in _ENDS or (value is None and column == "id"):
            continue
        if value is None or value == "":
            if required or column == "status":
                yield f"{column} is empty; fill it in"
            continue
        try:
            read(value)
        except ValueError as error:
            yield f"{column} {error}"
    if table == "items" and not values.get(ASSESSES):
        yield "assesses no point; draw at least one ASSESSES"


async def nameless(work: Work) -> list[str]:
    """Nodes that nothing can refer to, as they have no id."""
    return [
        f"{row['nodes']} {row['label']} without an id that is a text; nothing uses them. Give each one: "
        f"MATCH (n) WHERE elementId(n) = '{row['example']}' SET n.id = '…'"
        for row in await work.run("revisions/nameless")
        if row["nodes"]
    ]
