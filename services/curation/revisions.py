"""The revisions of the curated graph: list, compare, revert, rebuild."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from graph.connection import Graph
from graph.errors import Invalid
from graph.revisions import history
from graph.revisions.derived import RebuildResult, rebuild_derived
from graph.revisions.history import RowChange, list_row_changes
from graph.revisions.record import Attribution
from graph.revisions.revert import revert_revision, revert_to_revision
from graph.revisions.sync import SyncResult, sync_graph


@dataclass(frozen=True, slots=True)
class Revisions:
    """The latest changes, newest first."""

    revisions: list[history.Revision]


@dataclass(frozen=True, slots=True)
class RevisionDetail:
    """A change with the rows that it changed; `total` of them, of which `rows` holds some."""

    revision: history.Revision
    total: Annotated[int, Field(description="How many rows differ.")]
    rows: list[RowChange]


async def list_revisions(graph: Graph, course: str | None, limit: int) -> Revisions:
    """The latest, those about one course where it is named."""
    return Revisions(await history.list_revisions(graph, course, limit))


async def get_revision(graph: Graph, number: int, limit: int, offset: int) -> RevisionDetail:
    """One revision, and some of its rows by table and id. Raises `NotFound`."""
    revision = await history.read_revision(graph, number)
    rows = list_row_changes(await history.read_diff(graph, number))
    return RevisionDetail(revision, len(rows), rows[offset : offset + limit])


async def sync_and_list_revisions(graph: Graph, course: str | None, limit: int) -> list[history.Revision]:
    """The latest revisions, edits by hand taken in before."""
    await sync_graph(graph)
    return await history.list_revisions(graph, course, limit)


async def diff_revisions(graph: Graph, number: int, until: int | None) -> list[RowChange]:
    """What a revision changed, or what lies between the states after two."""
    return list_row_changes(await history.read_diff(graph, number, until))


async def revert_revisions(
    graph: Graph, number: int, to: bool, author: str, why: str, rows: Collection[str] = ()
) -> SyncResult:
    """Undo one revision or some of its rows, or all later revisions. Raises `Invalid` for rows of all later ones."""
    by = Attribution(author, "revert", why)
    if to and rows:
        raise Invalid("--to goes back as a whole; leave out --row, or undo rows of one revision without --to.", "row")
    return await (revert_to_revision(graph, number, by) if to else revert_revision(graph, number, by, rows))


async def rebuild_graph(graph: Graph, author: str) -> tuple[SyncResult, RebuildResult]:
    """Take in edits by hand, then derive everything anew."""
    settled = await sync_graph(graph)
    return settled, await rebuild_derived(graph, Attribution(author, "rebuild"))
