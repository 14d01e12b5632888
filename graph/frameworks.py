"""Every course of the graph as a CASE 1.0 framework, read once a revision."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from graph import course_rows
from graph.connection import Graph, Row, Work
from graph.course import Course
from graph.errors import NotFound
from graph.formats.case_framework import Framework, framework

_NEVER = "1970-01-01T00:00:00Z"


class _Change(NamedTuple):
    """The graph's last change, and its courses."""

    revision: int
    at: str
    courses: tuple[str, ...]


@dataclass(frozen=True)
class Frameworks:
    """The frameworks with the way to each object: identifiers of documents, items and associations to frameworks.

    Attributes:
        related: the associations of each item, in either direction.
    """

    documents: dict[str, Framework] = field(default_factory=dict)
    items: dict[str, Framework] = field(default_factory=dict)
    associations: dict[str, Framework] = field(default_factory=dict)
    related: dict[str, list[str]] = field(default_factory=dict)

    def find(self, kind: str, identifier: str) -> Framework:
        """The framework that holds a CFDocument, CFItem or CFAssociation. Raises `NotFound`."""
        holders = {"CFDocument": self.documents, "CFItem": self.items, "CFAssociation": self.associations}[kind]
        if identifier not in holders:
            raise NotFound(kind, identifier)
        return holders[identifier]


class FrameworkCache:
    """The frameworks in memory, for one host: made anew when the graph has changed."""

    def __init__(self) -> None:
        self._key: tuple[_Change, str] | None = None
        self._held = Frameworks()
        self._lock = asyncio.Lock()

    async def get(self, graph: Graph, host: str) -> Frameworks:
        """The frameworks of the graph as it is; `host` is the address of the CASE service in their uris."""
        async with self._lock:
            if self._key != (_change(await graph.read("catalogue/last_change")), host):
                change, courses = await graph.reading(_everything)
                self._held = await asyncio.to_thread(_frameworks, courses, change.at, host)
                self._key = change, host
            return self._held


def _change(rows: list[Row]) -> _Change:
    [row] = rows or [{}]
    return _Change(row.get("revision", 0), row.get("at") or _NEVER, tuple(row.get("courses", ())))


async def _everything(work: Work) -> tuple[_Change, list[Course]]:
    change = _change(await work.run("catalogue/last_change"))
    found = [await course_rows.read(work, course) for course in change.courses]
    return change, [course.sorted() for course in found if course is not None]


def _frameworks(courses: list[Course], changed: str, host: str) -> Frameworks:
    found = Frameworks()
    related: dict[str, list[str]] = defaultdict(list)
    for course in courses:
        made = framework(course, changed, host)
        found.documents[made.document["identifier"]] = made
        for identifier in made.items:
            found.items.setdefault(identifier, made)
        for identifier, association in made.associations.items():
            found.associations.setdefault(identifier, made)
            for end in {association["originNodeURI"]["identifier"], association["destinationNodeURI"]["identifier"]}:
                related[end].append(identifier)
    found.related.update(related)
    return found
