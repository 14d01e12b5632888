"""The end of a diagnostic: s(0) of every point on the way."""

from api.levelling import levels
from api.loop import Loop
from api.sitting import sit
from graph import diagnostics
from graph.mastery import read_mastery


async def finish(loop: Loop, id: str) -> diagnostics.Diagnostic:
    """Close the diagnostic and set s(0) of every point on the way; a finished one stays as it is."""
    diagnostic = await diagnostics.read_diagnostic(loop.graph, id)
    if diagnostic.finished_at is not None:
        return diagnostic
    served = await loop.courses.get(diagnostic.course)
    sitting = await sit(loop, diagnostic.learner, diagnostic.course)
    mastery = await read_mastery(loop.graph, diagnostic.learner, loop.now(), diagnostic.course)
    practised = [row.point for row in mastery if row.attempts]
    found = levels(served, sitting.ground, diagnostic.answered, practised)
    return await diagnostics.finish_diagnostic(loop.graph, id, found, loop.now())
