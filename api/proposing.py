"""Finds edges in a course's log and texts and proposes them to the people who tend its graph."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from api.review_evidence import from_log, from_texts
from api.review_logs import Report, mastery_log
from graph.catalogue import CourseRows, course
from graph.proposals.store import MOST, By, Found, Graph, Proposed, propose
from models.mining.mine import Rules, mine


@dataclass(frozen=True)
class Source:
    """Where to look.

    Attributes:
        log: an answer log, file or folder; the graph's own interactions without one.
        texts: also compare names and descriptions.
        rules: of the mining; its own without them.
        most: new proposals at most, the strongest.
    """

    log: Path | None = None
    texts: bool = False
    rules: Rules | None = None
    most: int = MOST


@dataclass(frozen=True)
class Search:
    """What was looked through, line by line, and what became of what was found."""

    told: list[str]
    found: int
    proposed: Proposed


def _silent(done: int, total: int) -> None:
    """The progress nobody watches."""


async def search(
    graph: Graph,
    id: str,
    source: Source,
    author: str,
    report: Report = _silent,
    say: Callable[[str], None] = lambda step: None,
) -> Search:
    """Look through the log and the texts of the course `id` and store what they speak for, in one transaction.

    `report` hears how many learners of how many are read, `say` what goes on. Raises `NotFound` for the course.
    """
    rows = await course(graph, id)
    say("reading the log")
    log, told = await mastery_log(graph, id, source.log, report)
    say("mining")
    mined = mine(log, source.rules)
    found = from_log(log, mined, {row["id"]: row["name"] for row in rows.points})
    if source.texts:
        say("comparing texts")
        found += _alike(rows)
    say("storing")
    why = f"{len(found)} found in {source.log.name if source.log else 'the graph'}"
    told.append(f"{mined.tested:,} pairs tested")
    return Search(told, len(found), await propose(graph, found, By(author, "propose", why), source.most))


def _alike(rows: CourseRows) -> list[Found]:
    """Of the course's own points."""
    own = set(rows.included)
    points = [row for row in rows.points if row["id"] in own]
    return from_texts(
        {row["id"]: row["name"] for row in points}, {row["id"]: row["description"] or "" for row in points}
    )


__all__ = ["MOST", "Rules", "Search", "Source", "search"]
