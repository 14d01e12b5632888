"""Advice on a course: what its graph holds, what was measured, and which strategy that supports."""

from datetime import timedelta

from graph.connection import Graph
from graph.course_data import CourseData, read_course_data
from models.advice import ENOUGH, Advice, Data, Team, advise
from models.shelf import Strategies
from models.strategies import RANKERS, STRATEGIES


async def advice_on(graph: Graph, strategies: Strategies, team: Team) -> tuple[Data, Advice]:
    """Reads the graph anew; raises `NotFound` for the course."""
    data = data_of(await read_course_data(graph, strategies.course.id))
    names = [(name, entry.family) for name, entry in STRATEGIES.items()]
    return data, advise(names, data, team, strategies.offline(), strategies.teaching(), strategies.taught())


def data_of(found: CourseData) -> Data:
    """The counts as advice reads them."""
    known = [sum(events >= ENOUGH for events in each) for each in (found.learner_events, found.item_events)]
    pairs = len(found.learner_events) * found.resources
    days = (found.last - found.first) / timedelta(days=1) if found.first and found.last else 0.0
    return Data(
        points=found.points,
        prerequisites=found.prerequisites,
        resources=found.resources,
        described=found.described,
        learners=len(found.learner_events),
        known_learners=known[0],
        known_items=known[1],
        interactions=found.interactions,
        density=found.interactions / pairs if pairs else 0.0,
        right=found.right,
        own=1 - found.followed / found.interactions if found.interactions else 1.0,
        answered=found.followed,
        days=days,
    )


__all__ = ["RANKERS", "STRATEGIES", "Advice", "Data", "Graph", "Strategies", "advice_on"]
