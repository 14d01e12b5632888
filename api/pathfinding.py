"""The path to a goal for a learner in the graph, and why it ends where it ends."""

from dataclasses import replace

from api.loop import Loop
from api.nothing import reason
from api.outlook import Outlook, read_outlook
from api.planning import planned
from api.views import Nothing, Path

LONGEST = 60
"""Steps of a path at most, unless the caller says otherwise; a goal further away is planned in parts."""


async def find_path(
    loop: Loop, learner: str, course: str | None = None, goals: list[str] | None = None, longest: int = LONGEST
) -> Path:
    """Plan from today's mastery to `goals`, the learner's own without any. Raises `NotFound`."""
    outlook = await read_outlook(loop, learner, course, goals or [])
    path = planned(outlook, longest)
    return replace(path, reason=await _ending(loop, outlook, path, longest))


async def _ending(loop: Loop, outlook: Outlook, path: Path, longest: int) -> Nothing | None:
    """Why there is no further step; None where the path simply reaches its goal."""
    if path.reached:
        return None if path.steps else Nothing("goal_reached", "The goal is reached already.")
    if len(path.steps) >= longest:
        return Nothing("longest", f"The goal is further away than {longest} steps; ask again on the way.")
    if not path.steps and not outlook.situation.found.resources:
        return await reason(loop, outlook.situation)
    return Nothing(
        "blocked", "No further resource is open within the learner's limits and within what was not done lately."
    )


__all__ = ["LONGEST", "Path", "find_path"]
