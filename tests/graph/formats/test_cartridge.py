"""A Common Cartridge becomes a course, and a course a cartridge that comes back whole."""

import random
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import readers
from graph.courses import validation
from graph.courses.validation import GraphContext
from graph.errors import Conflict, Invalid
from graph.formats import registry
from graph.importing import import_course, read_course
from tests.graph.folders import courses, parsed
from tests.graph.formats.ims import CARTRIDGE, HALF, MANIFEST, packed, qti_1, unpacked

ENGLISH = Path(__file__).parents[3] / "examples" / "english"
METACADEMY = Path(__file__).parents[4] / "shared" / "data" / "metacademy"


@pytest.fixture
def found(tmp_path):
    return registry.read_course_files(packed(tmp_path / "ratios.imscc", CARTRIDGE))


def problems(file) -> list[str]:
    return [str(problem) for problem in validation.find_problems(registry.read_course_files(file), GraphContext())]


def test_modules_are_points_in_proposed_order(found):
    course = found.course
    assert validation.find_problems(found, GraphContext()) == []
    assert (course.id, course.title, course.settings) == ("ratios-rates", "Ratios & Rates", {"language": "en-US"})
    assert [(point.id, point.name, point.domain) for point in course.points] == [
        ("ratios-rates/equivalent-ratios", "Equivalent ratios", "Unit 1"),
        ("ratios-rates/6-rp-a-1", "6.RP.A.1", "Curriculum standards"),
        ("ratios-rates/unit-rates", "Unit rates", "Unit 1"),
        ("ratios-rates/formula-sheet", "Formula sheet", None),
        ("ratios-rates/ratios-rates", "Ratios & Rates", None),
        ("ratios-rates/spare", "Spare", None),
    ]
    assert [(edge.before, edge.after, edge.status) for edge in course.prerequisites] == [
        ("ratios-rates/equivalent-ratios", "ratios-rates/unit-rates", "proposed"),
        ("ratios-rates/unit-rates", "ratios-rates/formula-sheet", "proposed"),
    ]


def test_what_resources_are_is_guessed_from_their_type(found):
    rows = {resource.title: resource for resource in found.course.resources}
    assert {title: (row.kind, row.modality, row.minutes, row.url, row.text) for title, row in rows.items()} == {
        "What a ratio is": ("reading", "text", 1, None, "Ratio\n\nOne to two."),
        "A film": ("video", "video", 10, "https://www.youtube.com/watch?v=1", None),
        "Talk about it": ("practice", "interactive", 20, None, "Say why."),
        "Homework": ("practice", "interactive", 30, None, "Do 1 to 5."),
        "A calculator": ("practice", "interactive", 20, "https://tool.example/launch", "Counts"),
        "Formula sheet": ("reading", "text", 15, "files/sheet.pdf", None),
        "more": ("reading", "text", 1, None, "More"),
    }


def test_a_resource_teaches_its_modules_and_standards(found):
    page = [edge for edge in found.course.teaches if edge.resource == "ratios-rates/r/what-a-ratio-is"]
    assert [(edge.point, edge.role) for edge in page] == [
        ("ratios-rates/equivalent-ratios", "primary"),
        ("ratios-rates/6-rp-a-1", "supporting"),
        ("ratios-rates/unit-rates", "primary"),
    ]


def test_questions_become_items_of_the_module(found):
    half, yes, third = found.course.items
    assert (half.prompt, half.answer, half.distractors) == ("What is half of 8?", "4", ("2", "6"))
    assert (half.points, half.at) == (("ratios-rates/equivalent-ratios",), ("quiz.xml", 1))
    assert (yes.answer, yes.distractors, yes.guessing) == ("True", ("False",), 0.5)
    assert third.points == ("ratios-rates/spare",)


def test_what_is_left_out_is_told_with_its_line(found):
    lines = MANIFEST.splitlines()
    told = [str(note) for note in found.notes]
    lost = next(number for number, line in enumerate(lines, 1) if ">Lost<" in line)
    assert f"imsmanifest.xml:{lost}: Lost: names the resource 'lost', which is missing; left out" in told
    assert any("Empty: holds nothing to learn with; left out" in note for note in told)
    assert any("1 resource(s) stand in no module; 'Ratios & Rates' teaches them" in note for note in told)
    assert any("several: the question may have several right answers; left out" in note for note in told)
    assert any("essay: the question asks for a text and not for one choice" in note for note in told)
    assert len(told) == 5


