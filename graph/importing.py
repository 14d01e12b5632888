"""Imports a course: all of it or nothing, and the second time only what differs."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from graph.checking import Parsed, check_course, check_files, refuse_bad
from graph.connection import Graph, Work
from graph.course_writes import Written, write
from graph.revisions.record import By, record
from graph.revisions.sync import sync_if_cheap


@dataclass(frozen=True)
class Imported:
    """What an import did. `revision` is the graph's; it grew by one if `written.anything`.

    `noticed`: what somebody had done by hand before, in words.
    """

    course: str
    title: str
    rows: int
    revision: int
    written: Written
    noticed: tuple[str, ...] = ()


def _silent(rows: int) -> None:
    """The progress nobody watches."""


async def import_course(
    graph: Graph, parsed: Parsed, progress: Callable[[int], None] = _silent, by: By = By("", "import")
) -> Imported:
    """Bring the graph to what the course says, in one transaction, as a revision by `by`.

    What somebody changed by hand before is made a revision of its own first, so that it is on record even where the
    course's files undo it. `progress` is told how many rows were written since it was last told.

    Raises `BadCourse` with every problem; then nothing was written.
    """
    noticed = await sync_if_cheap(graph)
    done = await graph.writing(partial(_import, parsed=parsed, progress=progress, by=by))
    return Imported(*done, noticed=tuple(noticed.notes))


async def _import(
    work: Work, parsed: Parsed, progress: Callable[[int], None], by: By
) -> tuple[str, str, int, int, Written]:
    locked = await work.run("curate/lock_graph")
    await refuse_bad(work, parsed)
    course = parsed.course
    written, plan = await write(work, course, progress)
    revision = int(locked[0]["revision"])
    if written.anything:
        revision = await record(work, by, plan.touched, await plan.made)
    return course.id, course.title, course.rows, revision, written


__all__ = ["By", "Imported", "Parsed", "check_course", "check_files", "import_course"]
