"""`lodestar` on the tests' database, in this process or as one of its own."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

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


def on_database(monkeypatch: pytest.MonkeyPatch, address: Address) -> None:
    """Let commands of this process work on the tests' database."""
    for name, value in [("URI", address.uri), ("USER", address.user), ("PASSWORD", address.password)]:
        monkeypatch.setenv(f"NEO4J_{name}", value)


async def typed(app: typer.Typer, *words: object, keys: str | None = None) -> Result:
    """Run a command here, in a thread: a command has an event loop of its own. Its exception is ours."""
    result = await asyncio.to_thread(CliRunner().invoke, app, [str(word) for word in words], keys)
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result
