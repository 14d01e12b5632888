"""CASE frameworks come in and go out: the same course, the same identifiers, and every fault told with its line."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph.courses import validation
from graph.courses.records import PointRecord, PrerequisiteRecord
from graph.courses.validation import GraphContext
from graph.errors import Conflict
from graph.formats import registry
from graph.formats.case.writer import build_framework
from graph.importing import import_course, read_course
from tests.graph.folders import courses, parsed
from tests.graph.formats.case_packages import (
    DOCUMENT,
    ELSEWHERE,
    HOST,
    LONG,
    PACKAGE,
    association,
    changed,
    guid,
    link,
    package,
    packages,
    write,
)

DATA = Path(__file__).parents[5] / "shared" / "data" / "metacademy"
ENGLISH = Path(__file__).parents[4] / "examples" / "english"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/metacademy is not there")


def read(tmp_path, content=PACKAGE):
    return registry.read_course_files(write(tmp_path, content))


def told(tmp_path, content) -> list[str]:
    return [
        str(problem)
        for problem in validation.find_problems(
            registry.read_course_files(write(tmp_path, content), "case"), GraphContext()
        )
    ]


def there_and_back(course, tmp_path):
    registry.write_course_files(course, tmp_path / "out.json")
    return registry.read_course_files(tmp_path / "out.json")


def test_a_package_becomes_a_course(tmp_path):
    found = read(tmp_path)
    assert validation.find_problems(found, GraphContext()) == []
    course = found.course
    assert (course.id, course.title) == ("ratios-rates", "Ratios & Rates")
    kept = course.settings.pop("case")
    assert course.settings == {
        "language": "en",
        "licence": "CC BY 4.0",
        "creator": "Somebody",
        "publisher": "A school",
        "subject": "Mathematics, Algebra",
    }
    short = "Solve unit rate problems, those with unit pricing and constant speed among…"
    assert list(course.points) == [
        PointRecord("ratios-rates/RP.A.1", "Understand the concept of a ratio", None, "Ratios", "06"),
        PointRecord("ratios-rates/RP.A.2", short, LONG, "Ratios", "06, 07"),
        PointRecord("ratios-rates/RP.A.2a", "Tables of ratios", "Make tables of equivalent ratios", "Ratios"),
        PointRecord("ratios-rates/use-percents", "Use percents", None, "Ratios › Rates"),
        PointRecord("ratios-rates/RP.B.1", "Convert units", None, "Ratios › Rates"),
    ]
    assert [edge.id for edge in course.prerequisites] == [
        "ratios-rates/RP.A.1 → ratios-rates/RP.A.2",
        "ratios-rates/RP.A.2 → ratios-rates/RP.B.1",
    ]
    assert guid(3) in kept and json.loads(kept)["items"]["ratios-rates/RP.A.2a"]["isChildOf"] == guid(4)


def test_every_row_knows_its_line(tmp_path):
    lines = json.dumps(PACKAGE, indent=2).splitlines()
    for point in read(tmp_path).course.points:
        assert lines[point.at.line - 1].strip() == "{" and '"identifier": "0c' in lines[point.at.line]


def test_what_has_no_edge_is_told(tmp_path):
    content = changed("CFItems.0.educationalLevel", "06")
    outside = association(20, "precedes", ELSEWHERE, guid(3))
    content["CFAssociations"].append(outside)
    assert [str(note) for note in read(tmp_path, content).notes] == [
        "ratios.json:26: CFItems: the field 'educationalLevel' is not CASE 1.0; left out",
        f"ratios.json:364: {outside['identifier']}: precedes: '{ELSEWHERE}' is in no item of the package; left out: "
        "import what holds both ends",
        "ratios.json:2: CFAssociations: 1 × exactMatchOf: the graph has no edge for it; kept for export",
        "ratios.json:2: CFAssociations: 1 × isChildOf: the graph has no edge for it; kept for export",
        "ratios.json:2: CFAssociations: 1 × isRelatedTo: the graph has no edge for it; kept for export",
    ]


def test_a_parent_may_be_a_point(tmp_path):
    """Items without types: a parent is a heading unless it is in a prerequisite."""
    content = package()
    for each in content["CFItems"]:
        del each["CFItemType"], each["CFItemTypeURI"]
    ids = {point.id: point.domain for point in read(tmp_path, content).course.points}
    assert ids["ratios-rates/RP.A.2"] == ids["ratios-rates/RP.A.2a"] == "Ratios"
    content["CFAssociations"] = [each for each in content["CFAssociations"] if each["associationType"] == "isChildOf"]
    ids = {point.id: point.domain for point in read(tmp_path, content).course.points}
    assert "ratios-rates/RP.A.2" not in ids
    assert (
        ids["ratios-rates/RP.A.2a"]
        == "Ratios › Solve unit rate problems, those with unit pricing and constant speed among…"
    )


def test_items_that_share_a_code_are_told_apart(tmp_path):
    content = changed("CFItems.6.humanCodingScheme", "RP.A.1")
    ids = [point.id for point in read(tmp_path, content).course.points]
    assert ids[0] == f"ratios-rates/RP.A.1-{guid(3)}" and ids[4] == f"ratios-rates/RP.A.1-{guid(7)}"


def essence(values: dict) -> dict:
    """An object without what an export writes anew: dates, empty fields, links to its document, titles of ends."""
    drop = {"lastChangeDateTime", "CFDocumentURI", "CFPackageURI", "extensions"}
    if values.get("abbreviatedStatement") == values.get("fullStatement"):
        drop.add("abbreviatedStatement")
    ends = {end: values[end]["identifier"] for end in ("originNodeURI", "destinationNodeURI") if end in values}
    return {name: value for name, value in values.items() if name not in drop and value != ""} | ends


def test_a_package_goes_out_as_it_came_in(tmp_path):
    course = read(tmp_path).course
    registry.write_course_files(course, tmp_path / "out.json")
    out = json.loads((tmp_path / "out.json").read_text())
    assert essence(out["CFDocument"]) == essence(PACKAGE["CFDocument"])
    assert out["CFDefinitions"] == PACKAGE["CFDefinitions"]
    for part in ("CFItems", "CFAssociations"):
        ours, theirs = ({each["identifier"]: essence(each) for each in source[part]} for source in (out, PACKAGE))
        assert ours == theirs
    assert registry.read_course_files(tmp_path / "out.json").course == replace(
        course.sorted(), settings=course.settings
    )


def test_what_a_curator_changes_goes_out(tmp_path):
    course = read(tmp_path).course
    first, *others = course.points
    new = PointRecord("ratios-rates/new", "A new one", "With a description", "Ratios › Scales")
    edge = PrerequisiteRecord("ratios-rates/RP.A.2", "ratios-rates/RP.B.1", "needed", status="rejected")
    course = replace(
        course,
        points=(replace(first, name="Ratio", description="What a ratio is", mastered_at=0.9), *others[:3], new),
        prerequisites=(course.prerequisites[0],),
    )
    course = replace(course, prerequisites=(*course.prerequisites, replace(edge, after="ratios-rates/new")))
    back = there_and_back(course, tmp_path)
    assert back.course.sorted() == course.sorted() and validation.find_problems(back, GraphContext()) == []
    out = json.loads((tmp_path / "out.json").read_text())
    items = {each["identifier"]: each for each in out["CFItems"]}
    assert items[guid(3)]["abbreviatedStatement"] == "Ratio" and guid(7) not in items
    assert [each["associationType"] for each in out["CFAssociations"]].count("precedes") == 1


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(courses())
def test_any_course_survives(tmp_path, course):
    back = there_and_back(course, tmp_path)
    assert back.course.sorted() == course and validation.find_problems(back, GraphContext()) == []
    registry.write_course_files(back.course, tmp_path / "again.json")
    without_dates = [
        (tmp_path / name).read_text().split('"lastChangeDateTime"')[0] for name in ("out.json", "again.json")
    ]
    assert without_dates[0] == without_dates[1]


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(courses(), st.lists(st.sampled_from(["A", "A › B", "A › C › B", "›", "A ›", "x" * 90]), min_size=6, max_size=6))
def test_any_tree_of_domains_survives(tmp_path, course, domains):
    points = tuple(replace(point, domain=domain) for point, domain in zip(course.points, domains, strict=False))
    course = replace(course, points=points)
    assert there_and_back(course, tmp_path).course.sorted() == course


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(packages())
def test_any_package_goes_out_as_it_came_in(tmp_path, content):
    found = read(tmp_path, content)
    assert found.problems == []
    back = there_and_back(found.course, tmp_path)
    assert back.problems == [] and back.course.sorted() == found.course.sorted()
    out = json.loads((tmp_path / "out.json").read_text())
    assert {each["identifier"] for each in out["CFItems"]} == {each["identifier"] for each in content["CFItems"]}
    for part, unlike in (("CFItems", {"uri"}), ("CFAssociations", set())):
        ours, theirs = (
            {each["identifier"]: {k: v for k, v in essence(each).items() if k not in unlike} for each in source[part]}
            for source in (out, content)
        )
        assert {each: ours[each] for each in theirs} == theirs


@settings(deadline=None, max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(courses())
def test_without_what_lodestar_adds_points_and_prerequisites_survive(tmp_path, course):
    """What another tool sees: names, tree, levels, the accepted prerequisites."""
    registry.write_course_files(course, tmp_path / "out.json")
    content = json.loads((tmp_path / "out.json").read_text())
    del content["CFDocument"]["extensions"]
    seen = read(tmp_path, content).course
    assert sorted(point.name for point in seen.points) == sorted(point.name for point in course.points)
    assert len(seen.prerequisites) == sum(edge.status == "accepted" for edge in course.prerequisites)


def test_the_english_course_survives(tmp_path):
    course = registry.read_course_files(ENGLISH).course
    back = there_and_back(course, tmp_path)
    assert back.course.sorted() == course.sorted() and back.problems == back.notes == []
    assert "case" not in back.course.settings


@needs_data
def test_metacademy_survives_and_others_see_its_links(tmp_path):
    course = registry.read_course_files(DATA, "metacademy").course
    back = there_and_back(course, tmp_path)
    assert back.course.sorted() == course.sorted() and back.problems == []
    out = json.loads((tmp_path / "out.json").read_text())
    types = [each["associationType"] for each in out["CFAssociations"]]
    assert types.count("precedes") == 964 and types.count("exemplar") == 1038
    assert len(out["CFItems"]) == 392 + 3


@needs_data
@pytest.mark.database
async def test_metacademy_through_the_graph(graph, tmp_path):
    course = registry.read_course_files(DATA, "metacademy").course
    back = there_and_back(course, tmp_path)
    await import_course(graph, back)
    assert await read_course(graph, "metacademy") == course.sorted()
    assert not (await import_course(graph, parsed(course))).written.is_changed


@pytest.mark.database
async def test_a_framework_through_the_graph(graph, tmp_path):
    await import_course(graph, read(tmp_path))
    course = await read_course(graph, "ratios-rates")
    assert course == read(tmp_path).course.sorted()
    assert not (await import_course(graph, there_and_back(course, tmp_path))).written.is_changed


def test_identifiers_are_always_the_same(tmp_path):
    course = registry.read_course_files(ENGLISH).course
    first, second = (build_framework(course, "2026-01-01T00:00:00Z", host) for host in ("", HOST))
    assert first.items.keys() == second.items.keys() and first.associations.keys() == second.associations.keys()
    assert first.points["english/present-simple-be"] == "2fbf219a-5bc9-5379-b813-c08b7d608fad"


def test_what_cannot_be_written_is_told(tmp_path):
    course = read(tmp_path).course
    with pytest.raises(Conflict, match=r"cannot be written .*; name another file or folder"):
        registry.write_course_files(course, tmp_path, "case")


def test_a_prerequisite_from_another_course_survives(tmp_path):
    course = read(tmp_path).course
    edge = PrerequisiteRecord("other/first", "ratios-rates/RP.A.1", "it needs that")
    course = replace(course, prerequisites=(*course.prerequisites, edge))
    back = there_and_back(course, tmp_path)
    assert back.course.sorted() == course.sorted()
    assert validation.find_problems(back, GraphContext(points=frozenset({"other/first"}))) == []


A = "0c000000-0000-4000-8000-000000000003"
BAD = {
    "no JSON": ('{"CFDocument": {', "ratios.json:1: is not JSON"),
    "a list": ("[]", 'ratios.json:1: is not one object {"CFDocument"'),
    "no document": (changed("CFDocument", ...), 'ratios.json: is no CFPackage: it needs one "CFDocument"'),
    "a document in a list": (changed("CFDocument", []), "ratios.json:2: is no CFPackage"),
    "no title": (changed("CFDocument.title", ...), "title is missing; CASE requires it"),
    "a title that is a number": (changed("CFDocument.title", 3), "title must be text, not '3'"),
    "no identifier": (changed("CFItems.2.identifier", ...), "CFItems[2]: identifier is missing; CASE requires it"),
    "an empty statement": (changed("CFItems.2.fullStatement", ""), f"{A}: fullStatement is missing"),
    "a statement that is a list": (changed("CFItems.2.fullStatement", ["x"]), f"{A}: fullStatement must be text"),
    "an item that is text": (changed("CFItems.2", "x"), "CFItems[2]: is not an object {…}; remove or replace it"),
    "items that are a number": (changed("CFItems", 4), "CFItems[0]: is not an object"),
    "items by identifier": (changed("CFItems", {"x": {}}), "CFItems[0]: identifier is missing"),
    "an identifier twice": (
        changed("CFItems.3.identifier", A),
        f"{A}: the identifier is there already, at ratios.json:",
    ),
    "an association twice": (
        changed("CFAssociations.1.identifier", PACKAGE["CFAssociations"][0]["identifier"]),
        "the identifier is there already, at ratios.json:",
    ),
    "no type": (changed("CFAssociations.2.associationType", ...), "associationType is missing; CASE requires it"),
    "no end": (changed("CFAssociations.8.destinationNodeURI", ...), "destinationNodeURI must be {"),
    "an end that is text": (changed("CFAssociations.8.originNodeURI", A), "originNodeURI must be {"),
    "a parent that is nowhere": (
        changed("CFAssociations.2.destinationNodeURI", link("x", ELSEWHERE)),
        f"the parent '{ELSEWHERE}' is not in the package; add that item to CFItems",
    ),
    "a circle of parents": (
        changed("CFAssociations.0.destinationNodeURI", link("x", guid(2))),
        "isChildOf goes in a circle: RP.A → RP.B → RP.A; remove one of these associations: ratios.json:",
    ),
    "its own parent": (
        changed("CFAssociations.0.destinationNodeURI", link("x", guid(1))),
        "isChildOf goes in a circle: RP.A → RP.A",
    ),
    "a circle of prerequisites": (
        changed("CFAssociations.9.destinationNodeURI", link("x", A)),
        "cycle ratios-rates/RP.A.1 → ratios-rates/RP.A.2 → ratios-rates/RP.A.1; remove or reject one of these edges: ",
    ),
    "a point before itself": (
        changed("CFAssociations.8.destinationNodeURI", link("x", A)),
        "a point is no prerequisite of itself",
    ),
    "a language that is none": (changed("CFDocument.language", "English (US)"), "language: must be a language tag"),
    "levels that are numbers": (
        changed("CFItems.2.educationLevel", 6),
        "ratios-rates/RP.A.1: level must be text, not 6",
    ),
    "a control character": (
        changed("CFItems.2.fullStatement", "a\u0007b"),
        "ratios-rates/RP.A.1: name holds a control character",
    ),
    "no items": (package(CFItems=[], CFAssociations=[]), "the course has no points"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_package_is_told(tmp_path, name):
    content, message = BAD[name]
    found = told(tmp_path, content)
    assert len(found) <= 2 and message in found[0], found
    assert found[0].startswith(("ratios.json", "course.json"))


@pytest.mark.parametrize(
    "content",
    ["", "{}", "{" * 3000, '{"CFItems": ' + "[" * 990 + "]" * 990 + "}", '{"CFDocument": 1e999}', "\0", "nul"],
)
def test_anything_else_is_a_problem_and_no_exception(tmp_path, content):
    found = registry.read_course_files(write(tmp_path, content), "case")
    assert validation.find_problems(found, GraphContext())


def test_a_huge_number_is_a_problem(tmp_path):
    assert told(tmp_path, '{"CFDocument": {"title": ' + "9" * 5000 + "}}")


@pytest.mark.parametrize("part", ["x", {"course": 3, "points": [], "resources": {}, "new": 1}, {"points": {A: 3}}])
def test_an_extension_that_is_not_ours_is_left_out(tmp_path, part):
    found = read(tmp_path, changed("CFDocument.extensions", {"lodestar": part}))
    assert found.problems == [] and len(found.course.points) == 5


@pytest.mark.parametrize(
    "kept", ["", "{", "[]", '{"items": []}', '{"others": [3]}', '{"new": 1}', '{"links": {"a": 1}}']
)
def test_a_spoilt_setting_is_passed_over(tmp_path, kept):
    course = read(tmp_path).course
    course = replace(course, settings={**course.settings, "case": kept})
    back = there_and_back(course, tmp_path)
    assert back.course.points == course.sorted().points


def test_the_form_is_known_by_name_and_content(tmp_path):
    assert registry.guess_format(write(tmp_path, PACKAGE)) == "case" == registry.guess_format(tmp_path / "new.json")
    assert registry.guess_format(write(tmp_path, {"concepts": []}, "graph.json")) == "folder"
    assert DOCUMENT in (tmp_path / "ratios.json").read_text()
