"""What every use case works with: the graph, the courses in memory, the decision log and the clock."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from api.courses import Courses
from api.recorder import Recorder
from graph.connection import Graph
from graph.frameworks import FrameworkCache


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Loop:
    """The parts of a running service; made by `api.service`, shared by all requests.

    `budget`: seconds that a strategy may take before the next one decides; None waits for it.
    """

    graph: Graph
    courses: Courses
    recorder: Recorder
    budget: float | None = None
    now: Callable[[], datetime] = field(default=_now)
    frameworks: FrameworkCache = field(default_factory=FrameworkCache)
