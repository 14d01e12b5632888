"""`lodestar` on the tests' database, in this process or as one of its own."""

import asyncio
import io
import os
import sys
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stderr, redirect_stdout

import pytest
import typer
from click.testing import Result
from typer.testing import CliRunner

from api.cli.main import main
from graph.connection import Address

COMMAND = [sys.executable, "-c", "from api.cli.main import main; main()"]


def environment(address: Address, author: str) -> Mapping[str, str]:
    """What the process is told; nothing of the developer's own deployment."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "LODESTAR_"))}
    given = {"NEO4J_URI": address.uri, "NEO4J_USER": address.user, "NEO4J_PASSWORD": address.password}
    return {**kept, **given, "LODESTAR_AUTHOR": author, "COLUMNS": "400"}


def lodestar(address: Address, *words: object, typed: str = "", author: str = "ben") -> tuple[int, str]:
    """Run a command with `typed` on its keyboard; exit code and output.

    In a thread of this process, which is a second quicker than a process of its own; a command has an event loop.
    """
    with ThreadPoolExecutor(1) as beside:
        return beside.submit(_main, [*map(str, words)], environment(address, author), typed).result()


def _main(words: list[str], given: Mapping[str, str], keys: str) -> tuple[int, str]:
    out, err = io.StringIO(), io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        for name in os.environ.keys() - given.keys():
            patch.delenv(name)
        for name, value in given.items():
            patch.setenv(name, value)
        patch.setattr(sys, "argv", ["lodestar", *words])
        patch.setattr(sys, "stdin", io.StringIO(keys))
        with pytest.raises(SystemExit) as end:
            main()
    return end.value.code or 0, out.getvalue() + err.getvalue()


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
