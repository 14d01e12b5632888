"""The context of a use case: the graph, the courses in memory, the decision log and the clock.

`ContextFactory` opens an `AppContext` on a database and closes it; decisions accepted for writing are written first.
"""

from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

from graph.connection import Address, Graph, connect
from graph.formats.case.frameworks import FrameworkCache
from graph.recommendations.decisions import DecisionRecorder
from services.courses.artifacts import ArtifactStore
from services.courses.cache import CourseCache, make_course_cache


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class AppContext:
    """The parts of a running service; made by `services.context`, shared by all requests.

    `budget_seconds`: seconds that a strategy may take before the next one decides; None waits for it. `handovers`:
    decisions that a strategy could not make, by its name and the kind of reason.
    """

    graph: Graph
    courses: CourseCache
    recorder: DecisionRecorder
    budget_seconds: float | None = None
    now: Callable[[], datetime] = field(default=_now)
    frameworks: FrameworkCache = field(default_factory=FrameworkCache)
    handovers: "Counter[tuple[str, str]]" = field(default_factory=Counter)


DATABASE_RETRY_SECONDS = 2.0
"""How long a request waits for a database that is away before it says so."""


@dataclass(frozen=True)
class ContextFactory:
    """What a running service is made from; `budget_seconds` as in `AppContext`.

    `watch_seconds`: seconds between looks at what people change by hand, 0 for none.
    """

    address: Address
    artifacts: ArtifactStore
    budget_seconds: float | None = None
    watch_seconds: float = 0.0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[AppContext]:
        """Open the context on this database; decisions accepted for writing are written before it closes."""
        async with connect(replace(self.address, retry_seconds=DATABASE_RETRY_SECONDS)) as graph:
            recorder = DecisionRecorder.of(graph)
            yield AppContext(graph, make_course_cache(graph, self.artifacts), recorder, self.budget_seconds)
            await recorder.drain()
