"""One of OATutor's courses: every skill, lesson and objective of the source, and an error that names the courses."""

import json
from collections import Counter
from pathlib import Path

import pytest

from graph.courses import parsing, validation
from graph.courses.validation import GraphContext
from graph.formats import oatutor
from graph.importing import import_course

DATA = Path(__file__).parents[4] / "shared" / "data" / "oatutor"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data/oatutor is not there")


def read(folder: Path, course: str | None = None) -> parsing.ParsedCourse:
    return parsing.parse_course(oatutor.read(Path(f"{folder}#{course}") if course else folder))


def problems(folder: Path, course: str | None = None) -> list[str]:
    return [str(problem) for problem in validation.find_problems(read(folder, course), GraphContext())]


def plans() -> list[dict]:
    return json.loads((DATA / "coursePlans.json").read_text())


@pytest.fixture(scope="module")
def every_course():
    return {plan["courseName"]: read(DATA, plan["courseName"]) for plan in plans()}


@needs_data
def test_every_course_has_all_that_the_source_has(every_course):
    seen, nameless = 0, 0
    for plan in plans():
        found = every_course[plan["courseName"]]
        course = found.course
        objectives = [(lesson["id"], skill) for lesson in plan["lessons"] for skill in lesson["learningObjectives"]]
        nameless += len(found.notes)
        objectives = [(lesson, skill) for lesson, skill in objectives if skill]
        assert {point.id for point in course.points} == {f"oatutor/{skill}" for _, skill in objectives}
        assert [(edge.resource.rpartition("/")[2], edge.point.removeprefix("oatutor/")) for edge in course.teaches] == (
            objectives
        )
        assert len(course.resources) == len(plan["lessons"])
        assert validation.find_problems(found, GraphContext()) == []
        assert {point.mastered_at for point in course.points} == {0.85}
        seen += len(course.resources)
    assert (len(plans()), seen, nameless) == (18, 626, 2)


@needs_data
def test_a_course_in_full():
    found = read(DATA, "openstax college algebra")
    course = found.course
    assert (course.id, course.title, found.notes) == (
        "oatutor-openstax-college-algebra",
        "OpenStax: College Algebra",
        [],
    )
    assert (len(course.points), len(course.resources), len(course.teaches)) == (284, 59, 288)
    assert course.settings == {
        "language": "en",
        "licence": "CC BY 4.0",
        "source": "CAHLR/OATutor-Content; OpenStax: College Algebra",
        "gainRight": 0.9,
        "bktMastery": 0.1,
        "bktTransit": 0.1,
        "bktSlip": 0.1,
        "bktGuess": 0.1,
    }
    steps = Counter(skill for skills in json.loads((DATA / "skillModel.json").read_text()).values() for skill in skills)
    first = course.points[0]
    assert (first.name, first.domain) == ("Classifying a real number", "Real Numbers")
    assert first.description == f"{steps['classifying_a_real_number']} problem steps in OATutor."
    lines = (DATA / "coursePlans.json").read_text().splitlines()
    for lesson in course.resources:
        assert lesson.id.rpartition("/")[2] in lines[lesson.at.line - 1]
        assert 5 <= lesson.minutes <= 60 and lesson.url.endswith(lesson.id.rpartition("/")[2])


@needs_data
def test_points_are_the_same_in_every_course_that_has_them(every_course):
    every: dict[str, object] = {}
    shared = 0
    for found in every_course.values():
        for point in found.course.points:
            shared += point.id in every
            assert every.setdefault(point.id, point) == point
    assert (len(every), shared) == (1232, 392)


@needs_data
def test_without_a_name_the_courses_are_listed():
    [problem] = problems(DATA)
    assert problem.startswith(
        "coursePlans.json: holds many courses; put one of these names behind the path and a #: Data 8"
    )
    assert all(plan["courseName"] in problem for plan in plans())
    assert "holds no course 'Latin'" in problems(DATA, "Latin")[0]
    assert read(DATA, "Matematik 4").course.settings["language"] == "sv"


def little(folder: Path, **changed) -> Path:
    lesson = {"id": "l1", "name": "Lesson 1", "topics": "", "learningObjectives": {"adding_up": 0.9}}
    course = {"courseName": "Sums", "language": "en", "courseOER": 0.0, "courseLicense": 0.0, "lessons": [lesson]}
    files = {
        "coursePlans.json": [course],
        "skillModel.json": {"s1a": ["adding_up"]},
        "defaultBKTParams.json": {
            "adding_up": {"probMastery": 0.2, "probTransit": 0.1, "probSlip": 0.1, "probGuess": 0.1}
        },
    }
    folder.mkdir(exist_ok=True)
    for name, value in {**files, **changed}.items():
        if value is not None:
            (folder / name).write_text(value if isinstance(value, str) else json.dumps(value, indent=1))
    return folder


def test_a_single_course_needs_no_name_and_no_parameters(tmp_path):
    parsed = read(little(tmp_path, **{"defaultBKTParams.json": None}))
    assert parsed.problems == [] and parsed.course.title == "Sums"
    assert parsed.course.settings["licence"] == "CC BY 4.0"
    assert parsed.course.points[0].description == "1 problem step in OATutor."
    assert read(little(tmp_path / "a#b")).course.title == "Sums"


def test_parameters_that_differ_are_told(tmp_path):
    lesson = {"id": "l1", "name": "Lesson 1", "topics": "", "learningObjectives": {"a": 0.9, "b": 0.8}}
    rates = {"probMastery": 0.2, "probTransit": 0.1, "probSlip": 0.1, "probGuess": 0.1}
    changed = {
        "coursePlans.json": [{"courseName": "Sums", "lessons": [lesson]}],
        "defaultBKTParams.json": {"a": rates, "b": {**rates, "probSlip": 0.3}},
    }
    parsed = read(little(tmp_path, **changed))
    assert [str(note) for note in parsed.notes] == [
        "defaultBKTParams.json: oatutor-sums: probSlip differs between skills (2 values); left out"
    ]
    assert parsed.course.settings["bktGuess"] == 0.1 and "bktSlip" not in parsed.course.settings
    assert [point.mastered_at for point in parsed.course.points] == [0.9, 0.8]


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"coursePlans.json": "[{"}, "coursePlans.json:1: is not JSON"),
        (
            {"coursePlans.json": '[{"courseName": "Sums"}]'},
            "coursePlans.json: is not OATutor's coursePlans.json (KeyError",
        ),
        ({"coursePlans.json": "3"}, "coursePlans.json: is not OATutor's coursePlans.json (TypeError"),
        ({"skillModel.json": "[1]"}, "skillModel.json: is not OATutor's skillModel.json (AttributeError"),
        ({"skillModel.json": "{\n\n"}, "skillModel.json:3: is not JSON"),
        ({"defaultBKTParams.json": "\x00"}, "defaultBKTParams.json:1: is not text"),
    ],
)
def test_another_file_is_one_problem(tmp_path, changed, message):
    [problem] = problems(little(tmp_path, **changed))
    assert problem.startswith(message), problem


def test_no_folder(tmp_path):
    [problem] = problems(tmp_path / "nowhere", "Sums")
    assert problem.startswith("coursePlans.json: cannot be read (No such file or directory)")


@needs_data
@pytest.mark.database
async def test_two_courses_share_their_points(graph):
    first, second = (read(DATA, name) for name in ("SJSU 1018", "SJSU 1019S"))
    done = await import_course(graph, first)
    assert done.written.created["points"] == 74
    again = await import_course(graph, second)
    assert again.written.is_changed
    assert not (await import_course(graph, first)).written.is_changed
