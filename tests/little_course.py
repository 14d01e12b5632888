"""The little course as it lies in the graph: nouns → articles → adjectives, nouns → plurals."""

from graph.connection import Graph
from graph.courses.parsing import ParsedCourse
from graph.courses.records import (
    CourseRecord,
    ItemRecord,
    PointRecord,
    PrerequisiteRecord,
    ResourceRecord,
    TeachesRecord,
)
from graph.importing import import_course
from tests.snapshot import Snapshot, is_clear

NAMES = {"nouns": "Nouns", "articles": "Articles", "adjectives": "Adjectives", "plurals": "Plurals"}
KINDS = {"lesson": "text", "practice": "interactive", "video": "video", "reading": "text", "test": "interactive"}
COPIES = 2


def resource_of(id: str, **changes) -> ResourceRecord:
    values = {"title": id.title(), "kind": "lesson", "modality": "text", "minutes": 10.0, "language": "en"}
    return ResourceRecord(id, **{**values, **changes})


def little(extra: tuple[ResourceRecord, ...] = (), taught: tuple[TeachesRecord, ...] = ()) -> CourseRecord:
    resources = [
        resource_of(f"little/r/{point}-{kind}-{copy}", title=f"{name}: {kind} {copy}", kind=kind, modality=modality)
        for point, name in NAMES.items()
        for kind, modality in KINDS.items()
        for copy in range(1, COPIES + 1)
    ]
    teaches = [TeachesRecord(each.id, f"little/{each.id[9:].split('-')[0]}", "primary", 1.0) for each in resources]
    return CourseRecord(
        id="little",
        title="Little",
        settings={"language": "en", "licence": "CC0-1.0"},
        points=tuple(PointRecord(f"little/{id}", name, level="A1") for id, name in NAMES.items()),
        prerequisites=(
            PrerequisiteRecord("little/nouns", "little/articles", "articles stand before nouns"),
            PrerequisiteRecord("little/articles", "little/adjectives", "adjectives stand after articles"),
            PrerequisiteRecord("little/nouns", "little/plurals", "plurals are of nouns"),
        ),
        resources=(*resources, *extra),
        teaches=(*teaches, *taught),
        items=tuple(
            ItemRecord(f"little/q/{id}-{n}", f"{name}, {n}?", "yes", ("no", "maybe"), (f"little/{id}",), 1.0, 0.0, 0.25)
            for id, name in NAMES.items()
            for n in (1, 2)
        ),
    )


_loaded: list[Snapshot] = []
"""The database with the little course, once it was imported in this process."""


async def load(graph: Graph, course: CourseRecord | None = None) -> None:
    """Import a course; put the little one back into an empty database where it was imported before."""
    clear = course is None and await is_clear(graph)
    if clear and _loaded:
        await _loaded[0].restore(graph)
        return
    await import_course(graph, ParsedCourse(course or little()))
    if clear:
        _loaded[:] = [await Snapshot.take(graph)]
