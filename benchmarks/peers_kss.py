"""EduSim 0.0.2, whose KSS is a published simulator of learners: installed once, in benchmarks/.peers/kss.

The package pins what no longer installs (an mxnet of its time), so it comes without its requirements and KSS's few are
given beside it. See kss_worker.py for the commands.
"""

import json
import os
import subprocess
import sys
import tempfile
import venv
import weakref
from pathlib import Path
from typing import IO, Any, Self

ROOT = Path(__file__).parents[1]
PEERS = ROOT / "benchmarks" / ".peers" / "kss"
PYTHON = PEERS / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
NEEDS = ("networkx==3.6.1", "numpy==2.4.6", "tqdm==4.70.1", "longling==1.4.3", "gym==0.26.2")
EDUSIM = "EduSim==0.0.2"
PATIENCE = 10.0
"""Seconds that the worker has to end by itself."""


def there() -> bool:
    """Whether the package is installed already."""
    return (PEERS / "ready").exists()


def installed() -> bool:
    """Whether the package is there; makes it if it can."""
    if there():
        return True
    print(f"installing {EDUSIM}, once", flush=True)
    venv.create(PEERS, with_pip=True, clear=True)
    for packages in (NEEDS, ("--no-deps", EDUSIM)):
        if subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", *packages], check=False).returncode:
            print(f"skipped KSS: {EDUSIM} could not be installed")
            return False
    (PEERS / "ready").write_text(EDUSIM, encoding="utf-8")
    return True


class Worker:
    """A process that holds KSS; ends with `close`, with the `with` it is used in, or with this program."""

    def __init__(self) -> None:
        self._errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 — lives as long as the process
        command = [str(PYTHON), "-W", "ignore", str(ROOT / "benchmarks" / "kss_worker.py")]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            text=True,
            env=os.environ | {"TQDM_DISABLE": "1", "OMP_NUM_THREADS": "1"},
        )
        self._end = weakref.finalize(self, _ended, self._process, self._errors)

    def ask(self, command: str, **arguments: Any) -> Any:
        """The answer to a command; RuntimeError with what the worker said where it failed."""
        sent, answers = self._process.stdin, self._process.stdout
        assert sent and answers
        try:
            print(json.dumps([command, arguments]), file=sent, flush=True)
            line = answers.readline()
        except BrokenPipeError:
            line = ""
        if not line:
            self._process.wait(PATIENCE)
            self._errors.seek(0)
            raise RuntimeError(f"the KSS worker ended at {command!r}: {self._errors.read()[-2000:]}")
        return json.loads(line)

    @property
    def ended(self) -> bool:
        """Whether the process is gone."""
        return self._process.poll() is not None

    def close(self) -> None:
        """End the process; again does nothing."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _ended(process: subprocess.Popen[str], errors: IO[str]) -> None:
    assert process.stdin and process.stdout
    try:
        process.stdin.close()
        process.wait(PATIENCE)
    except (BrokenPipeError, subprocess.TimeoutExpired):
        process.kill()
        process.wait()
    process.stdout.close()
    errors.close()
