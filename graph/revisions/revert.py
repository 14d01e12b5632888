"""Undo a revision, or bring the whole curated graph back to an earlier one; either is a new revision.

Undoing revision N makes the rows that it changed what they were before. It is refused where a later revision changed
the same rows to something else, or where a later row depends on what would be deleted (a link to such a point): the
error names the rows. Going back to revision N has no such conflicts, as everything later is undone. Single rows of a
revision are undone the same way, each with its links where the node came or went with them.

Rows are deleted, created and replaced whole. Nodes are deleted before links, so that a resource that stays for a
learner's history keeps what it taught; what is restored is restored nodes first. Derived counts and semantic edges are
computed anew (`graph.revisions.sync`).

Learners' histories stay: a resource or item that somebody worked with is retired instead of deleted, a point that
somebody touched stays without a course. What a deleted node took with it of learners' histories does not come back.
The result is checked as an import is: it closes no cycle, and every other row is as intended, or nothing is written.
"""

from collections.abc import Collection, Iterator
from functools import partial
from typing import Any

from graph.connection import Graph, Work
from graph.errors import Conflict, Invalid
from graph.revisions.history import (
    RevisionDiff,
    diff_between,
    later_revisions,
    latest_number,
    read_revision_in_transaction,
    rows_after,
)
from graph.revisions.record import (
    Attribution,
    GraphChange,
    TouchedRows,
    add_course_points,
    add_links,
    read_changes,
    write_revision,
)
from graph.revisions.rows import (
    ASSESSES,
    COPIES,
    INCLUDES,
    LINK_TABLES,
    NODE_TABLES,
    RELATIONSHIP_TYPES,
    KeysByTable,
    RowStates,
    decode_ends,
    decode_key,
    decode_row,
    row_name,
)
from graph.revisions.sync import SyncResult, derive_affected, record_manual_edits, refuse_cycle, sync_graph

BATCH_ROWS = 2_000
_REMOVE_QUERIES = {
    "items": "revisions/remove_items",
    "resources": "revisions/remove_resources",
    "points": "revisions/remove_points",
    "courses": "revisions/remove_courses",
}
_PUT_QUERIES = {
    "courses": "revisions/put_courses",
    "points": "revisions/put_points",
    "resources": "revisions/put_resources",
    "items": "revisions/put_items",
    "prerequisites": "revisions/put_prerequisites",
    "related": "revisions/put_related",
    "teaches": "revisions/put_teaches",
}

MAX_NAMED_ROWS = 10


def ids_to_remove(target: RowStates, table: str) -> list[str]:
    """Return ids of the table's nodes that are not to be there."""
    return sorted(str(decode_key(key)) for key, row in target[table].items() if row is None)


async def restore_rows(work: Work, target: RowStates) -> None:
    """Make every row what `target` says; None deletes it."""
    for table, query in _REMOVE_QUERIES.items():
        for batch in _batches(ids_to_remove(target, table)):
            await work.run(query, ids=batch)
    for table in LINK_TABLES:
        pairs = sorted(decode_ends(key) for key, row in target[table].items() if row is None)
        for batch in _batches(pairs):
            await work.run("revisions/remove_links", pairs=batch, kind=RELATIONSHIP_TYPES[table])
    for table in (*NODE_TABLES, *LINK_TABLES):
        rows = [_put_row(table, key, row) for key, row in sorted(target[table].items()) if row is not None]
        for batch in _batches(rows):
            await work.run(_PUT_QUERIES[table], rows=batch)


def _put_row(table: str, key: bytes, text: bytes) -> list[Any]:
    values = decode_row(text)
    if table in LINK_TABLES:
        return [*decode_ends(key), values.get(COPIES, [values])[0]]
    if table == "points":
        return [decode_key(key), values, values.pop(INCLUDES)]
    if table == "items":
        return [decode_key(key), values, list(values.pop(ASSESSES).items())]
    return [decode_key(key), values]


def _batches(rows: list[Any]) -> Iterator[list[Any]]:
    return (rows[start : start + BATCH_ROWS] for start in range(0, len(rows), BATCH_ROWS))


async def affected_keys(work: Work, found: RevisionDiff) -> KeysByTable:
    """Return the rows that undoing this may alter: its own, and what goes with nodes that go."""
    touched = TouchedRows()
    await add_links(work, touched, ids_to_remove(found.before, "points"), ids_to_remove(found.before, "resources"))
    await add_course_points(work, touched, ids_to_remove(found.before, "courses"))
    return {table: keys | found.before[table].keys() for table, keys in touched.keys().items()}


async def refuse_conflicts(work: Work, found: RevisionDiff, reached: KeysByTable) -> None:
    """Raise `Conflict` naming the rows that changed since, and the revisions that changed them."""
    now = await rows_after(work, await latest_number(work), found.before)
    keys: KeysByTable = {
        table: {key for key, row in rows.items() if row != now[table][key]} for table, rows in found.after.items()
    }
    later = await later_revisions(work, keys, found.last)
    lines = [
        f"{table}: {row_name(key)}, changed again by revision {_join_numbers(n)}" for (table, key), n in later.items()
    ]
    for table, each in reached.items():
        lines += [
            f"{table}: {row_name(key)}, came later and rests on what would go"
            for key in each - found.before[table].keys()
        ]
    if lines:
        more = f"\n… and {len(lines) - MAX_NAMED_ROWS} more" if len(lines) > MAX_NAMED_ROWS else ""
        raise Conflict(
            f"Revision {found.last} cannot be undone alone; nothing was changed.\n"
            + "\n".join(sorted(lines)[:MAX_NAMED_ROWS])
            + more
            + f"\nUndo the later revisions first, or go back: lodestar graph revert --to {found.last - 1}"
        )


