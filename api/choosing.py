"""A decision that is logged before anybody hears of it."""

from api.decision_log import Decided, rows
from api.handing_over import decide
from api.loop import Loop
from api.situation import Situation
from api.timings import awaited


async def choose(loop: Loop, situation: Situation, n: int, strategy: str | None = None) -> Decided:
    """Fill up to `n` places and log them; `strategy` decides, or who it hands over to.

    Raises `GraphUnavailable` when the decision could not be logged; then nothing was served.
    """
    decided = await decide(loop, situation, n, strategy)
    if decided.choices:
        await _log(loop, decided)
    return decided


@awaited("log")
async def _log(loop: Loop, decided: Decided) -> None:
    await loop.recorder.record(rows(decided))
