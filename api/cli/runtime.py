"""Run one unit of work on the database for a command: start what has to be started, migrate, work, close; no torch."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import orjson

from api.cli.database import ensure_database
from graph.connection import Address, Graph, connect
from graph.migrations import migrate
from services.settings import Settings, get_managed_server

T = TypeVar("T")


def run_on_graph(
    unit: Callable[[Graph], Awaitable[T]], settings: Settings | None = None, address: Address | None = None
) -> T:
    """Run `unit` on the deployment's graph, brought to this code's schema; starts the managed server if need be.

    `settings`: those of the command, where it has read them already.
    """

    async def run() -> T:
        async with connect(address or ensure_database(settings or Settings())) as graph:
            await migrate(graph)
            return await unit(graph)

    return asyncio.run(run())


def find_running_address(settings: Settings) -> Address | None:
    """Return where the graph is if it is up already; None where the managed server would have to be started for it."""
    if settings.neo4j_uri is not None:
        return settings.address()
    server = get_managed_server(settings)
    return server.address() if server.status().running else None


def run_on_graph_as_is(unit: Callable[[Graph], Awaitable[T]]) -> T:
    """Run `unit` on the deployment's graph as it is: unlike `run_on_graph` this migrates nothing."""

    async def run() -> T:
        async with connect(ensure_database(Settings())) as graph:
            return await unit(graph)

    return asyncio.run(run())


def print_json(view: Any) -> None:
    """Print a view as JSON, the same as the API's."""
    print(orjson.dumps(view, option=orjson.OPT_INDENT_2).decode())
