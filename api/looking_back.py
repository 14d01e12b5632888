"""What a learner did lately, as rankers see it."""

from datetime import timedelta

import numpy as np

from api.loop import Loop
from api.situation import Situation
from graph.recent import read_recent
from models.shelf import LONGEST, History, nothing_done


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


__all__ = ["History", "Loop", "Situation", "recent"]
