"""The API as it really runs: `lodestar serve` in a process of its own, asked over a socket."""

import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from tests import little_course
from tests.api.process import serving, wait_until_ready

pytestmark = pytest.mark.database
GUIDE = Path(__file__).parents[3] / "docs" / "api.md"


@pytest.fixture
async def served(graph, address, tmp_path):
    await little_course.load(graph)
    with serving(address, tmp_path) as process:
        yield process


def test_the_key_is_made_once_and_only_its_owner_reads_it(served):
    url, key_file, process = served
    with httpx.Client(base_url=url, timeout=30) as client:
        wait_until_ready(client, process)
        assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
        assert client.get("/v1/courses").status_code == 401
        client.headers["X-API-Key"] = key_file.read_text()
        assert client.post("/v1/learners", json={"id": "ana"}).status_code == 201
        [step] = client.post("/v1/learners/ana/recommendations").json()["recommendations"]
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
