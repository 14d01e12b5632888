"""Record a change: who changed which rows of the curated graph, why, and what they were before.

    (:Revision {number, at, author, action, why, courses, counts, notes, diff})

Whoever changes the graph takes its lock (`curate/lock_graph`), changes it, and calls `record_change` in the same
transaction, so that change, record and known state are committed together or not at all. `diff` keeps what the changed
rows were *before* (nothing, for a new row): what they were after is what the next revision that changed them found, or
the known state. So the import of a large course costs its keys, and every revision can be undone.

A row may have been edited by hand since the last revision: `graph.revisions.sync.record_manual_edits` is called before
the change and makes that a revision of its own. When a node is deleted, its links and what other rows say of it belong
to the change too.
"""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain

import orjson

from graph.connection import Work
from graph.revisions import snapshot
from graph.revisions.rows import TABLES, KeysByTable, RowStates, decode_ends, decode_key, encode_key, pack_lines

_STATED_COURSES = re.compile(rb'"(?:courses|:INCLUDES)":("[^"]*"|\[[^\]]*\])')


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who changes the graph, by which action (`import`, `accept`, `revert` …), and why, where they say so."""

    author: str
    action: str
    why: str = ""


@dataclass
class TouchedRows:
    """Keys of the rows that a change may have altered: ids, or (before, after), (a, b), (resource, point) of links."""

    courses: set[str] = field(default_factory=set)
    points: set[str] = field(default_factory=set)
    prerequisites: set[tuple[str, str]] = field(default_factory=set)
    related: set[tuple[str, str]] = field(default_factory=set)
    resources: set[str] = field(default_factory=set)
    teaches: set[tuple[str, str]] = field(default_factory=set)
    items: set[str] = field(default_factory=set)

    def keys(self) -> KeysByTable:
        """Return the keys of the rows by table."""
        return {table: set(map(encode_key, getattr(self, table))) for table in TABLES}


@dataclass
class GraphChange:
    """Rows that differ from the known state: before and after, None for no row; and the known chunks."""

    before: RowStates
    after: RowStates
    known: snapshot.KnownChunks

    @property
    def is_changed(self) -> bool:
        """Whether any row differs."""
        return any(self.before.values())

    def row_after(self, table: str, key: bytes) -> bytes | None:
        """Return a compared row as it is now."""
        return self.after[table][key] if key in self.after[table] else self.known.row(table, key)

    def counts(self) -> dict[str, list[int]]:
        """Return rows that are new, changed and gone, by table; tables without any are left out."""
        found = {}
        for table, rows in self.before.items():
            tally = Counter(_change_kind(row, self.after[table][key]) for key, row in rows.items())
            if tally:
                found[table] = [tally["new"], tally["changed"], tally["gone"]]
        return found


async def record_change(
    work: Work, by: Attribution, touched: TouchedRows, made: snapshot.NewChunks | None = None
) -> int:
    """Record a revision, inside the transaction that made the change and holds the graph's lock; return its number.

    `touched` may hold more than was changed. `made`: rows that are new besides, where the caller knows what they are.
    """
    change = await read_changes(work, touched.keys())
    for table, rows in made.rows.items() if made else ():
        change.before[table].update(dict.fromkeys(rows))
        change.after[table].update(rows)
    return await write_revision(work, by, change, made=made)


async def read_changes(work: Work, keys: KeysByTable) -> GraphChange:
    """Read the graph's rows with these keys and compare them with the known state."""
    there = await snapshot.read_live_rows(work, keys)
    change = GraphChange(
        {table: {} for table in TABLES}, {table: {} for table in TABLES}, await snapshot.load_known(work, keys)
    )
    for table, each in keys.items():
        for key in each:
            old, new = change.known.row(table, key), there[table].get(key)
            if old != new:
                change.before[table][key], change.after[table][key] = old, new
    return change


async def write_revision(
    work: Work, by: Attribution, change: GraphChange, notes: Iterable[str] = (), made: snapshot.NewChunks | None = None
) -> int:
    """Store a change: its record with `notes`, and the new known state; return its number."""
    await snapshot.save_known(work, change.known, change.after, made)
    revision = {
        "author": by.author,
        "action": by.action,
        "why": by.why,
        "courses": await _affected_courses(work, change),
        "counts": orjson.dumps(change.counts()).decode(),
        "notes": list(notes),
        "diff": pack_lines(
            (table.encode(), key, row or b"")
            for table, rows in change.before.items()
            for key, row in sorted(rows.items())
        ),
    }
    return int((await work.run("revisions/save_revision", revision=revision))[0]["number"])


def _change_kind(before: bytes | None, after: bytes | None) -> str:
    if before is None:
        return "new"
    return "gone" if after is None else "changed"


async def _affected_courses(work: Work, change: GraphChange) -> list[str]:
    """Return the courses that the change is about: those that state a row, or include one of its points."""
    found = {str(decode_key(key)) for key in change.before["courses"]}
    stated = set()
    for rows in (change.before, change.after):
        for row in chain.from_iterable(rows[table].values() for table in ("points", "resources", "items")):
            stated.update(_STATED_COURSES.findall(row or b""))
    for text in map(orjson.loads, stated):
        found.update(text.split() if isinstance(text, str) else text)
    points = {str(decode_key(key)) for key in change.before["points"]}
    for table in ("prerequisites", "related", "teaches"):
        points.update(decode_ends(key)[1] for key in change.before[table])
    answer = await work.run("revisions/courses_of", ids=sorted(points))
    return sorted(found | set(answer[0]["courses"]))


async def add_links(work: Work, touched: TouchedRows, points: list[str], resources: list[str]) -> None:
    """Add the links of these points and resources, and the items that assess the points."""
    [row] = await work.run("revisions/links_of", points=points, resources=resources)
    for table in ("prerequisites", "related", "teaches"):
        getattr(touched, table).update(map(tuple, row[table]))
    touched.items.update(row["items"])


async def add_course_points(work: Work, touched: TouchedRows, courses: list[str]) -> None:
    """Add the points that these courses include."""
    [row] = await work.run("revisions/points_of", resources=[], courses=courses)
    touched.points.update(row["points"])
