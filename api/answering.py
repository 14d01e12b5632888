"""Answers of a diagnostic, and the question that follows from them."""

from api.diagnosing import ask
from api.loop import Loop
from api.questioning import marked
from api.sitting import sit
from graph import diagnostics


async def answer(loop: Loop, id: str, answers: dict[str, str]) -> diagnostics.Diagnostic:
    """Mark and note answers by item id, and ask the next question; the first answer to a question stays.

    Raises `NotFound` for the diagnostic, `Invalid` for a question that was not asked, `Conflict` when it is finished.
    """
    served = await loop.courses.get((await diagnostics.read_diagnostic(loop.graph, id)).course)
    right = {item: marked(served.question(item), text) for item, text in answers.items()}
    noted = await diagnostics.answer_items(loop.graph, id, right, loop.now())
    return await ask(loop, noted, await sit(loop, noted.learner, noted.course))
