"""The checks of a course in memory: how its rows hang together, and `CHECKS`, all of them by name.

Each finds what the query of its name in cypher/lint finds in a graph.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator

from graph.course import Course, Item, Point
from graph.lint import chains, values
from graph.lint.findings import Hit
from graph.lint.texts import level, plain


def points_without_resources(course: Course) -> Iterator[Hit]:
    """Points that no active resource teaches."""
    return ((point.id, str(point.name or "")) for point in _gaps(course))


def resources_without_points(course: Course) -> Iterator[Hit]:
    """Active resources that teach nothing."""
    taught = {edge.resource for edge in course.teaches}
    rows = (resource for resource in course.resources if resource.id not in taught)
    return ((row.id, str(row.title or "")) for row in rows if row.status in (None, "active"))


def orphans(course: Course) -> Iterator[Hit]:
    """Points without an accepted edge and without a shared active resource."""
    linked = {end for edge in course.prerequisites if edge.status == "accepted" for end in (edge.before, edge.after)}
    for points in _taught(course).values():
        if len(points) > 1:
            linked |= points
    return ((point.id, str(point.name or "")) for point in course.points if point.id not in linked)


def doubled_edges(course: Course) -> Iterator[Hit]:
    """Edges that are there twice."""
    for table, kind in (("prerequisites", "PREREQUISITE_OF"), ("teaches", "TEACHES")):
        times = Counter(row.id for row in getattr(course, table))
        yield from ((id, f"{kind} {count} times") for id, count in times.items() if count > 1)


def level_inversions(course: Course) -> Iterator[Hit]:
    """Accepted edges from a higher level to a lower one."""
    words = {point.id: str(point.level or "").strip().upper() for point in course.points}
    for edge in course.prerequisites:
        before, after = words.get(edge.before, ""), words.get(edge.after, "")
        high, low = level(before), level(after)
        if edge.status == "accepted" and high and low and high.above(low):
            yield edge.id, f"{before} before {after}"


def duplicate_titles(course: Course) -> Iterator[Hit]:
    """Points with another's name, active resources with another's title."""
    active = _taught(course)
    yield from _twice((point.id, point.name) for point in course.points)
    yield from _twice((resource.id, resource.title) for resource in course.resources if resource.id in active)


def items_without_answers(course: Course) -> Iterator[Hit]:
    """Active items that cannot be answered fairly."""
    for item in course.items:
        faults = list(_faults(item)) if item.status in (None, "active") else []
        if faults:
            yield item.id, ", ".join(faults)


def missing_translations(course: Course) -> Iterator[Hit]:
    """Points that lack a resource in a language that the course offers."""
    spoken: dict[str, set[str]] = defaultdict(set)
    languages = {resource.id: (resource.language or "*").lower() for resource in course.resources}
    for resource, points in _taught(course).items():
        for point in points:
            spoken[point].add(languages[resource])
    offered = _offered(course, spoken)
    for point, found in spoken.items():
        missing = sorted(offered - found)
        if missing and "*" not in found:
            yield point, ", ".join(missing)


def pending_proposals(course: Course) -> Iterator[Hit]:
    """Edges that nobody accepted or rejected yet."""
    return ((edge.id, edge.source or "") for edge in course.prerequisites if edge.status == "proposed")


def _offered(course: Course, spoken: dict[str, set[str]]) -> set[str]:
    stated = course.settings.get("languages")
    if stated is not None:
        return set(str(stated).lower().replace(",", " ").split())
    times = Counter(language for found in spoken.values() for language in found if language != "*")
    return {language for language, count in times.items() if 2 * count >= len(spoken)}


def _faults(item: Item) -> Iterator[str]:
    wrong = item.distractors or ()
    if not item.answer:
        yield "no answer"
    if len(wrong) < 2:
        yield f"{len(wrong)} distractors"
    if "" in wrong:
        yield "an empty distractor"
    if item.answer in wrong:
        yield "the answer is a distractor"
    if not item.points:
        yield "no point"


def _twice(rows: Iterable[tuple[str, str]]) -> Iterator[Hit]:
    first: dict[tuple[str, ...], str] = {}
    for id, title in sorted(rows, key=lambda row: row[0]):
        words = plain(title)
        if words and first.setdefault(words, id) != id:
            yield id, first[words]


def _taught(course: Course) -> dict[str, set[str]]:
    """The points of each active resource that teaches any."""
    active = {resource.id for resource in course.resources if resource.status == "active"}
    taught: dict[str, set[str]] = defaultdict(set)
    for edge in course.teaches:
        if edge.resource in active:
            taught[edge.resource].add(edge.point)
    return taught


def _gaps(course: Course) -> list[Point]:
    taught = {point for points in _taught(course).values() for point in points}
    return [point for point in course.points if point.id not in taught]


def _chains(course: Course) -> chains.Chains:
    edges = [(edge.before, edge.after) for edge in course.prerequisites if edge.status == "accepted"]
    points = [point.id for point in course.points]
    return chains.Chains.of(edges, points, [point.id for point in _gaps(course)])


def _of_chains(check: Callable[[chains.Chains], Iterable[Hit]]) -> Callable[[Course], Iterable[Hit]]:
    return lambda course: check(_chains(course))


CHECKS: dict[str, Callable[[Course], Iterable[Hit]]] = {
    **{name: _of_chains(check) for name, check in chains.CHECKS.items()},
    **values.CHECKS,
    "points_without_resources": points_without_resources,
    "resources_without_points": resources_without_points,
    "orphans": orphans,
    "doubled_edges": doubled_edges,
    "level_inversions": level_inversions,
    "duplicate_titles": duplicate_titles,
    "items_without_answers": items_without_answers,
    "missing_translations": missing_translations,
    "pending_proposals": pending_proposals,
}
"""Each check by the name of its query."""
