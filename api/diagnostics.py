"""A learner's diagnostic from start to finish."""

from api import answering, diagnosing, finishing
from api.diagnostic_views import DiagnosticResult, DiagnosticView, diagnostic_result, diagnostic_view
from api.loop import Loop


async def start(loop: Loop, learner: str, course: str | None, length: int) -> DiagnosticView:
    """Open one of up to `length` questions. Raises `NotFound`, or `Invalid` for a course without questions."""
    return await diagnostic_view(loop, await diagnosing.start(loop, learner, course, length))


async def show(loop: Loop, id: str) -> DiagnosticView:
    """One as it stands; raises `NotFound`."""
    return await diagnostic_view(loop, await diagnosing.show(loop, id))


async def answer(loop: Loop, id: str, answers: dict[str, str]) -> DiagnosticView:
    """Note answers, item id → text. Raises `NotFound`, `Invalid`, or `Conflict` when it is finished."""
    return await diagnostic_view(loop, await answering.answer(loop, id, answers))


async def finish(loop: Loop, id: str) -> DiagnosticResult:
    """Set s(0) and close it; raises `NotFound`. A finished one stays as it is."""
    return await diagnostic_result(loop, await finishing.finish(loop, id))
