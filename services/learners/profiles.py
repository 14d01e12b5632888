"""Learners: create, list, read, delete; set goals, limits, name and team.

A new learner may declare a level. It gives a first estimate of every point that has a level, worth a few answers at
most, and is stored as a diagnostic without questions, so that the learner's history can be rebuilt.
"""

import secrets
from datetime import datetime

import numpy as np

from graph.connection import Graph
from graph.errors import Invalid
from graph.learners import profiles
from graph.learners.diagnostics import finish_diagnostic, start_diagnostic
from graph.learners.practice import PointUpdate
from models.assessment.cold_start import apply_answers, estimate_declared_prior, rank_levels
from services.context import AppContext
from services.courses.served import ServedCourse
from services.learners.schemas import (
    GoalBody,
    GoalView,
    LabelsBody,
    LearnerPage,
    LearnerSummaryView,
    LearnerView,
    LimitsBody,
    LimitsView,
    NewLearner,
)


def estimate_from_level(served: ServedCourse, level: str) -> list[PointUpdate]:
    """Estimate s(0) of the points that have a level. Raises `Invalid` for a level that the course does not have."""
    rank, order = rank_levels(served.levels)
    if level not in order:
        raise Invalid(f"The course {served.course.id!r} has no level {level!r}; it has {', '.join(order)}.", "level")
    nothing = np.zeros(0, dtype=np.int64)
    prior = estimate_declared_prior(rank, float(order.index(level)), nothing, nothing.astype(bool))
    zeros = np.zeros(len(rank), dtype=np.float32)
    start = apply_answers(prior, zeros, zeros)
    ids = served.course.point_ids
    return [
        PointUpdate(ids[point], float(start.level[point]), float(start.sd[point]))
        for point in np.flatnonzero(prior.weight > 0)
    ]


async def store_first_estimate(
    graph: Graph, learner: str, course: str, start: list[PointUpdate], now: datetime
) -> None:
    """Store a first estimate as a diagnostic without questions, so that the learner's history can be rebuilt."""
    id = f"diag-{secrets.token_hex(8)}"
    await start_diagnostic(graph, id, learner, course, now, length=0)
    await finish_diagnostic(graph, id, start, now)


async def create_learner(context: AppContext, new: NewLearner) -> LearnerView:
    """Add a learner; everything is checked first, so that a refusal leaves nothing behind."""
    course = new.course or await context.courses.only()
    served = await context.courses.get(course)
    for goal in new.goals:
        served.index_of(goal.point)
    id = new.id or f"learner-{secrets.token_hex(6)}"
    limits = new.limits or LimitsBody()
    start = estimate_from_level(served, new.level) if new.level else []
    await profiles.create_learner(context.graph, id, context.now(), course, _make_limits(limits))
    if new.goals:
        await profiles.set_goals(context.graph, id, _make_goals(new.goals))
    if new.labels:
        await profiles.set_labels(context.graph, id, _make_labels(new.labels))
    if start:
        await store_first_estimate(context.graph, id, course, start, context.now())
    return await get_learner(context, id)


async def get_learner(context: AppContext, learner: str) -> LearnerView:
    """Return one learner; raises `NotFound`."""
    return _make_learner_view(await profiles.read_learner(context.graph, learner))


async def delete_learner(context: AppContext, learner: str) -> None:
    """Forget a learner and everything they did; raises `NotFound`."""
    await profiles.delete_learner(context.graph, learner)


async def set_goals(context: AppContext, learner: str, goals: list[GoalBody]) -> LearnerView:
    """Replace the goals."""
    await profiles.set_goals(context.graph, learner, _make_goals(goals))
    return await get_learner(context, learner)


async def clear_goals(context: AppContext, learner: str) -> LearnerView:
    """Aim at the whole course again."""
    await profiles.clear_goals(context.graph, learner)
    return await get_learner(context, learner)


async def set_limits(context: AppContext, learner: str, limits: LimitsBody) -> LearnerView:
    """Replace the limits."""
    await profiles.set_limits(context.graph, learner, _make_limits(limits))
    return await get_learner(context, learner)


async def set_labels(context: AppContext, learner: str, labels: LabelsBody) -> LearnerView:
    """Replace name, team and further properties."""
    await profiles.set_labels(context.graph, learner, _make_labels(labels))
    return await get_learner(context, learner)


async def list_learners(
    context: AppContext, course: str | None, team: str | None, after: str = "", limit: int = 100
) -> LearnerPage:
    """Return a page of learners by id, of a course and a team where they are given."""
    found = await profiles.list_learners(context.graph, course, team, after, limit + 1)
    shown = [
        LearnerSummaryView(
            each.id, each.name, each.team, each.course, each.created_at, each.answers, round(each.success, 4)
        )
        for each in found[:limit]
    ]
    return LearnerPage(shown, shown[-1].id if len(found) > limit else None)


def _make_labels(labels: LabelsBody) -> profiles.LearnerLabels:
    return profiles.LearnerLabels(labels.name, labels.team, dict(labels.properties))


def _make_goals(goals: list[GoalBody]) -> list[profiles.Goal]:
    return [profiles.Goal(goal.point, goal.level or 0.0, goal.due_at) for goal in goals]


def _make_limits(limits: LimitsBody) -> profiles.StudyLimits:
    return profiles.StudyLimits(limits.max_minutes, limits.modalities, limits.languages)


def _make_learner_view(learner: profiles.LearnerProfile) -> LearnerView:
    return LearnerView(
        id=learner.id,
        name=learner.labels.name,
        team=learner.labels.team,
        properties=learner.labels.properties,
        course=learner.course,
        created_at=learner.created_at,
        goals=[GoalView(goal.point, goal.level or None, goal.due_at) for goal in learner.goals],
        limits=LimitsView(learner.limits.max_minutes, learner.limits.modalities, learner.limits.languages),
        answers=learner.answers,
        success=round(learner.success, 4),
    )
