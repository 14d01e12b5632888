"""The connection to Neo4j: named queries in, rows out, outages as one error (`GraphUnavailable`).

Everything is asynchronous; the command line wraps it in `asyncio.run`. The driver retries a unit of work when Neo4j
says that a retry is right, so a unit of work must have no effects outside the database.
"""

from asyncio import sleep
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from logging import getLogger
from time import monotonic
from typing import Any, TypeVar

from neo4j import (
    READ_ACCESS,
    WRITE_ACCESS,
    AsyncDriver,
    AsyncGraphDatabase,
    AsyncManagedTransaction,
    AsyncTransaction,
    NotificationMinimumSeverity,
)
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from graph import queries
from graph.errors import GraphRefused, GraphUnavailable

Row = dict[str, Any]
T = TypeVar("T")

FIRST_RETRY_SECONDS = 0.05
"""Seconds before a transaction is tried again, doubled each time. Two writers in a deadlock are done soon after."""

FETCH_SIZE = 200
"""Records that the driver buffers while an ad hoc result is read: one may be a list of thousands."""


@dataclass(frozen=True)
class Address:
    """The address of the database, and the user.

    Attributes:
        uri: neo4j://, bolt:// or their +s forms.
        retry_seconds: how long the driver goes on trying before it gives up with `GraphUnavailable`.
    """

    uri: str
    user: str = "neo4j"
    password: str = field(default="", repr=False)
    database: str = "neo4j"
    retry_seconds: float = 5.0
    pool_size: int = 50


class Work:
    """The queries of one transaction."""

    def __init__(self, transaction: AsyncManagedTransaction) -> None:
        self._transaction = transaction

    async def run(self, name: str, /, **params: Any) -> list[Row]:
        """Run the query file `name` and return its rows."""
        query = queries.load_query(name)
        query.check_arguments(params)
        return await self.text(query.text, **params)

    async def text(self, text: str, /, **params: Any) -> list[Row]:
        """Run Cypher that is no query file, for migrations; queries of analysts go through `graph.analysis.ad_hoc`."""
        result = await self._transaction.run(text, params)
        return [dict(record) for record in await result.fetch(10_000_000)]


class Graph:
    """One database. Made by `connect`; safe to share between tasks."""

    def __init__(self, driver: AsyncDriver, address: Address) -> None:
        self._driver = driver
        self._database = address.database
        self._retry_seconds = address.retry_seconds

    async def read(self, name: str, /, **params: Any) -> list[Row]:
        """Run one read query in a transaction of its own, in one round trip; tried again as `execute_read` is."""
        return await self._once(name, params, READ_ACCESS, (Neo4jError, DriverError))

    async def write(self, name: str, /, **params: Any) -> list[Row]:
        """Run one write query in a transaction of its own, in one round trip.

        Tried again when Neo4j took it back (a deadlock), not when the connection broke: it may have been committed.
        """
        return await self._once(name, params, WRITE_ACCESS, (Neo4jError,))

    async def _once(self, name: str, params: Row, access: str, again: tuple[type[Exception], ...]) -> list[Row]:
        query = queries.load_query(name)
        query.check_arguments(params)
        deadline, pause = monotonic() + self._retry_seconds, FIRST_RETRY_SECONDS
        async with _translate_outages():
            while True:
                try:
                    return await self._run(query.text, params, access)
                except (Neo4jError, DriverError) as error:
                    retryable = isinstance(error, again) and error.is_retryable()
                    if not retryable or monotonic() + pause > deadline:
                        raise
                await sleep(pause)
                pause *= 2

    async def _run(self, text: str, params: Row, access: str) -> list[Row]:
        async with self._driver.session(database=self._database, default_access_mode=access) as session:
            result = await session.run(text, params)
            return [dict(record) for record in await result.fetch(10_000_000)]

    async def execute_read(self, unit: Callable[[Work], Awaitable[T]]) -> T:
        """Run `unit` in one read transaction; it cannot write."""
        async with _translate_outages(), self._driver.session(database=self._database) as session:
            return await session.execute_read(lambda transaction: unit(Work(transaction)))

    async def execute_write(self, unit: Callable[[Work], Awaitable[T]]) -> T:
        """Run `unit` in one write transaction: all of it is committed, or nothing."""
        async with _translate_outages(), self._driver.session(database=self._database) as session:
            return await session.execute_write(lambda transaction: unit(Work(transaction)))

    @asynccontextmanager
    async def begin_read_transaction(self, timeout: float, warn: bool = False) -> AsyncIterator[AsyncTransaction]:
        """Open a read transaction that the server ends after `timeout` seconds; it is never retried.

        With `warn` the summaries of its results carry the server's warnings, such as a label that no node has.
        """
        severity = NotificationMinimumSeverity.WARNING if warn else NotificationMinimumSeverity.OFF
        async with (
            _translate_outages(),
            self._driver.session(
                database=self._database,
                default_access_mode=READ_ACCESS,
                fetch_size=FETCH_SIZE,
                notifications_min_severity=severity,
            ) as session,
            await session.begin_transaction(timeout=timeout) as transaction,
        ):
            yield transaction

    async def ping(self) -> str:
        """Return the server's version, e.g. "Neo4j/5.26.19"; raises `GraphUnavailable` when it is away."""
        async with _translate_outages():
            info = await self._driver.get_server_info()
        return str(info.agent)


@asynccontextmanager
async def connect(address: Address) -> AsyncIterator[Graph]:
    """Open a pool of connections and close it at the end. Does not wait for the server: see `Graph.ping`."""
    # The driver also logs, with the whole query, each warning of the server that a caller asked for.
    getLogger("neo4j.notifications").disabled = True
    driver = AsyncGraphDatabase.driver(
        address.uri,
        auth=(address.user, address.password),
        max_transaction_retry_time=address.retry_seconds,
        initial_retry_delay=FIRST_RETRY_SECONDS,
        connection_acquisition_timeout=address.retry_seconds,
        connection_timeout=address.retry_seconds,
        max_connection_pool_size=address.pool_size,
        notifications_min_severity=NotificationMinimumSeverity.OFF,
        user_agent="lodestar",
    )
    async with driver:
        yield Graph(driver, address)


@asynccontextmanager
async def _translate_outages() -> AsyncIterator[None]:
    """Turn errors that the driver calls retryable into `GraphUnavailable`; others pass through."""
    try:
        yield
    except AuthError as error:
        raise GraphRefused(
            f"Neo4j refused the user or password ({error.message}). Check NEO4J_USER and NEO4J_PASSWORD, "
            "or see `lodestar db status`."
        ) from error
    except (Neo4jError, DriverError, OSError) as error:
        if isinstance(error, Neo4jError) and "MemoryPoolOutOfMemory" in (error.code or ""):
            raise GraphUnavailable(
                f"Neo4j ran out of memory ({error.message}). Try again when less is going on, "
                "or raise server.memory.heap.max_size."
            ) from error
        if isinstance(error, OSError) or error.is_retryable():
            raise GraphUnavailable(f"Neo4j does not answer ({error}). See `lodestar db status`.") from error
        raise
