"""Items, the questions of a course, to read without their answers."""

from dataclasses import dataclass

from graph.errors import NotFound
from services.context import AppContext
from services.courses.served import DiagnosticItem, ServedCourse
from services.schemas import ItemView, PointIdField


@dataclass(frozen=True, slots=True)
class ItemViews:
    """The items that assess a point, by id."""

    point: PointIdField
    items: list[ItemView]


def make_item_view(served: ServedCourse, question: DiagnosticItem, asked_by: str = "") -> ItemView:
    """Return an item without its answer; the order of its options stays the same for who asks it."""
    return ItemView(question.id, question.prompt, question.mix_options(asked_by), served.names(list(question.points)))


async def list_items(context: AppContext, point: str) -> ItemViews:
    """Return the active items that assess a point. Raises `NotFound` for an unknown point."""
    for served in await context.courses.all():
        index = served.course.point_index.get(point)
        if index is not None:
            questions = sorted(served.questions_of(index), key=lambda question: question.id)
            return ItemViews(point, [make_item_view(served, question) for question in questions])
    raise NotFound("knowledge point", point)


async def get_item(context: AppContext, id: str) -> ItemView:
    """Return an active item. Raises `NotFound`."""
    for served in await context.courses.all():
        question = served.find_question(id)
        if question is not None:
            return make_item_view(served, question)
    raise NotFound("item", id)
