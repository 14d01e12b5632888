"""The API under load, end to end: `python -m benchmarks.serve [--quick]`.

Neo4j, `lodestar serve` and the load run as three processes on the same machine: 10,000 points, 100,000 resources,
10,000 learners with 100 mastery edges each. Everything is on: authentication, the learned policy (encoder and heads),
reasons, and the decision's record, which is committed before the answer leaves. The policy is trained for a moment on a
small course; its parameters do not depend on the course's size, and neither does the time it takes to ask them. Java
compiles Neo4j's code while it runs, so it is asked 10,000 times before anything is measured (a query takes 17 CPU ms at
first, 3.3 then).

Times are the client's, from the first byte sent to the last byte read; the parts are the server's own (Server-Timing).
Encoder and heads are measured by themselves, in this process, on the state of a learner of the deployment.

A shared machine changes its own speed, here by half from one minute to the next. So recommendations are measured in
blocks, a fixed loop is timed before each, and beside the figures of all blocks stand those of the third of the blocks
before which the loop was fastest (`undisturbed`): chosen by the loop, not by what was measured.

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

from api.server import managed
from api.settings import Settings
from benchmarks.deployment import HOME, Size, deployed, learner_id
from benchmarks.load import Answer, Call, run
from benchmarks.policy import parts_ms, prepare
from benchmarks.report import Report
from graph.connection import Address

KEY = "benchmark"
BLOCKS = 15
PARTS = ("cypher", "model", "log", "reasons")


@dataclass(frozen=True)
class Plan:
    """How much is asked. `warm` recommendations and a tenth as many outcomes come first, unmeasured."""

    size: Size
    warm: int
    calls: int
    outcomes: int


FULL = Plan(Size(), warm=10_000, calls=3000, outcomes=1000)
QUICK = Plan(Size(points=500, learners=500), warm=100, calls=150, outcomes=50)


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of everything; under 50 s")
    arguments = parser.parse_args()
    asyncio.run(measure(QUICK if arguments.quick else FULL, arguments.quick))


async def measure(plan: Plan, quick: bool) -> None:
    """Load the deployment, start the API, ask, and write the report."""
    load = f"load average {os.getloadavg()[0]:.1f} before, on {os.cpu_count()} cores"
    report = Report("serve", quick, {"calls": plan.calls, "outcomes": plan.outcomes, "load": load})
    async with deployed(plan.size) as graph:
        address, home = managed(Settings(LODESTAR_HOME=HOME)).address(), HOME / "serve"
        await prepare(graph, home / "policies")
        with api(address, home) as (port, process):
            learners = [learner_id(number) for number in range(plan.size.learners)]
            await asyncio.to_thread(ask, report, plan, port, learners)
            report.figures["api.rss_mib"] = round(process.memory_info().rss / 2**20)
        report.figures |= await parts_ms(graph, home / "policies")
    report.write()


def ask(report: Report, plan: Plan, port: int, learners: list[str]) -> None:
    """One client, eight clients, outcomes; every learner in turn, so that no answer is a repetition."""
    place = iter(np.resize(learners, 10**6))

    def recommendations(number: int) -> list[Call]:
        return [Call(f"/v1/learners/{next(place)}/recommendations") for _ in range(number)]

    warm, _ = run(port, KEY, recommendations(plan.warm), clients=8)
    run(port, KEY, [_outcome(answer) for answer in warm[-plan.warm // 10 :]])
    alone = Blocks(lambda: run(port, KEY, recommendations(plan.calls // BLOCKS)))
    eight = Blocks(lambda: run(port, KEY, recommendations(plan.calls // BLOCKS), clients=8))
    outcomes, _ = run(port, KEY, [_outcome(answer) for answer in alone.answers[: plan.outcomes]])
    _keep(report, "recommend", alone.answers)
    report.figures["recommend.per_s_8_clients"] = round(len(eight.answers) / sum(eight.seconds), 1)
    report.figures |= {f"recommend.{part}_ms": _median(alone.answers, part) for part in PARTS}
    rest = [answer.milliseconds - sum(answer.parts[part] for part in PARTS) for answer in alone.answers]
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


class Blocks:
    """The same measurement in blocks, before each the time of a fixed loop: how fast the machine is at that moment."""

    def __init__(self, measure: Callable[[], tuple[list[Answer], float]]) -> None:
        found = [(loop_ms(), *measure()) for _ in range(BLOCKS)]
        self.loops = [loop for loop, _, _ in found]
        self.blocks = [answers for _, answers, _ in found]
        self.seconds = [seconds for _, _, seconds in found]

    @property
    def answers(self) -> list[Answer]:
        """Of all blocks."""
        return [answer for block in self.blocks for answer in block]

    def fastest(self) -> list[int]:
        """The third of the blocks before which the loop took least."""
        return np.argsort(self.loops)[: BLOCKS // 3].tolist()


def loop_ms() -> float:
    """A fixed loop of pure Python; the best of three."""
    times = []
    for _ in range(3):
        began, total = time.perf_counter(), 0
        for number in range(200_000):
            total += number * number % 7
        times.append(1000 * (time.perf_counter() - began))
    return min(times)


def _keep_undisturbed(report: Report, alone: Blocks, eight: Blocks) -> None:
    """How much the machine's own speed varied, and what the fastest third of the blocks gave."""
    loops = [*alone.loops, *eight.loops]
    report.figures |= {"machine.loop_least_ms": round(min(loops), 2), "machine.loop_most_ms": round(max(loops), 2)}
    times = [answer.milliseconds for block in alone.fastest() for answer in alone.blocks[block]]
    report.figures["recommend.undisturbed_p50_ms"] = round(float(np.median(times)), 2)
    served = sum(len(eight.blocks[block]) for block in eight.fastest())
    spent = sum(eight.seconds[block] for block in eight.fastest())
    report.figures["recommend.undisturbed_per_s_8_clients"] = round(served / spent, 1)


def _outcome(answer: Answer) -> Call:
    served = answer.json()
    [step] = served["recommendations"]
    body = {"learner": served["learner"], "recommendation": step["id"], "right": True}
    return Call("/v1/outcomes", orjson.dumps(body))


def _keep(report: Report, name: str, answers: list[Answer]) -> None:
    times = [answer.milliseconds for answer in answers]
    for q in (50, 99):
        report.figures[f"{name}.p{q}_ms"] = round(float(np.percentile(times, q)), 2)


def _row(name: str, answers: list[Answer]) -> dict[str, str]:
    failed = sum(answer.status != 200 for answer in answers)
    if failed:
        raise SystemExit(f"{name}: {failed} answers are no 200: {next(a.body for a in answers if a.status != 200)}")
    times = [answer.milliseconds for answer in answers]
    figures = {f"p{q} ms": f"{np.percentile(times, q):.1f}" for q in (50, 90, 99)}
    return {"": name, **figures, "longest": f"{max(times):.1f}", "answers": str(len(answers))}


def _median(answers: list[Answer], part: str) -> float:
    return round(float(np.median([answer.parts[part] for answer in answers])), 3)


@contextmanager
def api(address: Address, home: Path) -> Iterator[tuple[int, psutil.Process]]:
    """`lodestar serve` on this database, ready; its port and process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    given = {
        "NEO4J_URI": address.uri,
        "NEO4J_PASSWORD": address.password,
        "LODESTAR_HOME": str(home),
        "LODESTAR_API_KEY": KEY,
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
