"""Small graphs with a learner, and the candidate rule in plain Python: what the query is held against."""

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from graph.connection import Graph

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
Edge = tuple[str, str]

_CLEAR = "MATCH (n) WHERE NOT n:Lodestar AND NOT n:Migration DETACH DELETE n"
_COURSE = """
CREATE (c:Course {id: 'course'}) SET c += $settings
WITH c UNWIND $points AS row
CREATE (k:KnowledgePoint) SET k = row.values
FOREACH (_ IN CASE WHEN row.included THEN [1] ELSE [] END | CREATE (c)-[:INCLUDES]->(k))
"""
_EDGES = """
UNWIND $edges AS row
MATCH (p:KnowledgePoint {id: row[0]}), (k:KnowledgePoint {id: row[1]})
CREATE (p)-[:PREREQUISITE_OF {status: row[2]}]->(k)
"""
_RESOURCES = """
UNWIND $resources AS row
CREATE (r:Resource) SET r = row.values
WITH r, row UNWIND row.teaches AS taught
MATCH (k:KnowledgePoint {id: taught[0]})
CREATE (r)-[:TEACHES {role: 'primary', importance: taught[1]}]->(k)
"""
_LEARNERS = """
UNWIND $learners AS learner
CREATE (l:Learner {id: learner.id, course: 'course', createdAt: $now}) SET l += learner.limits
WITH l, learner
CALL (l, learner) {
  UNWIND learner.mastery AS row MATCH (k:KnowledgePoint {id: row.point})
  CREATE (l)-[:MASTERY {level: row.level, practicedAt: row.at, updatedAt: row.at, attempts: 1, uncertainty: 0.1,
    demonstrated: row.demonstrated}]->(k)
}
CALL (l, learner) {
  UNWIND learner.goals AS row MATCH (k:KnowledgePoint {id: row[0]}) CREATE (l)-[:AIMS_AT {level: row[1]}]->(k)
}
CALL (l, learner) {
  UNWIND learner.done AS row MATCH (r:Resource {id: row.resource})
  CREATE (l)-[:DID]->(:Interaction {id: row.id, learner: l.id, at: row.at, right: row.right})-[:ON]->(r)
}
CALL (l, learner) {
  UNWIND learner.dismissed AS row MATCH (r:Resource {id: row.resource})
  CREATE (l)-[:RECEIVED]->(:Recommendation {id: row.id, learner: l.id, at: row.at, dismissedAt: row.at,
    dismissal: row.reason})-[:CHOSE]->(r)
}
CALL (l, learner) {
  UNWIND learner.served AS row MATCH (r:Resource {id: row.resource})
  CREATE (l)-[:RECEIVED]->(q:Recommendation {id: row.id, learner: l.id, resource: r.id, at: row.at})-[:CHOSE]->(r)
  FOREACH (_ IN CASE WHEN row.right THEN [1] ELSE [] END |
    CREATE (l)-[:DID]->(:Interaction {id: row.id, learner: l.id, at: datetime('2020-01-01T00:00:00Z'), right: false})
      -[:FOLLOWED]->(q))
}
"""


@dataclass
class Point:
    level: str | None = None
    mastered_at: float | None = None
    met_at: float | None = None
    included: bool = True


@dataclass
class Resource:
    teaches: dict[str, float]
    minutes: float = 10.0
    modality: str = "text"
    language: str | None = None
    status: str = "active"


@dataclass
class Event:
    """A past interaction, or a recommendation (`right` then says whether it was answered)."""

    resource: str
    days: float
    right: bool

    @property
    def at(self) -> datetime:
        return NOW - timedelta(days=self.days)


@dataclass
class Dismissed:
    """A recommendation that was dismissed some days ago."""

    resource: str
    days: float
    reason: str


