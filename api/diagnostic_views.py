"""A diagnostic as callers see it: questions while it runs, s(0) when it is finished."""

from api.levelling import levels
from api.loop import Loop
from api.questioning import shown
from api.views import DiagnosticResult, DiagnosticView, PointState
from graph.diagnostics import Diagnostic


async def diagnostic_view(loop: Loop, diagnostic: Diagnostic) -> DiagnosticView:
    """Questions in the order asked, without their answers."""
    served = await loop.courses.get(diagnostic.course)
    asked = diagnostic.asked
    return DiagnosticView(
        id=diagnostic.id,
        learner=diagnostic.learner,
        course=diagnostic.course,
        finished=diagnostic.finished_at is not None,
        answered=sum(each.right is not None for each in asked),
        right=sum(bool(each.right) for each in asked),
        questions=[shown(served.question(each.item), diagnostic.id, each.right is not None) for each in asked],
    )


async def diagnostic_result(loop: Loop, diagnostic: Diagnostic) -> DiagnosticResult:
    """s(0) by point, in the course's order, beside the level that counts as mastered."""
    served = await loop.courses.get(diagnostic.course)
    answered = [each for each in diagnostic.asked if each.right is not None]
    points = []
    for change in levels(served, answered):
        needed = served.course.mastered[served.position(change.point)].item()
        points.append(PointState(change.point, served.name(change.point), round(change.level, 4), round(needed, 4)))
    right = sum(bool(each.right) for each in answered)
    return DiagnosticResult(diagnostic.id, diagnostic.learner, diagnostic.course, len(answered), right, points)
