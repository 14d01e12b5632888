"""A learned policy for a deployment that nobody trained on: made on a small part of it, served on the whole."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import torch

from api.course_models import served_of
from api.deciding import decide
from api.loading import read_arrays
from api.situation import Situation
from api.trained import Trained
from benchmarks.deployment import COURSE, learner_id
from graph import catalogue
from graph.candidates import candidates
from graph.connection import Graph
from models.course import Course
from models.policy import LearnedPolicy
from models.recommender import Observation
from models.run import TrainingConfig, train, version
from models.standing import Standing, Standings, save

PART = 100
"""Points of the part that is trained on."""


async def prepare(graph: Graph, policies: Path) -> None:
    """Leave a policy and its verdict in the folder."""
    course = await read_arrays(graph, COURSE)
    folder = policies / COURSE
    trainer = train(part_of(course), TrainingConfig(steps=256, learners=16), folder, "cpu", fresh=True)
    line = Standing("lodestar", version(trainer), 0, 0, 0, 0, 0, 0, 0, 0)
    save(Standings(COURSE, 0, [0], [line], "lodestar", "for the benchmark"), folder)


async def parts_ms(graph: Graph, policies: Path, calls: int = 100) -> dict[str, float]:
    """Median milliseconds of encoder and heads on states of different learners, as the service asks them."""
    torch.set_num_threads(1)
    served = served_of(await catalogue.course(graph, COURSE), Trained(policies.parent))
    policy, now = served.recommender, datetime.now(UTC)
    encoder, heads = [], []
    for number in range(calls):
        found = await candidates(graph, learner_id(number), now)
        seen = decide(Situation(served, found, now), 1).seen.observation
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


def part_of(course: Course) -> Course:
    """The first points and what teaches nothing else."""
    inside = ((course.taught < PART) | (course.importance == 0)).all(axis=1)
    kept = np.flatnonzero(inside)
    return Course(
        id=course.id,
        point_ids=course.point_ids[:PART],
        resource_ids=[course.resource_ids[place] for place in kept],
        prerequisites=course.prerequisites[(course.prerequisites < PART).all(axis=1)],
        related=course.related[(course.related < PART).all(axis=1)],
        related_weight=course.related_weight[(course.related < PART).all(axis=1)],
        taught=course.taught[kept],
        importance=course.importance[kept],
        mastered=course.mastered[:PART],
        met=course.met[:PART],
        difficulty=course.difficulty[kept],
        minutes=course.minutes[kept],
        kind=course.kind[kept],
        modality=course.modality[kept],
    )