@dataclass
class World:
    """A course and one learner in it. Edges are (prerequisite, point): status; mastery is point: (level, days).

    What own answers showed of a point is `demonstrated`; where nothing was stored of it, the level counts.
    """

    points: dict[str, Point]
    edges: dict[Edge, str] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    mastery: dict[str, tuple[float, float]] = field(default_factory=dict)
    demonstrated: dict[str, float] = field(default_factory=dict)
    goals: dict[str, float] = field(default_factory=dict)
    limits: dict[str, object] = field(default_factory=dict)
    done: list[Event] = field(default_factory=list)
    served: list[Event] = field(default_factory=list)
    dismissed: list[Dismissed] = field(default_factory=list)
    settings: dict[str, float | str] = field(default_factory=dict)

    def before(self, point: str) -> list[str]:
        return [p for (p, k), status in self.edges.items() if k == point and status == "accepted"]


async def write_worlds(graph: Graph, world: World, *others: World) -> None:
    """Make the world the database's only content; the learners of others, in the same course, are learner-1, …"""
    learners = [_learner_row(f"learner-{n}" if n else "learner", each) for n, each in enumerate((world, *others))]

    async def unit(work):
        await work.text(_CLEAR)
        await work.text(_COURSE, settings=world.settings, points=[_point_row(world, id) for id in world.points])
        await work.text(_EDGES, edges=[[*edge, status] for edge, status in world.edges.items()])
        await work.text(_RESOURCES, resources=[_resource_row(id, r) for id, r in world.resources.items()])
        await work.text(_LEARNERS, now=NOW, learners=learners)

    await graph.execute_write(unit)


def _learner_row(id: str, world: World) -> dict:
    mastery = [
        {"point": p, "level": level, "at": NOW - timedelta(days=days), "demonstrated": world.demonstrated.get(p)}
        for p, (level, days) in world.mastery.items()
    ]
    goals = [list(goal) for goal in world.goals.items()]
    events = {"done": _events(id, "i", world.done), "served": _events(id, "q", world.served)}
    events["dismissed"] = [
        {"id": f"{id}d{n}", "resource": each.resource, "at": NOW - timedelta(days=each.days), "reason": each.reason}
        for n, each in enumerate(world.dismissed)
    ]
    return {"id": id, "limits": world.limits, "mastery": mastery, "goals": goals, **events}


def _events(learner: str, prefix: str, events: list[Event]) -> list[dict]:
    return [
        {"id": f"{learner}{prefix}{n}", "resource": event.resource, "at": event.at, "right": event.right}
        for n, event in enumerate(events)
    ]


def _point_row(world: World, id: str) -> dict:
    point = world.points[id]
    values = {"id": id, "level": point.level, "masteredAt": point.mastered_at, "metAt": point.met_at}
    return {"values": values | {"prerequisiteCount": len(world.before(id))}, "included": point.included}


def _resource_row(id: str, r: Resource) -> dict:
    values = {"id": id, "minutes": r.minutes, "modality": r.modality, "language": r.language, "status": r.status}
    return {"values": values, "teaches": [list(taught) for taught in r.teaches.items()]}