def changed(tmp_path, *pairs: tuple[str, str], **members):
    manifest = MANIFEST
    for old, new in pairs:
        assert old in manifest
        manifest = manifest.replace(old, new)
    return registry.read_course_files(packed(tmp_path / "ratios.imscc", CARTRIDGE, imsmanifest_xml=manifest, **members))


def test_questions_used_twice_belong_to_the_first_module(tmp_path):
    found = changed(tmp_path, ('identifierref="talk"', 'identifierref="quiz"'))
    assert len(found.course.items) == 3
    assert any("Talk about it: is used before; its questions belong to" in str(note) for note in found.notes)


def test_a_missing_file_makes_no_empty_point(tmp_path):
    found = changed(tmp_path, ("files/sheet.pdf", "files/gone.pdf"))
    assert "ratios-rates/formula-sheet" not in {point.id for point in found.course.points}
    assert any("Formula sheet: names the file 'files/gone.pdf', which is missing" in str(note) for note in found.notes)


def test_a_page_that_stands_in_for_an_assignment_gives_way_to_it(tmp_path):
    page = '<variant identifierref="work"/><file href="pages/more.html"/>'
    found = changed(
        tmp_path, ('identifierref="work"', 'identifierref="more"'), ('<file href="pages/more.html"/>', page)
    )
    homework = {resource.title: resource for resource in found.course.resources}["Homework"]
    assert (homework.kind, homework.text) == ("practice", "Do 1 to 5.")
    assert "more" not in {resource.title for resource in found.course.resources}


def test_a_title_in_several_languages_is_that_in_the_first(tmp_path):
    title = '<lomimscc:string language="en-US">Ratios &amp; Rates</lomimscc:string>'
    found = changed(tmp_path, (title, f'{title}<lomimscc:string language="de">Raten</lomimscc:string>'))
    assert found.course.title == "Ratios & Rates"


def test_a_language_that_is_none_is_told(tmp_path):
    found = changed(tmp_path, (">en-US</lomimscc:language>", ">English (US)</lomimscc:language>"))
    assert "language" not in found.course.settings and found.problems == []
    assert "imsmanifest.xml:8: language: 'English (US)' is no language tag such as en; left out" in map(
        str, found.notes
    )


def test_an_unpacked_cartridge_and_one_in_a_folder_of_its_zip_are_the_same(tmp_path, found):
    folder = unpacked(tmp_path / "ratios", CARTRIDGE)
    inner = packed(tmp_path / "inner.imscc", {f"course/{name}": content for name, content in CARTRIDGE.items()})
    assert (
        registry.read_course_files(folder, "cartridge").course
        == found.course
        == registry.read_course_files(inner).course
    )


def test_a_link_out_of_the_folder_is_not_followed(tmp_path):
    folder = unpacked(tmp_path / "ratios", CARTRIDGE)
    secret = tmp_path / "secret.html"
    secret.write_text("<p>Secret</p>")
    (folder / "pages" / "more.html").unlink()
    (folder / "pages" / "more.html").symlink_to(secret)
    assert "Secret" not in str(registry.read_course_files(folder, "cartridge").course)


