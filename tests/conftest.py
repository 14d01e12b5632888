"""The database for the tests: one for each worker, started when its first test asks for one, emptied before each.

The tests run in as many processes as there are cores (pytest-xdist). The process that hands the tests out, the
controller, starts no database; it says at the end which ones the workers used.
"""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Generator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from rich.console import Console
from rich.progress import Progress
from xdist.workermanage import WorkerController

from graph.connection import Address, Graph, connect
from graph.server import download
from tests import database
from tests.snapshot import clear, empty

# Before numpy and torch are imported, here and in every process that a test starts: workers share the cores, and what
# the tests time and repeat must not depend on who else is at work.
os.environ.update({"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"})
# A console keeps the width that this says when its module is imported; a worker is told 80.
os.environ.pop("COLUMNS", None)


# How quick an example is made and run says more about the other workers than about the code; pytest-timeout stays.
settings.register_profile("workers", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("workers")
MOST_WORKERS = 8
RUNNING = pytest.StashKey[database.Running]()
SERVERS = pytest.StashKey[list[str]]()
"""Of this process, or of all workers: version and kind of each server that was started."""


def pytest_configure(config: pytest.Config) -> None:
    config.stash[SERVERS] = []
    if getattr(config.option, "numprocesses", None) and database.given():
        raise pytest.UsageError(
            "NEO4J_URI names one database, and each test worker needs its own. Run with -n 0, or unset NEO4J_URI."
        )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """A worker for each core; none, all in this process, for a single file or where one database is given."""
    files = [Path(argument.partition("::")[0]) for argument in config.args]
    if database.given() or (len(files) == 1 and files[0].suffix == ".py"):
        return 0
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return min(cores, MOST_WORKERS)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the database. Slow files first: the workers get file by file, and end at about the same time."""
    slow: dict[Path, int] = {}
    for item in items:
        if "address" in item.fixturenames:  # type: ignore[attr-defined]
            item.add_marker("database")
        rank = 2 if item.get_closest_marker("database") else 1 if item.get_closest_marker("training") else 0
        slow[item.path] = max(rank, slow.get(item.path, 0))
    items.sort(key=lambda item: -slow[item.path])


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Start the database before the first test that needs it: its time limit does not run, a download shows."""
    if "address" in item.fixturenames and RUNNING not in item.config.stash:  # type: ignore[attr-defined]
        with item.config.pluginmanager.get_plugin("capturemanager").global_and_fixture_disabled():
            item.config.stash[RUNNING] = running = _start()
        with ThreadPoolExecutor(1) as beside:  # the loop of the tests belongs to this thread
            version = beside.submit(asyncio.run, _check(running)).result()
        item.config.stash[SERVERS].append(f"{version}: {running.what}")
    return (yield)


def _start() -> database.Running:
    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("Neo4j", total=None)

        def report(state: download.DownloadProgress) -> None:
            progress.update(task, description="Fetching Neo4j", total=state.total, completed=state.done)

        return database.start(report)


async def _check(running: database.Running) -> str:
    """The server's version; refuses to run on a database that may be somebody's."""
    async with connect(running.address) as graph:
        version = await graph.ping()
        [counted] = await graph.execute_read(lambda work: work.text("MATCH (n) RETURN count(n) AS nodes"))
    if counted["nodes"] and not running.ours and not os.environ.get("LODESTAR_TEST_WIPE"):
        pytest.exit(
            f"The database at {running.address.uri} holds {counted['nodes']} nodes, and the tests delete everything. "
            "Name an empty one in NEO4J_URI, or set LODESTAR_TEST_WIPE=1 if its content may go.",
            returncode=2,
        )
    return version


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Stop the database, once the fixtures are gone and before a worker reports that it is done."""
    config = session.config
    if RUNNING in config.stash:
        config.stash[RUNNING].stop()
    if hasattr(config, "workeroutput"):
        config.workeroutput["servers"] = config.stash[SERVERS]


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: WorkerController) -> None:
    node.config.stash[SERVERS] += getattr(node, "workeroutput", {}).get("servers", [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for server, count in Counter(terminalreporter.config.stash[SERVERS]).items():
        each = f", {count} of them" if count > 1 else ""
        terminalreporter.write_line(f"database tests ran on {server}{each}")


@pytest.fixture(scope="session")
def address(request: pytest.FixtureRequest) -> Address:
    """Where the tests' database is. A test that takes this or `graph` gets the mark `database`."""
    return request.config.stash[RUNNING].address


@pytest.fixture(scope="session")
async def connection(address: Address) -> AsyncIterator[Graph]:
    """One pool of connections for all tests; use `graph` or `module_graph`, which are empty."""
    async with connect(address) as graph:
        yield graph
        await empty(graph)


@pytest.fixture
async def graph(connection: Graph) -> Graph:
    """The database with the schema and nothing else in it."""
    await clear(connection)
    return connection


@pytest.fixture(scope="module")
async def module_graph(connection: Graph) -> Graph:
    """The same, for what the tests of a module read together; none of them takes `graph`."""
    await clear(connection)
    return connection
