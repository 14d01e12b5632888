"""Every course of the graph as a CASE 1.0 framework, cached for one host until the graph's revision changes."""

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from graph.connection import Graph, Row, Work
from graph.courses import changes
from graph.courses.records import CourseRecord
from graph.errors import NotFound
from graph.formats.case.writer import CaseFramework, build_framework

_EPOCH = "1970-01-01T00:00:00Z"


class _GraphVersion(NamedTuple):
    """The graph's last change, and its courses."""

    revision: int
    at: str
    courses: tuple[str, ...]


@dataclass(frozen=True)
class FrameworkIndex:
    """The frameworks by the identifiers of their documents, items and associations.

    Attributes:
        related: the associations of each item, in either direction.
    """

    documents: dict[str, CaseFramework] = field(default_factory=dict)
    items: dict[str, CaseFramework] = field(default_factory=dict)
    associations: dict[str, CaseFramework] = field(default_factory=dict)
    related: dict[str, list[str]] = field(default_factory=dict)

    def find(self, kind: str, identifier: str) -> CaseFramework:
        """Return the framework that holds a CFDocument, CFItem or CFAssociation. Raises `NotFound`."""
        holders = {"CFDocument": self.documents, "CFItem": self.items, "CFAssociation": self.associations}[kind]
        if identifier not in holders:
            raise NotFound(kind, identifier)
        return holders[identifier]


class FrameworkCache:
    """Cache the frameworks for one host; rebuild them when the graph has changed."""

    def __init__(self) -> None:
        self._key: tuple[_GraphVersion, str] | None = None
        self._held = FrameworkIndex()
        self._lock = asyncio.Lock()

    async def get(self, graph: Graph, host: str) -> FrameworkIndex:
        """Return the frameworks of the graph as it is; `host` is the address of the CASE service in their uris."""
        async with self._lock:
            if self._key != (_parse_version(await graph.read("catalogue/last_change")), host):
                change, courses = await graph.execute_read(_read_all)
                self._held = await asyncio.to_thread(_build_index, courses, change.at, host)
                self._key = change, host
            return self._held


def _parse_version(rows: list[Row]) -> _GraphVersion:
    [row] = rows or [{}]
    return _GraphVersion(row.get("revision", 0), row.get("at") or _EPOCH, tuple(row.get("courses", ())))


async def _read_all(work: Work) -> tuple[_GraphVersion, list[CourseRecord]]:
    change = _parse_version(await work.run("catalogue/last_change"))
    found = [await changes.read_stored_course(work, course) for course in change.courses]
    return change, [course.sorted() for course in found if course is not None]


def _build_index(courses: list[CourseRecord], changed: str, host: str) -> FrameworkIndex:
    found = FrameworkIndex()
    related: dict[str, list[str]] = defaultdict(list)
    for course in courses:
        made = build_framework(course, changed, host)
        found.documents[made.document["identifier"]] = made
        for identifier in made.items:
            found.items.setdefault(identifier, made)
        for identifier, association in made.associations.items():
            found.associations.setdefault(identifier, made)
            for end in {association["originNodeURI"]["identifier"], association["destinationNodeURI"]["identifier"]}:
                related[end].append(identifier)
    found.related.update(related)
    return found
