"""`lodestar` as a process of its own on the tests' database."""

import os
import subprocess
import sys
from collections.abc import Mapping

from graph.connection import Address

COMMAND = [sys.executable, "-c", "from api.cli.main import main; main()"]


def environment(address: Address, author: str) -> Mapping[str, str]:
    """What the process is told; nothing of the developer's own deployment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "LODESTAR_"))}
    given = {"NEO4J_URI": address.uri, "NEO4J_USER": address.user, "NEO4J_PASSWORD": address.password}
    return {**kept, **given, "LODESTAR_AUTHOR": author, "COLUMNS": "400"}


def lodestar(address: Address, *words: object, typed: str = "", author: str = "ben") -> tuple[int, str]:
    """Run a command with `typed` on its keyboard; exit code and output."""
    ran = subprocess.run(
        [*COMMAND, *map(str, words)],
        env=environment(address, author),
        input=typed,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return ran.returncode, ran.stdout + ran.stderr
