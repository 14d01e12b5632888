"""Every interaction with a course's resources as the graph has it: what rankers are fitted on."""

from graph.connection import Graph
from graph.interaction_files import RawInteraction
from graph.log_files import SECONDS_A_DAY
from graph.times import moment


async def read_interactions(graph: Graph, course: str) -> list[RawInteraction]:
    """Oldest first; practice on items is not among them."""
    rows = await graph.read("learn/interactions", course=course)
    return [
        RawInteraction(
            row["learner"],
            row["resource"],
            moment(row["at"]).timestamp() / SECONDS_A_DAY,
            row["right"],
            own=not row["followed"],
        )
        for row in rows
    ]


__all__ = ["SECONDS_A_DAY", "Graph", "RawInteraction", "read_interactions"]
