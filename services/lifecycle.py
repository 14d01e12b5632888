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
"""Pause after a page of the slow scan, as a multiple of the time that the page took."""

FAST_SCAN_PAUSE_FACTOR = 1.0
"""The same where the counts differ."""

logger = logging.getLogger("lodestar")


@asynccontextmanager
async def watch_graph(context: AppContext, ready: asyncio.Event, every: float) -> AsyncIterator[None]:
    """Watch the graph in the background once the service is ready; every `every` seconds, 0: not at all."""
    watch = GraphWatcher(context)
    beats = (watch.check_counts, watch.scan_rows) if every else ()
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
    """Finds edits by hand, and rebuilds the courses in memory at a new revision."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._differing_counts: dict[str, int] | None = None
        self._logged_notes: list[str] = []

    async def check_counts(self) -> None:
        """Compare the counts, which is cheap; where they differ, compare every row at once."""
        seen = await compare_counts(self._context.graph)
        if any(seen.differences.values()) and seen.differences != self._differing_counts:
            self._log_settled(await sync_graph(self._context.graph, FAST_SCAN_PAUSE_FACTOR))
            seen = await compare_counts(self._context.graph)
        self._differing_counts = seen.differences
        self._refresh_courses(seen.revision)

    async def scan_rows(self) -> None:
        """Compare every row, slowly."""
        settled = await sync_graph(self._context.graph, SLOW_SCAN_PAUSE_FACTOR)
        self._log_settled(settled)
        self._refresh_courses(settled.revision or 0)

    def _refresh_courses(self, revision: int) -> None:
        for served in self._context.courses.loaded:
            if served.revision < revision:
                self._context.courses.refresh(served.course.id)

    def _log_settled(self, settled: SyncResult) -> None:
        if settled.revision is not None:
            logger.warning("changed by hand: revision %d; see lodestar graph diff", settled.revision)
        for note in settled.notes:
            if note not in self._logged_notes:
                logger.warning("changed by hand: %s", note)
        self._logged_notes = settled.notes


async def warm_up(context: AppContext) -> None:
    """Migrate the schema, read every course into memory and make a first decision on each.

    Raises `GraphUnavailable` while Neo4j is away, `GraphRefused` for a database newer than this code.
    """
    await migrate(context.graph)
    for course in await context.courses.ids():
        run_first_decision(await context.courses.get(course))
    freeze_garbage_collector()


def freeze_garbage_collector() -> None:
    """Exclude what is in memory now from garbage collection: each collection would scan a large course."""
    gc.collect()
    gc.freeze()


def unfreeze_garbage_collector() -> None:
    """Return it to garbage collection, which frees what libraries expect to be freed at the end."""
    gc.unfreeze()


def run_first_decision(served: ServedCourse) -> None:
    """Decide once for a learner who knows nothing, so that the first request does not wait for lazy starts."""
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
