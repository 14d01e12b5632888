"""What a learner's diagnostic stands on at this moment."""

from dataclasses import dataclass

from api.loop import Loop
from api.observing import observe
from api.placing import Ground, ground_towards
from api.situation import read_situation


@dataclass(frozen=True)
class Sitting:
    """The course, and what a diagnostic in it stands on."""

    course: str
    ground: Ground


async def sit(loop: Loop, learner: str, course: str | None) -> Sitting:
    """The way to the learner's goals as it is now; the whole course without a goal. Raises `NotFound`."""
    situation = await read_situation(loop, learner, course)
    seen = observe(situation.served, situation.found)
    ground = ground_towards(situation.served, seen.goals, seen.way.closure)
    return Sitting(situation.served.course.id, ground)
