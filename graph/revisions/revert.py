"""Undoes a revision, or brings the whole curated graph back to an earlier one; either is a new revision.

Undoing revision N makes the rows that it changed what they were before. It is refused where a later revision changed
the same rows to something else, or where a row that came later would lose its ground (a link to a point that would go):
the rows are named. Going back to revision N meets no such conflicts, as everything later goes.

Learners' histories stay: a resource or item that somebody worked with is retired instead of deleted, a point that
somebody touched stays without a course. What a deleted node took with it of learners' histories does not come back.
The result is checked: it closes no cycle, and every other row is what it is to be, or nothing is written.
"""

from functools import partial

from graph.connection import Graph, Work
from graph.revisions.changing import By as By
from graph.revisions.changing import Settled as Settled
from graph.revisions.changing import change_to
from graph.revisions.conflicts import NODES, reached, refuse_conflicts, refuse_empty, refuse_unnumbered
from graph.revisions.history import between, newest, read_revision
from graph.revisions.sync import settle
from graph.revisions.sync import sync as sync


async def revert(graph: Graph, number: int, by: By) -> Settled:
    """Undo one revision. Raises `NotFound`, `Invalid` where nothing is to be undone, `Conflict`."""
    await sync(graph)
    return await graph.writing(partial(_revert, number=number, by=by))


async def revert_to(graph: Graph, number: int, by: By) -> Settled:
    """Bring the curated graph back to what it was after a revision; 0: before the first. Raises as `revert` does."""
    await sync(graph)
    return await graph.writing(partial(_revert_to, number=number, by=by))


async def _revert(work: Work, number: int, by: By) -> Settled:
    await work.run("curate/lock_graph")
    revision = await read_revision(work, number)
    await refuse_unnumbered(work, number - 1)
    found = await between(work, number - 1, number)
    refuse_empty(found, f"Revision {number}")
    keys = await reached(work, found)
    await settle(work, keys)
    await refuse_conflicts(work, found, keys)
    notes = [f"revision {number} undone"]
    if revision.action == "browser" and any(None in found.after[table].values() for table in NODES):
        notes.append("what was deleted by hand is back, but not what learners had done with it: that went with it")
    return await change_to(work, by, found.before, keys, notes)


async def _revert_to(work: Work, number: int, by: By) -> Settled:
    await work.run("curate/lock_graph")
    if number:
        await read_revision(work, number)
    await refuse_unnumbered(work, number)
    found = await between(work, number, await newest(work))
    refuse_empty(found, f"Revision {number} and the graph")
    keys = await reached(work, found)
    await settle(work, keys)
    return await change_to(work, by, found.before, keys, [f"back to revision {number}"])
