"""A decision that is logged before anybody hears of it."""

from api.deciding import Decided
from api.decision_log import rows
from api.handing_over import Situation, decide
from api.loop import Loop
from api.timings import awaited
from api.views import HandOver


async def choose(
    loop: Loop, situation: Situation, n: int, strategy: str | None = None
) -> tuple[Decided, list[HandOver]]:
    """Fill up to `n` places and log them; also which strategies handed over, and why.

    Raises `GraphUnavailable` when the decision could not be logged; then nothing was served.
    """
    decided, handed = await decide(loop, situation, n, strategy)
    if decided.choices:
        await _log(loop, decided)
    return decided, handed


@awaited("log")
async def _log(loop: Loop, decided: Decided) -> None:
    await loop.recorder.record(rows(decided))
