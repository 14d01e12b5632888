"""The path to a goal: the recommender's choices rolled forward with the learner model, each step with its reasons."""

from dataclasses import replace

from api.observing import Seen, gain_of, observe
from api.outlook import Outlook
from api.reasons import Known, reasons
from api.views import Path, PathStep, PolicyName, Rise
from models.planner import PlannedStep, plan


def planned(outlook: Outlook, longest: int) -> Path:
    """The path as people read it, of at most `longest` steps."""
    found, served = outlook.situation.found, outlook.situation.served
    seen = observe(served, found)
    start = replace(seen.observation, history=outlook.history)
    path = plan(served.course, served.recommender, start, outlook.allowed, longest)
    steps = [_step(outlook, seen, number, step) for number, step in enumerate(path.steps, 1)]
    return Path(
        learner=found.learner,
        course=found.course,
        goals=served.names(list(seen.goals)),
        policy=PolicyName(served.recommender.name, served.recommender.version),
        steps=steps,
        reached=path.reached,
        minutes=sum(step.resource.minutes for step in steps),
    )


def _step(outlook: Outlook, seen: Seen, number: int, step: PlannedStep) -> PathStep:
    served = outlook.situation.served
    gain = gain_of(served, seen, step.before, step.resource, step.success)
    why = reasons(served, seen.way, Known(step.before), step.resource, (gain, step.success))
    raises = [_rise(outlook, point.id, step) for point in why.teaches]
    return PathStep(number, served.resources[step.resource], why, raises)


def _rise(outlook: Outlook, id: str, step: PlannedStep) -> Rise:
    served = outlook.situation.served
    point = served.position(id)
    before, after = float(step.before[point]), float(step.after[point])
    return Rise(id, served.points[point].name, round(before, 3), round(after, 3))
