"""Outcomes: the learner's state follows in the same transaction, each outcome once."""

from api.learning import NotRead, learner_model
from api.loop import Loop
from api.timings import awaited
from graph.outcomes import record_outcomes
from graph.practice import Outcome, Recorded


@awaited("cypher")
async def record(loop: Loop, outcomes: list[Outcome]) -> list[Recorded]:
    """Store outcomes in this order, all or none.

    Raises `NotFound`, `Conflict` for somebody else's recommendation, `Invalid` for a time in the future.
    """
    while True:
        try:
            return await record_outcomes(loop.graph, outcomes, learner_model(loop.courses.arrays), loop.now())
        except NotRead as missing:
            await loop.courses.get(missing.course)