class Rule:
    """The candidate rule over a world, one clause a method, as slow as it likes to be."""

    def __init__(self, world: World) -> None:
        self.world = world

    def level(self, point: str) -> float:
        level, days = self.world.mastery.get(point, (0.0, 0.0))
        return level * math.exp(-self.world.settings.get("forgetting", 0.08) * days) if days >= 3 else level

    def met(self, point: str) -> bool:
        own = self.world.points[point].met_at
        return self.gate(point) >= (self.world.settings.get("prerequisiteAt", 0.6) if own is None else own)

    def gate(self, point: str) -> float:
        """The level, or what was demonstrated once; not in the profile paper."""
        if self.world.settings.get("profile") == "paper" or point not in self.world.mastery:
            return self.level(point)
        stored = self.world.mastery[point][0]
        return max(self.level(point), self.world.demonstrated.get(point, stored))

    def mastered(self, point: str) -> bool:
        own = self.world.points[point].mastered_at
        threshold = self.world.settings.get("masteredAt", 0.8) if own is None else own
        return self.level(point) >= max(threshold, self.world.goals.get(point, 0.0))

    def closure(self) -> set[str]:
        if not self.world.goals:
            return {id for id, point in self.world.points.items() if point.included}
        found, stack = set(), list(self.world.goals)
        while stack:
            point = stack.pop()
            if point not in found:
                found.add(point)
                stack += self.world.before(point)
        return found

    def wanted(self) -> list[str]:
        return [point for point in self.closure() if not self.mastered(point)]

    def open(self, resource: str) -> bool:
        return all(self.met(p) for k in self.world.resources[resource].teaches for p in self.world.before(k))

    def refusals(self, resource: str) -> list[str]:
        r, limits = self.world.resources[resource], self.world.limits
        checks = {
            "max_minutes": "maxMinutes" in limits and r.minutes > limits["maxMinutes"],
            "modalities": "modalities" in limits and r.modality not in limits["modalities"],
            "languages": "languages" in limits and r.language is not None and r.language not in limits["languages"],
            "dismissed": any(d.resource == resource and d.reason == "not_for_me" for d in self.world.dismissed),
        }
        return [name for name, refused in checks.items() if refused]

    def rests_until(self, resource: str) -> datetime | None:
        setting = self.world.settings.get
        ends = []
        for event in self.world.done:
            days = max(setting("retryAfterDays", 1), setting("repeatAfterDays", 14) if event.right else 0)
            ends += [event.at + timedelta(days=days)] if event.resource == resource else []
        for each in self.world.dismissed:
            if each.resource == resource and each.reason != "not_for_me":
                days = 1 if each.reason == "not_now" else setting("repeatAfterDays", 14)
                ends.append(NOW - timedelta(days=each.days) + timedelta(days=days))
        latest = max(ends, default=NOW)
        return latest if latest > NOW else None

    def open_resources(self) -> list[str]:
        """Active, teaching something wanted, every prerequisite met; limits and rest not looked at."""
        wanted = set(self.wanted())
        return [
            id
            for id, r in self.world.resources.items()
            if r.status == "active" and wanted & set(r.teaches) and self.open(id)
        ]

    def failed_twice(self, resource: str) -> bool:
        """Whether the last two answers, of the last 30 days, were wrong."""
        events = [event for event in self.world.done if event.resource == resource and event.days < 30]
        latest = sorted(enumerate(events), key=lambda pair: (pair[1].days, pair[0]))[:2]
        return [event.right for _, event in latest] == [False, False]

    def feasible(self) -> set[str]:
        return {id for id in self.open_resources() if not self.refusals(id)}

    def rested(self, point: str) -> set[str]:
        """Feasible resources of a point that do not rest; failed twice only where nothing else teaches the point."""
        found = {id for id in self.feasible() if point in self.world.resources[id].teaches and not self.rests_until(id)}
        return {id for id in found if not self.failed_twice(id)} or found

    def candidates(self) -> set[str]:
        """Those that do not rest; where all rest, all that are feasible."""
        return set().union(*(self.rested(point) for point in self.wanted() if self._is_open(point))) or self.feasible()

    def ordered(self, per_point: int, limit: int) -> list[str]:
        """The candidates in the query's order, under its caps."""
        points = [point for point in sorted(self.wanted(), key=self._place) if self._is_open(point)]
        for found in (self.rested, lambda point: self.feasible()):
            chosen: dict[str, None] = {}
            for point in points:
                taught = [(-r.teaches[point], id) for id, r in self.world.resources.items() if point in r.teaches]
                chosen.update(dict.fromkeys([id for _, id in sorted(taught) if id in found(point)][:per_point]))
            if chosen:
                break
        return list(chosen)[:limit]

    def _is_open(self, point: str) -> bool:
        return all(self.met(p) for p in self.world.before(point))

    def _place(self, point: str):
        level = self.world.points[point].level
        if not self.world.goals and not self.world.before(point):
            return (1, False, "", point)
        return (0, level is None, level or "", point)
