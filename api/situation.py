"""Where a learner stands: one read of the graph, and the course in memory that it speaks of."""

from dataclasses import dataclass, replace
from datetime import datetime

from api.loop import Loop
from api.served import Served as Served
from api.timings import awaited
from graph.candidates import CandidateSet, candidates, refuse
from graph.learners import Goal, read_learner


@dataclass(frozen=True, eq=False)
class Situation:
    """A learner at the moment `now`, and the course."""

    served: Served
    found: CandidateSet
    now: datetime


async def read_course(loop: Loop, learner: str, course: str | None) -> Served:
    """The course that is named, or the learner's own. Raises `NotFound` for an unknown learner or course."""
    own = course or (await read_learner(loop.graph, learner)).course
    return await loop.courses.get(own) if own else await refuse(loop.graph, learner, course)


async def read_situation(loop: Loop, learner: str, course: str | None) -> Situation:
    """Raises `NotFound` for an unknown learner or course."""
    now = loop.now()
    found = await _candidates(loop, learner, course, now)
    served = await loop.courses.covering(found.course, found.revision, found.resources)
    return Situation(served, found, now)


def aiming_at(situation: Situation, goals: list[str]) -> Situation:
    """The same learner with other goals; the learner's own without any. Raises `NotFound` for an unknown point."""
    if not goals:
        return situation
    for goal in goals:
        situation.served.position(goal)
    return replace(situation, found=replace(situation.found, goals=[Goal(goal) for goal in goals]))


@awaited("cypher")
async def _candidates(loop: Loop, learner: str, course: str | None, now: datetime) -> CandidateSet:
    return await candidates(loop.graph, learner, now, course)
