"""The API under load, end to end: `python -m benchmarks.serving.serve [--quick]`.

Neo4j, `lodestar serve` and the load run as three processes on the same machine: 10,000 points, 100,000 resources,
10,000 learners with 100 mastery edges each. Everything is on: authentication, the learned policy (encoder and heads),
reasons, and the decision's record, which is committed before the answer is sent. The policy is trained briefly on a
small course; its parameters do not depend on the course's size, nor does the time of a forward pass. Java compiles
Neo4j's code while it runs, so 10,000 requests precede the measurement (a query takes 17 CPU ms at first, 3.3 then).

Times are the client's, from the first byte sent to the last byte read; the parts are the server's own (Server-Timing).
Encoder and heads are measured separately, in this process, on the state of a learner of the deployment.

A shared machine changes its speed, here by half from one minute to the next. So recommendations are measured in blocks,
a fixed loop is timed before each, and beside the figures of all blocks stand those of the third of the blocks before
which the loop was fastest (`undisturbed`): chosen by the loop, not by the measured times.

Figures: recommend.p50_ms, recommend.p99_ms, recommend.per_s_8_clients, recommend.PART_ms, outcome.p50_ms,
outcome.p99_ms, api.rss_mib, recommend.undisturbed_….
"""

import asyncio
import os
import socket
import subprocess
import sys
import time
import urllib.request
from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import numpy as np
import orjson
import psutil

from benchmarks.report import Report
from benchmarks.serving.deployment import (
    HOME,
    DeploymentSize,
    learner_id,
    open_deployment,
    prepare_policy,
    time_network_parts,
)
from benchmarks.serving.load import ApiAnswer, ApiCall, send_calls
from graph.connection import Address
from services.settings import Settings, get_managed_server

API_KEY = "benchmark"
BLOCKS = 15
TIMING_PARTS = ("cypher", "model", "log", "reasons")


@dataclass(frozen=True)
class LoadPlan:
    """How much is asked. `warm` recommendations and a tenth as many outcomes come first, unmeasured."""

    size: DeploymentSize
    warm: int
    calls: int
    outcomes: int


FULL_PLAN = LoadPlan(DeploymentSize(), warm=10_000, calls=3000, outcomes=1000)
QUICK_PLAN = LoadPlan(DeploymentSize(points=500, learners=500), warm=100, calls=150, outcomes=50)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything; under 50 s")
    arguments = parser.parse_args()
    asyncio.run(measure_api(QUICK_PLAN if arguments.quick else FULL_PLAN, arguments.quick))


async def measure_api(plan: LoadPlan, quick: bool) -> None:
    """Load the deployment, start the API, ask, and write the report."""
    load = f"load average {os.getloadavg()[0]:.1f} before, on {os.cpu_count()} cores"
    report = Report("serve", quick, {"calls": plan.calls, "outcomes": plan.outcomes, "load": load})
    async with open_deployment(plan.size) as graph:
        address, home = get_managed_server(Settings(LODESTAR_HOME=HOME)).address(), HOME / "serve"
        await prepare_policy(graph, home / "policies")
        with run_api(address, home) as (port, process):
            learners = [learner_id(number) for number in range(plan.size.learners)]
            await asyncio.to_thread(measure_calls, report, plan, port, learners)
            report.figures["api.rss_mib"] = round(process.memory_info().rss / 2**20)
        report.figures |= await time_network_parts(graph, home / "policies")
    report.write()


