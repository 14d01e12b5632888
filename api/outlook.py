"""What a plan starts from: where a learner stands, where to, and which resources the plan may use.

A plan keeps to the learner's limits and leaves out what was done lately (rules 4 and 5 of the candidates).
"""

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from api.looking_back import History, Loop, recent
from api.situation import Situation, aiming_at, read_situation
from graph.decisions import Event, read_history
from models.course import MODALITIES, Flags
from models.strategies import known

EVENTS = 1000
"""Latest events of a learner that are looked at for what was done lately."""


@dataclass(frozen=True, eq=False)
class Outlook:
    """`allowed` (R,): resources that the plan may use; `history`: for a strategy that looks back."""

    situation: Situation
    allowed: Flags
    history: History | None = None


async def read_outlook(loop: Loop, learner: str, course: str | None, goals: list[str]) -> Outlook:
    """`goals`: points to plan for; the learner's own without any. Raises `NotFound`."""
    situation = aiming_at(await read_situation(loop, learner, course), goals)
    events = await read_history(loop.graph, learner, EVENTS)
    looks_back = known(situation.served.line_up.order[0]).looks_back
    history = await recent(loop, situation) if looks_back else None
    return Outlook(situation, _within_limits(situation) & ~_resting(situation, events), history)


def _within_limits(situation: Situation) -> Flags:
    """(R,) A limit of None allows everything; a resource without a language fits all."""
    course, limits = situation.served.course, situation.found.limits
    fits = np.ones(course.resources, dtype=bool)
    if limits.max_minutes is not None:
        fits &= course.minutes <= limits.max_minutes
    if limits.modalities is not None:
        codes = [code for code, name in enumerate(MODALITIES) if name in limits.modalities]
        fits &= np.isin(course.modality, codes)
    if limits.languages is not None:
        spoken = {None, *limits.languages}
        fits &= np.fromiter((each.language in spoken for each in situation.served.resources), dtype=bool)
    return fits


def _resting(situation: Situation, events: list[Event]) -> Flags:
    """(R,) done right a while ago, or tried just now."""
    course = situation.served.course
    rests = np.zeros(course.resources, dtype=bool)
    for event in events:
        position = course.resource_index.get(event.resource or "")
        if event.outcome is None or position is None:
            continue
        days = course.thresholds.repeat_after_days if event.right else course.thresholds.retry_after_days
        rests[position] |= event.at > situation.now - timedelta(days=days)
    return rests
