"""A large synthetic deployment, loaded straight into a managed server, and a learned policy for it.

Points lie in strands of 300, thirty rows of ten. A point depends on one to three points of the three rows before it
and, now and then, on an early point of another strand, so the path to a goal late in a strand holds one or two hundred
points whatever the total. A learner has practised the first part of a strand, knows the older part well and the newest
part little, has forgotten some, and aims at the strand's end.

The policy is trained briefly on a small part of the deployment and served on the whole of it.
"""

import json
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch

from benchmarks.folders import RUNS_FOLDER
from graph import catalogue
from graph.connection import Graph, connect
from graph.migrations import migrate
from graph.recommendations.candidates import read_candidates
from models.course import Course
from models.evaluation.leaderboard import Leaderboard, LeaderboardRow, save_leaderboard
from models.policies.selection import load_serving_policy
from models.recommender import Observation
from models.rl.policy import LearnedPolicy
from models.rl.run import format_version, train_policy
from models.rl.trainer import TrainingConfig
from services.courses.artifacts import ArtifactStore, load_course_arrays
from services.courses.cache import build_served_course
from services.learners.state import make_learner_state
from services.recommendations.decision import decide_slate
from services.settings import Settings, get_managed_server

Row = dict[str, Any]
PrintProgress = Callable[[str], None]
HOME = RUNS_FOLDER / "deployment"
LOADED_FILE = HOME / "loaded.json"
COURSE_ID = "big"
KEEP_LOADED = timedelta(hours=6)
"""How long a loaded deployment is kept: learners forget by the clock."""

STRAND_POINTS, WIDTH = 300, 10
OWN_STRAND_POINTS = 100
"""Points that a learner has practised in the own strand at most; a longer history goes on in other strands."""
MODALITIES = ("text", "audio", "video", "interactive")
KINDS = ("lesson", "practice", "reading", "video", "test")

_COURSE = "CREATE (:Course {id: $course, title: 'Big', language: 'en', licence: 'none'})"
_POINTS = """
MATCH (c:Course {id: $course})
UNWIND $rows AS row
CREATE (k:KnowledgePoint {id: row.id, name: row.id, description: '', domain: row.domain, level: row.level,
  prerequisiteCount: row.prerequisites})
CREATE (c)-[:INCLUDES]->(k)
"""
_PREREQUISITES = """
UNWIND $rows AS row
MATCH (p:KnowledgePoint {id: row.from})
MATCH (k:KnowledgePoint {id: row.to})
CREATE (p)-[:PREREQUISITE_OF {source: 'expert', status: 'accepted', confidence: 1.0, reason: ''}]->(k)
"""
_RELATED = """
UNWIND $rows AS row
MATCH (p:KnowledgePoint {id: row.from})
MATCH (k:KnowledgePoint {id: row.to})
CREATE (p)-[:RELATED_TO {weight: 0.3}]->(k)
"""
_RESOURCES = """
UNWIND $rows AS row
CREATE (r:Resource {id: row.id, title: row.id, kind: row.kind, modality: row.modality, level: row.level,
  difficulty: row.difficulty, minutes: row.minutes, language: 'en', status: 'active', courses: $course})
WITH r, row
UNWIND row.teaches AS taught
MATCH (k:KnowledgePoint {id: taught[0]})
CREATE (r)-[:TEACHES {role: taught[1], importance: taught[2]}]->(k)
"""
_LEARNERS = """
UNWIND $rows AS row
CREATE (l:Learner {id: row.id, createdAt: $now, course: $course, step: 0, answers: row.answers, success: 0.7})
WITH l, row
UNWIND row.goals AS goal
MATCH (g:KnowledgePoint {id: goal})
CREATE (l)-[:AIMS_AT {level: 0.8}]->(g)
"""
_MASTERY = """
UNWIND $rows AS row
MATCH (l:Learner {id: row.learner})
UNWIND row.mastery AS m
MATCH (k:KnowledgePoint {id: m[0]})
CREATE (l)-[:MASTERY {level: m[1], uncertainty: 0.1, attempts: m[2], practicedAt: m[3], updatedAt: m[3]}]->(k)
"""


@dataclass(frozen=True)
class DeploymentSize:
    """How big the deployment is.

    Attributes:
        history: mastery edges of each learner.
        seed: of all that is drawn.
    """

    points: int = 10_000
    resources_per_point: int = 10
    learners: int = 10_000
    history: int = 100
    seed: int = 0


def point_id(number: int) -> str:
    """The id of point `number`."""
    return f"{COURSE_ID}/p{number:06d}"


def learner_id(number: int) -> str:
    """The id of learner `number`."""
    return f"learner-{number:06d}"


