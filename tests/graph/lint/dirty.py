"""Small courses as bad as hands can make them, and a way into the graph that asks no questions."""

from hypothesis import strategies as st

from graph.connection import Graph
from graph.courses.records import (
    CourseRecord,
    ItemRecord,
    PointRecord,
    PrerequisiteRecord,
    ResourceRecord,
    TeachesRecord,
)
from graph.revisions import derived, imports

_NAMES = st.sampled_from(
    ["One", "one ", "ONE\tmore", "one more", "?物線", "CafÃ©", "#NAME?", "a\ufffd", " ", "", "Why?"]
)
_LEVELS = st.sampled_from([None, "A1", "a1.2", "A1.1", "B2+", "C1", "3", "grade 4", "Grade 3", "high", "10.5"])
_STATUS = st.sampled_from(["active", "active", "retired", "hidden", None, ""])
_UNITS = st.sampled_from([0.0, 1.0, 0.5, 1.5, -0.1])
_LANGUAGES = st.sampled_from([None, "en", "de", "DE"])


@st.composite
def courses(draw, id: str = "any") -> CourseRecord:
    """Any course of few points, with what import refuses: cycles, unknown words, texts and numbers out of order."""
    ids = [f"{id}/{number}" for number in range(draw(st.integers(1, 6)))]
    ends = st.sampled_from(ids)
    points = [
        PointRecord(point, draw(_NAMES), draw(st.none() | _NAMES), None, draw(_LEVELS), draw(st.none() | _UNITS))
        for point in ids
    ]
    pairs = sorted(draw(st.sets(st.tuples(ends, ends), max_size=10)))
    edges = [PrerequisiteRecord(*pair, draw(st.none() | _NAMES), **_judged(draw)) for pair in pairs]
    resources = [_resource(draw, f"{id}/r/{number}") for number in range(draw(st.integers(0, 5)))]
    teaches = [
        TeachesRecord(resource.id, point, draw(st.sampled_from(["primary", "extra", None, ""])), draw(_UNITS))
        for resource in resources
        for point in sorted(draw(st.sets(ends, max_size=3)))
    ]
    items = [_item(draw, f"{id}/q/{number}", ids) for number in range(draw(st.integers(0, 3)))]
    settings = draw(st.sampled_from([{}, {"languages": "en, de"}, {"languages": "fr"}]))
    return CourseRecord(id, "Any", settings, *map(tuple, (points, edges, resources, teaches, items)))


async def write(graph: Graph, course: CourseRecord) -> None:
    """Make the course the graph's only one, unchecked."""

    async def unit(work):
        await work.text("MATCH (n) WHERE NOT n:Lodestar AND NOT n:Migration DETACH DELETE n")
        await imports.write_course(work, course, lambda rows: None)
        await derived.refresh_derived(work, [point.id for point in course.points])

    await graph.execute_write(unit)


def _judged(draw):
    status = st.sampled_from(["accepted", "accepted", "accepted", "proposed", "rejected", "maybe", None])
    return {"status": draw(status), "confidence": draw(_UNITS)}


def _resource(draw, id: str) -> ResourceRecord:
    kind = st.sampled_from(["lesson", "test", "seminar", None])
    minutes = st.sampled_from([5.0, 0.0, -1.0, None])
    return ResourceRecord(
        id, draw(_NAMES), draw(kind), "text", draw(minutes), language=draw(_LANGUAGES), status=draw(_STATUS)
    )


def _item(draw, id: str, points: list[str]) -> ItemRecord:
    words = st.sampled_from(["is", "are", "", "am"])
    assessed = tuple(sorted(draw(st.sets(st.sampled_from(points), max_size=2))))
    wrong = tuple(draw(st.lists(words, max_size=3)))
    return ItemRecord(id, draw(_NAMES), draw(words), wrong, assessed, draw(_UNITS), status=draw(_STATUS))
