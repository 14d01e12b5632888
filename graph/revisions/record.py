"""Writes the record of a change: who changed which rows of the curated graph, why, and what they were before."""

from dataclasses import dataclass, field

from graph.connection import Work

TABLES = ("courses", "points", "prerequisites", "related", "resources", "teaches", "items")


@dataclass(frozen=True, slots=True)
class By:
    """Who changes the graph, by which action (`import`, `accept`, `revert` …), and why, where they say so."""

    author: str
    action: str
    why: str = ""


@dataclass
class Touched:
    """Keys of the rows that a change may have altered: ids, or (before, after), (a, b), (resource, point) of links."""

    courses: set[str] = field(default_factory=set)
    points: set[str] = field(default_factory=set)
    prerequisites: set[tuple[str, str]] = field(default_factory=set)
    related: set[tuple[str, str]] = field(default_factory=set)
    resources: set[str] = field(default_factory=set)
    teaches: set[tuple[str, str]] = field(default_factory=set)
    items: set[str] = field(default_factory=set)


async def record(work: Work, by: By, touched: Touched) -> int:
    """Count one more revision, inside the transaction that made the change and holds the graph's lock; its number."""
    return int((await work.run("curate/next_revision"))[0]["revision"])
