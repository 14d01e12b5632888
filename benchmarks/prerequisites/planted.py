"""Planted prerequisites: a known graph, simulated learners whose learning depends on it, and the log that they leave.

The choice of what is practised must not depend on the graph, or the log repeats it. Policies:

    random      every answer on a random point
    own         a point until MASTERY_STREAK right in a row or MAX_STREAK_ANSWERS answers, then another that is not
                mastered
    syllabus    as `own`, along an order of the points that respects the graph, the same for all up to
                SYLLABUS_SHUFFLE_SD positions
    gated       as `random`, among points whose prerequisites are mastered: what a platform does, a leak of the truth
"""

from dataclasses import dataclass, replace

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.course import Course
from models.knowledge_tracing.state import Rates
from models.mining.mastery_log import MasteryLog, build_log_from_answers
from models.simulation.learners import Population, SimulatedLearners

MASTERY_STREAK, MAX_STREAK_ANSWERS, SYLLABUS_SHUFFLE_SD = 5, 12, 6.0
ANSWERS_PER_POINT = 25
"""Answers for each point of the graph that a learner gives."""
GAIN = 0.85
LESSON, PRACTICE = 0, 1
LESSONS = 2


@dataclass(frozen=True)
class AnswerNoise:
    """guess, slip: of the answers; careless: share of learners who answer at random."""

    guess: float = 0.07
    slip: float = 0.03
    careless: float = 0.0


def draw_graph(points: int, seed: int, parents: float = 1.5) -> Ints:
    """(E, 2) edges of a random acyclic graph: each point has a Poisson number of earlier ones, mostly near ones."""
    draw = np.random.default_rng(seed)
    edges = set()
    for after in range(1, points):
        for _ in range(min(4, draw.poisson(parents))):
            edges.add((int(draw.integers(max(0, after - 25), after)), after))
    place = draw.permutation(points)
    return place[np.array(sorted(edges), dtype=np.int64)]


def make_course(points: int, edges: Ints, seed: int) -> Course:
    """A lesson and a practice for each point, of its own difficulty."""
    draw = np.random.default_rng(seed)
    whole = np.ones((2 * points, 1), dtype=np.float32)
    names = [f"{point:04d}" for point in range(points)]
    return Course(
        id="planted",
        point_ids=names,
        resource_ids=[f"{name} {kind}" for kind in ("lesson", "practice") for name in names],
        prerequisites=edges,
        related=np.empty((0, 2), dtype=np.int64),
        related_weight=np.empty(0, dtype=np.float32),
        taught=np.tile(np.arange(points), 2)[:, None],
        importance=whole,
        mastered=0.8 * whole[:points, 0],
        met=0.6 * whole[:points, 0],
        difficulty=np.tile(draw.normal(0, 0.6, points), 2).astype(np.float32),
        minutes=10 * whole[:, 0],
        kind=np.repeat([LESSON, PRACTICE], points),
        modality=np.zeros(2 * points, dtype=np.int64),
        rates=Rates(gain_right=GAIN),
    )


class PracticeChoice:
    """What each of B learners practises next, by one of the policies above."""

    def __init__(self, course: Course, learners: int, policy: str, draw: np.random.Generator) -> None:
        self.course, self.policy, self.draw = course, policy, draw
        shape = (learners, course.points)
        place = np.empty(course.points)
        place[course.order] = np.arange(course.points)
        self.order = draw.normal(place, SYLLABUS_SHUFFLE_SD, shape) if policy == "syllabus" else draw.random(shape)
        self.run = np.zeros(shape, dtype=np.int16)
        self.mastered = np.zeros(shape, dtype=bool)
        self.tries = np.zeros(learners, dtype=np.int64)
        self.visits = np.zeros(shape, dtype=np.float32)
        self.current = np.full(learners, -1)

    def next(self) -> Ints:
        """(B,) points."""
        learners, points = self.order.shape
        if self.policy == "random":
            return self.draw.integers(0, points, learners)
        if self.policy == "gated":
            met = self.mastered @ self.course.before.T.toarray() >= self.course.before.sum(axis=1).A1
            return np.asarray((self.draw.random(self.order.shape) * met).argmax(axis=1))
        done = (self.current < 0) | (self.tries >= MAX_STREAK_ANSWERS)
        done |= self.mastered[np.arange(learners), self.current]
        who = np.flatnonzero(done)
        wish = self.order[who] + points * self.visits[who] + 1e6 * self.mastered[who]
        self.current[who] = wish.argmin(axis=1)
        self.visits[who, self.current[who]] += 1
        self.tries[who] = 0
        self.tries += 1
        return self.current.copy()

    def practised(self) -> Ints:
        """(B,) 0 for a lesson, 1 for practice: after two lessons, or by chance where points are."""
        coin = self.draw.integers(0, 2, len(self.tries))
        return coin if self.policy in ("random", "gated") else (self.tries > LESSONS).astype(np.int64)

    def tell(self, chosen: Ints, right: Flags) -> None:
        """The answers to what was chosen."""
        rows = np.arange(len(chosen))
        self.run[rows, chosen] = np.where(right, self.run[rows, chosen] + 1, 0)
        self.mastered[rows, chosen] |= self.run[rows, chosen] >= MASTERY_STREAK


def simulate_log(
    course: Course, learners: int, policy: str, noise: AnswerNoise, seed: int, placed: bool = False
) -> MasteryLog:
    """The mastery log of new learners who give ANSWERS_PER_POINT × N answers, each as many as a uniform share of it."""
    draw = np.random.default_rng(seed)
    population = replace(Population(), guess=noise.guess, slip=noise.slip)
    people = SimulatedLearners(course, population, learners, draw)
    people.renew(np.arange(learners))
    if not placed:
        people.knowledge[:], people.peak[:] = 0, 0
    careless = draw.random(learners) < noise.careless
    choice = PracticeChoice(course, learners, policy, draw)
    steps = ANSWERS_PER_POINT * course.points
    left = np.ceil(draw.uniform(0.2, 1, learners) * steps)
    told: list[tuple[Ints, Floats]] = []
    for _ in range(steps):
        chosen = choice.next()
        right = people.answer(chosen + course.points * choice.practised())
        right = np.where(careless, draw.random(learners) < 0.5, right)
        choice.tell(chosen, right)
        told.append((chosen, right))
    point, right = (np.array(column) for column in zip(*told, strict=True))
    at, learner = np.divmod(np.arange(point.size), learners)
    there = at < left[learner]
    log = build_log_from_answers(learner[there], point.ravel()[there], at[there], right.ravel()[there], MASTERY_STREAK)
    return replace(log, points=tuple(course.point_ids[int(name)] for name in log.points))
