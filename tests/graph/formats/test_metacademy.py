"""Metacademy's graph becomes a course: all of it, with the odd tags told and every concept within reach."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from graph import catalogue
from graph.courses import parsing, validation
from graph.courses.validation import GraphContext
from graph.formats import metacademy
from graph.importing import import_course

DATA = Path(__file__).parents[4] / "shared" / "data" / "metacademy"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/metacademy is not there")


@pytest.fixture(scope="module")
def parsed():
    return parsing.parse_course(metacademy.read(DATA))


@needs_data
def test_everything_is_there(parsed):
    course = parsed.course
    links = [resource for resource in course.resources if not resource.id.endswith("/page")]
    assert (len(course.points), len(course.prerequisites), len(links)) == (392, 964, 1038)
    assert len(course.resources) - len(links) == 392
    assert sum(point.hours is not None for point in course.points) == 282
    assert sum(edge.reason is not None for edge in course.prerequisites) == 780
    assert {point.domain for point in course.points} == {
        None,
        "linear algebra",
        "multivariable calculus",
        "probability theory",
    }
    assert validation.find_problems(parsed, GraphContext()) == []


@needs_data
def test_dangling_tags_are_notes_with_their_line(parsed):
    told = [str(note) for note in parsed.notes]
    assert sum("the prerequisite" in note for note in told) == 21
    assert (
        "graph.json:3023: conditional_independence: the prerequisite 'random variables' is no concept; left out "
        "(did you mean 'random_variables'?)"
    ) in told
    lines = (DATA / "graph.json").read_text().splitlines()
    assert lines[3022] == '"id": "conditional_independence",'


@needs_data
def test_every_concept_can_be_mastered_by_its_own_resources(parsed):
    """Each resource once, all right: the level must pass 0.8 by the update of DESIGN §3."""
    gain = parsed.course.settings["gainRight"]
    taught = defaultdict(list)
    for edge in parsed.course.teaches:
        taught[edge.point].append(edge.importance)
    for point in parsed.course.points:
        left = 1.0
        for importance in taught[point.id]:
            left *= 1 - gain * importance
        assert 1 - left >= 0.8, point.id
        assert max(taught[point.id]) == 1.0, f"{point.id} has no primary resource"


@needs_data
def test_a_concept_page_says_what_the_concept_rests_on(parsed):
    pages = {resource.id: resource for resource in parsed.course.resources}
    page = pages["metacademy/r/bayes_rule/page"]
    assert page.text.startswith("Bayes' rule") or "Builds on" in page.text
    assert (page.kind, page.minutes) == ("reading", 15)


def source(**changed) -> dict:
    concept = {"title": "A", "summary": "", "hours": None, "prerequisites": [], "resources": []}
    book = {"key": "book", "title": "Book", "url": "http://b.org", "resource_type": "textbook", "level": "graduate"}
    link = {"source": "book", "location": ["Part 1 [p1.html]", "Part 2"], "core": True, "needs": []}
    return {
        "concepts": [
            {**concept, "id": "one_two", "hours": 2.0, "resources": [link, link]},
            {
                **concept,
                "id": "three",
                "title": "B",
                "prerequisites": [{"id": "one-two", "reason": "Because."}],
                **changed,
            },
        ],
        "resources": [{**book, "specific_url_base": "http://b.org/files/"}],
    }


def read(tmp_path, content) -> parsing.ParsedCourse:
    (tmp_path / "graph.json").write_text(content if isinstance(content, str) else json.dumps(content, indent=0))
    return parsing.parse_course(metacademy.read(tmp_path))


def test_mixed_spelling_is_folded_and_told(tmp_path):
    parsed = read(tmp_path, source())
    assert [(edge.before, edge.after) for edge in parsed.course.prerequisites] == [
        ("metacademy/one_two", "metacademy/three")
    ]
    [note] = parsed.notes
    assert str(note).endswith("three: the prerequisite 'one-two' is spelled 'one_two' elsewhere; taken as that")


def test_a_link_becomes_a_resource(tmp_path):
    first, second, page, other = read(tmp_path, source()).course.resources
    assert (first.id, second.id) == ("metacademy/r/one_two/book", "metacademy/r/one_two/book-2")
    assert (first.title, first.text, first.url) == (
        "Book: Part 1 and 1 more",
        "Part 1\nPart 2",
        "http://b.org/files/p1.html",
    )
    assert (first.kind, first.minutes, first.difficulty, page.minutes) == ("reading", 120, 0.5, 15)
    assert page.text == "Leads to B."
    assert other.text == "Builds on A (Because)." and other.minutes == 120


@pytest.mark.parametrize("content", ["[]", '{"concepts": [{}], "resources": []}', '{"concepts": 3, "resources": []}'])
def test_another_file_is_one_problem(tmp_path, content):
    problems = validation.find_problems(read(tmp_path, content), GraphContext())
    assert len(problems) == 1 and "is not Metacademy's graph.json" in str(problems[0])


def test_no_file(tmp_path):
    [problem] = metacademy.read(tmp_path).problems
    assert str(problem) == "graph.json: cannot be read (No such file or directory); check its name and its rights"


def test_a_cut_file_is_told_with_its_line(tmp_path):
    [problem] = read(tmp_path, '{"concepts":\n').problems
    assert str(problem).startswith("graph.json:2: is not JSON")


@needs_data
@pytest.mark.database
async def test_it_is_imported(graph, parsed):
    done = await import_course(graph, parsed)
    assert done.written.created == {
        "points": 392,
        "prerequisites": 964,
        "resources": 1430,
        "teaches": 1430,
        "items": 0,
    }
    rows = await catalogue.read_course_rows(graph, "metacademy")
    assert len(rows.points) == 392 and rows.settings["licence"] == "CC BY-SA 3.0"
    assert not (await import_course(graph, parsed)).written.is_changed
