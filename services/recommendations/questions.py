"""The questions of a recommendation: items of the points that its resource teaches, the main point first."""

from random import Random

from services.catalogue.items import make_item_view
from services.courses.served import DiagnosticItem, PrerequisitePath, ServedCourse
from services.schemas import ItemView

MAX_QUESTIONS_OF_STEP = 5
"""Questions that come with one recommendation at most: a check of a lesson, not a test."""


def rank_taught_points(served: ServedCourse, path: PrerequisitePath, resource: int) -> list[int]:
    """Return the points that a resource teaches: those before the goal first, then by importance."""
    course = served.course
    pairs = zip(course.taught[resource].tolist(), course.importance[resource].tolist(), strict=True)
    weight = {point: importance for point, importance in pairs if importance > 0}
    return sorted(weight, key=lambda point: (not path.closure[point], -weight[point]))


def choose_questions(
    served: ServedCourse, path: PrerequisitePath, resource: int, recommendation: str
) -> list[ItemView]:
    """Return up to five questions on what a resource teaches; always the same for one recommendation."""
    chosen: dict[str, DiagnosticItem] = {}
    for point in rank_taught_points(served, path, resource):
        questions = sorted(served.questions_of(point), key=lambda question: question.id)
        Random(f"{recommendation} {served.points[point].id}").shuffle(questions)
        chosen.update((question.id, question) for question in questions if question.id not in chosen)
        if len(chosen) >= MAX_QUESTIONS_OF_STEP:
            break
    few = list(chosen.values())[:MAX_QUESTIONS_OF_STEP]
    return [make_item_view(served, question, recommendation) for question in few]
