"""The diagnostic: question after question, each chosen from the answers so far. Its state is in the graph alone."""

import secrets
import zlib

from api.loop import Loop
from api.sitting import Sitting, sit
from graph import diagnostics
from graph.errors import Invalid


async def start(loop: Loop, learner: str, course: str | None, length: int) -> diagnostics.Diagnostic:
    """Open a diagnostic of up to `length` questions. Raises `NotFound`, `Invalid` for a course without questions."""
    sitting = await sit(loop, learner, course)
    if not sitting.ground.items:
        raise Invalid(f"The course {sitting.course!r} has no diagnostic items on the way to this goal.", "course")
    id = f"diag-{secrets.token_hex(8)}"
    opened = await diagnostics.start_diagnostic(loop.graph, id, learner, sitting.course, loop.now(), length)
    return await ask(loop, opened, sitting)


async def ask(loop: Loop, diagnostic: diagnostics.Diagnostic, sitting: Sitting) -> diagnostics.Diagnostic:
    """Note the next question, unless one waits for its answer or enough is known."""
    if len(diagnostic.answered) < len(diagnostic.asked):
        return diagnostic
    seed = zlib.crc32(diagnostic.learner.encode())
    item = sitting.ground.following(diagnostic.answered, diagnostic.length, seed)
    return diagnostic if item is None else await diagnostics.ask_items(loop.graph, diagnostic.id, [item])


async def show(loop: Loop, id: str) -> diagnostics.Diagnostic:
    """One as it stands; raises `NotFound`."""
    return await diagnostics.read_diagnostic(loop.graph, id)
