"""The checks of a course in memory, by name in `COURSE_CHECKS`.

Each finds what the query of its name in cypher/lint finds in a graph.

- Single rows: required fields, known words, ranges of numbers, damaged texts.
- The course: points without resources, resources without points, orphans, duplicates, level inversions and more.
- Chains of prerequisites: cycles, edges that follow from others, points behind a gap. Cypher finds these by walking
  from every point anew, which takes minutes in a deep graph; here each is found in one pass over all edges, for a
  graph as for files. The tests hold the queries of these checks, for Neo4j Browser, to the same findings.

What the points reach is kept as bits per strongly connected component, so N points and E edges take N·E bit operations.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import networkx

from graph.courses import validation
from graph.courses.parsing import MODALITIES, RESOURCE_KINDS
from graph.courses.records import ROLE_IMPORTANCE, CourseRecord, ItemRecord, PointRecord
from graph.courses.validation import Pair
from graph.lint.findings import Hit

LETTER_RANGES = r"\u00C0-\u1FFF\u3040-\uD7FF"
BROKEN_PATTERN = "|".join(
    [
        r"[\uFFFD\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uD800-\uDFFF]",
        r"Ã[\u00A0-\u00BF\u0152\u0153\u0160\u0161\u0178\u017D\u017E\u0192\u02C6\u02DC"
        r"\u2013-\u2022\u2026\u2030\u2039\u203A\u20AC\u2122]",
        r"Â[\u00A0-\u00BF]",
        "â€",
        "ï»¿",
        "ðŸ",
        rf"(?:^|[A-Za-z{LETTER_RANGES}])\?[{LETTER_RANGES}]",
        r"^#(?:NAME\?|REF!|VALUE!|N/A|DIV/0!|NUM!|NULL!)$",
        r"^ *\?[? ]*$",
        r"^[ \t\n\r\u00A0\u3000]+$",
    ]
)
"""Replacement signs and control characters; UTF-8 read as Windows-1252; a letter lost to ?; a spreadsheet's error; only
question marks; only blanks. The query lint/broken_text looks for the same."""

_BROKEN = re.compile(BROKEN_PATTERN)
_BLANKS = str.maketrans("\t\n\u00a0", "   ")
_CEFR = re.compile(r"([ABC])([12])(?:\.([0-9]+)|\+)?")
_NUMBER = re.compile(r"(?:(GRADE|YEAR|LEVEL|STAGE|CLASS) )?([0-9]+(?:\.[0-9]+)?)")
REQUIRED_FIELDS = {
    "points": ("name",),
    "resources": ("title", "kind", "modality", "minutes", "status"),
    "items": ("prompt", "status"),
    "teaches": ("role",),
    "prerequisites": ("status",),
}
ALLOWED_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "resources": {"kind": RESOURCE_KINDS, "modality": MODALITIES, "status": ("active", "retired")},
    "items": {"status": ("active", "retired")},
    "teaches": {"role": tuple(ROLE_IMPORTANCE)},
    "prerequisites": {"status": ("accepted", "proposed", "rejected")},
}
_ABOVE_0 = 1e-9
RANGES: dict[str, dict[str, tuple[float, float]]] = {
    "points": {"mastered_at": (0, 1), "met_at": (0, 1), "hours": (_ABOVE_0, 10_000)},
    "resources": {"minutes": (_ABOVE_0, 100_000), "difficulty": (-6, 6)},
    "items": {"discrimination": (_ABOVE_0, 10), "difficulty": (-6, 6), "guessing": (0, 0.99)},
    "teaches": {"importance": (0, 1)},
    "prerequisites": {"confidence": (0, 1)},
}
TEXT_FIELDS = {
    "points": ("name", "description", "domain", "level"),
    "resources": ("title", "text", "url"),
    "items": ("prompt", "answer", "distractors"),
    "prerequisites": ("reason",),
}
_PROPERTY_NAMES = {"mastered_at": "masteredAt", "met_at": "metAt"}


@dataclass(frozen=True)
class PrerequisiteChains:
    """Accepted prerequisites (before, after), the points to check, and the points without active resources."""

    edges: list[Pair]
    points: set[str]
    gaps: set[str]

    @classmethod
    def from_rows(
        cls, edges: Iterable[Iterable[str]], points: Iterable[str], gaps: Iterable[str]
    ) -> "PrerequisiteChains":
        """Make the record of rows, in an order that does not depend on the database."""
        return cls(sorted({(before, after) for before, after in edges}), set(points), set(gaps))


def check_cycles(chains: PrerequisiteChains) -> Iterator[Hit]:
    """Find one cycle of each strongly connected component that holds a point in question, spelled out."""
    for before, after in chains.edges:
        if before == after and before in chains.points:
            yield before, f"{before} → {before}"
    for path in validation.find_cycles(chains.edges):
        if chains.points.intersection(path):
            yield path[0], " → ".join(path)


def check_redundant_edges(chains: PrerequisiteChains) -> Iterator[Hit]:
    """Yield edges a → c for which another point b after a leads to c, with the first such b.

    What each strongly connected component reaches is a set of bits: N points and E edges take N·E bit operations.
    """
    graph = networkx.DiGraph(chains.edges)
    whole = networkx.condensation(graph)
    component_of = whole.graph["mapping"]
    below = _reachable_components(whole)
    alone = {component for component, members in whole.nodes(data="members") if len(members) == 1}
    after = {point: sorted(graph.successors(point)) for point in graph}
    for a, c in chains.edges:
        if a == c or c not in chains.points or not {component_of[a], component_of[c]} <= alone:
            continue
        if graph.has_edge(a, a) or graph.has_edge(c, c):
            continue
        bit = 1 << component_of[c]
        between = next((b for b in after[a] if b != c and below[component_of[b]] & bit), None)
        if between is not None:
            yield f"{a} → {c}", between


def _reachable_components(whole: networkx.DiGraph) -> dict[int, int]:
    """Return for each strongly connected component the set of components reachable from it, as bits."""
    below: dict[int, int] = {}
    for component in reversed(list(networkx.topological_sort(whole))):
        found = 0
        for after in whole.successors(component):
            found |= below[after] | 1 << after
        below[component] = found
    return below


def check_unreachable(chains: PrerequisiteChains) -> Iterator[Hit]:
    """Find points behind a gap, with the first gap that blocks them."""
    after = defaultdict(list)
    for a, c in chains.edges:
        after[a].append(c)
    blocked: dict[str, str] = {}
    for gap in sorted(chains.gaps):
        stack = [gap]
        while stack:
            for point in after[stack.pop()]:
                if point not in blocked:
                    blocked[point] = gap
                    stack.append(point)
    return ((point, gap) for point, gap in blocked.items() if point in chains.points)


CHAIN_CHECKS = {"cycles": check_cycles, "redundant_edges": check_redundant_edges, "unreachable": check_unreachable}
"""Each check of chains by its name."""


class ScaleLevel(NamedTuple):
    """A level on a scale; only levels of one scale are compared, and parts only where both have one."""

    scale: str
    height: float
    part: int | None

    def above(self, other: "ScaleLevel") -> bool:
        """Return whether this level is certainly the higher."""
        if self.scale != other.scale or self.height != other.height:
            return self.scale == other.scale and self.height > other.height
        return self.part is not None and other.part is not None and self.part > other.part


def is_broken(text: object) -> bool:
    """Return whether a text, or one of a list of texts, was damaged on its between."""
    texts = text if isinstance(text, (list, tuple)) else [text]
    return any(isinstance(each, str) and _BROKEN.search(each) is not None for each in texts)


def normalize_title(text: object) -> tuple[str, ...]:
    """Return the words of a title without case and blanks."""
    return tuple(word for word in str(text or "").lower().translate(_BLANKS).split(" ") if word)


def parse_level(word: str) -> ScaleLevel | None:
    """Return the level that an upper-case word names, e.g. B1, A2.1, A2+, 3, GRADE 3; None for another."""
    if found := _CEFR.fullmatch(word):
        part = int(found[3]) if found[3] else None
        return ScaleLevel("CEFR", "ABC".index(found[1]) * 2 + int(found[2]), part)
    if found := _NUMBER.fullmatch(word):
        return ScaleLevel(found[1] or "", float(found[2]), None)
    return None


def check_missing_fields(course: CourseRecord) -> Iterator[Hit]:
    """Find rows without a required field."""
    return _rows_with_faults(course, REQUIRED_FIELDS, lambda table, name, value: value in (None, ""))


def check_unknown_values(course: CourseRecord) -> Iterator[Hit]:
    """Find values that are none of the allowed words."""
    return _rows_with_faults(
        course, ALLOWED_WORDS, lambda table, name, value: value not in (None, "", *ALLOWED_WORDS[table][name])
    )


def check_numbers_out_of_range(course: CourseRecord) -> Iterator[Hit]:
    """Find numbers outside their range, and values that are no number."""
    return _rows_with_faults(
        course, RANGES, lambda table, name, value: value is not None and not _is_within(value, *RANGES[table][name])
    )


def check_broken_text(course: CourseRecord) -> Iterator[Hit]:
    """Find damaged texts, see `BROKEN_PATTERN`."""
    return _rows_with_faults(course, TEXT_FIELDS, lambda table, name, value: is_broken(value))


def _is_within(value: object, low: float, high: float) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool) and low <= value <= high


def _rows_with_faults(
    course: CourseRecord, fields: dict[str, Any], wrong: Callable[[str, str, Any], bool]
) -> Iterator[Hit]:
    """Yield the rows with the names of their wrong fields; rows without a point are the subject of other checks."""
    taught = {edge.resource for edge in course.teaches}
    for table, names in fields.items():
        for row in getattr(course, table):
            if (table == "resources" and row.id not in taught) or (table == "items" and not row.points):
                continue
            found = [_PROPERTY_NAMES.get(name, name) for name in names if wrong(table, name, getattr(row, name))]
            if found:
                yield row.id, ", ".join(found)


VALUE_CHECKS = {
    "missing_fields": check_missing_fields,
    "unknown_values": check_unknown_values,
    "numbers_out_of_range": check_numbers_out_of_range,
    "broken_text": check_broken_text,
}
"""Each check of single rows by its name."""


def check_points_without_resources(course: CourseRecord) -> Iterator[Hit]:
    """Find points that no active resource teaches."""
    return ((point.id, str(point.name or "")) for point in _find_gaps(course))


def check_resources_without_points(course: CourseRecord) -> Iterator[Hit]:
    """Find active resources that teach nothing."""
    taught = {edge.resource for edge in course.teaches}
    rows = (resource for resource in course.resources if resource.id not in taught)
    return ((row.id, str(row.title or "")) for row in rows if row.status in (None, "active"))


def check_orphans(course: CourseRecord) -> Iterator[Hit]:
    """Find points without an accepted edge and without a shared active resource."""
    linked = {end for edge in course.prerequisites if edge.status == "accepted" for end in (edge.before, edge.after)}
    for points in _points_by_resource(course).values():
        if len(points) > 1:
            linked |= points
    return ((point.id, str(point.name or "")) for point in course.points if point.id not in linked)


def check_doubled_edges(course: CourseRecord) -> Iterator[Hit]:
    """Find duplicate edges."""
    for table, kind in (("prerequisites", "PREREQUISITE_OF"), ("teaches", "TEACHES")):
        times = Counter(row.id for row in getattr(course, table))
        yield from ((id, f"{kind} {count} times") for id, count in times.items() if count > 1)


def check_level_inversions(course: CourseRecord) -> Iterator[Hit]:
    """Find accepted edges from a higher level to a lower one."""
    words = {point.id: str(point.level or "").strip().upper() for point in course.points}
    for edge in course.prerequisites:
        before, after = words.get(edge.before, ""), words.get(edge.after, "")
        high, low = parse_level(before), parse_level(after)
        if edge.status == "accepted" and high and low and high.above(low):
            yield edge.id, f"{before} before {after}"


def check_duplicate_titles(course: CourseRecord) -> Iterator[Hit]:
    """Find points with another's name, active resources with another's title."""
    active = _points_by_resource(course)
    yield from _find_twice((point.id, point.name) for point in course.points)
    yield from _find_twice((resource.id, resource.title) for resource in course.resources if resource.id in active)


def check_items_without_answers(course: CourseRecord) -> Iterator[Hit]:
    """Find active items without an answer or a point, or with missing or wrong distractors."""
    for item in course.items:
        faults = list(_item_faults(item)) if item.status in (None, "active") else []
        if faults:
            yield item.id, ", ".join(faults)


def check_missing_translations(course: CourseRecord) -> Iterator[Hit]:
    """Find points that lack a resource in a language that the course offers."""
    spoken: dict[str, set[str]] = defaultdict(set)
    languages = {resource.id: (resource.language or "*").lower() for resource in course.resources}
    for resource, points in _points_by_resource(course).items():
        for point in points:
            spoken[point].add(languages[resource])
    offered = _offered_languages(course, spoken)
    for point, found in spoken.items():
        missing = sorted(offered - found)
        if missing and "*" not in found:
            yield point, ", ".join(missing)


def check_pending_proposals(course: CourseRecord) -> Iterator[Hit]:
    """Find edges that nobody accepted or rejected yet."""
    return ((edge.id, edge.source or "") for edge in course.prerequisites if edge.status == "proposed")


def _offered_languages(course: CourseRecord, spoken: dict[str, set[str]]) -> set[str]:
    stated = course.settings.get("languages")
    if stated is not None:
        return set(str(stated).lower().replace(",", " ").split())
    times = Counter(language for found in spoken.values() for language in found if language != "*")
    return {language for language, count in times.items() if 2 * count >= len(spoken)}


def _item_faults(item: ItemRecord) -> Iterator[str]:
    wrong = item.distractors or ()
    if not item.answer:
        yield "no answer"
    if not wrong:
        yield "0 distractors"
    if "" in wrong:
        yield "an empty distractor"
    if item.answer in wrong:
        yield "the answer is a distractor"
    if not item.points:
        yield "no point"


def _find_twice(rows: Iterable[tuple[str, str]]) -> Iterator[Hit]:
    first: dict[tuple[str, ...], str] = {}
    for id, title in sorted(rows, key=lambda row: row[0]):
        words = normalize_title(title)
        if words and first.setdefault(words, id) != id:
            yield id, first[words]


def _points_by_resource(course: CourseRecord) -> dict[str, set[str]]:
    """Return the points of each active resource that teaches any."""
    active = {resource.id for resource in course.resources if resource.status == "active"}
    taught: dict[str, set[str]] = defaultdict(set)
    for edge in course.teaches:
        if edge.resource in active:
            taught[edge.resource].add(edge.point)
    return taught


def _find_gaps(course: CourseRecord) -> list[PointRecord]:
    taught = {point for points in _points_by_resource(course).values() for point in points}
    return [point for point in course.points if point.id not in taught]


def _make_chains(course: CourseRecord) -> PrerequisiteChains:
    edges = [(edge.before, edge.after) for edge in course.prerequisites if edge.status == "accepted"]
    points = [point.id for point in course.points]
    return PrerequisiteChains.from_rows(edges, points, [point.id for point in _find_gaps(course)])


def _adapt_chain_check(check: Callable[[PrerequisiteChains], Iterable[Hit]]) -> Callable[[CourseRecord], Iterable[Hit]]:
    return lambda course: check(_make_chains(course))


COURSE_CHECKS: dict[str, Callable[[CourseRecord], Iterable[Hit]]] = {
    **{name: _adapt_chain_check(check) for name, check in CHAIN_CHECKS.items()},
    **VALUE_CHECKS,
    "points_without_resources": check_points_without_resources,
    "resources_without_points": check_resources_without_points,
    "orphans": check_orphans,
    "doubled_edges": check_doubled_edges,
    "level_inversions": check_level_inversions,
    "duplicate_titles": check_duplicate_titles,
    "items_without_answers": check_items_without_answers,
    "missing_translations": check_missing_translations,
    "pending_proposals": check_pending_proposals,
}
"""Each check by the name of its query."""
