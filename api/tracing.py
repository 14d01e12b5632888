"""One outcome through a fitted learner model: the graph's rows in, changed levels and the model's own numbers out."""

import numpy as np

from graph.practice import Change, Learned, Outcome, PointState, Practice, Trace
from models.arrays import Floats, Ints
from models.learners.contract import Estimate, Memory
from models.learners.tracer import Tracer, gain_of


def trace(practice: Practice, tracer: Tracer) -> Learned | None:
    """Let a fitted model follow the outcome; None where it does not know all of the points.

    Numbers that another version kept are not read: the model takes up the level that they led to.
    """
    states = [each for each in practice.points if each.importance > 0]
    skills = tracer.skills_of([each.point for each in states])[None]
    if not states or (skills < 0).any():
        return None
    level, spread, importance, days = (
        np.array([column], dtype=np.float32)
        for column in zip(*((s.level, s.uncertainty, s.importance, s.days) for s in states), strict=True)
    )
    question = tracer.question(skills, importance, tracer.items_of([_practised(practice.outcome)]), days)
    memory = _remembered(practice, states, tracer, skills, Estimate(level, spread))
    after, known = tracer.practise(memory, question, np.array([practice.outcome.right]))
    rates = tracer.fading(skills, after)
    changes = [
        Change(
            point=state.point,
            level=float(known.level[0, n]),
            uncertainty=float(known.spread[0, n]),
            trace=_kept(tracer, after.points[0, n]),
            decay=None if np.isnan(rates[0, n]) else float(rates[0, n]),
        )
        for n, state in enumerate(states)
    ]
    reward = float(gain_of(importance, level, known.level)[0])
    return Learned(reward, changes, _kept(tracer, after.learner[0]))


def _remembered(practice: Practice, states: list[PointState], tracer: Tracer, skills: Ints, known: Estimate) -> Memory:
    """The model's own numbers where it kept some; else a level taken up, or the start of a point never seen."""
    memory = tracer.begin(skills[0], known)
    for place, state in enumerate(states):
        if state.trace is not None and state.trace.of == tracer.version:
            memory.points[0, place] = state.trace.numbers
        elif not state.seen:
            memory.points[0, place] = tracer.start.points[0, skills[0, place]]
    if practice.trace is not None and practice.trace.of == tracer.version:
        memory.learner[0] = practice.trace.numbers
    return memory


def _kept(tracer: Tracer, numbers: Floats) -> Trace:
    return Trace(tracer.version, numbers.tolist())


def _practised(outcome: Outcome) -> str | None:
    return outcome.resource or outcome.item
