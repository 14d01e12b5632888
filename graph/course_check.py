"""Judges a course as a whole: ids, links, cycles and answer keys, also against what is already in the graph."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import chain, pairwise
from typing import Any

from graph.course import Course, Item, Place, Prerequisite, Problem
from graph.course_fields import Parsed
from graph.course_files import HEADER
from graph.knots import cycles

_SUGGESTIONS = 20


@dataclass(frozen=True)
class Known:
    """What the graph holds beside this course.

    Attributes:
        points: ids of points that the course names and does not define, as far as they exist.
        edges: accepted prerequisites (before, after) that stay whatever this course says.
    """

    points: frozenset[str] = frozenset()
    edges: tuple[tuple[str, str], ...] = ()


def check(parsed: Parsed, known: Known) -> list[Problem]:
    """Every problem of the course, those of single values included, in the order of files and lines."""
    course = parsed.course
    whole = chain(_cycles(course.prerequisites, known.edges), chain.from_iterable(map(_item, course.items)))
    found = chain(refused(parsed, known), _emptiness(parsed), whole)
    return sorted(found, key=lambda problem: problem.at)


def refused(parsed: Parsed, known: Known) -> list[Problem]:
    """The problems of single rows: values, ids that are there twice, links to nothing."""
    return [*parsed.problems, *_duplicates(parsed.course), *_unknown(parsed, known)]


def foreign_points(course: Course) -> list[str]:
    """Points that prerequisites start from and the course does not define."""
    own = {point.id for point in course.points}
    return sorted({edge.before for edge in course.prerequisites} - own)


def _emptiness(parsed: Parsed) -> Iterator[Problem]:
    course = parsed.course
    if not course.points and not parsed.problems:
        yield Problem(Place(HEADER, 0), course.id, "the course has no points; add points.csv")
    if parsed.broken & {"resources", "teaches"}:
        return
    taught = {edge.resource for edge in course.teaches} | parsed.refused("teaches")
    for resource in course.resources:
        if resource.id not in taught:
            yield Problem(resource.at, resource.id, "teaches nothing; add a row to teaches.csv")


def _duplicates(course: Course) -> Iterator[Problem]:
    things = chain(course.resources, course.items)
    tables: Iterable[Iterable[Any]] = (course.points, course.prerequisites, things, course.teaches)
    for rows in tables:
        first: dict[str, Place] = {}
        for row in rows:
            if row.id in first:
                hint = "remove one or give it an id of its own"
                yield Problem(row.at, row.id, f"is there already, at {first[row.id]}; {hint}")
            first.setdefault(row.id, row.at)


def _unknown(parsed: Parsed, known: Known) -> Iterator[Problem]:
    course = parsed.course
    points = {point.id for point in course.points} | parsed.refused("points")
    resources = {resource.id for resource in course.resources} | parsed.refused("resources")
    hint = _Hint()
    if "points" not in parsed.broken:
        wanted: Iterable[tuple[str, Any]] = chain(
            ((edge.after, edge) for edge in course.prerequisites),
            ((edge.point, edge) for edge in course.teaches),
            ((point, item) for item in course.items for point in item.points),
        )
        outer = ((edge.before, edge) for edge in course.prerequisites if edge.before not in known.points)
        for id, row in chain(wanted, outer):
            if id not in points:
                yield Problem(row.at, row.id, f"there is no point {id!r}; {hint.about(id, points, 'points.csv')}")
    if "resources" not in parsed.broken:
        for edge in course.teaches:
            if edge.resource not in resources:
                advice = hint.about(edge.resource, resources, "resources.jsonl")
                yield Problem(edge.at, edge.id, f"there is no resource {edge.resource!r}; {advice}")


class _Hint:
    """What an unknown id may have meant. Looking for neighbours is slow, so only the first few ids get them."""

    def __init__(self) -> None:
        self._left = _SUGGESTIONS

    def about(self, id: str, known: set[str], file: str) -> str:
        """Advice in words."""
        self._left -= 1
        close = get_close_matches(id, known, n=1, cutoff=0.8) if self._left >= 0 else []
        return f"did you mean {close[0]!r}?" if close else f"add it to {file}"


def _cycles(edges: tuple[Prerequisite, ...], known: tuple[tuple[str, str], ...]) -> Iterator[Problem]:
    """Edges of a point to itself, and one cycle for each knot of points that lead to each other."""
    gating = [edge for edge in edges if edge.status == "accepted"]
    places = {(edge.before, edge.after): edge for edge in gating}
    for edge in edges:
        if edge.before == edge.after:
            yield Problem(edge.at, edge.id, "a point is no prerequisite of itself; remove the row")
    for path in cycles(places, known):
        yield _cycle(path, places)


def _cycle(path: list[str], places: dict[tuple[str, str], Prerequisite]) -> Problem:
    """The cycle spelled out, with the place of each of its edges."""
    pairs = list(pairwise(path))
    first = places[pairs[0]]
    where = [str(places[pair].at) if pair in places else f"{pair[0]} → {pair[1]} in the graph" for pair in pairs]
    message = f"cycle {' → '.join(path)}; remove or reject one of these edges: {', '.join(where)}"
    return Problem(first.at, first.id, message)


def _item(item: Item) -> Iterator[Problem]:
    if not item.points:
        yield Problem(item.at, item.id, "assesses no point; name at least one in points")
    if not item.distractors:
        yield Problem(item.at, item.id, "has no distractors; write at least one wrong answer")
    if item.answer in item.distractors:
        yield Problem(item.at, item.id, f"has its answer {item.answer!r} among the distractors; replace it there")
    if "" in item.distractors:
        yield Problem(item.at, item.id, "has an empty distractor; fill it in or remove it")
    for field in ("distractors", "points"):
        twice = [value for value, count in Counter(getattr(item, field)).items() if count > 1]
        if twice:
            yield Problem(item.at, item.id, f"names {', '.join(map(repr, twice))} twice in {field}; keep one")
