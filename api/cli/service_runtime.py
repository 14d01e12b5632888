"""Run one use case for a command: open the context on the deployment's database, work, close; loads torch."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from api.cli.database import ensure_database
from graph.migrations import migrate
from services.context import AppContext, ContextFactory
from services.courses.artifacts import ArtifactStore
from services.settings import Settings

T = TypeVar("T")


def run_in_context(unit: Callable[[AppContext], Awaitable[T]], settings: Settings | None = None) -> T:
    """Run `unit`; starts the managed server if need be and brings the database to this code's schema.

    `settings`: those of the command, where it has read them already.
    """
    settings = settings or Settings()

    async def run() -> T:
        async with ContextFactory(ensure_database(settings), ArtifactStore.from_settings(settings)).open() as context:
            await migrate(context.graph)
            return await unit(context)

    return asyncio.run(run())
