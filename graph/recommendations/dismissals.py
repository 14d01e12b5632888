"""Dismiss a recommendation: feedback that is stored on it, once, and never counts as an answer.

What follows from a reason: `not_now`, the resource rests for a day; `too_easy`, `too_hard` and `known`, it rests as
after a right answer; `known` and `too_easy`, the estimates of what it mainly teaches become uncertain, the levels stay;
`not_for_me`, it is never offered to this learner again. The rests are in cypher/recommend/candidates.cypher.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from graph.connection import Graph, Work
from graph.errors import Conflict, NotFound
from graph.values import to_datetime, to_past_utc

DismissalReason = Literal["not_now", "too_easy", "too_hard", "known", "not_for_me"]

DOUBTED_SD = 0.25
"""Uncertainty at least of a point that a learner says to know: nearly that of one never seen, so that it is asked."""


@dataclass(frozen=True, slots=True)
class Dismissal:
    """A dismissal as it is stored; `repeated` when it had been stored before."""

    recommendation: str
    learner: str
    resource: str
    reason: str
    at: datetime
    repeated: bool = False


async def dismiss_recommendation(
    graph: Graph, id: str, reason: DismissalReason, at: datetime, now: datetime
) -> Dismissal:
    """Store a dismissal; the same reason again changes nothing.

    Raises `NotFound`, `Conflict` for one that is answered or was dismissed for another reason, `Invalid` for a time in
    the future.
    """
    moment = to_past_utc(at, now, "at")

    async def unit(work: Work) -> Dismissal:
        rows = await work.run("recommend/lock_recommendation", id=id)
        if not rows:
            raise NotFound("recommendation", id)
        row = rows[0]
        if row["outcome"] is not None:
            raise Conflict(f"Recommendation {id!r} is answered by the outcome {row['outcome']!r}; it stays answered.")
        if row["dismissal"] not in (None, reason):
            raise Conflict(f"Recommendation {id!r} was dismissed as {row['dismissal']!r}; the first reason stays.")
        if row["dismissal"] is not None:
            stored_at = to_datetime(row["dismissed_at"])
            return Dismissal(id, row["learner"], row["resource"], reason, stored_at, repeated=True)
        unsure = reason in ("known", "too_easy")
        await work.run("recommend/dismiss", id=id, reason=reason, at=moment, unsure=unsure, sd=DOUBTED_SD)
        return Dismissal(id, row["learner"], row["resource"], reason, moment)

    return await graph.execute_write(unit)
