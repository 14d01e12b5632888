"""A new learner's first guess, in the graph."""

import secrets
from datetime import datetime

from api.newcomers import declared
from graph.connection import Graph
from graph.diagnostics import finish_diagnostic, start_diagnostic
from graph.practice import Change


async def place(graph: Graph, learner: str, course: str, start: list[Change], now: datetime) -> None:
    """Store it as a diagnostic without questions, so that the learner's history can be rebuilt."""
    id = f"diag-{secrets.token_hex(8)}"
    await start_diagnostic(graph, id, learner, course, now, length=0)
    await finish_diagnostic(graph, id, start, now)


__all__ = ["declared", "place"]