def draw_prerequisites(points: int, seed: int = 0) -> list[list[int]]:
    """The prerequisites of each point, all of lower number; those of the first n points do not depend on `points`."""
    rng = np.random.default_rng(seed)
    found: list[list[int]] = []
    for k in range(points):
        strand, row = k // STRAND_POINTS * STRAND_POINTS, k % STRAND_POINTS // WIDTH
        draws = rng.random(6)
        near = np.arange(strand + max(0, row - 3) * WIDTH, strand + row * WIDTH)
        picked = {int(near[int(draw * len(near))]) for draw in draws[: 1 + int(draws[5] * 3)]} if row else set()
        if row and strand and draws[4] < 0.05:
            picked.add(int(draws[3] * strand) // STRAND_POINTS * STRAND_POINTS + int(draws[4] * 20 * WIDTH))
        found.append(sorted(picked))
    return found


async def load_course(graph: Graph, before: list[list[int]], start: int, stop: int, size: DeploymentSize) -> None:
    """Points `start` to `stop` with their edges and resources; what they rest on must be there."""
    if start == 0:
        await _send(graph, _COURSE, [])
    numbers = range(start, stop)
    await _load(graph, _POINTS, (_point(k, before[k]) for k in numbers))
    edges = ({"from": point_id(p), "to": point_id(k)} for k in numbers for p in before[k])
    await _load(graph, _PREREQUISITES, edges)
    pairs = ({"from": point_id(k - 1), "to": point_id(k)} for k in numbers if k % 4 == 1)
    await _load(graph, _RELATED, pairs)
    await _load(graph, _RESOURCES, _resources(before, numbers, size))


async def load_learners(
    graph: Graph, size: DeploymentSize, now: datetime, first: int = 0, goals: bool = True
) -> list[str]:
    """`size.learners` learners from number `first` on, spread over the strands; without goals they want the course.

    `now` is the moment that the days since their practice are counted from.
    """
    rng = np.random.default_rng((size.seed, first))
    strands = max(1, size.points // STRAND_POINTS)
    ids = {learner_id(first + n): n % strands * STRAND_POINTS for n in range(size.learners)}
    end = min(STRAND_POINTS, size.points)
    aims = {
        id: [point_id(start + end - 1 - int(rng.integers(2 * WIDTH)))] if goals else [] for id, start in ids.items()
    }
    await _load(graph, _LEARNERS, ({"id": id, "goals": aims[id], "answers": size.history} for id in ids))
    rows = ({"learner": id, "mastery": _mastery(start, size, now, rng)} for id, start in ids.items())
    await _load(graph, _MASTERY, rows, max(1, 20_000 // size.history))
    return list(ids)


async def load_deployment(graph: Graph, size: DeploymentSize, say: PrintProgress = print) -> None:
    """Fill an empty, migrated database; about a minute and a half for the default size."""
    say(f"loading {size.points} points with {size.resources_per_point} resources each")
    await load_course(graph, draw_prerequisites(size.points, size.seed), 0, size.points, size)
    say(f"loading {size.learners} learners with {size.history} mastery edges each")
    await load_learners(graph, size, datetime.now(UTC))


@asynccontextmanager
async def open_deployment(size: DeploymentSize, say: PrintProgress = print) -> AsyncIterator[Graph]:
    """A running managed server with the deployment on it, kept for the day's next runs; another size replaces it."""
    server, kept = get_managed_server(Settings(LODESTAR_HOME=HOME)), _kept(size)
    if not kept:
        LOADED_FILE.unlink(missing_ok=True)
        server.reset()
    try:
        async with connect(server.start()) as graph:
            if not kept:
                await migrate(graph)
                await load_deployment(graph, size, say)
                LOADED_FILE.write_text(json.dumps(asdict(size)), encoding="utf-8")
            yield graph
    finally:
        server.stop()


def _kept(size: DeploymentSize) -> bool:
    """Whether the server's folder holds this size, loaded a short while ago."""
    try:
        age = time.time() - LOADED_FILE.stat().st_mtime
        return age < KEEP_LOADED.total_seconds() and json.loads(LOADED_FILE.read_text(encoding="utf-8")) == asdict(size)
    except FileNotFoundError:
        return False


def _point(k: int, before: list[int]) -> Row:
    level = f"{k % STRAND_POINTS // 60}"
    return {"id": point_id(k), "domain": f"s{k // STRAND_POINTS}", "level": level, "prerequisites": len(before)}


def _resources(before: list[list[int]], numbers: range, size: DeploymentSize) -> Iterator[Row]:
    """Each teaches its own point; a third support a prerequisite, a tenth touch the neighbour in the row."""
    for k in numbers:
        draws = np.random.default_rng((size.seed, k)).random((size.resources_per_point, 5)).tolist()
        for number, (supports, which, touches, difficulty, minutes) in enumerate(draws):
            teaches: list[list[Any]] = [[point_id(k), "primary", 1.0]]
            if before[k] and supports < 0.33:
                teaches.append([point_id(before[k][int(which * len(before[k]))]), "supporting", 0.6])
            if k % WIDTH and touches < 0.1:
                teaches.append([point_id(k - 1), "peripheral", 0.4])
            yield {
                "id": f"{COURSE_ID}/r{k:06d}-{number}",
                "kind": KINDS[number % len(KINDS)],
                "modality": MODALITIES[int(which * len(MODALITIES))],
                "level": f"{k % STRAND_POINTS // 60}",
                "difficulty": difficulty * 2 - 1,
                "minutes": 2.0 + round(minutes * 30),
                "teaches": teaches,
            }


def _mastery(start: int, size: DeploymentSize, now: datetime, rng: np.random.Generator) -> list[list[Any]]:
    """The first points of the strand, the last fifth of them little known, a twentieth half forgotten; then others'."""
    own = min(size.history, OWN_STRAND_POINTS)
    place = np.arange(size.history) / own
    levels = np.where(place < 0.8, 0.92, np.where(place < 1, 0.92 - 3 * (place - 0.8), 0.92))
    levels = np.clip(levels + rng.normal(0, 0.04, size.history), 0.05, 1.0).tolist()
    days = np.where(rng.random(size.history) < 0.05, 6, 1) * rng.uniform(0.2, 1.5, size.history)
    attempts = rng.integers(1, 9, size.history).tolist()
    points = [(start + n if n < own else start + STRAND_POINTS + n - own) % size.points for n in range(size.history)]
    moments = [now - timedelta(days=each) for each in days.tolist()]
    return [
        [point_id(point), level, tries, moment]
        for point, level, tries, moment in zip(points, levels, attempts, moments, strict=True)
    ]


async def _load(graph: Graph, text: str, rows: Iterable[Row], size: int = 5000) -> None:
    batch: list[Row] = []
    for row in rows:
        batch.append(row)
        if len(batch) == size:
            await _send(graph, text, batch)
            batch = []
    if batch:
        await _send(graph, text, batch)


async def _send(graph: Graph, text: str, rows: list[Any]) -> None:
    await graph.execute_write(lambda work: work.text(text, rows=rows, course=COURSE_ID, now=datetime.now(UTC)))


SMALL_COURSE_POINTS = 100
"""Points of the part that is trained on."""


async def prepare_policy(graph: Graph, policies: Path) -> None:
    """Leave a policy and its verdict in the folder."""
    course = await load_course_arrays(graph, COURSE_ID)
    folder = policies / COURSE_ID
    trainer = train_policy(cut_course(course), TrainingConfig(steps=256, learners=16), folder, "cpu", fresh=True)
    line = LeaderboardRow("lodestar", format_version(trainer), 0, 0, 0, 0, 0, 0, 0, 0)
    save_leaderboard(Leaderboard(COURSE_ID, 0, [0], [line], "lodestar", "for the benchmark"), folder)


async def time_network_parts(graph: Graph, policies: Path, calls: int = 100) -> dict[str, float]:
    """Return median milliseconds of the policy's encoder and heads on states of different learners, as in the service.

    The learned policy is loaded by itself: whatever serves the course may wrap it.
    """
    torch.set_num_threads(1)
    served = build_served_course(await catalogue.read_course_rows(graph, COURSE_ID), ArtifactStore(policies.parent))
    policy, now = load_serving_policy(policies / COURSE_ID, served.course), datetime.now(UTC)
    encoder, heads = [], []
    for number in range(calls):
        found = await read_candidates(graph, learner_id(number), now)
        seen = decide_slate(make_learner_state(served, found, now), 1).observation
        with torch.inference_mode():
            began = perf_counter()
            embedded, rest = _encoded(policy, seen)
            middle = perf_counter()
            rest(*embedded)
        encoder.append(middle - began)
        heads.append(perf_counter() - middle)
    medians = {"encoder": np.median(encoder), "heads": np.median(heads)}
    return {f"recommend.{part}_ms": round(1000 * float(value), 3) for part, value in medians.items()}


def _encoded(policy: LearnedPolicy, seen: Observation) -> tuple[tuple[Any, Any], Callable[[Any, Any], Any]]:
    """The embeddings, and what the heads do with them; a small course is encoded whole."""
    if embedded := policy.nearby and policy.nearby.embed(seen):
        return embedded, partial(policy.nearby.heads, seen)
    batch = policy.network.batch(seen)
    return policy.network.embed(batch), partial(policy.network.scores, mask=batch.mask)


def cut_course(course: Course) -> Course:
    """The first points and what teaches nothing else."""
    inside = ((course.taught < SMALL_COURSE_POINTS) | (course.importance == 0)).all(axis=1)
    kept = np.flatnonzero(inside)
    return Course(
        id=course.id,
        point_ids=course.point_ids[:SMALL_COURSE_POINTS],
        resource_ids=[course.resource_ids[place] for place in kept],
        prerequisites=course.prerequisites[(course.prerequisites < SMALL_COURSE_POINTS).all(axis=1)],
        related=course.related[(course.related < SMALL_COURSE_POINTS).all(axis=1)],
        related_weight=course.related_weight[(course.related < SMALL_COURSE_POINTS).all(axis=1)],
        taught=course.taught[kept],
        importance=course.importance[kept],
        mastered=course.mastered[:SMALL_COURSE_POINTS],
        met=course.met[:SMALL_COURSE_POINTS],
        difficulty=course.difficulty[kept],
        minutes=course.minutes[kept],
        kind=course.kind[kept],
        modality=course.modality[kept],
    )
