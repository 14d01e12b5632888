"""List the benchmarks, or run the quick version of each: `python -m benchmarks [--quick] [--only PART …]`."""

import subprocess
import sys
import time
from argparse import ArgumentParser
from typing import NamedTuple

from benchmarks.folders import ROOT
from benchmarks.registry import BENCHMARKS, Benchmark

SKIP_MARK = "skipped "
"""Begins the lines in which a benchmark says that a peer or a data set is not there."""


class QuickRun(NamedTuple):
    """How a quick run ended: exit status, wall-clock seconds, what it left out."""

    status: int
    seconds: float
    skipped: list[str]


def main() -> None:
    """List or run; ends with status 1 where a benchmark failed."""
    parser = ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="run every benchmark with --quick, one after the other")
    parser.add_argument("--only", nargs="+", default=[""], metavar="PART", help="those whose module holds this text")
    options = parser.parse_args()
    chosen = [each for each in BENCHMARKS if any(part in each.module for part in options.only)]
    if not chosen:
        raise SystemExit(f"no benchmark is called {' or '.join(options.only)}; `python -m benchmarks` lists them")
    if not options.quick:
        for benchmark in chosen:
            print(f"{benchmark.command:52} {benchmark.read_summary()}")
        return
    runs = {benchmark: run_quick(benchmark) for benchmark in chosen}
    for benchmark, run in runs.items():
        print(summarise_run(benchmark, run))
    failed = sum(run.status != 0 for run in runs.values())
    print(f"{len(runs) - failed} of {len(runs)} benchmarks ok, {sum(run.seconds for run in runs.values()):.0f} s")
    sys.exit(failed > 0)


def run_quick(benchmark: Benchmark) -> QuickRun:
    """Run a benchmark with --quick in a process of its own; its output is passed on line by line."""
    command = [sys.executable, "-m", f"benchmarks.{benchmark.module}", "--quick"]
    print(f"== {benchmark.module}", flush=True)
    skipped, began = [], time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            print(line, end="", flush=True)
            if line.startswith(SKIP_MARK):
                skipped.append(line.removeprefix(SKIP_MARK).strip())
    return QuickRun(process.returncode, time.perf_counter() - began, skipped)


def summarise_run(benchmark: Benchmark, run: QuickRun) -> str:
    """Return the summary line of a run."""
    state = "failed" if run.status else "ok"
    return f"{state:7} {run.seconds:6.1f} s  {benchmark.module:30} {'; '.join(run.skipped)}".rstrip()


if __name__ == "__main__":
    main()
