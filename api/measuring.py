"""What commands measure with: the strategies of a course in the graph, and the advice that follows from the figures."""

from api.advising import RANKERS, STRATEGIES, Data, Graph, Strategies, advice_on
from api.catalogue_texts import catalogue_of
from api.loading import read_rows
from api.settings import Settings
from models.advice import FAMILIES, take


async def read_strategies(graph: Graph, settings: Settings, course: str) -> Strategies:
    """Raises `NotFound`, or `Invalid` where there is nothing to learn with."""
    trained = settings.trained()
    rows, arrays = await read_rows(graph, course, trained.tracers)
    return trained.policies.strategies(arrays, catalogue_of(rows))


__all__ = [
    "FAMILIES",
    "RANKERS",
    "STRATEGIES",
    "Data",
    "Settings",
    "advice_on",
    "read_strategies",
    "take",
]
