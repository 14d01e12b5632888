"""Checks the English course beyond what import demands: enough of everything, nothing twice, every answer key sound.

    python examples/check_english.py [FOLDER]

Prints every problem and ends with 1, or prints the counts and ends with 0.
"""

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import networkx

from graph.courses.records import CourseRecord, ItemRecord
from graph.courses.validation import check_files
from graph.formats import registry

FOLDER = Path(__file__).parent / "english"
LEVELS = ["A1", "A2", "B1", "B2"]
LEAST = {"points": 150, "resources": 600, "items": 450}


def main(folder: Path = FOLDER) -> int:
    """Check the course in `folder`; returns the exit code."""
    parsed = registry.read_course_files(folder)
    problems = check_files(parsed) + [str(note) for note in parsed.notes]
    problems = problems or list(check(parsed.course))
    for problem in problems:
        print(problem)
    print(f"{len(problems)} problems" if problems else counts(parsed.course))
    return 1 if problems else 0


def check(course: CourseRecord) -> Iterator[str]:
    """What is wrong with a course that import would take."""
    yield from enough(course)
    yield from points(course)
    yield from links(course)
    yield from twice(course)
    yield from texts(course)
    for item in course.items:
        yield from key(item)


def counts(course: CourseRecord) -> str:
    """The course in one line."""
    edges = f"{len(course.prerequisites)} prerequisites, {len(course.teaches)} links"
    return f"{len(course.points)} points, {len(course.resources)} resources, {len(course.items)} items, {edges}: sound"


def enough(course: CourseRecord) -> Iterator[str]:
    """Counts, kinds and roles."""
    for table, least in LEAST.items():
        if len(getattr(course, table)) < least:
            yield f"{table}: {len(getattr(course, table))}, and at least {least} are asked for"
    kinds = {resource.kind for resource in course.resources}
    roles = {edge.role for edge in course.teaches}
    if len(kinds) < 5:
        yield f"resources: only the kinds {sorted(kinds)}"
    if len(roles) < 3:
        yield f"teaches: only the roles {sorted(roles)}"


def points(course: CourseRecord) -> Iterator[str]:
    """Every point has a level, a lesson of its own, three resources and two items; every edge has a reason."""
    kinds = {resource.id: resource.kind for resource in course.resources}
    taught, lessons = defaultdict(set), set()
    for edge in course.teaches:
        taught[edge.point].add(edge.resource)
        if edge.role == "primary" and kinds[edge.resource] == "lesson":
            lessons.add(edge.point)
    items = Counter(point for item in course.items for point in item.points)
    for point in course.points:
        if point.level not in LEVELS or not point.description or not point.domain:
            yield f"{point.id}: needs a level ({', '.join(LEVELS)}), a description and a domain"
        if point.id not in lessons:
            yield f"{point.id}: has no lesson that teaches it as primary"
        if len(taught[point.id]) < 3 or items[point.id] < 2:
            yield f"{point.id}: {len(taught[point.id])} resources and {items[point.id]} items; needs 3 and 2"
    yield from (f"{edge.id}: has no reason" for edge in course.prerequisites if not edge.reason)


def links(course: CourseRecord) -> Iterator[str]:
    """No edge leads down a level, and no resource needs what comes after its main point."""
    level = {point.id: LEVELS.index(point.level or "A1") for point in course.points}
    graph = networkx.DiGraph((edge.before, edge.after) for edge in course.prerequisites)
    graph.add_nodes_from(level)
    for edge in course.prerequisites:
        if level[edge.before] > level[edge.after]:
            yield f"{edge.id}: the prerequisite is of a higher level"
    after = {point: networkx.descendants(graph, point) for point in level}
    main = {edge.resource: edge.point for edge in course.teaches if edge.role == "primary"}
    for link in course.teaches:
        first = main.get(link.resource)
        if first is None:
            yield f"{link.resource}: teaches no point as primary"
        elif link.point in after[first] or level[link.point] > level[first]:
            yield f"{link.id}: comes after the resource's main point {first}"


def twice(course: CourseRecord) -> Iterator[str]:
    """Names, titles, texts and prompts occur once, whatever their case and spacing."""
    columns: dict[str, Iterable[tuple[str, str | None]]] = {
        "name": ((point.id, point.name) for point in course.points),
        "title": ((resource.id, resource.title) for resource in course.resources),
        "text": ((resource.id, resource.text) for resource in course.resources),
        "prompt": ((item.id, item.prompt) for item in course.items),
    }
    for column, values in columns.items():
        first: dict[str, str] = {}
        for id, value in values:
            same = first.setdefault(_plain(value or id), id)
            if same != id:
                yield f"{id}: has the {column} of {same}"


def texts(course: CourseRecord) -> Iterator[str]:
    """Every resource has a text long enough to teach; exercises give their answers."""
    for resource in course.resources:
        if len((resource.text or "").split()) < 25:
            yield f"{resource.id}: its text has fewer than 25 words"
        elif resource.kind in ("practice", "test") and not any(
            word in (resource.text or "").lower() for word in ("answer", "key:")
        ):
            yield f"{resource.id}: a {resource.kind} without answers"


def key(item: ItemRecord) -> Iterator[str]:
    """A prompt with one gap or a question, and choices that differ by more than spacing."""
    choices = [_plain(choice) for choice in (item.answer, *item.distractors)]
    if len(set(choices)) < len(choices) and len(set((item.answer, *item.distractors))) == len(choices):
        yield f"{item.id}: two choices differ only in case or spacing: {[item.answer, *item.distractors]}"
    if "_" in item.prompt.replace("___", "") or ("___" not in item.prompt and "?" not in item.prompt):
        yield f"{item.id}: the prompt has neither a gap ___ nor a question: {item.prompt!r}"
    if len(item.distractors) < 3:
        yield f"{item.id}: has {len(item.distractors)} distractors, and 3 are asked for"


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:2])))
