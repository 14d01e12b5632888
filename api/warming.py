"""Getting ready: the schema, every course in memory, and a first decision on each, before anybody waits for one."""

import gc

import numpy as np

from api.loop import Loop
from api.served import Served
from graph.schema import migrate
from models.recommender import Observation, wanted_points


async def warm_up(loop: Loop) -> None:
    """Raises `GraphUnavailable` while Neo4j is away, `GraphRefused` for a database newer than this code."""
    await migrate(loop.graph)
    for course in await loop.courses.ids():
        try_out(await loop.courses.get(course))
    settle()


def settle() -> None:
    """Take what is in memory now out of the garbage collector's rounds: a large course would be walked in each."""
    gc.collect()
    gc.freeze()


def unsettle() -> None:
    """Give it back to the garbage collector, which frees what libraries expect to be freed at the end."""
    gc.unfreeze()


def try_out(served: Served) -> None:
    """One decision for a learner who knows nothing, so that the first real one pays for no lazy start."""
    course = served.course
    if course.resources == 0:
        return
    nothing = np.zeros((1, course.points), dtype=np.float32)
    everything = np.ones((1, course.points), dtype=bool)
    candidates = np.arange(min(20, course.resources))[None]
    served.recommender.decide(
        Observation(
            level=nothing,
            days=nothing,
            target=nothing,
            wanted=wanted_points(course, nothing, nothing, everything),
            candidates=candidates,
            mask=np.ones(candidates.shape, dtype=bool),
            success=np.array([0.5], dtype=np.float32),
            steps=np.array([0.0], dtype=np.float32),
        )
    )
