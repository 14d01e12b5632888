"""A learner with much to choose from."""

import numpy as np

from models.course import Course
from models.recommender import Observation
from tests.models.courses import on_the_way


def much_to_choose(course: Course, times: int = 1) -> Observation:
    """Of 16 learners the one with the most candidates, so many times."""
    many = on_the_way(course, learners=16)
    return many.take(np.full(times, many.mask.sum(axis=1).argmax()))
