"""The API as it really runs: `lodestar serve` in a process of its own, asked over a socket."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.api import little

pytestmark = pytest.mark.database
GUIDE = Path(__file__).parents[2] / "docs" / "api.md"


@pytest.fixture
async def served(graph, address, tmp_path):
    await little.load(graph)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {
        "NEO4J_URI": address.uri,
        "NEO4J_USER": address.user,
        "NEO4J_PASSWORD": address.password,
        "LODESTAR_HOME": str(tmp_path / "home"),
        "LODESTAR_CONFIG": str(tmp_path / "config"),
    }
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("NEO4J_", "LODESTAR_"))}
    command = [sys.executable, "-c", "from api.cli.main import main; main()", "serve", "--port", str(port)]
    process = subprocess.Popen(
        command, env={**kept, **given}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    yield f"http://127.0.0.1:{port}", tmp_path / "config" / "api-key", process
    process.kill()
    process.wait()


def test_the_key_is_made_once_and_only_its_owner_reads_it(served):
    url, key_file, process = served
    with httpx.Client(base_url=url, timeout=30) as client:
        wait_until_ready(client, process)
        assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
        assert client.get("/v1/courses").status_code == 401
        client.headers["X-API-Key"] = key_file.read_text()
        assert client.post("/v1/learners", json={"id": "ana"}).status_code == 201
        [step] = client.get("/v1/learners/ana/recommendations").json()["recommendations"]
        outcome = {"learner": "ana", "recommendation": step["id"], "right": True}
        assert client.post("/v1/outcomes", json=outcome).json()["reward"] > 0
        process.send_signal(signal.SIGTERM)
        output, _ = process.communicate(timeout=30)
    assert "/docs" in output and key_file.read_text() in output
    assert process.returncode in (0, -signal.SIGTERM)


def test_the_examples_of_the_guide_run(served, tmp_path):
    url, key_file, process = served
    with httpx.Client(base_url=url, timeout=30) as client:
        wait_until_ready(client, process)
    given = {**os.environ, "LODESTAR_URL": f"{url}/v1", "LODESTAR_API_KEY": key_file.read_text()}
    for language, runner in (("python", [sys.executable, "-c"]), ("sh", ["sh", "-ec"])):
        if shutil.which(runner[0]) is None or (language == "sh" and not curl_knows_json()):
            continue
        code = example(language)
        ran = subprocess.run([*runner, code], env=given, cwd=tmp_path, capture_output=True, text=True, timeout=120)
        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert "Nouns" in ran.stdout


def example(language):
    """The last block of the guide in this language, on the tests' course."""
    blocks = re.findall(rf"```{language}\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    return blocks[-1].replace("english/present-perfect-for-since", "little/articles")


def curl_knows_json():
    if shutil.which("curl") is None:
        return False
    return "--json" in subprocess.run(["curl", "--help", "all"], capture_output=True, text=True).stdout


def wait_until_ready(client, process):
    for _ in range(600):
        assert process.poll() is None, process.stdout.read()
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.ConnectError:
            pass
        time.sleep(0.1)
    raise TimeoutError
