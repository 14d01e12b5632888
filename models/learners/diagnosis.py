"""The diagnostic as it goes on: which question next, and when it is over; the sums are models/learners/placement.py.

The next question is the one after which least uncertainty is expected over the points that matter, or one of the best
few by chance, so that not everybody sees the same (randomesque: Kingsbury & Zara 1989). No question comes twice, and no
point is asked about more often than the rules say: that spreads the questions over the way. It ends when the points
that matter are known well enough, at its greatest length, or when nothing is left to ask.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.course import Course, Flags, Floats, Ints
from models.learners.field import Field, field_of
from models.learners.placement import Belief, Placement, Questions


@dataclass(frozen=True)
class DiagnosticRules:
    """How a diagnostic goes and when it ends.

    Attributes:
        spread: it ends when the root mean square standard deviation of the levels that matter is at most this. .15:
            about half of what it is before the first answer.
        fewest, most: questions; not before `fewest` by the spread, at `most` at the latest.
        per_point: questions that touch one point at most.
        among: the question is drawn from so many of the best; 1: always the best.
    """

    spread: float = 0.15
    fewest: int = 5
    most: int = 20
    per_point: int = 2
    among: int = 1


def prepared(course: Course, points: Ints, asked: Sequence[Sequence[int]], response: Floats) -> Placement:
    """A diagnostic about `points` of a course; `asked`: the points of each question; `response` (I, 3): a, b, c."""
    field = field_of(course, points)
    return Placement(field, questions_of(field, asked, *response.T))


def questions_of(
    field: Field, points: Sequence[Sequence[int]], discrimination: Floats, difficulty: Floats, guessing: Floats
) -> Questions:
    """Questions from the course positions of their points, each point of one question counting the same.

    A question that touches no point of the field keeps its place and is never asked.
    """
    place = {int(point): position for position, point in enumerate(field.points)}
    inside = [[place[point] for point in touched if point in place] for touched in points]
    at = np.zeros((len(inside), max(map(len, inside), default=1) or 1), dtype=np.int64)
    weight = np.zeros(at.shape, dtype=np.float32)
    for row, touched in enumerate(inside):
        at[row, : len(touched)] = touched
        weight[row, : len(touched)] = 1 / max(1, len(touched))
    values = (np.asarray(value, dtype=np.float32) for value in (discrimination, difficulty, guessing))
    return Questions(at, weight, *values)


def replayed(placement: Placement, asked: Sequence[int], right: Sequence[bool]) -> Belief:
    """What is believed of one learner after these answers; the same whenever it is computed."""
    belief = placement.start()
    for item, outcome in zip(asked, right, strict=True):
        belief = placement.update(belief, np.array([item]), np.array([outcome]))
    return belief


def next_question(
    placement: Placement,
    belief: Belief,
    asked: Sequence[int],
    wanted: Floats,
    rules: DiagnosticRules,
    generator: np.random.Generator,
) -> int | None:
    """The question to ask now, or None where the diagnostic is over; wanted: (N,) how much each point matters."""
    allowed = askable(placement.questions, asked, wanted, rules.per_point)
    if over(placement, belief, len(asked), wanted, rules) or not allowed.any():
        return None
    gains = placement.gains(belief, wanted, allowed)
    best = np.argsort(-gains, kind="stable")[: min(rules.among, int((gains > 0).sum()))]
    if not len(best):
        return int(np.flatnonzero(allowed)[0])
    return int(generator.choice(best)) if len(best) > 1 else int(best[0])


def over(placement: Placement, belief: Belief, answers: int, wanted: Floats, rules: DiagnosticRules) -> bool:
    """Whether the greatest length is reached, or what matters is known well enough."""
    if answers >= rules.most:
        return True
    if answers < rules.fewest:
        return False
    spread = placement.estimate(belief).spread[0]
    return float(np.sqrt((wanted * spread**2).sum() / max(float(wanted.sum()), 1e-9))) <= rules.spread


def askable(questions: Questions, asked: Sequence[int], wanted: Floats, per_point: int) -> Flags:
    """(I,) not asked yet, on a point that matters, and on none that was asked about often enough."""
    taken = np.zeros(len(questions.points), dtype=bool)
    taken[list(asked)] = True
    touched = questions.weight > 0
    times = np.bincount(questions.points[taken][touched[taken]], minlength=len(wanted))
    often = (touched & (times[questions.points] >= per_point)).any(axis=1)
    return np.asarray(~taken & ~often & (touched & (wanted[questions.points] > 0)).any(axis=1))
