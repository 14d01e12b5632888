"""Answers of a diagnostic and what they say in the end."""

from api.diagnosing import ask, sit
from api.levelling import levels
from api.loop import Loop
from api.questioning import marked
from graph import diagnostics


async def answer(loop: Loop, id: str, answers: dict[str, str]) -> diagnostics.Diagnostic:
    """Mark and note answers by item id, and ask the next question; the first answer to a question stays.

    Raises `NotFound` for the diagnostic, `Invalid` for a question that was not asked, `Conflict` when it is finished.
    """
    served = await loop.courses.get((await diagnostics.read_diagnostic(loop.graph, id)).course)
    right = {item: marked(served.question(item), text) for item, text in answers.items()}
    noted = await diagnostics.answer_items(loop.graph, id, right, loop.now())
    return await ask(loop, noted, await sit(loop, noted.learner, noted.course))


async def finish(loop: Loop, id: str) -> diagnostics.Diagnostic:
    """Close the diagnostic and set s(0) of every point on the way; a finished one stays as it is."""
    diagnostic = await diagnostics.read_diagnostic(loop.graph, id)
    if diagnostic.finished_at is not None:
        return diagnostic
    served = await loop.courses.get(diagnostic.course)
    sitting = await sit(loop, diagnostic.learner, diagnostic.course)
    found = levels(served, sitting.ground, diagnostic.answered, sitting.known)
    return await diagnostics.finish_diagnostic(loop.graph, id, found, loop.now())
