"""What simulated students answered while they practised: a log that a tutor's learner model can be fitted to.

A third of the answers is to the least known target, nearly half to the last point again, the rest to any candidate: a
planner that repeats a point, as good ones do, must know what repeating it does.
"""

import numpy as np

from models.course import Course, Ints
from models.ladder import target_repeat
from models.learners.log import NOTHING, AnswerLog
from models.practice import PracticeWorld
from models.recommender import Observation, Recommender

TARGET, SAME = 0.3, 0.45
"""Shares; customary exploration, not tuned."""


def transcripts(world: PracticeWorld, steps: int, seed: int) -> AnswerLog:
    """The past and `steps` answers of every student, as far back as the world's history goes."""
    generator, aimed = np.random.default_rng(seed), target_repeat(world.course)
    world.reset(seed=seed)
    last = mixed(world.observe(), aimed, None, generator)
    for _ in range(steps):
        world.advance(last)
        last = mixed(world.observe(), aimed, last, generator)
    return logged(world.course, world.observe())


def mixed(seen: Observation, aimed: Recommender, last: Ints | None, generator: np.random.Generator) -> Ints:
    """(B,) what is practised next; the last point again only where it still is a candidate."""
    draw, rows = generator.random(len(seen)), np.arange(len(seen))
    any_one = (generator.random(seen.mask.shape) * seen.mask).argmax(axis=1)
    column = np.where(draw < TARGET, aimed.decide(seen).chosen, any_one)
    if last is not None:
        same = (seen.candidates == last[:, None]) & seen.mask
        column = np.where((draw > 1 - SAME) & same.any(axis=1), same.argmax(axis=1), column)
    return np.asarray(seen.candidates[rows, column])


def logged(course: Course, seen: Observation) -> AnswerLog:
    """The histories of a course of one point a resource."""
    assert seen.history is not None
    there = seen.history.there
    count = int(there.sum())
    return AnswerLog(
        learners=tuple(str(number) for number in range(len(seen))),
        skills=tuple(course.point_ids),
        items=(),
        starts=np.concatenate([[0], np.cumsum(there.sum(axis=1))]),
        skill=seen.history.item[there][:, None],
        item=np.full(count, NOTHING),
        right=seen.history.outcome[there] > 0.5,
        days=np.full(count, np.nan),
    )