async def refuse_unnumbered(work: Work, number: int) -> None:
    """Raise `Invalid` for a state from before changes were numbered."""
    [row] = await work.run("revisions/baseline")
    if number < row["number"]:
        raise Invalid(
            f"Revision {row['number']} is what was there before changes were numbered; it cannot be undone.", "number"
        )


def refuse_empty(found: RevisionDiff, what: str) -> None:
    """Raise `Invalid` where there is nothing to undo."""
    if not any(found.before.values()):
        raise Invalid(f"{what}: nothing differs, so there is nothing to undo.", "number")


def select_rows(found: RevisionDiff, names: Collection[str]) -> RevisionDiff:
    """Return the named rows of a difference, and the links of those nodes among them that came or went.

    Raises `Invalid` for a name that no row of the difference has.
    """
    wanted = {name.replace("->", "→") for name in names}
    wanted = {" → ".join(part.strip() for part in name.split("→")) for name in wanted}
    rows = [(table, key) for table, each in found.before.items() for key in each]
    unknown = sorted(wanted - {row_name(key) for _, key in rows})
    if unknown:
        raise Invalid(
            f"Revision {found.last} changed no row {unknown[0]!r}. Its rows: lodestar graph diff {found.last}", "row"
        )
    chosen = {(table, key) for table, key in rows if row_name(key) in wanted}
    whole = {
        str(decode_key(key))
        for table, key in chosen
        if table in NODE_TABLES and None in (found.before[table][key], found.after[table][key])
    }
    chosen |= {(table, key) for table, key in rows if table in LINK_TABLES and whole.intersection(decode_ends(key))}
    before, after = (
        {table: {key: row for key, row in each.items() if (table, key) in chosen} for table, each in states.items()}
        for states in (found.before, found.after)
    )
    return RevisionDiff(found.first, found.last, before, after)


def _join_numbers(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))


async def restore_as_revision(
    work: Work, by: Attribution, target: RowStates, keys: KeysByTable, notes: list[str]
) -> SyncResult:
    """Make every row what `target` says (None: none), inside a transaction that holds the lock.

    `keys`: the rows that this may alter, those of `target` among them. Raises `Conflict` where a row cannot be made so,
    or where an accepted prerequisite would close a cycle; then the transaction is to be given up.
    """
    await restore_rows(work, target)
    change = await derive_affected(work, await read_changes(work, keys), keys)
    await refuse_cycle(work)
    notes = notes + _list_kept_rows(change, target)
    return SyncResult(await write_revision(work, by, change, notes), change.counts(), notes)


def _list_kept_rows(change: GraphChange, target: RowStates) -> list[str]:
    """Return a line for each row that stays for a learner's history. Raises `Conflict` for one that could not be made.

    A proposed semantic edge need not come back: shared resources may speak for it by now.
    """
    lines = []
    for table, rows in target.items():
        for key, row in rows.items():
            now = change.row_after(table, key)
            if now == row or table == "related":
                continue
            if row is not None:
                raise Conflict(
                    f"{table}: {row_name(key)} cannot come back: what it links to or belongs to is not there."
                )
            if table not in ("teaches", "prerequisites", "related"):
                lines.append(f"{table}: {row_name(key)}: stays for learners' histories, in no course")
    return lines


async def revert_revision(graph: Graph, number: int, by: Attribution, rows: Collection[str] = ()) -> SyncResult:
    """Undo one revision, or only these of its rows, named as `list_row_changes` does.

    Raises `NotFound`, `Invalid` where nothing is to be undone or the revision changed no such row, `Conflict`.
    """
    await sync_graph(graph)
    return await graph.execute_write(partial(_revert_in_transaction, number=number, by=by, rows=rows))


async def revert_to_revision(graph: Graph, number: int, by: Attribution) -> SyncResult:
    """Bring the curated graph back to its state after a revision; 0: before the first. Raises as `revert_revision`."""
    await sync_graph(graph)
    return await graph.execute_write(partial(_revert_to_in_transaction, number=number, by=by))


async def _revert_in_transaction(work: Work, number: int, by: Attribution, rows: Collection[str]) -> SyncResult:
    await work.run("curate/lock_graph")
    revision = await read_revision_in_transaction(work, number)
    await refuse_unnumbered(work, number - 1)
    found = await diff_between(work, number - 1, number)
    refuse_empty(found, f"Revision {number}")
    if rows:
        found = select_rows(found, rows)
    keys = await affected_keys(work, found)
    await record_manual_edits(work, keys)
    await refuse_conflicts(work, found, keys)
    notes = [f"revision {number} undone" + (f", these rows alone: {', '.join(rows)}" if rows else "")]
    if revision.action == "browser" and any(None in found.after[table].values() for table in NODE_TABLES):
        notes.append("what was deleted by hand is back, but not what learners had done with it: that went with it")
    return await restore_as_revision(work, by, found.before, keys, notes)


async def _revert_to_in_transaction(work: Work, number: int, by: Attribution) -> SyncResult:
    await work.run("curate/lock_graph")
    if number:
        await read_revision_in_transaction(work, number)
    await refuse_unnumbered(work, number)
    found = await diff_between(work, number, await latest_number(work))
    refuse_empty(found, f"Revision {number} and the graph")
    keys = await affected_keys(work, found)
    await record_manual_edits(work, keys)
    return await restore_as_revision(work, by, found.before, keys, [f"back to revision {number}"])
