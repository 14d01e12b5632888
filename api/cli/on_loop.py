"""One use case for a command: open the loop on the deployment's database, work, close."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from api.cli.db import ensure
from api.loop import Loop
from api.service import Service
from api.settings import Settings
from graph.schema import migrate

T = TypeVar("T")


def on_loop(unit: Callable[[Loop], Awaitable[T]]) -> T:
    """Run `unit`; starts the managed server if need be and brings the database to this code's schema."""
    settings = Settings()

    async def run() -> T:
        async with Service(ensure(settings), settings.trained()).opened() as loop:
            await migrate(loop.graph)
            return await unit(loop)

    return asyncio.run(run())
