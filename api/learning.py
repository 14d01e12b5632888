"""What the learner model makes of one outcome: the graph's rows in, the changed levels and the reward out."""

from collections.abc import Callable

import numpy as np
from scipy import sparse

from api.tracing import trace
from graph.practice import Change, Learn, Learned, Practice
from models.course import Course
from models.evidence import after_answer
from models.state import Rates, update


def learn(practice: Practice, rates: Rates) -> Learned:
    """Apply the update of DESIGN §3 to the points that the outcome can touch."""
    states = practice.points
    level, importance, spread = (
        np.array(column, dtype=np.float32)
        for column in zip(*((each.level, each.importance, each.uncertainty) for each in states), strict=True)
    )
    changed, reward = update(level, importance, practice.outcome.right, _influence(practice), rates)
    spreads = after_answer(level, spread, importance, changed)
    moved = (importance > 0) | (changed != level)
    changes = [
        Change(states[place].point, float(changed[place]), float(spreads[place])) for place in np.flatnonzero(moved)
    ]
    return Learned(float(reward), changes)


def _influence(practice: Practice) -> sparse.csr_matrix:
    """W among these points alone; what it holds of other points cannot change them."""
    place = {state.point: position for position, state in enumerate(practice.points)}
    edges = [(place[start], place[end], weight) for start, end, weight in practice.influence]
    rows, columns, weights = zip(*edges, strict=True) if edges else ((), (), ())
    return sparse.csr_matrix((weights, (rows, columns)), shape=(len(place), len(place)), dtype=np.float32)


class NotRead(Exception):
    """The outcome belongs to a course that is not in memory yet."""

    def __init__(self, course: str) -> None:
        super().__init__(course)
        self.course = course


def learner_model(courses: Callable[[str], Course | None]) -> Learn:
    """The model that a transaction calls for each outcome; raises `NotRead` for a course that is not in memory."""

    def model(practice: Practice) -> Learned:
        if practice.course is None:
            return learn(practice, Rates())
        course = courses(practice.course)
        if course is None:
            raise NotRead(practice.course)
        traced = trace(practice, course.tracer) if course.tracer else None
        return traced or learn(practice, course.rates)

    return model
