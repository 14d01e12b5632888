"""Learners, their goals and their limits."""

import secrets

from api.learner_views import GoalView, LearnerView, LimitsView
from api.loop import Loop
from api.requests import Goal, Limits, NewLearner
from api.welcome import declared, place
from graph import learners


async def create(loop: Loop, new: NewLearner) -> LearnerView:
    """Add a learner; everything is checked first, so that a refusal leaves nothing behind."""
    course = new.course or await loop.courses.only()
    served = await loop.courses.get(course)
    for goal in new.goals:
        served.position(goal.point)
    id = new.id or f"learner-{secrets.token_hex(6)}"
    limits = new.limits or Limits()
    start = declared(served, new.level) if new.level else []
    await learners.create_learner(loop.graph, id, loop.now(), course, _limits(limits))
    if new.goals:
        await learners.set_goals(loop.graph, id, _goals(new.goals))
    if start:
        await place(loop.graph, id, course, start, loop.now())
    return await show(loop, id)


async def show(loop: Loop, learner: str) -> LearnerView:
    """One learner; raises `NotFound`."""
    return _view(await learners.read_learner(loop.graph, learner))


async def delete(loop: Loop, learner: str) -> None:
    """Forget a learner and everything they did; raises `NotFound`."""
    await learners.delete_learner(loop.graph, learner)


async def aim(loop: Loop, learner: str, goals: list[Goal]) -> LearnerView:
    """Replace the goals."""
    await learners.set_goals(loop.graph, learner, _goals(goals))
    return await show(loop, learner)


async def clear_goals(loop: Loop, learner: str) -> LearnerView:
    """Aim at the whole course again."""
    await learners.clear_goals(loop.graph, learner)
    return await show(loop, learner)


async def limit(loop: Loop, learner: str, limits: Limits) -> LearnerView:
    """Replace the limits."""
    await learners.set_limits(loop.graph, learner, _limits(limits))
    return await show(loop, learner)


def _goals(goals: list[Goal]) -> list[learners.Goal]:
    return [learners.Goal(goal.point, goal.level or 0.0, goal.due_at) for goal in goals]


def _limits(limits: Limits) -> learners.Limits:
    return learners.Limits(limits.max_minutes, limits.modalities, limits.languages)


def _view(learner: learners.Learner) -> LearnerView:
    return LearnerView(
        id=learner.id,
        course=learner.course,
        created_at=learner.created_at,
        goals=[GoalView(goal.point, goal.level or None, goal.due_at) for goal in learner.goals],
        limits=LimitsView(learner.limits.max_minutes, learner.limits.modalities, learner.limits.languages),
        answers=learner.answers,
        success=round(learner.success, 4),
    )
