"""What speaks for skipping a point: how well it is known, what it rests on, and what was mastered that builds on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from graph.candidates import refuse
from graph.connection import Graph, Row
from graph.errors import NotFound
from graph.times import utc


@dataclass(frozen=True, slots=True)
class PointNow:
    """A point as the learner knows it now, forgetting included.

    Attributes:
        uncertainty: standard deviation of `level`; None where nothing was ever recorded.
        attempts: answers on this very point; 0 where the level is inferred from others.
        met_at, mastered_at: the levels from which it no longer gates, and from which it is mastered.
        aim: the level that a goal asks for, 0 for the point's own threshold; None where the point is no goal.
        wanted: on the way to the learner's goals; in the course, for a learner without goals.
    """

    id: str
    name: str
    level: float
    uncertainty: float | None
    attempts: int
    met_at: float
    mastered_at: float
    aim: float | None
    wanted: bool

    @property
    def mastered(self) -> bool:
        """At its threshold, a goal at its own level too."""
        return self.level >= max(self.mastered_at, self.aim or 0.0)

    @property
    def needed(self) -> float:
        """The level from which nobody has to do it: met for a step on the way, mastered for a goal."""
        return self.met_at if self.aim is None else max(self.mastered_at, self.aim)


@dataclass(frozen=True, slots=True)
class Dependent:
    """A point that builds on the one in question.

    Attributes:
        chain: ids from that point to this one, both included: a shortest chain of accepted prerequisites.
        confidence: the product of the confidences along it.
        builds_on: ids of its direct prerequisites.
    """

    state: PointNow
    chain: list[str]
    confidence: float
    builds_on: list[str]

    @property
    def hops(self) -> int:
        """Edges from the point in question."""
        return len(self.chain) - 1

    @property
    def shows(self) -> bool:
        """Mastered, and answered itself: an inferred level says nothing that is not in the other's level already."""
        return self.state.attempts > 0 and self.state.level >= self.state.mastered_at


@dataclass(frozen=True, slots=True)
class SkipEvidence:
    """All that is known of one learner and one point. `dependents` come nearest first, four hops away at most."""

    learner: str
    course: str
    point: PointNow
    prerequisites: list[PointNow]
    dependents: list[Dependent]

    @property
    def unmet(self) -> list[PointNow]:
        """Prerequisites of the point that are not met."""
        return [each for each in self.prerequisites if each.level < each.met_at]

    @property
    def showing(self) -> list[Dependent]:
        """What was mastered that builds on the point."""
        return [each for each in self.dependents if each.shows]

    @property
    def missed(self) -> list[Dependent]:
        """What is on the way, needs the point, and is neither met nor shown by anything mastered that builds on it."""
        shown = _below(self.dependents)
        return [
            each
            for each in self.dependents
            if each.state.wanted and each.state.level < each.state.needed and each.state.id not in shown
        ]


async def skip_evidence(
    graph: Graph, learner: str, point: str, now: datetime, course: str | None = None
) -> SkipEvidence:
    """Read it (cypher/recommend/skip.cypher). Raises `NotFound` for an unknown learner, course or point."""
    rows = await graph.read("recommend/skip", learner=learner, course=course, point=point, now=utc(now))
    if not rows:
        if not await graph.read("learn/studies", learner=learner, course=course):
            await refuse(graph, learner, course)
        raise NotFound("knowledge point", point)
    [own] = [row for row in rows if row["role"] == "point"]
    return SkipEvidence(
        learner=own["learner"],
        course=own["course"],
        point=_point(own),
        prerequisites=[_point(row) for row in rows if row["role"] == "prerequisite"],
        dependents=[_dependent(row) for row in rows if row["role"] == "dependent"],
    )


def _point(row: Row) -> PointNow:
    return PointNow(
        id=row["point"],
        name=row["name"] or row["point"],
        level=row["level"],
        uncertainty=row["uncertainty"],
        attempts=row["attempts"],
        met_at=row["met_at"],
        mastered_at=row["mastered_at"],
        aim=row["aim"],
        wanted=row["wanted"],
    )


def _dependent(row: Row) -> Dependent:
    return Dependent(_point(row), row["chain"], row["confidence"], row["builds_on"])


def _below(dependents: Iterable[Dependent]) -> set[str]:
    """Ids of the points on which something mastered builds, directly or through others."""
    builds_on = {each.state.id: each.builds_on for each in dependents}
    found: set[str] = set()
    stack = [id for each in dependents if each.shows for id in each.builds_on]
    while stack:
        id = stack.pop()
        if id not in found:
            found.add(id)
            stack += builds_on.get(id, [])
    return found
