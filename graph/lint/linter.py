"""Lint a graph or files.

In a graph each check is the query of its name in cypher/lint, in a read transaction of its own; the checks of chains
share one read of all prerequisites (`graph.lint.checks`). For files the same checks run over a course in memory, with
the rows that an import would refuse. What only a graph can have (counts that are out of date, quarantine, nodes without
a course or an id) is not looked for in files.
"""

from functools import partial

from graph import catalogue
from graph.connection import Graph, Work
from graph.courses.parsing import ParsedCourse
from graph.courses.records import CourseRecord
from graph.courses.validation import GraphContext, find_row_problems
from graph.errors import NotFound
from graph.lint import checks
from graph.lint.checks import COURSE_CHECKS
from graph.lint.findings import REFUSED_ROWS, Hit, LintCheck, LintFinding, list_checks, make_findings

WHOLE_GRAPH = "beside the courses"
"""What the findings of the whole graph stand under in a report."""


async def lint_graph(graph: Graph, course: str = "", only: str | None = None) -> dict[str, list[LintFinding]]:
    """Lint one course, or every course; return findings by course id, and those of what is in no course."""
    ids = [course] if course else [each.id for each in await catalogue.list_courses(graph)]
    report = {id: await lint_stored_course(graph, id, only) for id in ids}
    return {**report, WHOLE_GRAPH: await lint_outside_courses(graph, only)}


async def lint_stored_course(graph: Graph, course: str, only: str | None = None) -> list[LintFinding]:
    """Run the checks, or the one named `only`, on a course; return findings, the gravest first. Raises `NotFound`."""
    if not await graph.read("curate/course", course=course):
        raise NotFound("course", course)
    asked = [check for check in list_checks() if not check.is_whole_graph and only in (None, check.name)]
    walked = any(check.name in checks.CHAIN_CHECKS for check in asked)
    links = await graph.execute_read(partial(_read_chains, course=course)) if walked else None
    return [
        found
        for check in asked
        for found in make_findings(check, await _run_check(graph, check, course, links), course)
    ]


async def lint_outside_courses(graph: Graph, only: str | None = None) -> list[LintFinding]:
    """Return the findings on nodes that belong to no course, or have no id."""
    asked = [check for check in list_checks() if check.is_whole_graph and only in (None, check.name)]
    return [found for check in asked for found in make_findings(check, _sorted_hits(await graph.read(check.query)))]


async def _run_check(graph: Graph, check: LintCheck, course: str, links: checks.PrerequisiteChains | None) -> list[Hit]:
    if links is not None and check.name in checks.CHAIN_CHECKS:
        return sorted(checks.CHAIN_CHECKS[check.name](links))
    return _sorted_hits(await graph.read(check.query, course=course))


async def _read_chains(work: Work, course: str) -> checks.PrerequisiteChains:
    [row] = await work.run("lint/chains/structure", course=course)
    return checks.PrerequisiteChains.from_rows(row["edges"], row["points"], row["gaps"])


def _sorted_hits(rows: list[dict[str, str]]) -> list[Hit]:
    return sorted((row["id"], row["detail"]) for row in rows)


def lint_files(parsed: ParsedCourse, only: str | None = None) -> list[LintFinding]:
    """Run the checks, or the one named `only`, on files; return findings, the gravest first."""
    refusals = sorted(find_row_problems(parsed, GraphContext()), key=lambda row: row.at)
    rows = [(str(row.at) or row.id, ": ".join(filter(None, row[1:]))) for row in refusals]
    own = make_findings(REFUSED_ROWS, rows, parsed.course.id) if only in (None, REFUSED_ROWS.name) else []
    return own + lint_course(parsed.course, only)


def lint_course(course: CourseRecord, only: str | None = None) -> list[LintFinding]:
    """Run the checks, or the one named `only`, on a course in memory."""
    asked = [check for check in list_checks() if check.name in COURSE_CHECKS and only in (None, check.name)]
    return [
        found for check in asked for found in make_findings(check, sorted(COURSE_CHECKS[check.name](course)), course.id)
    ]
