"""Rankers on a course's own log: what the graph holds is cleaned, measured on, and fitted to."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time

from api.catalogue_texts import Catalogue, catalogue_of
from graph.catalogue import course as read_course
from graph.interactions import SECONDS_A_DAY, Graph, RawInteraction, read_interactions
from models.rankers.cleaning import clean
from models.rankers.offline import Course, Held, Standing, hold


@dataclass(frozen=True, eq=False)
class Logged:
    """What the graph says of a course's resources and of what learners did with them."""

    course: str
    catalogue: Catalogue
    rows: Sequence[RawInteraction]


async def read_logged(graph: Graph, course: str) -> Logged:
    """Raises `NotFound` for the course."""
    catalogue = catalogue_of(await read_course(graph, course))
    return Logged(course, catalogue, await read_interactions(graph, course))


def evaluate_offline(
    logged: Logged,
    folder: Path,
    names: Sequence[str],
    seed: int = 0,
    report: Callable[[str], None] = lambda name: None,
) -> tuple[Standing, list[Held]]:
    """Measure the rankers `names` and keep those that could be fitted in `folder`.

    Raises `Invalid` where there is too little to ask about.
    """
    log, found = clean(logged.rows, logged.catalogue.items, time() / SECONDS_A_DAY)
    course = Course(logged.course, log, logged.catalogue, str(found))
    return hold(course, folder, names, seed, report)


__all__ = ["Held", "Standing", "evaluate_offline", "read_logged"]
