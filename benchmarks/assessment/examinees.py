"""Simulated learners and questions for diagnostics: the hidden truth, and what an estimator may see of it.

Two kinds of learners, both from models/simulation/learners.py. `placed`: as the simulator draws new ones, somewhere
along the course and ragged around that. `studied`: began with nothing and studied for some time the resources whose
prerequisites were met, each by a taste of their own, so that knowledge follows the prerequisites and not the depth.
Answers follow the simulator's curve with the learner's ability in it; an estimator sees each question's difficulty with
an error, as after a calibration.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from models.arrays import Flags, Floats
from models.assessment.placement import QuestionBank
from models.course import Course
from models.simulation.learners import Population, SimulatedLearners

QUESTIONS_PER_POINT = 3
"""Questions a point, as in examples/english."""
DIFFICULTY_SD, ERROR_SD = 0.8, 0.3
"""Of the questions' difficulties, and of the error that an estimator sees them with; logits, chosen."""
MAX_RESOURCES_PER_POINT = 2.5
"""Resources that a `studied` learner did at most, a point of the course."""


@dataclass(frozen=True, eq=False)
class Examinees:
    """B learners: the truth (B, N), and whether each would answer each of I questions right (B, I)."""

    knowledge: Floats
    ability: Floats
    right: Flags
    questions: QuestionBank


def draw_examinees(course: Course, kind: str, size: int, seed: int) -> Examinees:
    """Learners of this kind and a bank of their own; the same for everybody who asks with this seed."""
    draw = np.random.default_rng((seed, len(course.point_ids)))
    learners = LEARNER_KINDS[kind](course, size, draw)
    points = np.repeat(np.arange(course.points), QUESTIONS_PER_POINT)[:, None]
    difficulty = draw.normal(0, DIFFICULTY_SD, len(points)).astype(np.float32)
    chance = learners.chance(learners.knowledge[:, points[:, 0]], np.arange(size), difficulty)
    usual = np.ones(len(points), dtype=np.float32)
    seen = difficulty + draw.normal(0, ERROR_SD, len(points)).astype(np.float32)
    questions = QuestionBank(points, usual[:, None], usual, seen, usual * learners.population.guess)
    return Examinees(learners.knowledge, learners.ability, draw.random(chance.shape) < chance, questions)


def draw_placed_learners(course: Course, size: int, draw: np.random.Generator) -> SimulatedLearners:
    """As the simulator's environments begin."""
    learners = SimulatedLearners(course, Population(), size, draw)
    learners.renew(np.arange(size))
    return learners


def draw_studied_learners(course: Course, size: int, draw: np.random.Generator) -> SimulatedLearners:
    """After up to MAX_RESOURCES_PER_POINT · N resources on points whose prerequisites are met, picked by taste."""
    learners = draw_placed_learners(course, size, draw)
    learners.knowledge[:] = learners.peak[:] = 0.02
    taste = draw.gumbel(size=learners.knowledge.shape)
    lengths = (draw.uniform(0, MAX_RESOURCES_PER_POINT, size) * course.points).astype(int)
    before, teaching = course.before_padded, _teaching(course)
    for step in range(lengths.max(initial=0)):
        knowledge, peak = learners.knowledge.copy(), learners.peak.copy()
        known = np.concatenate([knowledge, np.ones((size, 1), dtype=np.float32)], axis=1)
        open_now = (known[:, before] >= 0.6).all(axis=2)
        wish = taste + 0.5 * draw.gumbel(size=taste.shape) - 50.0 * ~open_now - 20.0 * (knowledge >= 0.8)
        choices = [teaching[point] for point in wish.argmax(axis=1)]
        learners.answer(np.array([draw.choice(each) for each in choices]))
        done = step >= lengths
        learners.knowledge[done], learners.peak[done] = knowledge[done], peak[done]
    return learners


LEARNER_KINDS: dict[str, Callable[[Course, int, np.random.Generator], SimulatedLearners]] = {
    "placed": draw_placed_learners,
    "studied": draw_studied_learners,
}


def _teaching(course: Course) -> list[list[int]]:
    """Resources that teach each point before all else; the first resource where there is none."""
    first = np.where(course.importance[:, 0] > 0, course.taught[:, 0], -1)
    return [np.flatnonzero(first == point).tolist() or [0] for point in range(course.points)]
