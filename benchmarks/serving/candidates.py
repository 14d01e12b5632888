"""The candidate query against the size of graph and history: `python -m benchmarks.serving.candidates [--quick]`.

One graph grows from 1,000 to 100,000 points with ten resources each, and the same learners ask at each size, so only
the catalogue differs. At 10,000 points other learners with 10 to 1,000 practised points ask, and some without a goal,
who want the whole course. A time is one call of `graph.recommendations.candidates.read_candidates` over the wire: the
query, its row and the objects made of it. `baseline_ms` is the same call with a query that does nothing. Eight warm-up
calls precede each measured call: Java compiles Neo4j's code while it runs.

Figures: p50_ms.POINTS, p99_ms.POINTS, history.p50_ms.EDGES, whole_course.p50_ms, per_s_8_clients, baseline_ms.
"""

import asyncio
import os
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import numpy as np

from benchmarks.folders import RUNS_FOLDER
from benchmarks.report import Report
from benchmarks.serving.deployment import COURSE_ID, DeploymentSize, draw_prerequisites, load_course, load_learners
from graph.connection import Graph, connect
from graph.migrations import migrate
from graph.recommendations.candidates import CANDIDATES_PER_POINT, MAX_CANDIDATES, read_candidates
from services.settings import Settings, get_managed_server

HOME = RUNS_FOLDER / "candidates"
HISTORIES = (10, 30, 100, 300, 1000)
TimedCall = Callable[[str], Awaitable[int]]


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="up to 10,000 points and fewer calls; under 50 s")
    asyncio.run(run_benchmark(parser.parse_args()))


async def run_benchmark(arguments: Namespace) -> None:
    sizes = (1_000, 10_000) if arguments.quick else (1_000, 10_000, 100_000)
    calls = 100 if arguments.quick else 1000
    settings = {
        "resources_per_point": 10,
        "sizes": sizes,
        "calls": calls,
        "per_point": CANDIDATES_PER_POINT,
        "limit": MAX_CANDIDATES,
    }
    report = Report("candidates", arguments.quick, settings | {"load_before": _load()})
    server = get_managed_server(Settings(LODESTAR_HOME=HOME))
    server.reset()
    try:
        async with connect(server.start()) as graph:
            await migrate(graph)
            await measure_growth(graph, report, sizes, calls)
    finally:
        server.reset()
    report.write()


async def measure_growth(graph: Graph, report: Report, sizes: tuple[int, ...], calls: int) -> None:
    """Grow the graph, and measure at every size."""
    before, now, rows, start = draw_prerequisites(sizes[-1]), datetime.now(UTC), [], 0
    learners: list[str] = []

    async def ask(learner: str) -> int:
        return len((await read_candidates(graph, learner, now)).resources)

    for size in sizes:
        await load_course(graph, before, start, size, DeploymentSize(points=size))
        start = size
        if not learners:
            learners = await load_learners(graph, DeploymentSize(points=size, learners=300), now)
            await _throughput(learners, ask, 2 * calls)
        rows.append({"points": size, "history": 100} | await _row(report, f"{size}", learners, ask, calls))
        if size == 10_000:
            rows += await _histories(graph, report, ask, now, calls)
            report.figures["per_s_8_clients"] = round(await _throughput(learners, ask, calls), 1)
    report.figures["baseline_ms"] = await _baseline(graph, calls)
    report.table("Candidates and state of one learner in one query", rows)
    rate, idle = report.figures["per_s_8_clients"], report.figures["baseline_ms"]
    print(f"{rate} queries/s at 8 clients; a query that does nothing takes {idle} ms; {_load()}")


def _load() -> str:
    """Whether other programs want the processor too; then the figures are worse than the machine's."""
    return f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


async def _histories(graph: Graph, report: Report, ask: TimedCall, now: datetime, calls: int) -> list[dict[str, Any]]:
    """Learners of other histories, and learners without a goal, in the graph as it is."""
    rows = []
    for number, history in enumerate(HISTORIES, 1):
        size = DeploymentSize(points=10_000, learners=50, history=history)
        learners = await load_learners(graph, size, now, first=number * 1_000_000)
        row = {"points": 10_000, "history": history}
        rows.append(row | await _row(report, f"history.{history}", learners, ask, calls // 2))
    learners = await load_learners(graph, DeploymentSize(points=10_000, learners=50), now, first=9_000_000, goals=False)
    row = {"points": 10_000, "history": "100, no goal"}
    return [*rows, row | await _row(report, "whole_course", learners, ask, calls // 2)]


async def _row(report: Report, name: str, learners: list[str], ask: TimedCall, calls: int) -> dict[str, Any]:
    """Median and 99th percentile of `calls` calls by one client after as many to warm up; kept as figures."""
    spent, found = await _timed(learners, ask, calls)
    p50, p99 = (round(float(np.percentile(spent, q)), 2) for q in (50, 99))
    group, _, rest = name.rpartition(".")
    prefix = f"{group}." if group else ""
    for label, value in (("p50_ms", p50), ("p99_ms", p99)):
        report.figures[f"whole_course.{label}" if name == "whole_course" else f"{prefix}{label}.{rest}"] = value
    return {"candidates": round(found, 1), "p50 ms": p50, "p99 ms": p99}


async def _timed(learners: list[str], ask: TimedCall, calls: int) -> tuple[list[float], float]:
    """Milliseconds of each call, and the mean of what the calls return."""
    spent, found = [], 0
    for number in range(2 * calls):
        began = perf_counter()
        size = await ask(learners[number % len(learners)])
        if number >= calls:
            spent.append((perf_counter() - began) * 1000)
            found += size
    return spent, found / calls


async def _throughput(learners: list[str], ask: TimedCall, calls: int) -> float:
    """Calls a second of eight clients that each wait for their answers."""
    work = iter([learners[number % len(learners)] for number in range(4 * calls)])

    async def client() -> None:
        for learner in work:
            await ask(learner)

    began = perf_counter()
    await asyncio.gather(*(client() for _ in range(8)))
    return 4 * calls / (perf_counter() - began)


async def _baseline(graph: Graph, calls: int) -> float:
    async def nothing(_: str) -> int:
        return len(await graph.read("learn/studies", learner="nobody", course=COURSE_ID))

    spent, _ = await _timed(["nobody"], nothing, calls)
    return round(float(np.median(spent)), 2)


if __name__ == "__main__":
    main()
