"""What a learner did lately, as rankers see it."""

from dataclasses import dataclass
from datetime import datetime

from graph.connection import Graph
from graph.times import moment, utc


@dataclass(frozen=True, slots=True)
class Did:
    """One outcome on a resource."""

    resource: str
    right: bool
    at: datetime


async def read_recent(graph: Graph, learner: str, now: datetime, limit: int) -> list[Did]:
    """At most `limit` of a learner's outcomes on resources up to `now`, oldest first; of nobody: none."""
    rows = await graph.read("learn/recent", learner=learner, now=utc(now), limit=limit)
    return [Did(row["resource"], row["right"], moment(row["at"])) for row in reversed(rows)]