BOMB = '<!DOCTYPE m [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"imsmanifest_xml": None}, "imsmanifest.xml: is missing; give a Common Cartridge"),
        ({"imsmanifest_xml": ""}, "imsmanifest.xml:1: is not XML: no element found"),
        ({"imsmanifest_xml": MANIFEST[:900]}, "imsmanifest.xml:1"),
        ({"imsmanifest_xml": f"{BOMB}<manifest>&b;</manifest>"}, "imsmanifest.xml:1: declares a DTD or entities"),
        ({"imsmanifest_xml": "<course/>"}, "imsmanifest.xml:1: begins with <course> and not with <manifest>"),
        ({"imsmanifest_xml": "<manifest/>"}, "imsmanifest.xml: names nothing to learn with; put pages"),
        ({"imsmanifest_xml": MANIFEST.replace("Unit 1", "Grüße").encode("latin-1")}, "imsmanifest.xml:12: is not XML"),
        ({"film_xml": "<webLink>\n<url>"}, "film.xml:2: is not XML"),
        ({"quiz_xml": f"{BOMB}<questestinterop/>"}, "quiz.xml:1: declares a DTD or entities"),
        ({"talk_xml": b"\xff\xfe\x00\x00"}, "talk.xml:1: is not XML"),
        ({"lodestar_jsonl": '{"table": "course"'}, "lodestar.jsonl:1: is not JSON"),
        (
            {"lodestar_jsonl": '{"table": "course", "version": 2, "settings": {}}'},
            "lodestar.jsonl:1: is not of version 1",
        ),
        ({"lodestar_jsonl": '\n{"table": "Points"}'}, "lodestar.jsonl:2: names no table or no part; `table` must be"),
        ({"lodestar_jsonl": '\n{"table": "points", "part": []}'}, "lodestar.jsonl:2: names no table or no part"),
        ({"lodestar_jsonl": '{"table": {}}'}, "lodestar.jsonl:1: names no table or no part"),
        ({"lodestar_jsonl": ""}, "lodestar.jsonl:1: lacks the row of the course; export the course once more"),
        ({"lodestar_jsonl": "[]"}, "lodestar.jsonl:1: is not an object; write one object a line"),
        ({"../x_html": "x"}, "ratios.imscc: holds '../x.html', a path that leads out of the archive"),
    ],
)
def test_what_is_malformed_is_a_problem_with_its_line(tmp_path, changed, message):
    told = problems(packed(tmp_path / "ratios.imscc", CARTRIDGE, **changed))
    assert any(problem.startswith(message) for problem in told), told


def test_another_file_is_no_cartridge(tmp_path):
    (tmp_path / "a.imscc").write_text("a text")
    assert problems(tmp_path / "a.imscc")[0].startswith("a.imscc: is not a whole zip archive")
    assert problems(tmp_path / "b.imscc") == [
        "b.imscc: cannot be read (No such file or directory); check its name and its rights"
    ]


def damage(content: bytes, dice: random.Random) -> bytes:
    """The content with a few bytes changed, put in or taken out."""
    spoilt = bytearray(content)
    for _ in range(dice.randint(1, 6)):
        start = dice.randrange(len(spoilt) + 1)
        piece = dice.choice([b"", b"<", b"&", b'"', b"\x00", b"\xe9", b"<a/>", b"[]", b"{}", b"null"])
        spoilt[start : start + dice.choice([0, 1, 20])] = piece
    return bytes(spoilt)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False))
def test_no_damage_to_a_member_is_an_exception(tmp_path, dice: random.Random):
    name = dice.choice(sorted(CARTRIDGE))
    members = {**CARTRIDGE, name: damage(CARTRIDGE[name].encode(), dice)}
    validation.find_problems(registry.read_course_files(packed(tmp_path / "ratios.imscc", members)), GraphContext())


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(courses(), st.randoms(use_true_random=False), st.sampled_from(["cartridge", "qti"]))
def test_no_damage_to_what_we_wrote_is_an_exception(tmp_path, course, dice: random.Random, form):
    registry.write_course_files(course, tmp_path / "a.zip", form)
    with ZipFile(tmp_path / "a.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    name = dice.choice([*sorted(members), "lodestar.jsonl", "lodestar.jsonl"])
    members[name] = damage(members[name], dice)
    validation.find_problems(registry.read_course_files(packed(tmp_path / "b.zip", members), form), GraphContext())


def with_links(course):
    """Every other resource gets an address, as many courses have."""
    every = enumerate(course.resources)
    linked = [replace(one, url=f"https://example.org/{n}?a=1&b=%20") if n % 2 else one for n, one in every]
    return replace(course, resources=tuple(linked))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(courses())
def test_any_course_comes_back(tmp_path, course):
    course = with_links(course)
    registry.write_course_files(course, tmp_path / "any.imscc")
    back = registry.read_course_files(tmp_path / "any.imscc")
    assert (back.problems, back.notes) == ([], [])
    assert back.course.sorted() == course


@pytest.mark.parametrize("source", [ENGLISH, METACADEMY], ids=lambda path: path.name)
def test_real_courses_come_back(tmp_path, source):
    if not source.is_dir():
        pytest.skip(f"../shared/data/{source.name} is not there")
    course = registry.read_course_files(source, "folder" if source == ENGLISH else "metacademy").course
    registry.write_course_files(course, tmp_path / "a.imscc")
    back = registry.read_course_files(tmp_path / "a.imscc")
    assert validation.find_problems(back, GraphContext()) == [] and back.notes == []
    assert back.course.sorted() == course.sorted()
    registry.write_course_files(back.course, tmp_path / "b.imscc")
    assert (tmp_path / "a.imscc").read_bytes() == (tmp_path / "b.imscc").read_bytes()


def test_other_programs_see_points_in_order_with_resources_and_questions(tmp_path):
    """What a reader makes of it that does not know lodestar.jsonl."""
    course = registry.read_course_files(ENGLISH).course
    registry.write_course_files(course, tmp_path / "a.imscc")
    with ZipFile(tmp_path / "a.imscc") as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != "lodestar.jsonl"}
    seen = registry.read_course_files(packed(tmp_path / "foreign.imscc", members))
    assert validation.find_problems(seen, GraphContext()) == []
    assert sorted(point.name for point in seen.course.points) == sorted(point.name for point in course.points)
    assert len(seen.course.resources) == len(course.resources)
    assert {(item.prompt, item.answer) for item in seen.course.items} == {
        (item.prompt, item.answer) for item in course.items
    }
    places = {point.name: place for place, point in enumerate(seen.course.points)}
    names = {point.id: point.name for point in course.points}
    for edge in course.prerequisites:
        if edge.status == "accepted":
            assert places[names[edge.before]] < places[names[edge.after]]
    answers = [list(choices).index(True) for choices in shown(members)]
    assert len(set(answers)) > 1, "the right answer must not always stand first"


