"""A course as rows for the layers above."""

import pytest

from graph import catalogue
from graph.courses.records import (
    CourseRecord,
    ItemRecord,
    PointRecord,
    PrerequisiteRecord,
    ResourceRecord,
    TeachesRecord,
)
from graph.errors import NotFound
from graph.importing import import_course
from tests.graph.folders import parsed
from tests.graph.short_forms import read_revision_number

pytestmark = pytest.mark.database

BASE = CourseRecord(
    "base",
    "Base",
    {"masteredAt": 0.7, "language": "en"},
    points=(
        PointRecord("base/b", "B", level="A2", hours=1.5),
        PointRecord("base/a", "A", "About a", "things", "A1", 0.9, 0.5),
    ),
    prerequisites=(PrerequisiteRecord("base/a", "base/b", "b needs a"),),
    resources=(
        ResourceRecord("base/r/b", "R", "video", "video", 4.5, "A2", 0.5, "https://example.org/r", "en", "Text of b"),
        ResourceRecord("base/r/a", "R", "lesson", "text", 5.0),
        ResourceRecord("base/r/old", "Old", "lesson", "text", 5.0, status="retired"),
    ),
    teaches=(
        TeachesRecord("base/r/b", "base/b", "primary", 1.0),
        TeachesRecord("base/r/b", "base/a", "supporting", 0.6),
        TeachesRecord("base/r/a", "base/a", "primary", 1.0),
        TeachesRecord("base/r/old", "base/a", "primary", 1.0),
    ),
    items=(ItemRecord("base/q", "1 + 1?", "2", ("3", "4"), ("base/a", "base/b"), 0.3, 1.2, -0.5),),
)
NEXT = CourseRecord(
    "next",
    "Next",
    points=(PointRecord("next/x", "X"),),
    prerequisites=(PrerequisiteRecord("base/b", "next/x"),),
    resources=(ResourceRecord("next/r", "R", "test", "interactive", 9.0),),
    teaches=(TeachesRecord("next/r", "next/x", "primary", 1.0),),
)


async def test_a_course_as_rows(graph):
    await import_course(graph, parsed(BASE))
    rows = await catalogue.read_course_rows(graph, "base")
    assert (rows.id, rows.title, rows.revision) == ("base", "Base", 1)
    assert rows.settings == {"masteredAt": 0.7, "language": "en"}
    assert rows.included == ["base/a", "base/b"]
    assert rows.points[0] == {
        "id": "base/a",
        "name": "A",
        "description": "About a",
        "domain": "things",
        "level": "A1",
        "mastered_at": 0.9,
        "met_at": 0.5,
        "hours": None,
    }
    assert rows.prerequisites == [{"before": "base/a", "after": "base/b", "reason": "b needs a"}]
    assert rows.related == [{"a": "base/a", "b": "base/b", "weight": 0.5}]
    assert [row["id"] for row in rows.resources] == ["base/r/a", "base/r/b"]
    assert rows.resources[1] == {
        "id": "base/r/b",
        "title": "R",
        "kind": "video",
        "modality": "video",
        "minutes": 4.5,
        "level": "A2",
        "difficulty": 0.5,
        "url": "https://example.org/r",
        "language": "en",
        "status": "active",
    }
    assert [tuple(row.values()) for row in rows.teaches] == [
        ("base/r/a", "base/a", "primary", 1.0),
        ("base/r/b", "base/a", "supporting", 0.6),
        ("base/r/b", "base/b", "primary", 1.0),
    ]
    [item] = rows.items
    assert (item["answer"], item["distractors"], item["a"], item["b"], item["c"]) == ("2", ["3", "4"], 1.2, -0.5, 0.3)
    assert sorted(item["points"]) == ["base/a", "base/b"]


async def test_retired_resources_come_when_asked_for(graph):
    await import_course(graph, parsed(BASE))
    rows = await catalogue.read_course_rows(graph, "base", retired=True)
    assert [row["id"] for row in rows.resources] == ["base/r/a", "base/r/b", "base/r/old"]
    assert len(rows.teaches) == 4


async def test_points_of_other_courses_come_along_where_they_gate(graph):
    await import_course(graph, parsed(BASE))
    await import_course(graph, parsed(NEXT))
    rows = await catalogue.read_course_rows(graph, "next")
    assert rows.included == ["next/x"]
    assert [row["id"] for row in rows.points] == ["next/x", "base/a", "base/b"]
    assert [(row["before"], row["after"]) for row in rows.prerequisites] == [("base/b", "next/x"), ("base/a", "base/b")]
    assert [row["id"] for row in rows.resources] == ["base/r/a", "base/r/b", "next/r"]
    assert (await catalogue.read_course_rows(graph, "base")).included == ["base/a", "base/b"]


async def test_only_accepted_prerequisites_and_hand_made_ones_count(graph):
    await import_course(graph, parsed(BASE))
    await graph.execute_write(
        lambda work: work.text(
            "MATCH (a {id: 'base/a'}), (b {id: 'base/b'})<-[e:PREREQUISITE_OF]-() SET e.status = 'rejected' "
            "CREATE (b)-[:PREREQUISITE_OF {status: 'accepted'}]->(a)"
        )
    )
    rows = await catalogue.read_course_rows(graph, "base")
    assert [(row["before"], row["after"]) for row in rows.prerequisites] == [("base/b", "base/a")]


async def test_lists_and_look_ups(graph):
    assert await catalogue.list_courses(graph) == [] and await read_revision_number(graph) == 0
    await import_course(graph, parsed(NEXT.__class__("empty", "Empty", points=(PointRecord("e", "E"),))))
    await import_course(graph, parsed(BASE))
    assert await catalogue.list_courses(graph) == [
        catalogue.CourseSummary("base", "Base", "en", None, points=2, resources=2, items=1),
        catalogue.CourseSummary("empty", "Empty", None, None, points=1, resources=0, items=0),
    ]
    assert await read_revision_number(graph) == 2
    found = await catalogue.read_resources(graph, ["base/r/old", "nowhere", "base/r/b"])
    assert [(row["id"], row["status"], row["text"]) for row in found] == [
        ("base/r/old", "retired", None),
        ("base/r/b", "active", "Text of b"),
    ]
    assert [row["name"] for row in await catalogue.read_points(graph, ["base/b", "x", "base/a"])] == ["B", "A"]
    with pytest.raises(NotFound, match="There is no course 'other'"):
        await catalogue.read_course_rows(graph, "other")
