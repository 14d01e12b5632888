"""Warm up a service, and watch the graph for edits made by hand in Neo4j Browser while it runs.

Warm-up: migrate the schema, read every course into memory, make a first decision on each.

Two periodic tasks watch. One compares the counts every few seconds, which shows at once what was added or deleted. The
other scans every row, so slowly that it takes 3 % of the time, and finds the rest: seconds for a small course, minutes
for 300,000 rows. An edit becomes a revision (`graph.revisions.sync`), and the courses in memory are rebuilt at every
new revision, whoever made it.
"""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

import numpy as np

from graph.errors import LodestarError
from graph.migrations import migrate
from graph.revisions.sync import SyncResult, compare_counts, sync_graph
from models.recommender import Observation, find_wanted_points
from services.context import AppContext
from services.courses.served import ServedCourse

SLOW_SCAN_PAUSE_FACTOR = 30.0
"""A page of the slow round is followed by this many times its own duration."""

FAST_SCAN_PAUSE_FACTOR = 1.0
"""The same where the counts tell that something changed."""

logger = logging.getLogger("lodestar")


@asynccontextmanager
async def watch_graph(context: AppContext, ready: asyncio.Event, every: float) -> AsyncIterator[None]:
    """Watch beside what goes on meanwhile, from when the service is ready; `every` seconds, 0: not at all."""
    watch = GraphWatcher(context)
    beats = (watch.counts, watch.rows) if every else ()
    tasks = [asyncio.create_task(_run_periodically(ready, beat, every), name="watch") for beat in beats]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _run_periodically(ready: asyncio.Event, beat: Callable[[], Coroutine[Any, Any, None]], every: float) -> None:
    await ready.wait()
    while True:
        try:
            await beat()
        except LodestarError as error:
            logger.warning("the graph was not looked at: %s", error)
        await asyncio.sleep(every)


class GraphWatcher:
    """What was seen so far."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._off: dict[str, int] | None = None
        self._told: list[str] = []

    async def counts(self) -> None:
        """A cheap look; where the counts are off, everything is compared at once."""
        seen = await compare_counts(self._context.graph)
        if any(seen.off.values()) and seen.off != self._off:
            self._tell(await sync_graph(self._context.graph, FAST_SCAN_PAUSE_FACTOR))
            seen = await compare_counts(self._context.graph)
        self._off = seen.off
        self._reflect(seen.revision)

    async def rows(self) -> None:
        """One slow round over every row."""
        settled = await sync_graph(self._context.graph, SLOW_SCAN_PAUSE_FACTOR)
        self._tell(settled)
        self._reflect(settled.revision or 0)

    def _reflect(self, revision: int) -> None:
        for served in self._context.courses.loaded:
            if served.revision < revision:
                self._context.courses.refresh(served.course.id)

    def _tell(self, settled: SyncResult) -> None:
        if settled.revision is not None:
            logger.warning("changed by hand: revision %d; see lodestar graph diff", settled.revision)
        for note in settled.notes:
            if note not in self._told:
                logger.warning("changed by hand: %s", note)
        self._told = settled.notes


async def warm_up(context: AppContext) -> None:
    """Raises `GraphUnavailable` while Neo4j is away, `GraphRefused` for a database newer than this code."""
    await migrate(context.graph)
    for course in await context.courses.ids():
        run_first_decision(await context.courses.get(course))
    freeze_garbage_collector()


def freeze_garbage_collector() -> None:
    """Take what is in memory now out of the garbage collector's rounds: a large course would be walked in each."""
    gc.collect()
    gc.freeze()


def unfreeze_garbage_collector() -> None:
    """Give it back to the garbage collector, which frees what libraries expect to be freed at the end."""
    gc.unfreeze()


def run_first_decision(served: ServedCourse) -> None:
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
            wanted=find_wanted_points(course, nothing, nothing, everything),
            candidates=candidates,
            mask=np.ones(candidates.shape, dtype=bool),
            success=np.array([0.5], dtype=np.float32),
            steps=np.array([0.0], dtype=np.float32),
        )
    )
