"""The diagnostic: questions on the way to the goal, answers, and s(0) at the end. Its state is in the graph alone."""

import secrets

from api.loop import Loop
from api.observing import observe
from api.questioning import questions_for
from api.situation import read_situation
from graph import diagnostics


async def start(loop: Loop, learner: str, course: str | None, length: int) -> diagnostics.Diagnostic:
    """Open a diagnostic of up to `length` questions. Raises `NotFound`, `Invalid` for a course without questions."""
    situation = await read_situation(loop, learner, course)
    way = observe(situation.served, situation.found).way
    items = questions_for(situation.served, way.closure, length)
    id = f"diag-{secrets.token_hex(8)}"
    await diagnostics.start_diagnostic(loop.graph, id, learner, situation.served.course.id, situation.now)
    return await diagnostics.ask_items(loop.graph, id, items)


async def show(loop: Loop, id: str) -> diagnostics.Diagnostic:
    """One as it stands; raises `NotFound`."""
    return await diagnostics.read_diagnostic(loop.graph, id)
