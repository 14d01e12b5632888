"""Reads proposals, what was decided of them, and what accepting one would do."""

from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from graph.connection import Graph, Row, Work
from graph.errors import Invalid, NotFound
from graph.proposals.records import KINDS, STATUSES, Effect, Pair, Point, Proposal
from graph.times import moment_or_none


class Wanted(NamedTuple):
    """Which proposals of a course: of one kind, with one status, or of any where it is None."""

    course: str
    kind: str | None = None
    status: str | None = "proposed"


async def proposals(graph: Graph, wanted: Wanted, skip: int = 0, limit: int = 100) -> tuple[int, list[Proposal]]:
    """How many there are, and one page of them: open ones strongest first, then decided ones, the latest first.

    Raises `NotFound` for the course.
    """
    _one_of("kind", wanted.kind, KINDS)
    _one_of("status", wanted.status, STATUSES)
    return await graph.reading(partial(_page, wanted=wanted, skip=skip, limit=limit))


async def proposal(graph: Graph, before: str, after: str, kind: str | None = None) -> Proposal:
    """The edge between two points. Raises `NotFound`.

    Where there are both kinds and none is asked for: what is open, else what a person judged, else what is derived.
    """
    _one_of("kind", kind, KINDS)
    pairs = [Pair(each, before, after) for each in ((kind,) if kind else KINDS)]
    found = await graph.reading(partial(_described, pairs=pairs))
    if not found:
        raise NotFound("proposal", str(pairs[0]))
    return min(found, key=lambda each: (each.status != "proposed", each.reviewed_at is None, each.status != "derived"))


async def effect(graph: Graph, before: str, after: str, now: datetime) -> Effect:
    """What accepting `before` → `after` would do. Raises `NotFound` where a point is missing."""
    rows = await graph.read("review/effect", before=before, after=after, now=now)
    if not rows:
        raise NotFound("pair of points", f"{before} → {after}")
    return Effect(**rows[0])


async def _page(work: Work, wanted: Wanted, skip: int, limit: int) -> tuple[int, list[Proposal]]:
    if not await work.run("curate/course", course=wanted.course):
        raise NotFound("course", wanted.course)
    found: list[Row] = []
    if wanted.status in (None, "proposed"):
        rows = await work.run("review/open_proposals", course=wanted.course)
        found += [row | {"status": "proposed"} for row in rows]
    if wanted.status != "proposed":
        found += await work.run("review/decided_proposals", course=wanted.course)
    pairs = [
        Pair(row["kind"], row["before"], row["after"])
        for row in found
        if wanted.kind in (None, row["kind"]) and wanted.status in (None, row["status"])
    ]
    return len(pairs), await _described(work, pairs[skip : skip + limit])


async def _described(work: Work, pairs: list[Pair]) -> list[Proposal]:
    rows = await work.run("propose/described", pairs=[list(pair) for pair in pairs])
    return [_proposal(row) for row in rows]


def _proposal(row: Row) -> Proposal:
    values: dict[str, Any] = {name: value for name, value in row.items() if name != "place"}
    for end in ("before", "after"):
        values[end] = Point(**values[end])
    for name in ("proposed_at", "reviewed_at"):
        values[name] = moment_or_none(values[name])
    return Proposal(**values)


def _one_of(field: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise Invalid(f"{field} is {' or '.join(allowed)}, not {value!r}.", field)
