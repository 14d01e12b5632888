"""How questions are shown and marked. Pure; the state comes from outside."""

from random import Random

from api.served import Question
from api.views import QuestionView
from graph.errors import Invalid


def shown(question: Question, diagnostic: str, answered: bool) -> QuestionView:
    """The question with its options in an order that stays the same within one diagnostic."""
    options = [question.answer, *question.distractors]
    Random(f"{diagnostic} {question.id}").shuffle(options)
    return QuestionView(question.id, question.prompt, options, answered)


def marked(question: Question, answer: str) -> bool:
    """Whether the answer is the right one; "" says "I do not know". Raises `Invalid` for what is no option."""
    if answer.strip() == question.answer:
        return True
    if answer.strip() not in ("", *question.distractors):
        raise Invalid(f"{answer!r} is none of the options of {question.id!r}.", "answer")
    return False
