"""The end of a diagnostic: s(0) of every point on the way."""

from api.levelling import levels
from api.loop import Loop
from api.sitting import sit
from graph import diagnostics


async def finish(loop: Loop, id: str) -> diagnostics.Diagnostic:
    """Close the diagnostic and set s(0) of every point on the way; a finished one stays as it is."""
    diagnostic = await diagnostics.read_diagnostic(loop.graph, id)
    if diagnostic.finished_at is not None:
        return diagnostic
    served = await loop.courses.get(diagnostic.course)
    sitting = await sit(loop, diagnostic.learner, diagnostic.course)
    found = levels(served, sitting.ground, diagnostic.answered, sitting.known)
    return await diagnostics.finish_diagnostic(loop.graph, id, found, loop.now())
