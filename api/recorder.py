"""Group commit: decisions of concurrent requests are written together in one transaction.

A request waits for the commit that holds its own decision, so nothing is served that is not logged. While one
transaction is under way the next group gathers; at one client a group is one decision and nothing is delayed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from graph.errors import GraphUnavailable

Row = dict[str, Any]


class Recorder:
    """Writes rows in groups through `write`; bounded, so that an outage cannot pile up work.

    Args:
        write: stores a group in one transaction, all of it or nothing.
        waiting: rows that may gather before new ones are refused.
    """

    def __init__(self, write: Callable[[list[Row]], Awaitable[None]], waiting: int = 1000) -> None:
        self._write = write
        self._waiting = waiting
        self._rows: list[Row] = []
        self._gathering: asyncio.Task[None] | None = None
        self._last: asyncio.Task[None] | None = None

    async def record(self, rows: list[Row]) -> None:
        """Return when the rows are committed; what `write` raises is raised for every row of its group."""
        if len(self._rows) + len(rows) > self._waiting:
            raise GraphUnavailable("Too many decisions wait to be written. Try again in a moment.")
        self._rows += rows
        if self._gathering is None:
            self._gathering = self._last = asyncio.create_task(self._commit(self._last))
        await asyncio.shield(self._gathering)

    async def drain(self) -> None:
        """Wait until everything that was accepted is written or has failed."""
        if self._last is not None:
            await asyncio.wait([self._last])

    async def _commit(self, previous: asyncio.Task[None] | None) -> None:
        if previous is not None:
            await asyncio.wait([previous])
        rows, self._rows, self._gathering = self._rows, [], None
        await self._write(rows)
