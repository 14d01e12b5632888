"""The answers and interactions of a course, for fitting, and a learner's recent outcomes.

All answers of a course are what learner models are fitted on; all interactions with its resources are what rankers are
fitted on; the recent outcomes of one learner are the input of a ranker.
"""

from dataclasses import dataclass
from datetime import datetime

from graph.connection import Graph
from graph.learners.log_files import SECONDS_PER_DAY, RawAnswer, RawInteraction
from graph.values import to_datetime, to_utc


async def read_interactions(graph: Graph, course: str) -> list[RawInteraction]:
    """Return the interactions with resources of a course, oldest first."""
    rows = await graph.read("learn/interactions", course=course)
    return [
        RawInteraction(
            row["learner"],
            row["resource"],
            to_datetime(row["at"]).timestamp() / SECONDS_PER_DAY,
            row["right"],
            is_own_choice=not row["followed"],
        )
        for row in rows
    ]


async def read_course_answers(graph: Graph, course: str) -> list[RawAnswer]:
    """Return outcomes and answers of diagnostics, learner by learner in the order given."""
    rows = await graph.read("learn/answers", course=course)
    return [
        RawAnswer(
            learner=row["learner"],
            skills=tuple(row["points"]),
            right=float(row["right"]),
            item=row["item"],
            days=to_datetime(row["at"]).timestamp() / SECONDS_PER_DAY,
            order=float(place),
        )
        for place, row in enumerate(rows)
    ]


@dataclass(frozen=True, slots=True)
class RecentOutcome:
    """One outcome on a resource."""

    resource: str
    right: bool
    at: datetime


async def read_recent_outcomes(graph: Graph, learner: str, now: datetime, limit: int) -> list[RecentOutcome]:
    """Return at most `limit` of a learner's outcomes on resources up to `now`, oldest first."""
    rows = await graph.read("learn/recent", learner=learner, now=to_utc(now), limit=limit)
    return [RecentOutcome(row["resource"], row["right"], to_datetime(row["at"])) for row in reversed(rows)]
