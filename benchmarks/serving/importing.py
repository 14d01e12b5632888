"""Import and export of a large course: `python -m benchmarks.serving.importing [--quick] [--seeds 3]`.

A generated course goes all the way on a managed server: files read and checked, one transaction, derived edges, commit.
A row is a row of a table. `cold` is the first import of a server that has just started, `import` the later ones into an
emptied graph (one a seed; each has other prerequisites). `again` is the same folder once more: everything is read and
compared, nothing written. `load_average` is that of the machine before the run; `cpu s` is the processor time of client
and server for the import together, which depends less on other load: the two mostly take turns, so rows / cpu s is
about the rate of an otherwise idle machine.

Figures: import.rows_per_s, import.read_s, import.write_s, import.rows_per_cpu_s, cold.rows_per_s, again.rows_per_s,
export.rows_per_s, rebuild.seconds.
"""

import asyncio
import os
import random
import shutil
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from statistics import mean, stdev
from time import perf_counter

import psutil

from benchmarks.folders import RUNS_FOLDER
from benchmarks.report import Report
from graph.connection import Graph, connect
from graph.courses import folder
from graph.courses.records import (
    CourseRecord,
    ItemRecord,
    PointRecord,
    PrerequisiteRecord,
    ResourceRecord,
    TeachesRecord,
)
from graph.formats import registry
from graph.importing import import_course, read_course
from graph.migrations import migrate
from graph.revisions import derived
from services.settings import Settings, get_managed_server

HOME = RUNS_FOLDER / "importing"
COURSE_FOLDER = HOME / "course"
KINDS = [("lesson", "text"), ("practice", "interactive"), ("reading", "text"), ("video", "video"), ("test", "text")]


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows; under 50 s")
    parser.add_argument("--seeds", type=int, default=3)
    asyncio.run(run_benchmark(parser.parse_args()))


async def run_benchmark(arguments: Namespace) -> None:
    size = 500 if arguments.quick else 5_000
    settings = {"points": size, "resources": 10 * size, "seeds": arguments.seeds, "load_average": os.getloadavg()[0]}
    report = Report("importing", arguments.quick, settings)
    server = get_managed_server(Settings(LODESTAR_HOME=HOME))
    server.reset()
    try:
        async with connect(server.start()) as graph:
            await migrate(graph)
            await measure_imports(graph, report, size, arguments.seeds, psutil.Process(server.status().pid))
    finally:
        server.reset()
        shutil.rmtree(COURSE_FOLDER, ignore_errors=True)
    report.write()


async def measure_imports(graph: Graph, report: Report, size: int, seeds: int, server: psutil.Process) -> None:
    """One cold import, then for every seed an import, the same again, an export and a rebuild."""
    rows = [await _round(graph, size, seed, server) for seed in range(seeds + 1)]
    cold, warm = rows[0], rows[1:]
    report.figures["cold.rows_per_s"] = cold["rows"] / (cold["read s"] + cold["import s"])
    report.figures["import.rows_per_s"] = mean(row["rows"] / (row["read s"] + row["import s"]) for row in warm)
    report.figures["import.read_s"] = mean(row["read s"] for row in warm)
    report.figures["import.write_s"] = mean(row["import s"] for row in warm)
    report.figures["import.rows_per_cpu_s"] = mean(row["rows"] / row["cpu s"] for row in warm)
    report.figures["again.rows_per_s"] = mean(row["rows"] / row["again s"] for row in warm)
    report.figures["export.rows_per_s"] = mean(row["rows"] / row["export s"] for row in warm)
    report.figures["rebuild.seconds"] = mean(row["rebuild s"] for row in warm)
    if len(warm) > 1:
        rates = [row["rows"] / (row["read s"] + row["import s"]) for row in warm]
        report.figures["import.rows_per_s.sd"] = stdev(rates)
    report.figures = {name: round(value, 2) for name, value in report.figures.items()}
    shown = [{key: round(value, 2) for key, value in row.items()} for row in rows]
    report.table("First row: the server has just started", shown)
    print(f"{report.figures['import.rows_per_s']:,.0f} rows/s, files to commit")


async def _round(graph: Graph, size: int, seed: int, server: psutil.Process) -> dict[str, float]:
    await _empty(graph)
    shutil.rmtree(COURSE_FOLDER, ignore_errors=True)
    folder.write(generate_course(size, seed), COURSE_FOLDER)
    times = {}
    busy = read_cpu_seconds(server)
    clock = perf_counter()
    parsed = registry.read_course_files(COURSE_FOLDER)
    times["read s"] = perf_counter() - clock
    clock = perf_counter()
    done = await import_course(graph, parsed)
    times["import s"] = perf_counter() - clock
    times["cpu s"] = read_cpu_seconds(server) - busy
    clock = perf_counter()
    again = await import_course(graph, registry.read_course_files(COURSE_FOLDER))
    times["again s"] = perf_counter() - clock
    assert done.written.is_changed and not again.written.is_changed
    clock = perf_counter()
    folder.write(await read_course(graph, done.course), COURSE_FOLDER)
    times["export s"] = perf_counter() - clock
    clock = perf_counter()
    assert (await derived.rebuild_derived(graph)).changed == 0
    times["rebuild s"] = perf_counter() - clock
    return {"rows": done.rows, **times}


def read_cpu_seconds(server: psutil.Process) -> float:
    """Processor seconds of this process and the server so far."""
    return sum(sum(process.cpu_times()[:2]) for process in (psutil.Process(), server))


def generate_course(size: int, seed: int) -> CourseRecord:
    """A course of `size` points, two prerequisites and two items a point, ten resources a point, every third of which
    teaches a neighbour too."""
    rng = random.Random(seed)
    points = [f"big/point-{number}" for number in range(size)]
    resources = [f"big/r/resource-{number}" for number in range(10 * size)]
    return CourseRecord(
        "big",
        "A big course",
        {"language": "en", "licence": "CC0-1.0"},
        tuple(PointRecord(id, f"Point {id}", f"What there is to know about {id}.", "numbers", "A1") for id in points),
        tuple(_prerequisites(points, rng)),
        tuple(ResourceRecord(id, f"Resource {id}", *KINDS[n % 5], 5.0 + n % 9) for n, id in enumerate(resources)),
        tuple(_teaches(points, resources)),
        tuple(
            ItemRecord(f"big/q/{n}", f"Question {n}?", "yes", ("no", "perhaps", "never"), (points[n % size],), 0.25)
            for n in range(2 * size)
        ),
    )


def _prerequisites(points: list[str], rng: random.Random) -> Iterator[PrerequisiteRecord]:
    for place, point in enumerate(points):
        for before in rng.sample(range(max(0, place - 50), place), min(place, 2)):
            yield PrerequisiteRecord(points[before], point, f"{point} builds on {points[before]}.")


def _teaches(points: list[str], resources: list[str]) -> Iterator[TeachesRecord]:
    for number, resource in enumerate(resources):
        place = number // 10
        yield TeachesRecord(resource, points[place], "primary", 1.0)
        if number % 3 == 0:
            yield TeachesRecord(resource, points[place - 1], "supporting", 0.6)


async def _empty(graph: Graph) -> None:
    text = "MATCH (n) WHERE NOT n:Lodestar AND NOT n:Migration WITH n LIMIT 20000 DETACH DELETE n RETURN count(*) AS n"
    while (await graph.execute_write(lambda work: work.text(text)))[0]["n"]:
        pass


if __name__ == "__main__":
    main()
