"""Import a course, and read it back for an export.

Import is atomic: all of the course or nothing is written, and a second import writes only what differs. What the
source has no place for (the settings and questions of a sheet of topics) stays as it is. Where a good part of the
course's points, resources or questions would go, the caller has to ask for it.

A course is read as the graph states it. `import(export(x)) = x`, and exporting what was imported gives the same bytes
again.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

from graph.connection import Graph, Work
from graph.courses import changes
from graph.courses.parsing import ParsedCourse
from graph.courses.records import CourseRecord
from graph.courses.validation import refuse_bad_course
from graph.errors import Conflict, NotFound
from graph.revisions.imports import WriteCounts, write_course
from graph.revisions.record import Attribution, record_change
from graph.revisions.sync import sync_if_cheap


@dataclass(frozen=True)
class ImportResult:
    """The result of an import. `revision` is the graph's; it grew by one if `written.is_changed`.

    `noticed`: what somebody had done by hand before, in words. `removals`: of which tables a good part went.
    """

    course: str
    title: str
    rows: int
    revision: int
    written: WriteCounts
    noticed: tuple[str, ...] = ()
    removals: tuple[str, ...] = ()


def _no_progress(rows: int) -> None:
    """Ignore progress."""


async def import_course(
    graph: Graph,
    parsed: ParsedCourse,
    progress: Callable[[int], None] = _no_progress,
    by: Attribution = Attribution("", "import"),
    replace_large: bool = True,
) -> ImportResult:
    """Bring the graph to what the course says, in one transaction, as a revision by `by`.

    Edits made by hand before become a revision of their own first, so that they are on record even where the
    course's files undo it. `progress` is called with the number of rows written since its last call.

    Raises `BadCourse` with every problem, and `Conflict` where a good part of the course would go without
    `replace_large`; then nothing was written.
    """
    noticed = await sync_if_cheap(graph)
    unit = partial(_import_in_transaction, parsed=parsed, progress=progress, by=by, replace_large=replace_large)
    return replace(await graph.execute_write(unit), noticed=tuple(noticed.notes))


async def preview_import(graph: Graph, parsed: ParsedCourse) -> ImportResult:
    """Return what an import would do, to the last row: it is done in a transaction that is given up.

    Raises `BadCourse` with every problem.
    """

    async def unit(work: Work) -> None:
        raise _GivenUp(await _import_in_transaction(work, parsed, _no_progress, Attribution("", "import"), True))

    try:
        await graph.execute_write(unit)
    except _GivenUp as found:
        return found.result
    raise AssertionError("a preview never commits")


class _GivenUp(Exception):
    """Carries the result out of a transaction that is to be rolled back."""

    def __init__(self, result: ImportResult) -> None:
        super().__init__()
        self.result = result


async def _import_in_transaction(
    work: Work, parsed: ParsedCourse, progress: Callable[[int], None], by: Attribution, replace_large: bool
) -> ImportResult:
    locked = await work.run("curate/lock_graph")
    await refuse_bad_course(work, parsed)
    stored = await changes.read_stored_course(work, parsed.course.id)
    course = changes.keep_unstated(stored, parsed.course, parsed.unstated)
    differing = changes.compare_courses(stored, course)
    removals = changes.list_large_removals(stored, differing)
    if removals and not replace_large:
        raise Conflict(
            f"A good part of {course.title} is not in these files; nothing was imported.\n"
            + "\n".join(removals)
            + f"\nIf that is meant: --replace. If not, begin with what there is: lodestar export {course.id} FOLDER"
        )
    written, plan = await write_course(work, course, progress, differing)
    revision = int(locked[0]["revision"])
    if written.is_changed:
        revision = await record_change(work, by, plan.touched, await plan.made)
    return ImportResult(course.id, course.title, course.rows, revision, written, removals=removals)


async def read_course(graph: Graph, course: str) -> CourseRecord:
    """Return the course as the graph states it, sorted. Raises `NotFound`."""
    found = await graph.execute_read(partial(changes.read_stored_course, course=course))
    if found is None:
        raise NotFound("course", course)
    return found.sorted()
