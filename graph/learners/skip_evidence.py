"""Evidence for skipping a point: its mastery, its prerequisites, and the mastered points that build on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from graph.connection import Graph, Row
from graph.errors import NotFound
from graph.learners.profiles import refuse_unknown
from graph.values import to_utc


@dataclass(frozen=True, slots=True)
class CurrentPoint:
    """A point as the learner knows it now, forgetting included.

    Attributes:
        sd: standard deviation of `level`; None where nothing was ever recorded.
        attempts: answers on this very point; 0 where the level is inferred from others.
        met_at, mastered_at: the levels from which it no longer gates, and from which it is mastered.
        goal_level: the level that a goal asks for, 0 for the point's own threshold; None where the point is no goal.
        on_path: on the way to the learner's goals; in the course, for a learner without goals.
    """

    id: str
    name: str
    level: float
    sd: float | None
    attempts: int
    met_at: float
    mastered_at: float
    goal_level: float | None
    on_path: bool

    @property
    def mastered(self) -> bool:
        """At its threshold, a goal at its own level too."""
        return self.level >= max(self.mastered_at, self.goal_level or 0.0)

    @property
    def needed(self) -> float:
        """The level from which the point can be skipped: met for a step on the path, mastered for a goal."""
        return self.met_at if self.goal_level is None else max(self.mastered_at, self.goal_level)


@dataclass(frozen=True, slots=True)
class DependentPoint:
    """A point that builds on the one in question.

    Attributes:
        chain: ids from that point to this one, both included: a shortest chain of accepted prerequisites.
        confidence: the product of the confidences along it.
        builds_on: ids of its direct prerequisites.
    """

    state: CurrentPoint
    chain: list[str]
    confidence: float
    builds_on: list[str]

    @property
    def hops(self) -> int:
        """Edges from the point in question."""
        return len(self.chain) - 1

    @property
    def is_mastered(self) -> bool:
        """Mastered, by answers of its own: an inferred level adds nothing to the level it was inferred from."""
        return self.state.attempts > 0 and self.state.level >= self.state.mastered_at


@dataclass(frozen=True, slots=True)
class SkipEvidence:
    """All that is known of one learner and one point. `dependents` come nearest first, four hops away at most."""

    learner: str
    course: str
    point: CurrentPoint
    prerequisites: list[CurrentPoint]
    dependents: list[DependentPoint]

    @property
    def unmet(self) -> list[CurrentPoint]:
        """Prerequisites of the point that are not met."""
        return [each for each in self.prerequisites if each.level < each.met_at]

    @property
    def mastered_dependents(self) -> list[DependentPoint]:
        """The mastered points that build on the point."""
        return [each for each in self.dependents if each.is_mastered]

    @property
    def affected_dependents(self) -> list[DependentPoint]:
        """The points on the path that need this one, are not met, and on which no mastered point builds."""
        shown = _rests_on_mastered(self.dependents)
        return [
            each
            for each in self.dependents
            if each.state.on_path and each.state.level < each.state.needed and each.state.id not in shown
        ]


async def read_skip_evidence(
    graph: Graph, learner: str, point: str, now: datetime, course: str | None = None
) -> SkipEvidence:
    """Read the evidence (cypher/recommend/skip.cypher). Raises `NotFound` for an unknown learner, course or point."""
    rows = await graph.read("recommend/skip", learner=learner, course=course, point=point, now=to_utc(now))
    if not rows:
        if not await graph.read("learn/studies", learner=learner, course=course):
            await refuse_unknown(graph, learner, course)
        raise NotFound("knowledge point", point)
    [own] = [row for row in rows if row["role"] == "point"]
    return SkipEvidence(
        learner=own["learner"],
        course=own["course"],
        point=_make_point(own),
        prerequisites=[_make_point(row) for row in rows if row["role"] == "prerequisite"],
        dependents=[_make_dependent(row) for row in rows if row["role"] == "dependent"],
    )


def _make_point(row: Row) -> CurrentPoint:
    return CurrentPoint(
        id=row["point"],
        name=row["name"] or row["point"],
        level=row["level"],
        sd=row["uncertainty"],
        attempts=row["attempts"],
        met_at=row["met_at"],
        mastered_at=row["mastered_at"],
        goal_level=row["aim"],
        on_path=row["wanted"],
    )


def _make_dependent(row: Row) -> DependentPoint:
    return DependentPoint(_make_point(row), row["chain"], row["confidence"], row["builds_on"])


def _rests_on_mastered(dependents: Iterable[DependentPoint]) -> set[str]:
    """Return ids of the points on which something mastered builds, directly or through others."""
    builds_on = {each.state.id: each.builds_on for each in dependents}
    found: set[str] = set()
    stack = [id for each in dependents if each.is_mastered for id in each.builds_on]
    while stack:
        id = stack.pop()
        if id not in found:
            found.add(id)
            stack += builds_on.get(id, [])
    return found
