"""Brings the stored state of one course to a new one, inside a transaction: only what differs is written.

Rows that left the course are deleted if no other course states them, except what learners' histories refer to: such
resources and items become `retired` (never recommended again), such points stay without a course. Rows made by hand in
Browser or mined from logs carry no course in `courses` and stay. (`courses` is ids with blanks between, not a list: a
list is a record of its own on every edge and made a commit a third longer.)
"""

from dataclasses import dataclass, field

from graph import course_rows, derive
from graph.connection import Work
from graph.course_rows import Course
from graph.course_saves import Progress, drop, save
from graph.revisions.imports import Plan, planned


@dataclass(frozen=True)
class Written:
    """Rows by table; links that went with their ends are not counted in `gone`.

    `retired` counts what left the course and stays for its history's sake.
    """

    created: dict[str, int] = field(default_factory=dict)
    changed: dict[str, int] = field(default_factory=dict)
    gone: dict[str, int] = field(default_factory=dict)
    retired: int = 0
    header: bool = False

    @property
    def anything(self) -> bool:
        """Whether the graph is another one now."""
        return self.header or any(map(any, (self.created.values(), self.changed.values(), self.gone.values())))


async def write(work: Work, course: Course, progress: Progress) -> tuple[Written, Plan]:
    """Store `course`; returns what was done, and which rows that may have altered.

    `progress` is told how many rows were written since it was last told.
    """
    changes = await course_rows.changes(work, course)
    plan = await planned(work, course.id, changes)
    gone, retired = await drop(work, course.id, changes)
    await save(work, course, changes, progress)
    written = Written(
        created={table: len(change.created) for table, change in changes.tables.items()},
        changed={table: len(change.changed) for table, change in changes.tables.items()},
        gone=gone,
        retired=retired,
        header=changes.header,
    )
    if written.anything:
        points = sorted(changes.touched)
        plan.touched.related |= await derive.proposed(work, points)
        await derive.refresh(work, points)
    return written, plan
