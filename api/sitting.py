"""What a learner's diagnostic stands on at this moment."""

from dataclasses import dataclass

from api.loop import Loop
from api.observing import observe
from api.placing import Ground, ground_towards
from api.situation import read_situation


@dataclass(frozen=True)
class Sitting:
    """What a diagnostic stands on, and the points of which something is known already."""

    course: str
    ground: Ground
    known: list[str]


async def sit(loop: Loop, learner: str, course: str | None) -> Sitting:
    """The way to the learner's goals as it is now; the whole course without a goal. Raises `NotFound`."""
    situation = await read_situation(loop, learner, course)
    seen = observe(situation.served, situation.found)
    ground = ground_towards(situation.served, seen.goals, seen.way.closure)
    return Sitting(situation.served.course.id, ground, situation.found.mastery.points)
