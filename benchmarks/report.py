"""Report of a benchmark: tables on the screen, figures with their circumstances as JSON (docs/design.md)."""

import json
import os
import platform
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.folders import RESULTS, ROOT


@dataclass
class Report:
    """Collects what a benchmark measured.

    Attributes:
        figures: dotted lower-case names with the unit last; stable from version to version.
        settings: what the run depended on.
        quick: whether this was `--quick`; then the JSON says so and goes beside the full one.
    """

    name: str
    quick: bool = False
    settings: Mapping[str, Any] = field(default_factory=dict)
    figures: dict[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._started = datetime.now(UTC)
        self._clock = time.perf_counter()

    def table(self, title: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Print rows that share their columns."""
        table = Table(*rows[0], title=title)
        for row in rows:
            table.add_row(*(str(value) for value in row.values()))
        Console(width=200).print(table)

    def keep_earlier(self) -> None:
        """Keep what an earlier run with the same settings measured and this one did not, e.g. another course."""
        path = RESULTS / f"{self.name}.json"
        if path.exists() and not self.quick:
            earlier = json.loads(path.read_text(encoding="utf-8"))
            if earlier["settings"] == dict(self.settings) | {"quick": False}:
                self.figures = earlier["figures"] | self.figures

    def write(self) -> Path:
        """Write `results/NAME.json`; a quick run writes `results/NAME.quick.json`, which git ignores."""
        RESULTS.mkdir(exist_ok=True)
        path = RESULTS / (f"{self.name}.quick.json" if self.quick else f"{self.name}.json")
        content = {
            "figures": self.figures,
            "commit": _commit(),
            "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
            "settings": dict(self.settings) | {"quick": self.quick},
            "started": self._started.isoformat(timespec="seconds"),
            "seconds": round(time.perf_counter() - self._clock, 1),
        }
        path.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
        print(f"written to {path}")
        return path


def format_p_value(value: float) -> str:
    """A p-value, readable, and honest about single precision."""
    return "<1e-30" if value <= 1e-30 else f"{value:.0e}"


def _commit() -> str:
    command = ["git", "rev-parse", "--short", "HEAD"]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()
