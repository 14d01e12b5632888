"""What rankers reached on a course's own log, on disk beside them: offline.json and the plot offline.png."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from models.rankers.contest import ORDER, Held
from models.stored import put

OFFLINE = "offline.json"


@dataclass(frozen=True)
class Rung:
    """One ranker: its figures, its lead on everything simpler with an interval of 95 %; `lacks`: why there are none."""

    name: str
    family: str
    lacks: str
    figures: Mapping[str, float]
    lead: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Standing:
    """All of them on one course.

    Attributes:
        when: UTC; events: in the log; asked: about how many of them.
        cleaned: what was left out of the log, in words.
    """

    course: str
    when: str
    protocol: str
    events: int
    asked: int
    learners: int
    items: int
    cleaned: str
    rungs: Sequence[Rung]


def rung_of(held: Held) -> Rung:
    """What is kept of a measurement."""
    lead = held.lead
    ends = (lead.mean, lead.low, lead.high) if lead else (None, None, None)
    return Rung(held.name, held.family, held.lacks, dict(held.figures), *ends)


def now() -> str:
    """The present as it is written into a standing."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def save(standing: Standing, folder: Path) -> None:
    """Write offline.json and offline.png."""
    folder.mkdir(parents=True, exist_ok=True)
    put(folder / OFFLINE, json.dumps(asdict(standing), indent=1, ensure_ascii=False).encode())
    draw(standing, folder / "offline.png")


def load(folder: Path) -> Standing | None:
    """What is in `folder`; None where nothing was measured."""
    path = folder / OFFLINE
    if not path.exists():
        return None
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return Standing(**{**content, "rungs": [Rung(**rung) for rung in content["rungs"]]})


def draw(standing: Standing, path: Path) -> None:
    """Bars of NDCG@10; blue where the lead on everything simpler is more than chance."""
    from matplotlib.figure import Figure  # 40 MB that a service, which draws nothing, need not hold

    rungs = [rung for rung in standing.rungs if not rung.lacks]
    figure = Figure(figsize=(8, 0.4 * len(rungs) + 1.5), layout="constrained")
    axes = figure.subplots()
    colours = ["#2563eb" if (rung.low or 0) > 0 else "#94a3b8" for rung in rungs]
    names = [rung.name if rung.name != ORDER else "order of the course" for rung in rungs]
    axes.barh(names, [rung.figures["ndcg10"] for rung in rungs], color=colours)
    axes.set_xlabel("NDCG@10: how high what learners turned to next was ranked (blue: better than all simpler)")
    axes.grid(axis="x", alpha=0.3)
    axes.set_title(f"{standing.course}: {standing.asked} of {standing.events} events", fontsize=10)
    figure.savefig(path, dpi=120)


__all__ = ["OFFLINE", "Held", "Rung", "Standing", "draw", "load", "now", "rung_of", "save"]
