"""One strategy is asked to decide: brought into memory, told what it looks at, off the event loop where it is slow."""

import asyncio
from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from api.deciding import Decided, decide, nothing
from api.loop import Loop
from api.situation import Situation
from graph.recent import read_recent
from models.shelf import LONGEST, History, Recommender, known, nothing_done


@dataclass(frozen=True, eq=False)
class Bid:
    """For whom, and how many places are to be filled."""

    situation: Situation
    n: int


async def bid(loop: Loop, wanted: Bid, name: str) -> Decided | None:
    """What the strategy `name` decides; None where it has no opinion of the learner.

    Raises `SetupFailed` where it lacks something.
    """
    strategy, recommender = known(name), await _made(wanted.situation, name)
    history = await recent(loop, wanted.situation) if strategy.looks_back else None
    if strategy.quick:
        decided = decide(wanted.situation, wanted.n, recommender, history)
    else:
        decided = await asyncio.to_thread(decide, wanted.situation, wanted.n, recommender, history)
    silent = decided.decision.silent
    return None if silent is not None and silent[0] else decided


async def recent(loop: Loop, situation: Situation) -> History:
    """What the learner did lately on this course's resources, as a batch of one."""
    index = situation.served.course.resource_index
    did = await read_recent(loop.graph, situation.found.learner, situation.now, LONGEST)
    here = [each for each in did if each.resource in index]
    if not here:
        return nothing_done(1)
    return History(
        np.array([[index[each.resource] for each in here]], dtype=np.int64),
        np.array([[(situation.now - each.at) / timedelta(days=1) for each in here]], dtype=np.float32),
        np.array([[float(each.right) for each in here]], dtype=np.float32),
    )


async def _made(situation: Situation, name: str) -> Recommender:
    """The strategy on the course; whoever asks while it is being made waits for the same."""
    line_up = situation.served.line_up
    if name in line_up.strategies.made:
        return line_up.strategies.made[name]
    if name not in line_up.making:
        task = asyncio.create_task(asyncio.to_thread(line_up.strategies.make, name), name=f"make {name}")
        line_up.making[name] = task
        task.add_done_callback(lambda _: line_up.making.pop(name))
    made: Recommender = await asyncio.shield(line_up.making[name])
    return made


__all__ = ["Bid", "Decided", "History", "Loop", "Situation", "bid", "known", "nothing", "recent"]
