"""The tests' own database leaves no process behind, even when the session is killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from graph.server import process as processes
from graph.server.layout import ServerLayout
from tests.database import SERIES

SESSION = """
import sys, time
from pathlib import Path
from tests import database
database.CACHE = Path(sys.argv[1])
running = database._managed(database.ignore_progress)
print("up", flush=True)
time.sleep(600)
"""


@pytest.mark.database
def test_a_killed_session_takes_its_server_with_it(tmp_path):
    root = Path(__file__).parent.parent
    command = [sys.executable, "-c", SESSION, str(tmp_path)]
    session = subprocess.Popen(
        command, cwd=root, stdout=subprocess.PIPE, env=os.environ | {"LODESTAR_TEST_NEO4J": SERIES}
    )
    with session:
        assert session.stdout.readline().strip() == b"up"
        server = processes.find_server(ServerLayout.from_home(tmp_path / "tests" / "home-1", SERIES))
        assert server is not None
        session.kill()
    deadline = time.monotonic() + 120
    while server.is_running() and server.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
