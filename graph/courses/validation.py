"""Validate a course as a whole, with or without a graph: ids, links, cycles and answer keys.

Cycles are found by strongly connected components of the prerequisite graph; for each component with more than one point
the shortest cycle through its first edge is reported. With a graph, points of other courses and the prerequisites that
stay there count too; without one, points of other courses are unknown.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial
from itertools import chain, pairwise
from typing import Any

import networkx

from graph.connection import Graph, Work
from graph.courses.parsing import ParsedCourse
from graph.courses.records import CourseProblem, CourseRecord, FileLocation, ItemRecord, PrerequisiteRecord
from graph.courses.tables import COURSE_FILE
from graph.errors import BadCourse

Pair = tuple[str, str]

_MAX_SUGGESTIONS = 20


def find_cycles(pairs: Collection[Pair], others: Collection[Pair] = ()) -> Iterator[list[str]]:
    """Yield for each strongly connected component the shortest cycle through its first pair, as points.

    A cycle begins and ends with the start of that pair.

    `others` may close a cycle, which then starts with one of `pairs`. A pair of one point with itself is left out.
    """
    graph = networkx.DiGraph(pair for group in (pairs, others) for pair in group if pair[0] != pair[1])
    component_of = {}
    for component in networkx.strongly_connected_components(graph):
        if len(component) > 1:
            component_of.update(dict.fromkeys(component, frozenset(component)))
    reported = set()
    for before, after in pairs:
        component = component_of.get(before)
        if component and after in component and before != after and component not in reported:
            reported.add(component)
            yield [before, *networkx.shortest_path(graph, after, before)]


@dataclass(frozen=True)
class GraphContext:
    """What the graph holds besides this course.

    Attributes:
        points: ids of points that the course names and does not define, as far as they exist.
        edges: accepted prerequisites (before, after) that stay whatever this course says.
    """

    points: frozenset[str] = frozenset()
    edges: tuple[tuple[str, str], ...] = ()


def find_problems(parsed: ParsedCourse, known: GraphContext) -> list[CourseProblem]:
    """Return every problem of the course, those of single values included, in the order of files and lines."""
    course = parsed.course
    whole = chain(
        _find_cycle_problems(course.prerequisites, known.edges),
        chain.from_iterable(map(_find_item_problems, course.items)),
    )
    found = chain(find_row_problems(parsed, known), _find_empty(parsed), whole)
    return sorted(found, key=lambda problem: problem.at)


def find_row_problems(parsed: ParsedCourse, known: GraphContext) -> list[CourseProblem]:
    """Return the problems of single rows: values, ids that are there twice, links to nothing."""
    return [*parsed.problems, *_find_duplicates(parsed.course), *_find_unknown_ids(parsed, known)]


def list_foreign_points(course: CourseRecord) -> list[str]:
    """Return points that prerequisites start from and the course does not define."""
    own = {point.id for point in course.points}
    return sorted({edge.before for edge in course.prerequisites} - own)


def _find_empty(parsed: ParsedCourse) -> Iterator[CourseProblem]:
    course = parsed.course
    if not course.points and not parsed.problems:
        yield CourseProblem(FileLocation(COURSE_FILE, 0), course.id, "the course has no points; add points.csv")
    if parsed.incomplete_tables & {"resources", "teaches"}:
        return
    taught = {edge.resource for edge in course.teaches} | parsed.refused_ids("teaches")
    for resource in course.resources:
        if resource.id not in taught:
            yield CourseProblem(resource.at, resource.id, "teaches nothing; add a row to teaches.csv")


def _find_duplicates(course: CourseRecord) -> Iterator[CourseProblem]:
    things = chain(course.resources, course.items)
    tables: Iterable[Iterable[Any]] = (course.points, course.prerequisites, things, course.teaches)
    for rows in tables:
        first: dict[str, FileLocation] = {}
        for row in rows:
            if row.id in first:
                hint = "remove one or give it an id of its own"
                yield CourseProblem(row.at, row.id, f"is there already, at {first[row.id]}; {hint}")
            first.setdefault(row.id, row.at)


def _find_unknown_ids(parsed: ParsedCourse, known: GraphContext) -> Iterator[CourseProblem]:
    course = parsed.course
    points = {point.id for point in course.points} | parsed.refused_ids("points")
    resources = {resource.id for resource in course.resources} | parsed.refused_ids("resources")
    hint = _Suggestions()
    if "points" not in parsed.incomplete_tables:
        wanted: Iterable[tuple[str, Any]] = chain(
            ((edge.after, edge) for edge in course.prerequisites),
            ((edge.point, edge) for edge in course.teaches),
            ((point, item) for item in course.items for point in item.points),
        )
        outer = ((edge.before, edge) for edge in course.prerequisites if edge.before not in known.points)
        for id, row in chain(wanted, outer):
            if id not in points:
                yield CourseProblem(
                    row.at, row.id, f"there is no point {id!r}; {hint.suggest(id, points, 'points.csv')}"
                )
    if "resources" not in parsed.incomplete_tables:
        for edge in course.teaches:
            if edge.resource not in resources:
                advice = hint.suggest(edge.resource, resources, "resources.jsonl")
                yield CourseProblem(edge.at, edge.id, f"there is no resource {edge.resource!r}; {advice}")


class _Suggestions:
    """Suggestions for unknown ids. The search for similar ids is slow, so only the first few ids get it."""

    def __init__(self) -> None:
        self._left = _MAX_SUGGESTIONS

    def suggest(self, id: str, known: set[str], file: str) -> str:
        """Return advice in words."""
        self._left -= 1
        close = get_close_matches(id, known, n=1, cutoff=0.8) if self._left >= 0 else []
        return f"did you mean {close[0]!r}?" if close else f"add it to {file}"


def _find_cycle_problems(
    edges: tuple[PrerequisiteRecord, ...], known: tuple[tuple[str, str], ...]
) -> Iterator[CourseProblem]:
    """Yield edges of a point to itself, and one cycle for each strongly connected component."""
    gating = [edge for edge in edges if edge.status == "accepted"]
    places = {(edge.before, edge.after): edge for edge in gating}
    for edge in edges:
        if edge.before == edge.after:
            yield CourseProblem(edge.at, edge.id, "a point is no prerequisite of itself; remove the row")
    for path in find_cycles(places, known):
        yield _describe_cycle(path, places)


def _describe_cycle(path: list[str], places: dict[tuple[str, str], PrerequisiteRecord]) -> CourseProblem:
    """Return the cycle spelled out, with the place of each of its edges."""
    pairs = list(pairwise(path))
    first = places[pairs[0]]
    where = [str(places[pair].at) if pair in places else f"{pair[0]} → {pair[1]} in the graph" for pair in pairs]
    message = f"cycle {' → '.join(path)}; remove or reject one of these edges: {', '.join(where)}"
    return CourseProblem(first.at, first.id, message)


def _find_item_problems(item: ItemRecord) -> Iterator[CourseProblem]:
    if not item.points:
        yield CourseProblem(item.at, item.id, "assesses no point; name at least one in points")
    if not item.distractors:
        yield CourseProblem(item.at, item.id, "has no distractors; write at least one wrong answer")
    if item.answer in item.distractors:
        yield CourseProblem(item.at, item.id, f"has its answer {item.answer!r} among the distractors; replace it there")
    if "" in item.distractors:
        yield CourseProblem(item.at, item.id, "has an empty distractor; fill it in or remove it")
    for field in ("distractors", "points"):
        twice = [value for value, count in Counter(getattr(item, field)).items() if count > 1]
        if twice:
            yield CourseProblem(item.at, item.id, f"names {', '.join(map(repr, twice))} twice in {field}; keep one")


async def check_course(graph: Graph, parsed: ParsedCourse) -> list[str]:
    """Return every problem for which an import would be refused, also against what is in the graph; writes nothing."""
    return await graph.execute_read(partial(_find_course_problems, parsed=parsed))


def check_files(parsed: ParsedCourse) -> list[str]:
    """Return every problem that shows without a graph; points of other courses count as unknown."""
    return [str(problem) for problem in find_problems(parsed, GraphContext())]


async def refuse_bad_course(work: Work, parsed: ParsedCourse) -> None:
    """Raise `BadCourse` with every problem of the course, if it has any."""
    problems = await _find_course_problems(work, parsed)
    if problems:
        raise BadCourse(problems)


async def _find_course_problems(work: Work, parsed: ParsedCourse) -> list[str]:
    course = parsed.course
    points = await work.run("curate/existing_points", ids=list_foreign_points(course))
    edges = await work.run("curate/other_prerequisites", course=course.id)
    known = GraphContext(frozenset(points[0]["found"]), tuple(map(tuple, edges[0]["rows"])))
    return [str(problem) for problem in find_problems(parsed, known)]
