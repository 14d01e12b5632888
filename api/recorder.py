"""Group commit: decisions of concurrent requests are written together in one transaction.

A request waits for the commit that holds its own decision, so nothing is served that is not logged. While one
transaction is under way the next group gathers; at one client a group is one decision and nothing is delayed.
"""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from graph.connection import Graph
from graph.decisions import Decision, log_decisions
from graph.errors import Conflict, GraphUnavailable

Group = asyncio.Task[set[str]]


class Recorder:
    """Writes decisions in groups through `write`; bounded, so that an outage cannot pile up work.

    Args:
        write: stores a group in one transaction and returns the ids that were stored.
        waiting: decisions that may gather before new ones are refused.
    """

    def __init__(self, write: Callable[[list[Decision]], Awaitable[set[str]]], waiting: int = 1000) -> None:
        self._write = write
        self._waiting = waiting
        self._decisions: list[Decision] = []
        self._gathering: Group | None = None
        self._last: Group | None = None

    @classmethod
    def of(cls, graph: Graph) -> "Recorder":
        """The recorder that writes to `graph`."""
        return cls(partial(log_decisions, graph))

    async def record(self, decisions: list[Decision]) -> None:
        """Return when the decisions are committed; what `write` raises is raised for everybody in its group.

        Raises `Conflict` when the learner or a resource was deleted since the decision was made.
        """
        if len(self._decisions) + len(decisions) > self._waiting:
            raise GraphUnavailable("Too many decisions wait to be written. Try again in a moment.")
        self._decisions += decisions
        if self._gathering is None:
            self._gathering = self._last = asyncio.create_task(self._commit(self._last))
        stored = await asyncio.shield(self._gathering)
        if not all(decision.id in stored for decision in decisions):
            raise Conflict("The learner or the resource was deleted in the meantime. Ask again.")

    async def drain(self) -> None:
        """Wait until everything that was accepted is written or has failed."""
        if self._last is not None:
            await asyncio.wait([self._last])

    async def _commit(self, previous: Group | None) -> set[str]:
        if previous is not None and not previous.done():
            await asyncio.wait([previous])
        decisions, self._decisions, self._gathering = self._decisions, [], None
        return await self._write(decisions)
