"""Simulated learners of a course whose graph lacks a prerequisite: what they answer says that it is there.

The course in the graph is p0 … p5 with p0 → p1 alone. The learners' truth (models/simulation/learners.py) has p2 → p3
besides: who knows little of p2 learns little of p3. Each takes the points in an order of their own, until three
answers in a row are right or ten were given, and comes back later to what did not go well: no order is forced on
them. They are alike, so that a thousand with 25 answers tell; p4 and p5 nobody practises.
"""

from typing import NamedTuple

import numpy as np

from graph.connection import Graph
from graph.courses.parsing import ParsedCourse
from graph.courses.records import CourseRecord, PointRecord, PrerequisiteRecord, ResourceRecord, TeachesRecord
from graph.importing import import_course
from models.course import Course as Arrays
from models.knowledge_tracing.state import Rates
from models.simulation.learners import Population, SimulatedLearners

POINTS, PRACTISED = 6, 4
PLANTED = ("planted/p2", "planted/p3")
IDS = [f"planted/p{n}" for n in range(POINTS)]


class Answers(NamedTuple):
    """What T × B learners did, step by step: `point` and `right` are (T, B)."""

    point: np.ndarray
    right: np.ndarray


async def load(graph: Graph) -> None:
    """The course without the planted edge."""
    course = CourseRecord(
        "planted",
        "Planted",
        points=tuple(PointRecord(id, f"Point {id[-1]}", f"What {id[-1]} is about.", level="A1") for id in IDS),
        prerequisites=(PrerequisiteRecord(IDS[0], IDS[1]),),
        resources=tuple(ResourceRecord(f"planted/r{n}", f"R{n}", "practice", "text", 5.0) for n in range(POINTS)),
        teaches=tuple(TeachesRecord(f"planted/r{n}", IDS[n], "primary", 1.0) for n in range(POINTS)),
    )
    await import_course(graph, ParsedCourse(course))


def answers(learners: int, steps: int, seed: int = 0) -> Answers:
    """What everybody answers, step by step."""
    population = Population(slope=8, guess=0.02, wrong_share=1.0, ability_sd=0.01, speed_sd=0.01)
    people = SimulatedLearners(_truth(), population, learners, np.random.default_rng(seed))
    people.renew(np.arange(learners))
    people.knowledge[:], people.peak[:] = 0, 0
    order = np.random.default_rng(seed + 1).random((learners, PRACTISED))
    run, tries = np.zeros((2, learners, PRACTISED), dtype=int)
    mastered, visits = np.zeros((2, learners, PRACTISED))
    told, rows = [], np.arange(learners)
    current = order.argmin(axis=1)
    for _ in range(steps):
        right = people.answer(current)
        told.append((current.copy(), right))
        run[rows, current] = np.where(right, run[rows, current] + 1, 0)
        tries[rows, current] += 1
        mastered[rows, current] = np.maximum(mastered[rows, current], run[rows, current] >= 3)
        done = (mastered[rows, current] > 0) | (tries[rows, current] % 10 == 0)
        visits[rows[done], current[done]] += 1
        current = np.where(done, (order + visits + 100 * mastered).argmin(axis=1), current)
    point, right = (np.array(column) for column in zip(*told, strict=True))
    return Answers(point, right)


def _truth() -> Arrays:
    whole = np.ones((PRACTISED, 1), dtype=np.float32)
    return Arrays(
        id="planted",
        point_ids=IDS[:PRACTISED],
        resource_ids=[f"planted/r{n}" for n in range(PRACTISED)],
        prerequisites=np.array([[0, 1], [2, 3]]),
        related=np.empty((0, 2), dtype=np.int64),
        related_weight=np.empty(0, dtype=np.float32),
        taught=np.arange(PRACTISED)[:, None],
        importance=whole,
        mastered=0.8 * whole[:, 0],
        met=0.9 * whole[:, 0],
        difficulty=np.zeros(PRACTISED, dtype=np.float32),
        minutes=5 * whole[:, 0],
        kind=np.ones(PRACTISED, dtype=np.int64),
        modality=np.zeros(PRACTISED, dtype=np.int64),
        rates=Rates(gain_right=0.85),
    )
