"""Diagnostics: which items a learner was asked, the answers, and the mastery s(0) that followed.

The state of a session is in the graph alone, so it survives a restart of the service.
"""

from dataclasses import dataclass, field
from datetime import datetime

from graph.connection import Graph, Row, Work
from graph.errors import Conflict, Invalid, NotFound
from graph.learners.practice import PointUpdate
from graph.learners.profiles import refuse_unknown
from graph.values import to_datetime, to_datetime_or_none, to_utc


@dataclass(frozen=True, slots=True)
class AskedItem:
    """An item in the order asked; `right` is None until it is answered."""

    item: str
    right: bool | None


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A session of up to `length` questions; open until `finished_at`, then `levels` are s(0)."""

    id: str
    learner: str
    course: str
    started_at: datetime
    finished_at: datetime | None = None
    asked: list[AskedItem] = field(default_factory=list)
    length: int = 30
    levels: list[PointUpdate] = field(default_factory=list)

    @property
    def answered_items(self) -> list[AskedItem]:
        """The items that have an answer, in the order asked."""
        return [each for each in self.asked if each.right is not None]


async def start_diagnostic(
    graph: Graph, id: str, learner: str, course: str, now: datetime, length: int = 30
) -> Diagnostic:
    """Open a session. Raises `NotFound` for an unknown learner or course."""
    named = {"id": id, "learner": learner, "course": course, "length": length}
    if not await graph.write("learn/start_diagnostic", **named, now=to_utc(now)):
        await refuse_unknown(graph, learner, course)
    return Diagnostic(id, learner, course, to_utc(now), length=length)


async def read_diagnostic(graph: Graph, id: str) -> Diagnostic:
    """Read a session. Raises `NotFound`."""
    rows = await graph.read("learn/diagnostic", id=id)
    if not rows:
        raise NotFound("diagnostic", id)
    return _make_diagnostic(rows[0])


async def record_questions(graph: Graph, id: str, items: list[str]) -> Diagnostic:
    """Record the items as asked, in this order; one asked before stays. Raises `NotFound`, `Conflict`."""

    async def unit(work: Work) -> None:
        await _lock_unfinished(work, id)
        known = {row["item"] for row in await work.run("learn/ask_items", id=id, items=items)}
        for item in items:
            if item not in known:
                raise NotFound("item", item)

    await graph.execute_write(unit)
    return await read_diagnostic(graph, id)


async def record_answers(graph: Graph, id: str, answers: dict[str, bool], now: datetime) -> Diagnostic:
    """Record answers by item; the first answer to an item stays.

    Raises `NotFound` for the session, `Invalid` for an item that was not asked, `Conflict` when it is finished.
    """

    async def unit(work: Work) -> None:
        await _lock_unfinished(work, id)
        rows = [{"item": item, "right": right} for item, right in answers.items()]
        known = {row["item"] for row in await work.run("learn/answer_items", id=id, answers=rows, now=to_utc(now))}
        for item in answers:
            if item not in known:
                raise Invalid(f"The item {item!r} was not asked in this diagnostic.", "item")

    await graph.execute_write(unit)
    return await read_diagnostic(graph, id)


async def finish_diagnostic(graph: Graph, id: str, levels: list[PointUpdate], now: datetime) -> Diagnostic:
    """Close the session and set the learner's mastery of these points: s(0), with what each was before.

    A finished session stays as it is. Raises `NotFound` for the session or a point, `Invalid` for a level outside
    [0, 1].
    """
    for change in levels:
        if not 0 <= change.level <= 1:
            raise Invalid(f"The level of {change.point!r} is {change.level}; it must lie in [0, 1].", "level")
    rows = [{"point": each.point, "level": each.level, "uncertainty": each.sd} for each in levels]

    async def unit(work: Work) -> None:
        if (await _lock_diagnostic(work, id))["finished"]:
            return
        [stored] = await work.run("learn/finish_diagnostic", id=id, levels=rows, now=to_utc(now))
        for change in levels:
            if change.point not in stored["points"]:
                raise NotFound("knowledge point", change.point)

    await graph.execute_write(unit)
    return await read_diagnostic(graph, id)


async def _lock_unfinished(work: Work, id: str) -> None:
    if (await _lock_diagnostic(work, id))["finished"]:
        raise Conflict(f"Diagnostic {id!r} is finished.")


async def _lock_diagnostic(work: Work, id: str) -> Row:
    rows = await work.run("learn/lock_diagnostic", id=id)
    if not rows:
        raise NotFound("diagnostic", id)
    return rows[0]


def _make_diagnostic(row: Row) -> Diagnostic:
    return Diagnostic(
        id=row["id"],
        learner=row["learner"],
        course=row["course"],
        started_at=to_datetime(row["started_at"]),
        finished_at=to_datetime_or_none(row["finished_at"]),
        asked=[AskedItem(item, right) for item, right in row["asked"]],
        length=row["length"],
        levels=[PointUpdate(*values) for values in row["levels"]],
    )
