"""Which questions a diagnostic asks and how they are shown and marked. Pure; the state comes from outside."""

from random import Random

import numpy as np

from api.served import Question, Served
from api.views import QuestionView
from graph.errors import Invalid
from models.course import Flags
from models.diagnostic import next_items

TWICE = 2
"""Questions a point, where there is room for that; one each otherwise."""


def questions_for(served: Served, closure: Flags, length: int) -> list[str]:
    """Ids of up to `length` questions on the points of `closure`, what comes first in the course first.

    Raises `Invalid` where the course has none.
    """
    asked = [question for question in served.questions if closure[list(question.points)].any()]
    if not asked:
        raise Invalid(f"The course {served.course.id!r} has no diagnostic items on the way to this goal.", "course")
    points = {point for question in asked for point in question.points if closure[point]}
    chosen = next_items(
        [[point for point in question.points if closure[point]] for question in asked],
        served.course.order,
        asked=set(),
        answers=np.zeros(served.course.points, dtype=np.float32),
        per_point=TWICE if TWICE * len(points) <= length else 1,
        limit=length,
    )
    return [asked[position].id for position in chosen]


def shown(question: Question, diagnostic: str, answered: bool) -> QuestionView:
    """The question with its options in an order that stays the same within one diagnostic."""
    options = [question.answer, *question.distractors]
    Random(f"{diagnostic} {question.id}").shuffle(options)
    return QuestionView(question.id, question.prompt, options, answered)


def marked(question: Question, answer: str) -> bool:
    """Whether the answer is the right one; raises `Invalid` for what is no option."""
    if answer.strip() == question.answer:
        return True
    if answer.strip() not in question.distractors:
        raise Invalid(f"{answer!r} is none of the options of {question.id!r}.", "answer")
    return False
