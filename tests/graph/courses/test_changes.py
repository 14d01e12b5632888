"""What a new state of a course changes in the old one."""

from dataclasses import replace

from graph.courses.changes import compare_courses, keep_unstated, list_large_removals
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


def test_what_a_source_has_no_place_for_stays_as_far_as_its_points_do():
    bare = CourseRecord("c", "Other", points=OLD.points[:1])
    everything = {"settings", "prerequisites", "resources", "teaches", "items"}
    kept = keep_unstated(OLD, bare, everything)
    assert (kept.title, kept.settings, kept.points) == ("C", {"masteredAt": 0.8}, OLD.points[:1])
    assert kept.prerequisites == () and kept.resources == OLD.resources[:1] and kept.teaches == OLD.teaches[:1]
    assert keep_unstated(OLD, replace(bare, points=OLD.points), everything) == OLD
    assert keep_unstated(OLD, bare, ()) == bare and keep_unstated(None, bare, everything) == bare


def test_a_good_part_is_a_fifth_and_three_at_least():
    points = tuple(PointRecord(f"p{n:02}", "P") for n in range(15))
    old = replace(OLD, points=points, prerequisites=(), resources=(), teaches=())

    def removals(count):
        return list_large_removals(old, compare_courses(old, replace(old, points=points[count:])))

    assert removals(2) == () and removals(3) == ("3 of 15 points would go: p00, p01, p02",)
    assert removals(7) == ("7 of 15 points would go: p00, p01, p02, p03, p04 and 2 more",)
