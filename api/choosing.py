"""A decision that is logged before anybody hears of it."""

from api.deciding import Decided, decide
from api.decision_log import rows
from api.loop import Loop
from api.situation import Situation
from api.timings import awaited


async def choose(loop: Loop, situation: Situation, n: int) -> Decided:
    """Fill up to `n` places and log them.

    Raises `GraphUnavailable` when the decision could not be logged; then nothing was served.
    """
    decided = decide(situation, n)
    if decided.choices:
        await _log(loop, decided)
    return decided


@awaited("log")
async def _log(loop: Loop, decided: Decided) -> None:
    await loop.recorder.record(rows(decided))
