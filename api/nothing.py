"""Why there is nothing to recommend, in words, with what the learner or the team can do about it."""

from typing import Any

from api.loop import Loop
from api.served import Served
from api.situation import Situation
from api.views import Nothing
from graph.obstacles import Unmet, WhyNothing, why_nothing

NAMED = 3


async def reason(loop: Loop, situation: Situation) -> Nothing:
    """Ask the graph what stands in the way of a learner without candidates."""
    found = situation.found
    return in_words(situation.served, await why_nothing(loop.graph, found.learner, situation.now, found.course))


def in_words(served: Served, why: WhyNothing) -> Nothing:
    """The reason as a sentence and as data."""
    if why.reason == "goal_reached":
        return Nothing(why.reason, "The goal is reached: everything on the way to it is mastered.")
    if why.reason == "waiting":
        until = f"from {why.until:%Y-%m-%d %H:%M} UTC" if why.until else "later"
        text = f"Everything that is open was done or recommended a moment ago; the next resource is free {until}."
        return Nothing(why.reason, text, {"until": why.until})
    if why.limits:
        text = f"The learner's own limits ({', '.join(why.limits)}) leave out everything that is open."
        return Nothing(why.reason, text, {"limits": why.limits})
    details = {"prerequisites": [_unmet(served, each) for each in why.prerequisites], "untaught": why.untaught}
    return Nothing(why.reason, _blocked(served, why), details)


def _blocked(served: Served, why: WhyNothing) -> str:
    if why.untaught:
        names = ", ".join(served.name(point) for point in why.untaught[:NAMED])
        return f"Next would be {names}, but no active resource teaches it."
    if not why.prerequisites:
        return "No resource can be reached from here."
    first = why.prerequisites[0]
    return (
        f"{served.name(first.before)} needs {served.name(first.point)} at {first.needed:.0%}; "
        f"it is at {first.level:.0%}, and nothing that can be done now raises it."
    )


def _unmet(served: Served, each: Unmet) -> dict[str, Any]:
    return {
        "id": each.point,
        "name": served.name(each.point),
        "level": each.level,
        "needed": each.needed,
        "before": served.name(each.before),
    }
