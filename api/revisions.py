"""The revisions of the curated graph as the API and the command line show them."""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from graph.connection import Graph
from graph.revisions import history
from graph.revisions.changes import RowChange, row_changes
from graph.revisions.history import Revision


@dataclass(frozen=True, slots=True)
class Revisions:
    """The latest changes, newest first."""

    revisions: list[Revision]


@dataclass(frozen=True, slots=True)
class RevisionDetail:
    """A change with the rows that it changed; `total` of them, of which `rows` holds some."""

    revision: Revision
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
