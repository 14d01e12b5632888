"""The demonstration: a learner with a goal, a diagnostic, and the path from there."""

from typing import NamedTuple

from api import learners, pathfinding
from api.examinee import DiagnosticResult, take_diagnostic
from api.requests import Goal, NewLearner
from api.service import Service


class Shown(NamedTuple):
    """What the demonstration prints."""

    diagnostic: DiagnosticResult
    path: pathfinding.Path


async def show(service: Service, course: str, goal: str) -> Shown:
    """Enrol a new learner, examine, plan."""
    async with service.opened() as loop:
        learner = await learners.create(loop, NewLearner(course=course, goals=[Goal(point=goal)]))
        result = await take_diagnostic(loop, learner.id, course)
        return Shown(result, await pathfinding.find_path(loop, learner.id, course))
