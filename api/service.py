"""Puts the loop together and takes it apart again."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from api.course_source import courses_of
from api.loop import Loop
from api.recorder import Recorder
from api.trained import Trained
from graph.connection import Address, connect

RETRY_SECONDS = 2.0
"""How long a request waits for a database that is away before it says so."""


@dataclass(frozen=True)
class Service:
    """What a running service is made from; `budget` as in `Loop`.

    `watch`: seconds between looks at what people change by hand, 0 for none.
    """

    address: Address
    trained: Trained
    budget: float | None = None
    watch: float = 0.0

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[Loop]:
        """The loop on this database; what was accepted for writing is written before it closes."""
        async with connect(replace(self.address, retry_seconds=RETRY_SECONDS)) as graph:
            recorder = Recorder.of(graph)
            yield Loop(graph, courses_of(graph, self.trained), recorder, self.budget)
            await recorder.drain()
