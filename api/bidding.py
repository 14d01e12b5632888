"""One strategy is asked to decide: brought into memory, told what it looks at, off the event loop where it is slow."""

import asyncio
from dataclasses import dataclass

from api.bandits import BANDITS
from api.bandits import recommender as bandit
from api.deciding import Decided, decide, nothing
from api.looking_back import Loop, Situation, recent
from models.shelf import Recommender, known


@dataclass(frozen=True, eq=False)
class Bid:
    """For whom, and how many places are to be filled."""

    situation: Situation
    n: int


async def bid(loop: Loop, wanted: Bid, name: str) -> Decided | None:
    """What the strategy `name` decides; None where it has no opinion of the learner.

    Raises `SetupFailed` where it lacks something.
    """
    strategy, recommender = known(name), await _made(loop, wanted.situation, name)
    history = await recent(loop, wanted.situation) if strategy.looks_back else None
    if strategy.quick:
        decided = decide(wanted.situation, wanted.n, recommender, history)
    else:
        decided = await asyncio.to_thread(decide, wanted.situation, wanted.n, recommender, history)
    silent = decided.decision.silent
    return None if silent is not None and silent[0] else decided


async def _made(loop: Loop, situation: Situation, name: str) -> Recommender:
    """The strategy on the course; whoever asks while it is being made waits for the same."""
    line_up = situation.served.line_up
    if name in BANDITS:
        return await bandit(loop.graph, situation.served, name)
    if name in line_up.strategies.made:
        return line_up.strategies.made[name]
    if name not in line_up.making:
        task = asyncio.create_task(asyncio.to_thread(line_up.strategies.make, name), name=f"make {name}")
        line_up.making[name] = task
        task.add_done_callback(lambda _: line_up.making.pop(name))
    made: Recommender = await asyncio.shield(line_up.making[name])
    return made


__all__ = ["Bid", "Decided", "Loop", "Situation", "bid", "known", "nothing"]
