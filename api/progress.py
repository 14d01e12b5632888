"""What a learner knows, and what they did."""

from datetime import datetime

from api.learner_views import EventView, History, MasteryOfPoint, MasteryView, inferred
from api.loop import Loop
from api.situation import read_course
from graph.decisions import read_history
from graph.mastery import read_mastery


async def mastery(loop: Loop, learner: str, course: str | None = None) -> MasteryView:
    """Every point of the course that the learner ever touched. Raises `NotFound`."""
    served = await read_course(loop, learner, course)
    index = served.course.point_index
    rows = await read_mastery(loop.graph, learner, loop.now(), served.course.id)
    known = sorted((index[row.point], row) for row in rows if row.point in index)
    points = [
        MasteryOfPoint(
            id=row.point,
            name=served.points[place].name,
            level=round(row.level, 4),
            uncertainty=round(row.uncertainty, 4),
            stored=round(row.stored, 4),
            days=round(row.days, 2),
            attempts=row.attempts,
            inferred=inferred(row.stored, row.uncertainty, row.attempts),
            mastered=row.level >= served.course.mastered[place].item(),
        )
        for place, row in known
    ]
    mastered = sum(point.mastered for point in points)
    return MasteryView(learner, served.course.id, mastered, served.included, points)


async def history(loop: Loop, learner: str, limit: int = 50, before: datetime | None = None) -> History:
    """The latest events, newest first; `before` pages on. Raises `NotFound`."""
    events = await read_history(loop.graph, learner, limit, before)
    views = [
        EventView(
            at=event.at,
            resource=event.resource,
            title=loop.courses.title(event.resource) if event.resource else None,
            item=event.item,
            recommendation=event.recommendation,
            policy=event.policy,
            outcome=event.outcome,
            right=event.right,
            reward=event.reward,
        )
        for event in events
    ]
    return History(learner, views)
