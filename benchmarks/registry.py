"""Every benchmark: its module and the result that it writes. `make bench` and the documents read the list here."""

import ast
from typing import NamedTuple

from benchmarks.folders import BENCHMARKS as FOLDER


class Benchmark(NamedTuple):
    """A module below `benchmarks` with a command line and `--quick`; it writes results/RESULT.json."""

    module: str
    result: str

    @property
    def command(self) -> str:
        """As typed in the project's folder."""
        return f"python -m benchmarks.{self.module}"

    def read_summary(self) -> str:
        """Return the first line of the module's docstring, up to the command, without importing the module."""
        path = FOLDER / f"{self.module.replace('.', '/')}.py"
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        return text.partition("\n")[0].partition(": `")[0].rstrip(".")


BENCHMARKS = (
    Benchmark("assessment.cat", "cat"),
    Benchmark("assessment.placement", "placement"),
    Benchmark("first_day.teaching", "first_day"),
    Benchmark("knowledge_tracing.compare", "learners"),
    Benchmark("knowledge_tracing.population", "population"),
    Benchmark("knowledge_tracing.propagation", "propagation"),
    Benchmark("paths.course_compare", "paths"),
    Benchmark("paths.compare", "paths"),
    Benchmark("prerequisites.compare", "prerequisites"),
    Benchmark("recommenders.compare", "recommenders"),
    Benchmark("recommenders.content", "content"),
    Benchmark("serving.candidates", "candidates"),
    Benchmark("serving.importing", "importing"),
    Benchmark("serving.serve", "serve"),
    Benchmark("serving.versions", "versions"),
    Benchmark("training.encoder", "encoder"),
    Benchmark("training.offline_rl", "offline_rl"),
    Benchmark("training.simulator", "simulator"),
    Benchmark("training.strategies", "courses"),
    Benchmark("training.throughput", "train"),
)
"""In the order of `make bench`. Of two that share a result the last measures all of it."""


def find_command(result: str) -> str:
    """Return the command that measures a result, the whole of it. Raises KeyError for an unknown one."""
    return {benchmark.result: benchmark.command for benchmark in BENCHMARKS}[result]
