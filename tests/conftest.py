"""The database for the tests: started once, only when a selected test asks for it, emptied before each."""

import asyncio
import os

import pytest
from rich.console import Console
from rich.progress import Progress

from graph.connection import Address, Graph, connect
from graph.schema import migrate
from graph.server import download
from tests import database

RUNNING = pytest.StashKey[database.Running]()
VERSION = pytest.StashKey[str]()


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the database here, where no test's time limit runs and a download can show its progress."""
    config = session.config
    wanted = any("address" in item.fixturenames for item in session.items)
    if not wanted or config.option.collectonly:
        return
    with config.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled():
        running = _start()
    config.stash[RUNNING] = running
    config.add_cleanup(running.stop)
    config.stash[VERSION] = asyncio.run(_check(running))


def _start() -> database.Running:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Neo4j", total=None)

        def report(state: download.Progress) -> None:
            progress.update(task, description="Fetching Neo4j", total=state.total, completed=state.done)

        return database.start(report)


async def _check(running: database.Running) -> str:
    """The server's version; refuses to run on a database that may be somebody's."""
    async with connect(running.address) as graph:
        version = await graph.ping()
        [counted] = await graph.reading(lambda work: work.text("MATCH (n) RETURN count(n) AS nodes"))
    if counted["nodes"] and not running.ours and not os.environ.get("LODESTAR_TEST_WIPE"):
        pytest.exit(
            f"The database at {running.address.uri} holds {counted['nodes']} nodes, and the tests delete everything. "
            "Name an empty one in NEO4J_URI, or set LODESTAR_TEST_WIPE=1 if its content may go.",
            returncode=2,
        )
    return version


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    stash = terminalreporter.config.stash
    if VERSION in stash:
        terminalreporter.write_line(f"database tests ran on {stash[VERSION]}: {stash[RUNNING].what}")


@pytest.fixture(scope="session")
def address(request: pytest.FixtureRequest) -> Address:
    """Where the tests' database is. A test that takes this or `graph` is marked `database`."""
    return request.config.stash[RUNNING].address


@pytest.fixture(scope="session")
async def connection(address: Address):
    """One pool of connections for the whole session; use `graph`, which is empty."""
    async with connect(address) as graph:
        yield graph
        await _empty(graph)


@pytest.fixture
async def graph(connection: Graph) -> Graph:
    """The database with the schema and nothing else in it."""
    await _empty(connection)
    await migrate(connection)
    return connection


async def _empty(graph: Graph) -> None:
    text = "MATCH (n) WITH n LIMIT 20000 DETACH DELETE n RETURN count(*) AS deleted"
    while (await graph.writing(lambda work: work.text(text)))[0]["deleted"]:
        pass