def shown(members):
    """For each question which of its choices is right."""
    for name, content in members.items():
        if name.startswith("questions/"):
            root = readers.parse_xml(content)
            for item in root.findall(".//{*}item"):
                right = item.find(".//{*}varequal").text
                yield [label.get("ident") == right for label in item.findall(".//{*}response_label")]


def test_what_a_teacher_changes_in_the_package_counts(tmp_path):
    course = parsed(registry.read_course_files(ENGLISH).course).course
    registry.write_course_files(course, tmp_path / "a.imscc")
    with ZipFile(tmp_path / "a.imscc") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    old = course.points[0].name.encode()
    members["imsmanifest.xml"] = members["imsmanifest.xml"].replace(
        b"<title>" + old + b"</title>", b"<title>Renamed</title>"
    )
    back = registry.read_course_files(packed(tmp_path / "b.imscc", members)).course
    assert {point.id: point.name for point in back.points}[course.points[0].id] == "Renamed"


def test_what_the_package_lost_is_told(tmp_path):
    course = registry.read_course_files(ENGLISH).course
    registry.write_course_files(course, tmp_path / "a.imscc")
    with ZipFile(tmp_path / "a.imscc") as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    del members["pages/resource-1.html"]
    members["questions/point-1.xml"] = qti_1(HALF).encode()
    back = registry.read_course_files(packed(tmp_path / "b.imscc", members))
    told = [str(note) for note in back.notes]
    assert any("its 'point-1-question-1' is no longer in the package; left out" in note for note in told)
    assert any("half: is no row of lodestar.jsonl; left out" in note for note in told)
    assert back.course.resources[0].title


def test_where_it_cannot_be_written(tmp_path):
    course = registry.read_course_files(ENGLISH).course
    with pytest.raises(Conflict, match="is a folder; name the file"):
        registry.write_course_files(course, tmp_path, "cartridge")
    odd = replace(course, points=(replace(course.points[0], name="A\ufffe"), *course.points[1:]))
    with pytest.raises(Invalid, match="XML cannot hold the character U\\+FFFE"):
        registry.write_course_files(odd, tmp_path / "odd.imscc")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.database
async def test_it_comes_back_through_the_graph(graph, tmp_path, found):
    await import_course(graph, found)
    course = await read_course(graph, "ratios-rates")
    registry.write_course_files(course, tmp_path / "out.imscc")
    back = registry.read_course_files(tmp_path / "out.imscc")
    assert back.course.sorted() == course
    assert not (await import_course(graph, back)).written.is_changed
