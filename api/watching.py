"""Watches for what people change by hand in Neo4j Browser while the service runs, and serves it at once.

Two beats: the counts every few seconds, which tell at once what was added or deleted; and round after round over every
row, so slowly that it takes 3 % of the time, which tells the rest: a small course takes seconds, 300,000 rows minutes.
What was changed becomes a revision (`graph.revisions.sync`), and the courses in memory are built anew at every new
revision, whoever made it.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any

from api.loop import Loop
from api.service import Service as Service
from graph.errors import LodestarError
from graph.revisions.sync import Settled, look, sync

REST = 30.0
"""A page of the slow round is followed by this many times its own duration."""

HASTE = 1.0
"""The same where the counts tell that something changed."""

logger = logging.getLogger("lodestar")


@asynccontextmanager
async def watching(loop: Loop, ready: asyncio.Event, every: float) -> AsyncIterator[None]:
    """Watch beside what goes on meanwhile, from when the service is ready; `every` seconds, 0: not at all."""
    watch = Watch(loop)
    beats = (watch.counts, watch.rows) if every else ()
    tasks = [asyncio.create_task(_beating(ready, beat, every), name="watch") for beat in beats]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _beating(ready: asyncio.Event, beat: Callable[[], Coroutine[Any, Any, None]], every: float) -> None:
    await ready.wait()
    while True:
        try:
            await beat()
        except LodestarError as error:
            logger.warning("the graph was not looked at: %s", error)
        await asyncio.sleep(every)


class Watch:
    """What was seen so far."""

    def __init__(self, loop: Loop) -> None:
        self._loop = loop
        self._off: dict[str, int] | None = None
        self._told: list[str] = []

    async def counts(self) -> None:
        """A cheap look; where the counts are off, everything is compared at once."""
        seen = await look(self._loop.graph)
        if any(seen.off.values()) and seen.off != self._off:
            self._tell(await sync(self._loop.graph, HASTE))
            seen = await look(self._loop.graph)
        self._off = seen.off
        self._reflect(seen.revision)

    async def rows(self) -> None:
        """One slow round over every row."""
        settled = await sync(self._loop.graph, REST)
        self._tell(settled)
        self._reflect(settled.revision or 0)

    def _reflect(self, revision: int) -> None:
        for served in self._loop.courses.held:
            if served.revision < revision:
                self._loop.courses.refresh(served.course.id)

    def _tell(self, settled: Settled) -> None:
        if settled.revision is not None:
            logger.warning("changed by hand: revision %d; see lodestar graph diff", settled.revision)
        for note in settled.notes:
            if note not in self._told:
                logger.warning("changed by hand: %s", note)
        self._told = settled.notes
