"""A diagnostic as callers see it: questions while it runs, s(0) when it is finished."""

from collections import Counter

from api.loop import Loop
from api.questioning import shown
from api.views import DiagnosticResult, DiagnosticView, PlacedPoint
from graph.diagnostics import Diagnostic


async def diagnostic_view(loop: Loop, diagnostic: Diagnostic) -> DiagnosticView:
    """Questions in the order asked, without their answers."""
    served = await loop.courses.get(diagnostic.course)
    asked, answered = diagnostic.asked, diagnostic.answered
    return DiagnosticView(
        id=diagnostic.id,
        learner=diagnostic.learner,
        course=diagnostic.course,
        finished=diagnostic.finished_at is not None,
        answered=len(answered),
        right=sum(bool(each.right) for each in answered),
        questions=[shown(served.question(each.item), diagnostic.id, each.right is not None) for each in asked],
        complete=len(answered) == len(asked),
    )


async def diagnostic_result(loop: Loop, diagnostic: Diagnostic) -> DiagnosticResult:
    """s(0) by point, in the course's order, beside the level that counts as mastered."""
    served = await loop.courses.get(diagnostic.course)
    answered = diagnostic.answered
    answers = Counter(point for each in answered for point in served.question(each.item).points)
    points = [
        PlacedPoint(
            id=change.point,
            name=served.name(change.point),
            level=round(change.level, 4),
            uncertainty=round(change.uncertainty, 4),
            needed=round(float(served.course.mastered[served.position(change.point)]), 4),
            answers=answers[served.position(change.point)],
        )
        for change in sorted(diagnostic.levels, key=lambda change: served.position(change.point))
    ]
    right = sum(bool(each.right) for each in answered)
    return DiagnosticResult(diagnostic.id, diagnostic.learner, diagnostic.course, len(answered), right, points)


__all__ = ["DiagnosticResult", "DiagnosticView", "diagnostic_result", "diagnostic_view"]
