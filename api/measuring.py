"""What commands measure with: the strategies of a course in the graph, and the advice that follows from the figures."""

from api.advising import RANKERS, STRATEGIES, Advice, Data, Graph, Strategies, advice_on
from api.catalogue_texts import catalogue_of
from api.loading import read_rows
from api.settings import Settings
from models.advice import FAMILIES
from models.advice import take as keep


async def read_strategies(graph: Graph, settings: Settings, course: str) -> Strategies:
    """Raises `NotFound`, or `Invalid` where there is nothing to learn with."""
    trained = settings.trained()
    rows, arrays = await read_rows(graph, course, trained.tracers)
    return trained.policies.strategies(arrays, catalogue_of(rows))


async def advice_now(graph: Graph, settings: Settings, course: str) -> tuple[Data, Advice]:
    """What the graph and the measurements say now."""
    return await advice_on(graph, await read_strategies(graph, settings, course), settings.team)


def take(advice: Advice, settings: Settings, course: str) -> None:
    """From now on this advice says who serves the course."""
    keep(advice, settings.trained().policies.rankers(course))


__all__ = ["FAMILIES", "RANKERS", "STRATEGIES", "Data", "Settings", "advice_now", "read_strategies", "take"]
