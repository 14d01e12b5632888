"""The revisions of the curated graph as the API and the command line show them."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from graph.connection import Graph
from graph.derive import Rebuilt, rebuild
from graph.revisions import history
from graph.revisions.changes import RowChange, row_changes
from graph.revisions.revert import By, Settled, revert, revert_to, sync


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
    return Revisions(await history.log(graph, course, limit))


async def revision_detail(graph: Graph, number: int, limit: int, offset: int) -> RevisionDetail:
    """One revision, and some of its rows by table and id. Raises `NotFound`."""
    revision = await history.revision(graph, number)
    rows = row_changes(await history.difference(graph, number))
    return RevisionDetail(revision, len(rows), rows[offset : offset + limit])


async def log_of(graph: Graph, course: str | None, limit: int) -> list[history.Revision]:
    """The latest revisions, edits by hand taken in before."""
    await sync(graph)
    return await history.log(graph, course, limit)


async def between(graph: Graph, number: int, until: int | None) -> list[RowChange]:
    """What a revision changed, or what lies between the states after two."""
    return row_changes(await history.difference(graph, number, until))


async def reverted(graph: Graph, number: int, to: bool, author: str, why: str) -> Settled:
    """Undo one revision, or all later ones."""
    return await (revert_to if to else revert)(graph, number, By(author, "revert", why))


async def rebuilt(graph: Graph, author: str) -> tuple[Settled, Rebuilt]:
    """Take in edits by hand, then derive everything anew."""
    settled = await sync(graph)
    return settled, await rebuild(graph, By(author, "rebuild"))


__all__ = [
    "RevisionDetail",
    "Revisions",
    "Settled",
    "between",
    "list_revisions",
    "log_of",
    "rebuilt",
    "reverted",
    "revision_detail",
    "sync",
]
