"""What versions cost on a large graph: `python -m benchmarks.versions [--quick]`.

A generated course (10,000 points, 100,000 resources, 283,000 rows; --quick: a tenth) is imported into a managed server;
then somebody renames a point. `look` is the cheap look at the counts, `scan` the comparison of every row, `sync`
all that it takes to make a revision of the renamed point. `cpu_s`: what this process and the server computed, which
depends less than seconds on what else the machine does. A scan at 3 % of the time takes 31 times its seconds.

Figures: look.p50_ms, scan.seconds, scan.cpu_s, scan.rows_per_s, sync.one_row_s, log.p50_ms, diff.one_row_ms,
diff.import_s, revert.one_row_s, revert.resource_s, revert.to_first_s, kept.diff_bytes, kept.known_bytes.
"""

import asyncio
import os
import shutil
from argparse import ArgumentParser, Namespace
from collections.abc import Awaitable, Callable
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

import psutil

from api.server import managed
from api.settings import Settings
from benchmarks.importing import computed, generate
from benchmarks.report import Report
from graph.connection import Graph, connect
from graph.course_fields import Parsed
from graph.importing import import_course
from graph.revisions import history
from graph.revisions.record import By
from graph.revisions.revert import revert, revert_to, sync
from graph.revisions.scanning import scan
from graph.revisions.sync import look
from graph.schema import migrate

HOME = Path(__file__).parent / ".runs" / "versions"
RENAME = "MATCH (k:KnowledgePoint {id: 'big/point-7'}) SET k.name = 'Renamed by hand'"
DELETE = "MATCH (r:Resource {id: 'big/r/resource-70'}) DETACH DELETE r"
KEPT = "MATCH (n:Revision|KnownRows) RETURN labels(n)[0] AS label, sum(size(coalesce(n.diff, n.rows))) AS bytes"
UNDO = By("benchmark", "revert")


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows")
    asyncio.run(run(parser.parse_args()))


async def run(arguments: Namespace) -> None:
    size = 1_000 if arguments.quick else 10_000
    settings = {"points": size, "resources": 10 * size, "load_average": os.getloadavg()[0]}
    report = Report("versions", arguments.quick, settings)
    server = managed(Settings(LODESTAR_HOME=HOME))
    server.reset()
    try:
        async with connect(server.start()) as graph:
            await migrate(graph)
            await measure(graph, report, size, psutil.Process(server.status().pid))
    finally:
        server.reset()
        shutil.rmtree(HOME, ignore_errors=True)
    report.write()


async def measure(graph: Graph, report: Report, size: int, server: psutil.Process) -> None:
    figures = report.figures
    rows = (await import_course(graph, Parsed(generate(size, 0)))).rows
    figures["look.p50_ms"] = 1e3 * median([await seconds(lambda: look(graph)) for _ in range(21)])
    busy = computed(server)
    figures["scan.seconds"] = await seconds(lambda: scan(graph))
    figures["scan.cpu_s"] = computed(server) - busy
    figures["scan.rows_per_s"] = rows / figures["scan.seconds"]
    await by_hand(graph, RENAME)
    figures["sync.one_row_s"] = await seconds(lambda: sync(graph))
    figures["log.p50_ms"] = 1e3 * median([await seconds(lambda: history.log(graph)) for _ in range(5)])
    figures["diff.one_row_ms"] = 1e3 * await seconds(lambda: history.difference(graph, 2))
    figures["diff.import_s"] = await seconds(lambda: history.difference(graph, 1))
    figures["revert.one_row_s"] = await seconds(lambda: revert(graph, 2, UNDO))
    await by_hand(graph, DELETE)
    await sync(graph)
    figures["revert.resource_s"] = await seconds(lambda: revert(graph, 4, UNDO))
    await by_hand(graph, RENAME)
    figures["revert.to_first_s"] = await seconds(lambda: revert_to(graph, 1, UNDO))
    kept = {row["label"]: row["bytes"] for row in await by_hand(graph, KEPT)}
    figures["kept.diff_bytes"], figures["kept.known_bytes"] = kept["Revision"], kept["KnownRows"]
    report.figures = {name: round(value, 3) for name, value in figures.items()}
    report.table("Versions", [{"figure": name, "value": value} for name, value in report.figures.items()])


async def seconds(unit: Callable[[], Awaitable[Any]]) -> float:
    """How long it takes."""
    clock = perf_counter()
    await unit()
    return perf_counter() - clock


async def by_hand(graph: Graph, text: str) -> list[dict[str, Any]]:
    """What somebody types into Browser."""
    return await graph.writing(lambda work: work.text(text))


if __name__ == "__main__":
    main()
