"""Cost of revisions on a large graph: `python -m benchmarks.serving.versions [--quick]`.

A generated course (10,000 points, 100,000 resources, 283,000 rows; --quick: a tenth) is imported into a managed server;
then a point is renamed by hand. `look` is the cheap comparison of counts, `scan` the comparison of every row, `sync`
all that it takes to make a revision of the renamed point. `cpu_s` is the processor time of this process and the server,
which depends less than seconds on other load. A scan at 3 % of the time takes 31 times its seconds.

Figures: look.p50_ms, scan.seconds, scan.cpu_s, scan.rows_per_s, sync.one_row_s, log.p50_ms, diff.one_row_ms,
diff.import_s, revert.one_row_s, revert.resource_s, revert.to_first_s, kept.diff_bytes, kept.known_bytes.
"""

import asyncio
import os
import shutil
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable
from statistics import median
from time import perf_counter
from typing import Any

import psutil

from benchmarks.folders import RUNS_FOLDER
from benchmarks.report import Report
from benchmarks.serving.importing import generate_course, read_cpu_seconds
from graph.connection import Graph, connect
from graph.courses.parsing import ParsedCourse
from graph.importing import import_course
from graph.migrations import migrate
from graph.revisions import history
from graph.revisions.record import Attribution
from graph.revisions.revert import revert_revision, revert_to_revision
from graph.revisions.snapshot import find_changed_chunks
from graph.revisions.sync import compare_counts, sync_graph
from services.settings import Settings, get_managed_server

HOME = RUNS_FOLDER / "versions"
RENAME = "MATCH (k:KnowledgePoint {id: 'big/point-7'}) SET k.name = 'Renamed by hand'"
DELETE = "MATCH (r:Resource {id: 'big/r/resource-70'}) DETACH DELETE r"
KEPT_SIZE_QUERY = (
    "MATCH (n:Revision|KnownRows) RETURN labels(n)[0] AS label, sum(size(coalesce(n.diff, n.rows))) AS bytes"
)
REVERT_AUTHOR = Attribution("benchmark", "revert")


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    asyncio.run(run_benchmark(parser.parse_args()))


async def run_benchmark(arguments: Namespace) -> None:
    size = 1_000 if arguments.quick else 10_000
    settings = {"points": size, "resources": 10 * size, "load_average": os.getloadavg()[0]}
    report = Report("versions", arguments.quick, settings)
    server = get_managed_server(Settings(LODESTAR_HOME=HOME))
    server.reset()
    try:
        async with connect(server.start()) as graph:
            await migrate(graph)
            await measure_versions(graph, report, size, psutil.Process(server.status().pid))
    finally:
        server.reset()
        shutil.rmtree(HOME, ignore_errors=True)
    report.write()


async def measure_versions(graph: Graph, report: Report, size: int, server: psutil.Process) -> None:
    figures = report.figures
    rows = (await import_course(graph, ParsedCourse(generate_course(size, 0)))).rows
    figures["look.p50_ms"] = 1e3 * median([await time_call(lambda: compare_counts(graph)) for _ in range(21)])
    busy = read_cpu_seconds(server)
    figures["scan.seconds"] = await time_call(lambda: find_changed_chunks(graph))
    figures["scan.cpu_s"] = read_cpu_seconds(server) - busy
    figures["scan.rows_per_s"] = rows / figures["scan.seconds"]
    await edit_by_hand(graph, RENAME)
    figures["sync.one_row_s"] = await time_call(lambda: sync_graph(graph))
    figures["log.p50_ms"] = 1e3 * median([await time_call(lambda: history.list_revisions(graph)) for _ in range(5)])
    figures["diff.one_row_ms"] = 1e3 * await time_call(lambda: history.read_diff(graph, 2))
    figures["diff.import_s"] = await time_call(lambda: history.read_diff(graph, 1))
    figures["revert.one_row_s"] = await time_call(lambda: revert_revision(graph, 2, REVERT_AUTHOR))
    await edit_by_hand(graph, DELETE)
    await sync_graph(graph)
    figures["revert.resource_s"] = await time_call(lambda: revert_revision(graph, 4, REVERT_AUTHOR))
    await edit_by_hand(graph, RENAME)
    figures["revert.to_first_s"] = await time_call(lambda: revert_to_revision(graph, 1, REVERT_AUTHOR))
    kept = {row["label"]: row["bytes"] for row in await edit_by_hand(graph, KEPT_SIZE_QUERY)}
    figures["kept.diff_bytes"], figures["kept.known_bytes"] = kept["Revision"], kept["KnownRows"]
    report.figures = {name: round(value, 3) for name, value in figures.items()}
    report.table("Versions", [{"figure": name, "value": value} for name, value in report.figures.items()])


async def time_call(unit: Callable[[], Awaitable[Any]]) -> float:
    """How long it takes."""
    clock = perf_counter()
    await unit()
    return perf_counter() - clock


async def edit_by_hand(graph: Graph, text: str) -> list[dict[str, Any]]:
    """What somebody types into Browser."""
    return await graph.execute_write(lambda work: work.text(text))


if __name__ == "__main__":
    main()
