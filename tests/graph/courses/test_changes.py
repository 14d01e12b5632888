"""What a new state of a course changes in the old one."""

from dataclasses import replace

from graph.courses.changes import compare_courses
from graph.courses.records import (
    CourseRecord,
    FileLocation,
    PointRecord,
    PrerequisiteRecord,
    ResourceRecord,
    TeachesRecord,
)

OLD = CourseRecord(
    "c",
    "C",
    {"masteredAt": 0.8},
    points=(PointRecord("a", "A"), PointRecord("b", "B")),
    prerequisites=(PrerequisiteRecord("a", "b", "why"),),
    resources=(ResourceRecord("r", "R", "lesson", "text", 5), ResourceRecord("s", "S", "lesson", "text", 5)),
    teaches=(TeachesRecord("r", "a", "primary", 1.0), TeachesRecord("s", "b", "primary", 1.0)),
)


def test_nothing_differs_where_only_order_and_places_do():
    new = replace(OLD, points=(PointRecord("b", "B", at=FileLocation("points.csv", 9)), OLD.points[0]))
    changes = compare_courses(OLD, new)
    assert not changes.header and not changes.touched
    assert not any(table.saved or table.gone for table in changes.tables.values())


def test_a_first_import_is_all_new():
    changes = compare_courses(None, OLD)
    assert changes.header and changes.touched == {"a", "b"}
    assert [len(table.created) for table in changes.tables.values()] == [2, 1, 2, 2, 0]


def test_rows_are_new_changed_or_gone():
    points = (PointRecord("a", "A, renamed"), PointRecord("c", "C"))
    table = compare_courses(OLD, replace(OLD, points=points)).tables["points"]
    assert (table.created, table.changed, table.gone) == ([points[1]], [points[0]], [OLD.points[1]])


def test_derived_structure_is_touched_by_links_and_by_retiring():
    retired = replace(OLD.resources[1], status="retired")
    assert compare_courses(OLD, replace(OLD, resources=(OLD.resources[0], retired))).touched == {"b"}
    assert compare_courses(OLD, replace(OLD, prerequisites=())).touched == {"b"}
    assert compare_courses(OLD, replace(OLD, teaches=OLD.teaches[:1])).touched == {"b"}
    renamed = replace(OLD.resources[1], title="Other")
    assert compare_courses(OLD, replace(OLD, points=(PointRecord("a", "A2"), OLD.points[1]))).touched == set()
    assert compare_courses(OLD, replace(OLD, resources=(OLD.resources[0], renamed))).touched == {"b"}
    assert compare_courses(OLD, replace(OLD, settings={"relatedAt": 0.5})).touched == {"a", "b"}
