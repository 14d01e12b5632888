"""Reads proposals, what was decided of them, and what accepting one would do."""

from datetime import datetime
from functools import partial
from typing import Any

from graph.connection import Graph, Row, Work
from graph.errors import Invalid, NotFound
from graph.proposals.records import KINDS, STATUSES, Effect, Pair, Point, Proposal
from graph.times import moment_or_none


async def proposals(
    graph: Graph, course: str, kind: str | None, status: str | None, skip: int, limit: int
) -> tuple[int, list[Proposal]]:
    """How many there are, and one page of them, strongest first; None: of any kind, open or decided."""
    _one_of("kind", kind, KINDS)
    _one_of("status", status, STATUSES)
    return await graph.reading(partial(_page, course=course, kind=kind, status=status, skip=skip, limit=limit))


async def proposal(graph: Graph, before: str, after: str, kind: str | None = None) -> Proposal:
    """One edge between two points; of both kinds the open one, else the prerequisite. Raises `NotFound`."""
    _one_of("kind", kind, KINDS)
    pairs = [Pair(each, before, after) for each in ((kind,) if kind else KINDS)]
    found = await graph.reading(partial(_described, pairs=pairs))
    if not found:
        raise NotFound("proposal", str(pairs[0]))
    return min(found, key=lambda each: each.status != "proposed")


async def effect(graph: Graph, before: str, after: str, now: datetime) -> Effect:
    """What accepting `before` → `after` would do. Raises `NotFound` where a point is missing."""
    rows = await graph.read("review/effect", before=before, after=after, now=now)
    if not rows:
        raise NotFound("pair of points", f"{before} → {after}")
    return Effect(**rows[0])


async def _page(work: Work, course: str, **wanted: Any) -> tuple[int, list[Proposal]]:
    if not await work.run("curate/course", course=course):
        raise NotFound("course", course)
    rows = await work.run("review/proposals", course=course, **wanted)
    pairs = [Pair(row["kind"], row["before"], row["after"]) for row in rows if row["kind"]]
    return rows[0]["total"], await _described(work, pairs)


async def _described(work: Work, pairs: list[Pair]) -> list[Proposal]:
    rows = await work.run("review/described", pairs=[list(pair) for pair in pairs])
    return [_proposal(row) for row in rows]


def _proposal(row: Row) -> Proposal:
    values = {name: value for name, value in row.items() if name != "place"}
    for end in ("before", "after"):
        values[end] = Point(**values[end])
    for name in ("proposed_at", "reviewed_at"):
        values[name] = moment_or_none(values[name])
    return Proposal(**values)


def _one_of(field: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise Invalid(f"{field} is {' or '.join(allowed)}, not {value!r}.", field)
