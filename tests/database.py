"""Which Neo4j the tests run on: NEO4J_URI, else Docker, else a managed server in a home of the tests' own.

LODESTAR_TEST_NEO4J=2026 asks Docker or the managed server for the 2026 series instead of 5.26.
"""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import docker
import platformdirs
from docker.errors import DockerException, ImageNotFound
from filelock import FileLock, Timeout
from testcontainers.core.container import DockerContainer

from graph.connection import Address
from graph.errors import SetupFailed
from graph.server import download
from graph.server.download import ReportFunction, ignore_progress
from graph.server.layout import BOLT_PORT, HTTP_PORT, ServerLayout, ServerState
from graph.server.managed import ManagedServer
from graph.server.process import AccessResult, ServerTuning, try_access

CACHE = Path(os.environ.get("LODESTAR_CACHE") or platformdirs.user_cache_dir("lodestar"))
JARS = CACHE / "neo4j"
SERIES = os.environ.get("LODESTAR_TEST_NEO4J", "5.26")
HOMES = 20
TUNING = ServerTuning(heap="512m", page_cache="128m", quick=True)
"""Small: every worker has a server."""


@dataclass(frozen=True)
class Running:
    """A server for one process of tests; `ours` says that its content is nobody's but the tests'."""

    address: Address
    what: str
    stop: Callable[[], object]
    ours: bool = True


def start(report: ReportFunction = ignore_progress) -> Running:
    """The server that this machine offers, first of the three ways that works."""
    return _given() or _docker() or _managed(report)


def given() -> bool:
    """Whether the tests must use one database that is there already."""
    return bool(os.environ.get("NEO4J_URI"))


def _given() -> Running | None:
    if not given():
        return None
    names = {"uri": "NEO4J_URI", "user": "NEO4J_USER", "password": "NEO4J_PASSWORD", "database": "NEO4J_DATABASE"}
    address = Address(**{key: os.environ[name] for key, name in names.items() if os.environ.get(name)})
    return Running(address, f"the server at NEO4J_URI ({address.uri})", lambda: None, ours=False)


def _docker() -> Running | None:
    """A container, or None without an engine or without the image and a way to get it."""
    image = f"neo4j:{download.load_lock(SERIES).version}"
    try:
        client = docker.from_env(timeout=10)
        client.ping()
        _have(client, image)
        _have(client, os.environ.get("RYUK_CONTAINER_IMAGE", "testcontainers/ryuk:0.8.1"))
    except (DockerException, OSError):
        return None
    password = secrets.token_urlsafe(12)
    container = DockerContainer(image).with_env("NEO4J_AUTH", f"neo4j/{password}").with_exposed_ports(7687)
    container.start()
    uri = f"bolt://{container.get_container_host_ip()}:{container.get_exposed_port(7687)}"
    address = Address(uri, password=password)
    try:
        _wait(address)
    except BaseException:
        container.stop()
        raise
    return Running(address, f"Docker ({image}, testcontainers)", container.stop)


def _wait(address: Address) -> None:
    deadline = time.monotonic() + 180
    while try_access(address) is not AccessResult.OPEN:
        if time.monotonic() > deadline:
            raise SetupFailed(f"Neo4j in Docker did not answer at {address.uri} in 180 s.")
        time.sleep(0.3)


def _have(client: docker.DockerClient, image: str) -> None:
    try:
        client.images.get(image)
    except ImageNotFound:
        client.images.pull(image)


def _managed(report: ReportFunction) -> Running:
    """A managed server in the first of the tests' homes that no other process uses."""
    number, home, guard = _free_home()
    server = ManagedServer(home, JARS, SERIES, TUNING)
    _spread_ports(server.layout, number)
    watchdog = subprocess.Popen(
        [sys.executable, "-m", "tests.watchdog", str(home), str(JARS), SERIES, guard.lock_file],
        stdin=subprocess.PIPE,
        start_new_session=True,
        cwd=Path(__file__).parent.parent,
    )

    def stop() -> None:
        server.stop()
        guard.release()
        watchdog.communicate(b"done")

    try:
        address = server.start(report)
    except BaseException:
        stop()
        raise
    return Running(address, f"the managed local server (Neo4j {server.status().version})", stop)


def _spread_ports(layout: ServerLayout, number: int) -> None:
    """Let each home look for ports from its own start: workers that start together would find the same ones free."""
    if layout.read_state() == ServerState():
        layout.write_state(ServerState(BOLT_PORT + 10 * number, HTTP_PORT + 10 * number))


def _free_home() -> tuple[int, Path, FileLock]:
    for number in range(1, HOMES + 1):
        home = CACHE / "tests" / f"home-{number}"
        home.mkdir(parents=True, exist_ok=True)
        guard = FileLock(home.with_suffix(".lock"), thread_local=False)
        try:
            guard.acquire(blocking=False)
        except Timeout:
            continue
        return number, home, guard
    raise SetupFailed(f"{HOMES} test processes hold the homes in {CACHE / 'tests'}.")
