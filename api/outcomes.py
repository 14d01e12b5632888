"""Outcomes: the learner's state and the bandit's follow in the same transaction, each outcome once."""

from api.bandits import NotPractised, bandits, practised
from api.learning import NotRead, learner_model
from api.loop import Loop
from api.timings import awaited
from graph.outcomes import Outcome, Recorded, record_outcomes


@awaited("cypher")
async def record(loop: Loop, outcomes: list[Outcome]) -> list[Recorded]:
    """Store outcomes in this order, all or none.

    Raises `NotFound`, `Conflict` for somebody else's recommendation, `Invalid` for a time in the future.
    """
    learn, follow = learner_model(loop.courses.arrays), bandits(loop.courses.at_hand)
    while True:
        try:
            return await record_outcomes(loop.graph, outcomes, learn, loop.now(), bandits=follow)
        except NotRead as missing:
            await loop.courses.get(missing.course)
        except NotPractised as missing:
            await practised(await loop.courses.get(missing.course), missing.name)
