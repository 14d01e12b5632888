"""What the command line does with revisions, each on one graph."""

from graph.connection import Graph
from graph.derive import Rebuilt, rebuild
from graph.revisions import history
from graph.revisions.changes import RowChange, row_changes
from graph.revisions.revert import By, Settled, revert, revert_to, sync


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


async def synced(graph: Graph) -> Settled:
    """Take in edits by hand."""
    return await sync(graph)


async def rebuilt(graph: Graph, author: str) -> tuple[Settled, Rebuilt]:
    """The same, then everything derived anew."""
    settled = await sync(graph)
    return settled, await rebuild(graph, By(author, "rebuild"))


__all__ = ["Settled", "between", "log_of", "rebuilt", "reverted", "synced"]
