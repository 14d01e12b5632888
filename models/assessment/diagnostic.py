"""A diagnostic: choose the next question, decide when to stop, and the plain starting level s(0).

Choose the question with the least expected uncertainty over the points that matter after its answer, or draw one of
the best few so that not all learners see the same questions (randomesque: Kingsbury & Zara 1989). Never ask a question
twice, nor a point more often than the rules allow, so that the questions cover the prerequisites of the goal. Stop
when the points that matter are known well enough, at the maximum length, or when no question is left. The posterior is
computed in `models.assessment.placement`.

Simulated learners take the plain diagnostic, `estimate_starting_level`: s(0) is the share of right answers per point,
shrunk to a prior, (right + a·prior) / (answers + a) with a = ¼ pseudo-answer. An untested point keeps the prior; its
uncertainty is the standard deviation of a Beta distribution.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.assessment.placement import GaussianField, Placement, Posterior, QuestionBank, build_gaussian_field
from models.course import Course
from models.knowledge_tracing.state import compute_sd


@dataclass(frozen=True)
class DiagnosticRules:
    """How to choose questions and when to end a diagnostic.

    Attributes:
        sd: end when the root mean square standard deviation of the levels that matter is at most this. .15: about
            half of what it is before the first answer.
        min_questions, max_questions: end by `sd` after the least at the earliest; end at the most at the latest.
        per_point: most questions that touch one point.
        randomesque: draw the question from so many of the best; 1: always the best.
    """

    sd: float = 0.15
    min_questions: int = 5
    max_questions: int = 20
    per_point: int = 2
    randomesque: int = 1


def prepare_placement(course: Course, points: Ints, asked: Sequence[Sequence[int]], response: Floats) -> Placement:
    """Prepare a diagnostic of `points` of a course; `asked`: points of each question; `response` (I, 3): a, b, c."""
    field = build_gaussian_field(course, points)
    return Placement(field, build_question_bank(field, asked, *response.T))


def build_question_bank(
    field: GaussianField, points: Sequence[Sequence[int]], discrimination: Floats, difficulty: Floats, guessing: Floats
) -> QuestionBank:
    """Build a question bank from the points of the questions, weighted equally within a question.

    A question that touches no point of the field keeps its index and is never asked.
    """
    index = {int(point): position for position, point in enumerate(field.points)}
    inside = [[index[point] for point in touched if point in index] for touched in points]
    at = np.zeros((len(inside), max(map(len, inside), default=1) or 1), dtype=np.int64)
    weight = np.zeros(at.shape, dtype=np.float32)
    for row, touched in enumerate(inside):
        at[row, : len(touched)] = touched
        weight[row, : len(touched)] = 1 / max(1, len(touched))
    values = (np.asarray(value, dtype=np.float32) for value in (discrimination, difficulty, guessing))
    return QuestionBank(at, weight, *values)


def replay_answers(placement: Placement, asked: Sequence[int], right: Sequence[bool]) -> Posterior:
    """Return the posterior of one learner after these answers; deterministic."""
    posterior = placement.start()
    for item, outcome in zip(asked, right, strict=True):
        posterior = placement.update(posterior, np.array([item]), np.array([outcome]))
    return posterior


def choose_question(
    placement: Placement,
    posterior: Posterior,
    asked: Sequence[int],
    wanted: Floats,
    rules: DiagnosticRules,
    generator: np.random.Generator,
) -> int | None:
    """Choose the next question, or None if the diagnostic is over; wanted: (N,) weight of each point."""
    allowed = find_askable_questions(placement.questions, asked, wanted, rules.per_point)
    if is_diagnostic_over(placement, posterior, len(asked), wanted, rules) or not allowed.any():
        return None
    gains = placement.gains(posterior, wanted, allowed)
    best = np.argsort(-gains, kind="stable")[: min(rules.randomesque, int((gains > 0).sum()))]
    if not len(best):
        return int(np.flatnonzero(allowed)[0])
    return int(generator.choice(best)) if len(best) > 1 else int(best[0])


def is_diagnostic_over(
    placement: Placement, posterior: Posterior, answers: int, wanted: Floats, rules: DiagnosticRules
) -> bool:
    """Return whether the greatest length is reached or the wanted levels are known well enough."""
    if answers >= rules.max_questions:
        return True
    if answers < rules.min_questions:
        return False
    sd = placement.estimate(posterior).sd[0]
    return float(np.sqrt((wanted * sd**2).sum() / max(float(wanted.sum()), 1e-9))) <= rules.sd


def find_askable_questions(questions: QuestionBank, asked: Sequence[int], wanted: Floats, per_point: int) -> Flags:
    """Mask the questions (I,) not asked yet, on a wanted point, and on none that was asked about `per_point` times."""
    taken = np.zeros(len(questions.points), dtype=bool)
    taken[list(asked)] = True
    touched = questions.weight > 0
    times = np.bincount(questions.points[taken][touched[taken]], minlength=len(wanted))
    often = (touched & (times[questions.points] >= per_point)).any(axis=1)
    return np.asarray(~taken & ~often & (touched & (wanted[questions.points] > 0)).any(axis=1))


def estimate_starting_level(
    right: Floats, answers: Floats, prior: float = 0.1, pseudo_answers: float = 0.25
) -> tuple[Floats, Floats]:
    """Return s(0) and its standard deviation, both (N,), from right and all answers per point (N,).

    Two right answers of two give 0.9; none given gives the prior.
    """
    level = (right + pseudo_answers * prior) / (answers + pseudo_answers)
    weight = answers + pseudo_answers
    return level.astype(np.float32), compute_sd(level, weight)
