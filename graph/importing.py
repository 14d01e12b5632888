"""Import a course, and read it back for an export.

Import is atomic: all of the course or nothing is written, and a second import writes only what differs. A course is
read as the graph states it. `import(export(x)) = x`, and exporting what was imported gives the same bytes again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from graph.connection import Graph, Work
from graph.courses import changes
from graph.courses.parsing import ParsedCourse
from graph.courses.records import CourseRecord
from graph.courses.validation import refuse_bad_course
from graph.errors import NotFound
from graph.revisions.imports import WriteCounts, write_course
from graph.revisions.record import Attribution, record_change
from graph.revisions.sync import sync_if_cheap


@dataclass(frozen=True)
class ImportResult:
    """The result of an import. `revision` is the graph's; it grew by one if `written.is_changed`.

    `noticed`: what somebody had done by hand before, in words.
    """

    course: str
    title: str
    rows: int
    revision: int
    written: WriteCounts
    noticed: tuple[str, ...] = ()


def _no_progress(rows: int) -> None:
    """Ignore progress."""


async def import_course(
    graph: Graph,
    parsed: ParsedCourse,
    progress: Callable[[int], None] = _no_progress,
    by: Attribution = Attribution("", "import"),
) -> ImportResult:
    """Bring the graph to what the course says, in one transaction, as a revision by `by`.

    Edits made by hand before become a revision of their own first, so that they are on record even where the
    course's files undo it. `progress` is called with the number of rows written since its last call.

    Raises `BadCourse` with every problem; then nothing was written.
    """
    noticed = await sync_if_cheap(graph)
    done = await graph.execute_write(partial(_import_in_transaction, parsed=parsed, progress=progress, by=by))
    return ImportResult(*done, noticed=tuple(noticed.notes))


async def _import_in_transaction(
    work: Work, parsed: ParsedCourse, progress: Callable[[int], None], by: Attribution
) -> tuple[str, str, int, int, WriteCounts]:
    locked = await work.run("curate/lock_graph")
    await refuse_bad_course(work, parsed)
    course = parsed.course
    written, plan = await write_course(work, course, progress)
    revision = int(locked[0]["revision"])
    if written.is_changed:
        revision = await record_change(work, by, plan.touched, await plan.made)
    return course.id, course.title, course.rows, revision, written


async def read_course(graph: Graph, course: str) -> CourseRecord:
    """Return the course as the graph states it, sorted. Raises `NotFound`."""
    found = await graph.execute_read(partial(changes.read_stored_course, course=course))
    if found is None:
        raise NotFound("course", course)
    return found.sorted()
