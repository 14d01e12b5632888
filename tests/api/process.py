"""`lodestar serve` in a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import httpx

from graph.connection import Address


class Process(NamedTuple):
    """Where it is, the file with its key, and the process."""

    url: str
    key_file: Path
    process: subprocess.Popen[str]

    def wait(self) -> str:
        """Its key, once it answers."""
        with httpx.Client(base_url=self.url, timeout=30) as client:
            wait_until_ready(client, self.process)
        return self.key_file.read_text()


@contextmanager
def serving(address: Address, folder: Path) -> Iterator[Process]:
    """The service on this database, with its home and its key below `folder`; killed at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {
        "NEO4J_URI": address.uri,
        "NEO4J_USER": address.user,
        "NEO4J_PASSWORD": address.password,
        "LODESTAR_HOME": str(folder / "home"),
        "LODESTAR_CONFIG": str(folder / "config"),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "LODESTAR_"))}
    command = [sys.executable, "-c", "from api.cli.main import main; main()", "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, env={**kept, **given}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        yield Process(f"http://127.0.0.1:{port}", folder / "config" / "api-key", process)
    finally:
        process.kill()
        process.wait()


def wait_until_ready(client: httpx.Client, process: subprocess.Popen[str]) -> None:
    """Until /readyz says so; the process's output where it ends first."""
    for _ in range(600):
        assert process.poll() is None, process.stdout.read()
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.ConnectError:
            pass
        time.sleep(0.1)
    raise TimeoutError