def measure_calls(report: Report, plan: LoadPlan, port: int, learners: list[str]) -> None:
    """One client, eight clients, outcomes; every learner in turn, decided anew each time: no answer is a repetition."""
    place = iter(np.resize(learners, 10**6))

    def recommendations(number: int) -> list[ApiCall]:
        return [ApiCall(f"/v1/learners/{next(place)}/recommendations", b'{"fresh": true}') for _ in range(number)]

    warm, _ = send_calls(port, API_KEY, recommendations(plan.warm), clients=8)
    send_calls(port, API_KEY, [_outcome(answer) for answer in warm[-plan.warm // 10 :]])
    alone = TimedBlocks(lambda: send_calls(port, API_KEY, recommendations(plan.calls // BLOCKS)))
    eight = TimedBlocks(lambda: send_calls(port, API_KEY, recommendations(plan.calls // BLOCKS), clients=8))
    outcomes, _ = send_calls(port, API_KEY, [_outcome(answer) for answer in alone.answers[: plan.outcomes]])
    _keep(report, "recommend", alone.answers)
    report.figures["recommend.per_s_8_clients"] = round(len(eight.answers) / sum(eight.seconds), 1)
    report.figures |= {f"recommend.{part}_ms": _median(alone.answers, part) for part in TIMING_PARTS}
    rest = [answer.milliseconds - sum(answer.parts[part] for part in TIMING_PARTS) for answer in alone.answers]
    report.figures["recommend.rest_ms"] = round(float(np.median(rest)), 3)
    _keep(report, "outcome", outcomes)
    _keep_undisturbed(report, alone, eight)
    rows = [
        _row("recommend, 1 client", alone.answers),
        _row("recommend, 8 clients", eight.answers),
        _row("outcome, 1 client", outcomes),
    ]
    report.table("HTTP end to end", rows)
    print({name: value for name, value in report.figures.items()})


class TimedBlocks:
    """The same measurement in blocks, before each the time of a fixed loop: how fast the machine is at that moment."""

    def __init__(self, measure: Callable[[], tuple[list[ApiAnswer], float]]) -> None:
        found = [(time_loop(), *measure()) for _ in range(BLOCKS)]
        self.loops = [loop for loop, _, _ in found]
        self.blocks = [answers for _, answers, _ in found]
        self.seconds = [seconds for _, _, seconds in found]

    @property
    def answers(self) -> list[ApiAnswer]:
        """Of all blocks."""
        return [answer for block in self.blocks for answer in block]

    def fastest(self) -> list[int]:
        """The third of the blocks before which the loop took least."""
        return np.argsort(self.loops)[: BLOCKS // 3].tolist()


def time_loop() -> float:
    """A fixed loop of pure Python; the best of three."""
    times = []
    for _ in range(3):
        began, total = time.perf_counter(), 0
        for number in range(200_000):
            total += number * number % 7
        times.append(1000 * (time.perf_counter() - began))
    return min(times)


def _keep_undisturbed(report: Report, alone: TimedBlocks, eight: TimedBlocks) -> None:
    """How much the machine's own speed varied, and what the fastest third of the blocks gave."""
    loops = [*alone.loops, *eight.loops]
    report.figures |= {"machine.loop_least_ms": round(min(loops), 2), "machine.loop_most_ms": round(max(loops), 2)}
    times = [answer.milliseconds for block in alone.fastest() for answer in alone.blocks[block]]
    report.figures["recommend.undisturbed_p50_ms"] = round(float(np.median(times)), 2)
    served = sum(len(eight.blocks[block]) for block in eight.fastest())
    spent = sum(eight.seconds[block] for block in eight.fastest())
    report.figures["recommend.undisturbed_per_s_8_clients"] = round(served / spent, 1)


def _outcome(answer: ApiAnswer) -> ApiCall:
    served = answer.json()
    [step] = served["recommendations"]
    body = {"learner": served["learner"], "recommendation": step["id"], "right": True}
    return ApiCall("/v1/outcomes", orjson.dumps(body))


def _keep(report: Report, name: str, answers: list[ApiAnswer]) -> None:
    times = [answer.milliseconds for answer in answers]
    for q in (50, 99):
        report.figures[f"{name}.p{q}_ms"] = round(float(np.percentile(times, q)), 2)


def _row(name: str, answers: list[ApiAnswer]) -> dict[str, str]:
    failed = sum(answer.status != 200 for answer in answers)
    if failed:
        raise SystemExit(f"{name}: {failed} answers are no 200: {next(a.body for a in answers if a.status != 200)}")
    times = [answer.milliseconds for answer in answers]
    figures = {f"p{q} ms": f"{np.percentile(times, q):.1f}" for q in (50, 90, 99)}
    return {"": name, **figures, "longest": f"{max(times):.1f}", "answers": str(len(answers))}


def _median(answers: list[ApiAnswer], part: str) -> float:
    return round(float(np.median([answer.parts[part] for answer in answers])), 3)


@contextmanager
def run_api(address: Address, home: Path) -> Iterator[tuple[int, psutil.Process]]:
    """`lodestar serve` on this database, ready; its port and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {
        "NEO4J_URI": address.uri,
        "NEO4J_PASSWORD": address.password,
        "LODESTAR_HOME": str(home),
        "LODESTAR_API_KEY": API_KEY,
    }
    command = [sys.executable, "-c", "from api.cli.main import main; main()", "serve", "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ, **given}, stdout=subprocess.DEVNULL)
    try:
        _wait(port, process)
        yield port, psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait()


def _wait(port: int, process: subprocess.Popen) -> None:
    while process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
                return
        except (URLError, ConnectionError):
            time.sleep(0.2)
    raise SystemExit(f"lodestar serve ended with {process.returncode}")


if __name__ == "__main__":
    main()
