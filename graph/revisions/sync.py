"""Detect edits made by hand in Neo4j Browser, and record them as a revision.

1. `compare_counts`: the counts of nodes and links, which Neo4j keeps, against the sizes of the known tables; a
   millisecond or two, whatever the size. Finds additions and deletions.
2. `find_changed_chunks`: every row is read in pages, and the digests of its chunk are added up
   (`graph.revisions.snapshot`). Finds any change.
3. Where a digest differs, a second scan names the rows, and `record_manual_edits` reads them again under the graph's
   lock. A change that is committed meanwhile is seen now or the next time, and never half.

Edits are checked, and repaired where they would break serving:

- Of duplicate links one stays: the known one, else the one whose properties come first as text.
- Of the prerequisites that became accepted by hand, those that close a cycle are set aside as proposals.
- Counts and semantic edges of the points around are derived anew.
- Values that import would refuse, and nodes without ids, stay as they are and are reported: serving works without them.

Neo4j's Community edition has one user and records no name with a change. The saved scripts of Browser therefore leave
the name of who runs them on the `Lodestar` node, with the id of the row (`handEdits`), and a review leaves it on the
edge; the author of all other edits is "browser".
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import groupby
from typing import Any

import networkx
import orjson

from graph.connection import Graph, Work
from graph.courses.parsing import TABLE_SPECS
from graph.errors import Conflict
from graph.revisions import derived
from graph.revisions.record import Attribution, GraphChange, read_changes, write_revision
from graph.revisions.rows import (
    ASSESSES,
    COPIES,
    LINK_TABLES,
    RELATIONSHIP_TYPES,
    KeysByTable,
    RowStates,
    decode_ends,
    decode_key,
    encode_key,
    encode_row,
    row_as_json,
    row_name,
)
from graph.revisions.snapshot import find_changed_chunks, find_changed_rows

MAX_FAULTS = 100
"""Faults listed for one change; `lodestar lint` lists all."""

_LINK_COLUMNS = ("from", "to", "resource", "point", "points")
"""Columns of the files that are links in the graph."""

Edge = tuple[str, str]
BROWSER_EDIT = Attribution("browser", "browser")
BASELINE = Attribution("", "baseline", "what was there before changes were numbered")
SMALL_GRAPH_ROWS = 20_000
"""Rows up to which the whole graph is compared before every import: about 0.3 s."""


def find_faults(after: RowStates) -> list[str]:
    """Return one line a fault of these rows: which row, which value, and what to write instead."""
    found: list[str] = []
    for table, rows in after.items():
        for key, row in rows.items():
            if row is not None and table in TABLE_SPECS and len(found) < MAX_FAULTS:
                found += [f"{table}: {row_name(key)}: {fault}" for fault in _row_faults(table, row_as_json(row))]
    return found[:MAX_FAULTS]


def _row_faults(table: str, values: dict[str, Any]) -> Iterator[str]:
    for column, _, read, required in TABLE_SPECS[table].fields:
        value = values.get(column)
        if column in _LINK_COLUMNS or (value is None and column == "id"):
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


async def find_nodes_without_id(work: Work) -> list[str]:
    """Return a line for each label whose nodes have no id, so that nothing can refer to them."""
    return [
        f"{row['nodes']} {row['label']} without an id that is a text; nothing uses them. Give each one: "
        f"MATCH (n) WHERE elementId(n) = '{row['example']}' SET n.id = '…'"
        for row in await work.run("revisions/nameless")
        if row["nodes"]
    ]


async def refuse_cycle(work: Work) -> None:
    """Raise `Conflict` where the accepted prerequisites have a cycle, spelled out."""
    prerequisites = await _read_accepted(work)
    try:
        found = networkx.find_cycle(prerequisites)
    except networkx.NetworkXNoCycle:
        return
    path = " → ".join([found[0][0], *(edge[1] for edge in found)])
    raise Conflict(f"That would close the cycle {path}; nothing was changed. Reject one of its prerequisites first.")


async def quarantine_edges(work: Work, new: Iterable[Edge]) -> dict[Edge, str]:
    """Turn the `new` accepted prerequisites that close a cycle into proposals; return each with its cycle, spelled out.

    Such an edge becomes a proposal and says so: `status = 'proposed'`, `quarantine` = the cycle, `quarantinedAt`.
    """
    prerequisites = await _read_accepted(work)
    closing = find_closing_edges(prerequisites, new)
    if closing:
        rows = [[*edge, cycle] for edge, cycle in closing.items()]
        await work.run("revisions/quarantine", rows=rows)
    return closing


def find_closing_edges(prerequisites: "networkx.DiGraph[str]", new: Iterable[Edge]) -> dict[Edge, str]:
    """Return those of `new` that close a cycle when added to the rest of `prerequisites` one after the other."""
    component_of = _number_components(prerequisites)
    suspects = sorted(
        (before, after)
        for before, after in set(new) & set(prerequisites.edges)
        if before == after or (before in component_of and component_of[before] == component_of.get(after))
    )
    prerequisites = prerequisites.copy()
    prerequisites.remove_edges_from(suspects)
    closing = {}
    for before, after in suspects:
        if before == after:
            closing[before, after] = f"{before} → {after}"
        elif before in prerequisites and after in prerequisites and networkx.has_path(prerequisites, after, before):
            path = networkx.shortest_path(prerequisites, after, before)
            closing[before, after] = " → ".join([before, *path])
        else:
            prerequisites.add_edge(before, after)
    return closing


def _number_components(prerequisites: "networkx.DiGraph[str]") -> dict[str, int]:
    """Number the strongly connected components of more than one point; return the number of each of their points."""
    components = (
        component for component in networkx.strongly_connected_components(prerequisites) if len(component) > 1
    )
    return {point: number for number, component in enumerate(components) for point in component}


async def _read_accepted(work: Work) -> "networkx.DiGraph[str]":
    answer = await work.run("revisions/accepted")
    return networkx.DiGraph((before, after) for before, after in answer[0]["rows"])


async def drop_duplicate_links(work: Work, change: GraphChange) -> list[str]:
    """Delete duplicate links between two nodes but one; return a line for each pair."""
    lines = []
    for table in LINK_TABLES:
        mark = b'{"%b"' % COPIES.encode()
        pairs = [decode_ends(key) for key, row in change.after[table].items() if row and row.startswith(mark)]
        if not pairs:
            continue
        rows = await work.run("revisions/doubles", pairs=pairs, kind=RELATIONSHIP_TYPES[table])
        gone = []
        for pair, group in groupby(rows, key=lambda row: (row["start"], row["end"])):
            others = sorted(group, key=lambda row: _duplicate_rank(change, table, pair, row))[1:]
            gone += [row["link"] for row in others]
            extra = ", ".join(encode_row(row["properties"]).decode() for row in others)
            lines.append(f"{table}: {' → '.join(pair)}: drawn {len(others) + 1} times; one was kept, gone: {extra}")
        await work.run("revisions/drop_links", links=gone)
    return lines


def _duplicate_rank(change: GraphChange, table: str, pair: tuple[str, str], row: dict[str, Any]) -> tuple[bool, bytes]:
    """Return the known link comes first."""
    text = encode_row(row["properties"])
    return text != change.before[table].get(encode_key(pair)), text


async def quarantine_new_cycles(work: Work, change: GraphChange) -> list[str]:
    """Turn prerequisites accepted by hand that close a cycle into proposals; return a line for each."""
    new = []
    for key, row in change.after["prerequisites"].items():
        if row and b'"accepted"' in row and not _is_accepted(change.before["prerequisites"][key]):
            new.append(decode_ends(key))
    closing = await quarantine_edges(work, new) if new else {}
    return [
        f"prerequisites: {before} → {after}: set aside as a proposal, because it closes the cycle {cycle}"
        for (before, after), cycle in closing.items()
    ]


def _is_accepted(row: bytes | None) -> bool:
    return row is not None and orjson.loads(row).get("status") == "accepted"


@dataclass(frozen=True)
class SyncResult:
    """The edits made by hand since the last revision.

    Attributes:
        revision: the number it got; None where there was nothing.
        counts: new, changed and gone rows by table.
        notes: what was set aside, taken out, or is wrong and stays.
    """

    revision: int | None = None
    counts: dict[str, list[int]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


async def record_manual_edits(work: Work, keys: KeysByTable, by: Attribution = BROWSER_EDIT) -> SyncResult:
    """Make what was done by hand to these rows a revision of its own; inside a transaction that holds the lock."""
    change = await read_changes(work, keys)
    if not change.is_changed:
        return SyncResult()
    by = await name_authors(work, change, by)
    doubles = await drop_duplicate_links(work, change)
    cycles = await quarantine_new_cycles(work, change)
    change = await derive_affected(work, change, keys)
    notes = doubles + cycles + find_faults(change.after)
    return SyncResult(await write_revision(work, by, change, notes), change.counts(), notes)


async def name_authors(work: Work, change: GraphChange, by: Attribution) -> Attribution:
    """Return `by` with the names of those who made the change, as the scripts of Browser left them, and clear these.

    The author of `by` stays beside them where rows were also changed without a name.
    """
    [noted] = await work.run("revisions/hand_edits")
    name_by_row: dict[str, str] = {}
    for edit in noted["edits"]:
        name, _, row = edit.partition("\n")
        name_by_row[row] = name
    rows = [(table, key) for table, each in change.before.items() for key in each]
    names = {row: _find_editor(change, *row, name_by_row) for row in rows}
    told = {row_name(key) for _, key in rows} | {decode_ends(key)[0] for table, key in rows if table == "teaches"}
    used = [edit for edit in noted["edits"] if edit.partition("\n")[2] in told]
    if used:
        await work.run("revisions/forget_hand_edits", edits=used)
    authors = sorted({name for name in names.values() if name})
    if not authors:
        return by
    return replace(by, author=", ".join([*authors, *([] if all(names.values()) else [by.author])]))


def _find_editor(change: GraphChange, table: str, key: bytes, name_by_row: dict[str, str]) -> str:
    """Return who changed a row by a script that names it, or the resource of a teaches row; or by a review; else ""."""
    found = name_by_row.get(row_name(key)) or (table == "teaches" and name_by_row.get(decode_ends(key)[0])) or ""
    if found or table not in ("prerequisites", "related"):
        return found
    before, after = (row_as_json(row or b"{}") for row in (change.before[table][key], change.after[table][key]))
    return str(after.get("reviewedBy") or "") if after.get("reviewedAt") != before.get("reviewedAt") else ""


async def derive_affected(work: Work, change: GraphChange, keys: KeysByTable) -> GraphChange:
    """Derive the degrees and semantic edges affected by a change; return what then differs of the rows `keys`.

    A proposed semantic edge may turn into a derived one, and then is no row any more.
    """
    points = {str(decode_key(key)) for key in change.before["points"]}
    for table in ("prerequisites", "related"):
        for key in change.before[table]:
            points.update(decode_ends(key))
    points.update(decode_ends(key)[1] for key in change.before["teaches"])
    resources = [str(decode_key(key)) for key in change.before["resources"]]
    courses = [str(decode_key(key)) for key in change.before["courses"]]
    [beside] = await work.run("revisions/points_of", resources=resources, courses=courses)
    ids = sorted(points.union(beside["points"]))
    related = set(map(encode_key, await derived.read_proposed_related(work, ids)))
    await derived.refresh_derived(work, ids)
    return await read_changes(work, keys | {"related": keys.get("related", set()) | related})


@dataclass(frozen=True)
class CountDifference:
    """The differences of the counts from those of the known state, by table, and the revision.

    `other_links` counts links that are no table of their own. Nodes without ids are in no table: a difference may stay.
    """

    revision: int
    rows: int
    differences: dict[str, int]
    other_links: tuple[int, int]


async def compare_counts(graph: Graph) -> CountDifference:
    """Compare the counts of nodes and links, which Neo4j keeps, with the known state."""
    [row] = await graph.read("revisions/counts")
    sizes: dict[str, int] = dict(row["sizes"])
    off = {table: count - sizes.get(table, 0) for table, count in row["counts"]}
    return CountDifference(row["revision"], sum(count for _, count in row["counts"]), off, tuple(row["beside"]))


async def sync_graph(graph: Graph, pause_ratio: float = 0.0) -> SyncResult:
    """Compare the whole graph with its known state, and make a revision of what somebody changed by hand.

    Nodes without ids are reported every time they are found.
    """
    differing = await find_changed_chunks(graph, pause_ratio)
    settled = SyncResult()
    if differing:
        keys = await find_changed_rows(graph, differing)
        settled = await graph.execute_write(partial(_record_scanned, keys=keys))
    if any((await compare_counts(graph)).differences.values()):
        settled = replace(settled, notes=settled.notes + await graph.execute_read(find_nodes_without_id))
    return settled


async def sync_if_cheap(graph: Graph) -> SyncResult:
    """Sync the graph before an import; a large graph only where its counts differ from the known state."""
    seen = await compare_counts(graph)
    if seen.rows <= SMALL_GRAPH_ROWS or any(seen.differences.values()):
        return await sync_graph(graph)
    return SyncResult()


async def _record_scanned(work: Work, keys: KeysByTable) -> SyncResult:
    [locked] = await work.run("curate/lock_graph")
    numbered = await work.run("revisions/newest", course=None, limit=1)
    return await record_manual_edits(work, keys, BROWSER_EDIT if numbered or not locked["revision"] else BASELINE)
