"""Lints files: the same checks as of a graph, over a course in memory, and the rows that an import would refuse.

What only a graph can have (counts that are out of date, quarantine, nodes without a course or an id) is not looked for.
"""

from graph.course import Course
from graph.course_check import Known, refused
from graph.course_fields import Parsed
from graph.lint.courses import CHECKS
from graph.lint.findings import REFUSED, Finding, checks, finding


def lint_files(parsed: Parsed, only: str | None = None) -> list[Finding]:
    """What the checks, or the one named `only`, find in files; the gravest first."""
    refusals = sorted(refused(parsed, Known()), key=lambda row: row.at)
    rows = [(str(row.at) or row.id, ": ".join(filter(None, row[1:]))) for row in refusals]
    own = finding(REFUSED, rows, parsed.course.id) if only in (None, REFUSED.name) else []
    return own + lint_course(parsed.course, only)


def lint_course(course: Course, only: str | None = None) -> list[Finding]:
    """The same of a course in memory."""
    asked = [check for check in checks() if check.name in CHECKS and only in (None, check.name)]
    return [found for check in asked for found in finding(check, sorted(CHECKS[check.name](course)), course.id)]
