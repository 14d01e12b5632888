"""Stops the tests' Neo4j when the process of tests that started it dies without saying so (a kill, a crash).

That process holds the other end of this process's standard input: the system closes it whatever happens.
"""

import sys
from pathlib import Path

from filelock import FileLock, Timeout

from graph.server.managed import ManagedServer

# The system closes a dead session's pipe before it lets go of its lock.
RELEASE_SECONDS = 10.0


def main(home: str, cache: str, series: str, guard: str) -> None:
    """Wait for the session to end; stop its server unless it said "done" or a new session has taken the home."""
    if sys.stdin.read() == "done":
        return
    try:
        with FileLock(guard, timeout=RELEASE_SECONDS):
            ManagedServer(Path(home), Path(cache), series).stop()
    except Timeout:
        return


if __name__ == "__main__":
    main(*sys.argv[1:])
