"""A course as rows for the layers above."""

import pytest

from graph import catalogue
from graph.course import Course, Item, Point, Prerequisite, Resource, Teaches
from graph.errors import NotFound
from graph.importing import import_course
from tests.graph.folders import parsed

pytestmark = pytest.mark.database

BASE = Course(
    "base",
    "Base",
    {"masteredAt": 0.7, "language": "en"},
    points=(Point("base/b", "B", level="A2", hours=1.5), Point("base/a", "A", "About a", "things", "A1", 0.9, 0.5)),
    prerequisites=(Prerequisite("base/a", "base/b", "b needs a"),),
    resources=(
        Resource("base/r/b", "R", "video", "video", 4.5, "A2", 0.5, "https://example.org/r", "en", "Text of b"),
        Resource("base/r/a", "R", "lesson", "text", 5.0),
        Resource("base/r/old", "Old", "lesson", "text", 5.0, status="retired"),
    ),
    teaches=(
        Teaches("base/r/b", "base/b", "primary", 1.0),
        Teaches("base/r/b", "base/a", "supporting", 0.6),
        Teaches("base/r/a", "base/a", "primary", 1.0),
        Teaches("base/r/old", "base/a", "primary", 1.0),
    ),
    items=(Item("base/q", "1 + 1?", "2", ("3", "4"), ("base/a", "base/b"), 0.3, 1.2, -0.5),),
)
NEXT = Course(
    "next",
    "Next",
    points=(Point("next/x", "X"),),
    prerequisites=(Prerequisite("base/b", "next/x"),),
    resources=(Resource("next/r", "R", "test", "interactive", 9.0),),
    teaches=(Teaches("next/r", "next/x", "primary", 1.0),),
)


async def test_a_course_as_rows(graph):
    await import_course(graph, parsed(BASE))
    rows = await catalogue.course(graph, "base")
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
    rows = await catalogue.course(graph, "base", retired=True)
    assert [row["id"] for row in rows.resources] == ["base/r/a", "base/r/b", "base/r/old"]
    assert len(rows.teaches) == 4


async def test_points_of_other_courses_come_along_where_they_gate(graph):
    await import_course(graph, parsed(BASE))
    await import_course(graph, parsed(NEXT))
    rows = await catalogue.course(graph, "next")
    assert rows.included == ["next/x"]
    assert [row["id"] for row in rows.points] == ["next/x", "base/a", "base/b"]
    assert [(row["before"], row["after"]) for row in rows.prerequisites] == [("base/b", "next/x"), ("base/a", "base/b")]
    assert [row["id"] for row in rows.resources] == ["base/r/a", "base/r/b", "next/r"]
    assert (await catalogue.course(graph, "base")).included == ["base/a", "base/b"]


async def test_only_accepted_prerequisites_and_hand_made_ones_count(graph):
    await import_course(graph, parsed(BASE))
    await graph.writing(
        lambda work: work.text(
            "MATCH (a {id: 'base/a'}), (b {id: 'base/b'})<-[e:PREREQUISITE_OF]-() SET e.status = 'rejected' "
            "CREATE (b)-[:PREREQUISITE_OF {status: 'accepted'}]->(a)"
        )
    )
    rows = await catalogue.course(graph, "base")
    assert [(row["before"], row["after"]) for row in rows.prerequisites] == [("base/b", "base/a")]


async def test_lists_and_look_ups(graph):
    assert await catalogue.courses(graph) == [] and await catalogue.revision(graph) == 0
    await import_course(graph, parsed(NEXT.__class__("empty", "Empty", points=(Point("e", "E"),))))
    await import_course(graph, parsed(BASE))
    assert await catalogue.courses(graph) == [
        catalogue.CourseSummary("base", "Base", "en", None, points=2, resources=2, items=1),
        catalogue.CourseSummary("empty", "Empty", None, None, points=1, resources=0, items=0),
    ]
    assert await catalogue.revision(graph) == 2
    found = await catalogue.resources_by_id(graph, ["base/r/old", "nowhere", "base/r/b"])
    assert [(row["id"], row["status"], row["text"]) for row in found] == [
        ("base/r/old", "retired", None),
        ("base/r/b", "active", "Text of b"),
    ]
    assert [row["name"] for row in await catalogue.points_by_id(graph, ["base/b", "x", "base/a"])] == ["B", "A"]
    with pytest.raises(NotFound, match="There is no course 'other'"):
        await catalogue.course(graph, "other")
