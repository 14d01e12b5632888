"""Lints a graph: each check is the query of its name in cypher/lint, in a read transaction of its own.

Checks of chains share one reading of all prerequisites, see `graph.lint.chains`.
"""

from functools import partial

from graph import catalogue
from graph.connection import Graph, Work
from graph.errors import NotFound
from graph.lint import chains
from graph.lint.findings import Check, Finding, Hit, checks, finding

WHOLE = "beside the courses"
"""What the findings of the whole graph stand under in a report."""


async def lint_graph(graph: Graph, course: str = "", only: str | None = None) -> dict[str, list[Finding]]:
    """The findings of one course, or of every course, by its id, and those of what is in no course."""
    ids = [course] if course else [each.id for each in await catalogue.courses(graph)]
    report = {id: await lint(graph, id, only) for id in ids}
    return {**report, WHOLE: await lint_whole(graph, only)}


async def lint(graph: Graph, course: str, only: str | None = None) -> list[Finding]:
    """What the checks, or the one named `only`, find in a course; the gravest first. Raises `NotFound`."""
    if not await graph.read("curate/course", course=course):
        raise NotFound("course", course)
    asked = [check for check in checks() if not check.whole and only in (None, check.name)]
    walked = any(check.name in chains.CHECKS for check in asked)
    links = await graph.reading(partial(_chains, course=course)) if walked else None
    return [found for check in asked for found in finding(check, await _hits(graph, check, course, links), course)]


async def lint_whole(graph: Graph, only: str | None = None) -> list[Finding]:
    """What belongs to no course and should, or cannot be named at all."""
    asked = [check for check in checks() if check.whole and only in (None, check.name)]
    return [found for check in asked for found in finding(check, _pairs(await graph.read(check.query)))]


async def _hits(graph: Graph, check: Check, course: str, links: chains.Chains | None) -> list[Hit]:
    if links is not None and check.name in chains.CHECKS:
        return sorted(chains.CHECKS[check.name](links))
    return _pairs(await graph.read(check.query, course=course))


async def _chains(work: Work, course: str) -> chains.Chains:
    [row] = await work.run("lint/chains/structure", course=course)
    return chains.Chains.of(row["edges"], row["points"], row["gaps"])


def _pairs(rows: list[dict[str, str]]) -> list[Hit]:
    return sorted((row["id"], row["detail"]) for row in rows)
