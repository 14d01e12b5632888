"""Course folders for the tests: a small good one, ways to spoil it, and any course that import would accept."""

import json
from pathlib import Path

from hypothesis import strategies as st

from graph.courses import parsing, validation
from graph.courses import tables as course_files
from graph.courses.parsing import MODALITIES, RESOURCE_KINDS, ParsedCourse
from graph.courses.records import (
    ROLE_IMPORTANCE,
    CourseRecord,
    ItemRecord,
    PointRecord,
    PrerequisiteRecord,
    ResourceRecord,
    TeachesRecord,
)
from graph.courses.validation import GraphContext

GOOD = {
    "course.json": '{"id": "tiny", "title": "Tiny", "language": "en", "licence": "CC0-1.0", "masteredAt": 0.8}',
    "points.csv": "id,name,level\ntiny/a,First,A1\ntiny/b,Second,A1\ntiny/c,Third,A2\n",
    "prerequisites.csv": "from,to,reason\ntiny/a,tiny/b,b needs a\ntiny/b,tiny/c,c needs b\n",
    "resources.jsonl": "\n".join(
        json.dumps({"id": f"tiny/r/{x}", "title": f"Lesson {x}", "kind": "lesson", "modality": "text", "minutes": 5})
        for x in "abc"
    ),
    "teaches.csv": "resource,point,role\ntiny/r/a,tiny/a,primary\ntiny/r/b,tiny/b,primary\ntiny/r/c,tiny/c,primary\n",
    "items.jsonl": json.dumps(
        {"id": "tiny/q/1", "prompt": "1 + 1?", "answer": "2", "distractors": ["3", "4"], "points": ["tiny/a"]}
    ),
}


def write_folder(folder: Path, **files: str | bytes | None) -> Path:
    """The good folder with other files (`points_csv` stands for points.csv); None takes a file away."""
    folder.mkdir(parents=True, exist_ok=True)
    changed = {name.replace("__", "-").replace("_", "."): content for name, content in files.items()}
    for name, content in {**GOOD, **changed}.items():
        if content is None:
            (folder / name).unlink(missing_ok=True)
        else:
            (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def parse_folder(folder: Path) -> ParsedCourse:
    return parsing.parse_course(course_files.read(folder))


def problems(folder: Path, known: GraphContext = GraphContext()) -> list[str]:
    return [str(problem) for problem in validation.find_problems(parse_folder(folder), known)]


def parsed(course: CourseRecord) -> ParsedCourse:
    """A course as if read from a folder without problems."""
    return ParsedCourse(course)


_TEXT = st.text(
    st.characters(blacklist_categories=("Cc", "Cs", "Cn"), blacklist_characters="|"), min_size=1, max_size=20
).map(lambda text: parsing.parse_text(text) or "x")
_UNIT = st.floats(0, 1)


def _maybe(strategy):
    return st.none() | strategy


@st.composite
def courses(draw, id: str = "any") -> CourseRecord:
    """Any course that passes the check: points in an order, prerequisites only forwards."""
    size = draw(st.integers(1, 6))
    ids = [f"{id}/{number}" for number in range(size)]
    points = [
        PointRecord(
            point, draw(_TEXT), draw(_maybe(_TEXT)), draw(_maybe(_TEXT)), draw(_maybe(_TEXT)), draw(_maybe(_UNIT))
        )
        for point in ids
    ]
    pairs = draw(st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=8))
    edges = [
        PrerequisiteRecord(
            ids[low],
            ids[high],
            draw(_maybe(_TEXT)),
            draw(st.sampled_from(["expert", "mined"])),
            draw(st.sampled_from(["accepted", "proposed", "rejected"])),
            draw(_UNIT),
            p_value=draw(_maybe(_UNIT)),
        )
        for low, high in pairs
        if low < high
    ]
    resources, teaches = [], []
    for number in range(draw(st.integers(0, 5))):
        resource = f"{id}/r/{number}"
        resources.append(_resource(draw, resource))
        for point in draw(st.sets(st.sampled_from(ids), min_size=1, max_size=3)):
            role = draw(st.sampled_from(sorted(ROLE_IMPORTANCE)))
            teaches.append(TeachesRecord(resource, point, role, draw(st.just(ROLE_IMPORTANCE[role]) | _UNIT)))
    items = [_item(draw, f"{id}/q/{number}", ids) for number in range(draw(st.integers(0, 3)))]
    settings = draw(
        st.fixed_dictionaries({}, optional={"masteredAt": _UNIT, "note": _TEXT, "edition": st.integers(1, 9)})
    )
    tables = map(tuple, (points, edges, resources, teaches, items))
    return CourseRecord(id, draw(_TEXT), settings, *tables).sorted()


def _resource(draw, id: str) -> ResourceRecord:
    return ResourceRecord(
        id,
        draw(_TEXT),
        draw(st.sampled_from(RESOURCE_KINDS)),
        draw(st.sampled_from(MODALITIES)),
        draw(st.floats(0.1, 500)),
        difficulty=draw(st.floats(-3, 3)),
        language=draw(st.sampled_from([None, "en", "pt-BR"])),
        text=draw(_maybe(_TEXT)),
        status=draw(st.sampled_from(["active", "retired"])),
    )


def _item(draw, id: str, points: list[str]) -> ItemRecord:
    answers = draw(st.lists(_TEXT, min_size=3, max_size=5, unique=True))
    assessed = tuple(sorted(draw(st.sets(st.sampled_from(points), min_size=1, max_size=2))))
    return ItemRecord(id, draw(_TEXT), answers[0], tuple(answers[1:]), assessed, draw(st.floats(0, 0.9)))
