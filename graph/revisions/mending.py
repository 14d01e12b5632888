"""What has to be put right of a change by hand before it is kept: links drawn twice, and cycles."""

from itertools import groupby
from typing import Any

import orjson

from graph.connection import Work
from graph.revisions.cycles import quarantine
from graph.revisions.faults import faults as faults
from graph.revisions.record import Change
from graph.revisions.rows import COPIES, LINKS, ends_of, key_of, row_of

_KINDS = {"prerequisites": "PREREQUISITE_OF", "related": "RELATED_TO", "teaches": "TEACHES"}


async def doubles(work: Work, change: Change) -> list[str]:
    """Leave one of the links that stand more than once between two nodes; a line for each that went."""
    told = []
    for table in LINKS:
        mark = b'{"%b"' % COPIES.encode()
        pairs = [ends_of(key) for key, row in change.after[table].items() if row and row.startswith(mark)]
        if not pairs:
            continue
        rows = await work.run("revisions/doubles", pairs=pairs, kind=_KINDS[table])
        gone = []
        for pair, group in groupby(rows, key=lambda row: (row["start"], row["end"])):
            others = sorted(group, key=lambda row: _rank(change, table, pair, row))[1:]
            gone += [row["link"] for row in others]
            extra = ", ".join(row_of(row["properties"]).decode() for row in others)
            told.append(f"{table}: {' → '.join(pair)}: drawn {len(others) + 1} times; one was kept, gone: {extra}")
        await work.run("revisions/drop_links", links=gone)
    return told


def _rank(change: Change, table: str, pair: tuple[str, str], row: dict[str, Any]) -> tuple[bool, bytes]:
    """The known link comes first."""
    text = row_of(row["properties"])
    return text != change.before[table].get(key_of(pair)), text


async def cycles(work: Work, change: Change) -> list[str]:
    """Set aside prerequisites that became accepted by hand and close a cycle; a line for each."""
    new = []
    for key, row in change.after["prerequisites"].items():
        if row and b'"accepted"' in row and not _accepted(change.before["prerequisites"][key]):
            new.append(ends_of(key))
    closing = await quarantine(work, new) if new else {}
    return [
        f"prerequisites: {before} → {after}: set aside as a proposal, because it closes the cycle {cycle}"
        for (before, after), cycle in closing.items()
    ]


def _accepted(row: bytes | None) -> bool:
    return row is not None and orjson.loads(row).get("status") == "accepted"
