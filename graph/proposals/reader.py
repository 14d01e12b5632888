"""Read proposals, their review, what accepting one would do, and the dated answers that edges are mined from."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from graph.connection import Graph, Row, Work
from graph.errors import Invalid, NotFound
from graph.learners.log_files import SECONDS_PER_DAY
from graph.proposals.records import KINDS, STATUSES, AcceptanceEffect, Proposal, ProposalPoint, ProposedPair
from graph.values import to_datetime_or_none

LEARNERS_PER_BATCH = 200
"""Learners whose answers travel at once."""


class ProposalFilter(NamedTuple):
    """Which proposals of a course: of one kind, with one status, or of any where it is None."""

    course: str
    kind: str | None = None
    status: str | None = "proposed"


async def read_proposals(
    graph: Graph, wanted: ProposalFilter, skip: int = 0, limit: int = 100
) -> tuple[int, list[Proposal]]:
    """Return how many there are, and one page of them: open ones strongest first, then decided ones, the latest first.

    Raises `NotFound` for the course.
    """
    _check_choice("kind", wanted.kind, KINDS)
    _check_choice("status", wanted.status, STATUSES)
    return await graph.execute_read(partial(_read_page, wanted=wanted, skip=skip, limit=limit))


async def read_proposal(graph: Graph, before: str, after: str, kind: str | None = None) -> Proposal:
    """Return the edge between two points. Raises `NotFound`.

    Where there are both kinds and none is asked for: what is open, else what a person judged, else what is derived.
    """
    _check_choice("kind", kind, KINDS)
    pairs = [ProposedPair(each, before, after) for each in ((kind,) if kind else KINDS)]
    found = await graph.execute_read(partial(_read_pairs, pairs=pairs))
    if not found:
        raise NotFound("proposal", str(pairs[0]))
    return min(found, key=lambda each: (each.status != "proposed", each.reviewed_at is None, each.status != "derived"))


async def read_effect(graph: Graph, before: str, after: str, now: datetime) -> AcceptanceEffect:
    """Read what accepting `before` → `after` would do. Raises `NotFound` where a point is missing."""
    rows = await graph.read("review/effect", before=before, after=after, now=now)
    if not rows:
        raise NotFound("pair of points", f"{before} → {after}")
    return AcceptanceEffect(**rows[0])


async def _read_page(work: Work, wanted: ProposalFilter, skip: int, limit: int) -> tuple[int, list[Proposal]]:
    if not await work.run("curate/course", course=wanted.course):
        raise NotFound("course", wanted.course)
    found: list[Row] = []
    if wanted.status in (None, "proposed"):
        rows = await work.run("review/open_proposals", course=wanted.course)
        found += [row | {"status": "proposed"} for row in rows]
    if wanted.status != "proposed":
        found += await work.run("review/decided_proposals", course=wanted.course)
    pairs = [
        ProposedPair(row["kind"], row["before"], row["after"])
        for row in found
        if wanted.kind in (None, row["kind"]) and wanted.status in (None, row["status"])
    ]
    return len(pairs), await _read_pairs(work, pairs[skip : skip + limit])


async def _read_pairs(work: Work, pairs: list[ProposedPair]) -> list[Proposal]:
    rows = await work.run("propose/described", pairs=[list(pair) for pair in pairs])
    return [_make_proposal(row) for row in rows]


def _make_proposal(row: Row) -> Proposal:
    values: dict[str, Any] = {name: value for name, value in row.items() if name != "place"}
    for end in ("before", "after"):
        values[end] = ProposalPoint(**values[end])
    for name in ("proposed_at", "reviewed_at"):
        values[name] = to_datetime_or_none(values[name])
    return Proposal(**values)


def _check_choice(field: str, value: str | None, allowed: tuple[str, ...]) -> None:
    if value is not None and value not in allowed:
        raise Invalid(f"{field} is {' or '.join(allowed)}, not {value!r}.", field)


@dataclass(frozen=True)
class PointAnswers:
    """Answers as columns: learner, point, days since 1970, right. An answer on two points gives two rows."""

    learner: list[str] = field(default_factory=list)
    point: list[str] = field(default_factory=list)
    at: list[float] = field(default_factory=list)
    right: list[bool] = field(default_factory=list)


async def read_point_answers(
    graph: Graph, course: str, report: Callable[[int, int], None] = lambda done, total: None
) -> PointAnswers:
    """Read every learner's answers, oldest first; call `report` with the learners read so far and in all."""
    answers, after, done = PointAnswers(), "", 0
    while True:
        rows = await graph.read("propose/answers", course=course, after=after, learners=LEARNERS_PER_BATCH)
        if not rows:
            return answers
        for row in rows:
            for point, moment, right in row["rows"]:
                answers.learner.append(row["learner"])
                answers.point.append(point)
                answers.at.append(moment / 1000 / SECONDS_PER_DAY)
                answers.right.append(right)
        after, done = rows[-1]["learner"], done + len(rows)
        report(done, rows[0]["total"])
