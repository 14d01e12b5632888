"""What a new state of a course changes in the old one."""

from dataclasses import replace

from graph.course import Course, Place, Point, Prerequisite, Resource, Teaches
from graph.course_changes import difference

OLD = Course(
    "c",
    "C",
    {"masteredAt": 0.8},
    points=(Point("a", "A"), Point("b", "B")),
    prerequisites=(Prerequisite("a", "b", "why"),),
    resources=(Resource("r", "R", "lesson", "text", 5), Resource("s", "S", "lesson", "text", 5)),
    teaches=(Teaches("r", "a", "primary", 1.0), Teaches("s", "b", "primary", 1.0)),
)


def test_nothing_differs_where_only_order_and_places_do():
    new = replace(OLD, points=(Point("b", "B", at=Place("points.csv", 9)), OLD.points[0]))
    changes = difference(OLD, new)
    assert not changes.header and not changes.touched
    assert not any(table.saved or table.gone for table in changes.tables.values())


def test_a_first_import_is_all_new():
    changes = difference(None, OLD)
    assert changes.header and changes.touched == {"a", "b"}
    assert [len(table.created) for table in changes.tables.values()] == [2, 1, 2, 2, 0]


def test_rows_are_new_changed_or_gone():
    points = (Point("a", "A, renamed"), Point("c", "C"))
    table = difference(OLD, replace(OLD, points=points)).tables["points"]
    assert (table.created, table.changed, table.gone) == ([points[1]], [points[0]], [OLD.points[1]])


def test_derived_structure_is_touched_by_links_and_by_retiring():
    retired = replace(OLD.resources[1], status="retired")
    assert difference(OLD, replace(OLD, resources=(OLD.resources[0], retired))).touched == {"b"}
    assert difference(OLD, replace(OLD, prerequisites=())).touched == {"b"}
    assert difference(OLD, replace(OLD, teaches=OLD.teaches[:1])).touched == {"b"}
    renamed = replace(OLD.resources[1], title="Other")
    assert difference(OLD, replace(OLD, points=(Point("a", "A2"), OLD.points[1]))).touched == set()
    assert difference(OLD, replace(OLD, resources=(OLD.resources[0], renamed))).touched == {"b"}
    assert difference(OLD, replace(OLD, settings={"relatedAt": 0.5})).touched == {"a", "b"}
