"""Which strategy decides: the one asked for, else the course's own; one that cannot hands over, and it is told.

A strategy cannot when it lacks something, fails, takes longer than its budget, or has no opinion of this learner. One
that failed or was too slow rests for a minute, so that nobody else waits for it.
"""

import asyncio
import logging
from dataclasses import replace
from time import monotonic

from api.bidding import Bid, Decided, Loop, Situation, bid, known, nothing
from graph.errors import GraphUnavailable, LodestarError

REST = 60.0
"""Seconds that a strategy is not asked after it failed or was too slow."""

logger = logging.getLogger("lodestar")


async def decide(loop: Loop, situation: Situation, n: int, asked: str | None) -> Decided:
    """The decision, and in it who could not make it and why.

    Raises `Invalid` for an unknown strategy, and `LodestarError` where none could decide.
    """
    if asked is not None:
        known(asked)
    if not situation.found.resources:
        return nothing(situation)
    handed: list[tuple[str, str]] = []
    for name in dict.fromkeys([*([asked] if asked else []), *situation.served.line_up.order]):
        why, decided = await _ask(loop, Bid(situation, n), name)
        if decided is not None:
            return replace(decided, handed=tuple(handed))
        handed.append((name, why))
    raise LodestarError("No strategy could decide: " + "; ".join(f"{name}: {why}" for name, why in handed))


async def _ask(loop: Loop, wanted: Bid, name: str) -> tuple[str, Decided | None]:
    """Why not, or the decision."""
    resting = wanted.situation.served.line_up.resting
    until, why = resting.get(name, (0.0, ""))
    if monotonic() < until:
        return why, None
    began = monotonic()
    task = asyncio.create_task(bid(loop, wanted, name), name=f"decide by {name}")
    await asyncio.wait({task}, timeout=loop.budget)
    if not task.done() or monotonic() - began > (loop.budget or float("inf")):
        why = f"it took longer than {1000 * (loop.budget or 0):.0f} ms"
        resting[name] = (monotonic() + REST, f"{why} a moment ago")
    if not task.done():
        task.add_done_callback(_heard)
        return why, None
    error = task.exception()
    if error is None:
        decided = task.result()
        return "it has no opinion of this learner", decided
    if isinstance(error, GraphUnavailable):
        raise error
    if isinstance(error, LodestarError):
        return str(error), None
    logger.error("strategy %s failed", name, exc_info=error)
    resting[name] = (monotonic() + REST, "it failed a moment ago")
    return f"it failed ({type(error).__name__})", None


def _heard(task: "asyncio.Task[Decided | None]") -> None:
    """What came too late is not used; that it failed besides is told once."""
    if not task.cancelled() and task.exception() is not None:
        logger.error("%s failed, late", task.get_name(), exc_info=task.exception())
