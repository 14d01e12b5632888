"""Questions in every version of QTI become items, and items become QTI 2.1 that comes back whole."""

import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import readers
from graph.courses import validation
from graph.courses.validation import GraphContext
from graph.formats import registry
from graph.formats.ims.questions import parse_questions
from tests.graph.folders import courses
from tests.graph.formats.ims import (
    ESSAY,
    HALF,
    QTI_3_ITEM,
    QTI_MANIFEST,
    QTI_PACKAGE,
    SEVERAL,
    TRUE,
    field,
    item_1,
    packed,
    qti_1,
    qti_2,
    unpacked,
)

ENGLISH = Path(__file__).parents[3] / "examples" / "english"
CHOICES = {"a": "1", "b": "2", "c": "3"}


def one(document: str):
    [question] = parse_questions(readers.parse_xml(document.encode()))
    return question


def read(file: Path):
    return registry.read_course_files(file, "qti")


def problems(file: Path) -> list[str]:
    return [str(problem) for problem in validation.find_problems(read(file), GraphContext())]


def test_qti_1_2():
    asked = one(qti_1(HALF)).choice
    assert (asked.prompt, asked.answer, asked.distractors) == ("What is half of 8?", "4", ("2", "6"))
    assert one(qti_1(HALF)).group == "Quiz 1"
    named = qti_1(item_1("x", "?", CHOICES, "b", field("cc_question_category", "Halves")), title="")
    assert (one(named).category, one(named).group) == ("Halves", "")


def test_qti_2_1():
    asked = one(qti_2()).choice
    assert asked.prompt == "A sign says: Wait.\n\nWhat do you do?"
    assert (asked.answer, asked.distractors, asked.lossy) == ("I wait", ("I go", "I run"), False)
    with_picture = one(qti_2(body='<p><img src="sign.png"/></p>'))
    assert with_picture.choice.lossy
    assert "[a red sign]" in one(qti_2(body='<p><img src="s.png" alt="a red sign"/></p>')).choice.prompt


def test_qti_3_0():
    asked = one(QTI_3_ITEM).choice
    assert (asked.prompt, asked.answer, asked.distractors) == ("Two and two?", "4", ("3",))


@pytest.mark.parametrize(
    ("document", "why"),
    [
        (qti_1(SEVERAL), "may have several right answers"),
        (qti_1(ESSAY), "asks for a text and not for one choice"),
        (qti_1(HALF.replace(">b<", ">z<")), "has 0 right answers among its choices"),
        (qti_1(HALF.replace("100", "0")), "has 0 right answers"),
        (qti_1(HALF.replace("100", "much")), "has 0 right answers"),
        (qti_1(HALF.replace(">6<", ">4<")), "has two choices that read alike"),
        (qti_1(item_1("x", "?", {"a": "1"}, "a")), "has fewer than two choices with a text"),
        (qti_1(item_1("x", "?", {"a": "1", "b": ""}, "b")), "has fewer than two choices with a text"),
        (qti_1(item_1("x", "", CHOICES, "b")), "has no text to ask with"),
        (qti_1('<item ident="x"/>'), "shows nothing"),
        (qti_2(cardinality="multiple"), "may have several right answers"),
        (qti_2(right="D"), "has 0 right answers"),
        (qti_2(body="<textEntryInteraction/>"), "asks by textEntryInteraction, choiceInteraction"),
        (qti_2().replace("choiceInteraction", "orderInteraction"), "asks by orderInteraction"),
        ('<assessmentItem identifier="q"/>', "asks by no interaction"),
    ],
)
def test_other_questions_are_refused_with_a_reason(document, why):
    question = one(document)
    assert question.choice is None and question.refusal.startswith(why)


def test_a_file_of_questions(tmp_path):
    (tmp_path / "Week one.xml").write_text(qti_1(HALF, TRUE, SEVERAL))
    found = read(tmp_path / "Week one.xml")
    assert validation.find_problems(found, GraphContext()) == []
    course = found.course
    assert (course.id, course.title) == ("week-one", "Week one")
    assert [(point.id, point.name) for point in course.points] == [("week-one/quiz-1", "Quiz 1")]
    assert [item.id for item in course.items] == ["week-one/q/half", "week-one/q/yes"]
    [note] = found.notes
    assert str(note).startswith("Week one.xml:") and "several: the question may have several right answers" in str(note)


def test_a_package_names_its_points_by_subject_section_or_not_at_all(tmp_path):
    found = read(packed(tmp_path / "signs.zip", QTI_PACKAGE))
    assert validation.find_problems(found, GraphContext()) == []
    points = {item.id: item.points for item in found.course.items}
    assert points == {"signs/q/q-1": ("signs/signs", "signs/std-9"), "signs/q/q-2": ("signs/waiting",)}
    alone = read(packed(tmp_path / "one.zip", {"a.xml": qti_2(), "b.xml": "<other/>", "c.txt": "<"}))
    assert [item.points for item in alone.course.items] == [("one/one",)]
    assert [str(note) for note in alone.notes] == [
        "one.zip: one: 1 question(s) do not say what they ask about; they assess this point"
    ]
    assert read(unpacked(tmp_path / "signs", QTI_PACKAGE)).course == found.course


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"a.xml": "<assessmentItem>\n<itemBody>"}, "a.xml:2: is not XML"),
        ({"a.xml": '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'}, "a.xml:1: declares a DTD"),
        ({"a.xml": "<other/>"}, "bad.zip: holds no question in QTI 1.2, 2.x or 3.0; export questions"),
        ({"a.xml": qti_1(ESSAY)}, "bad.zip: holds no question that can become an item; export questions"),
        ({"imsmanifest.xml": QTI_MANIFEST}, "bad.zip: holds no question in QTI"),
        ({**QTI_PACKAGE, "imsmanifest.xml": "<manifest"}, "imsmanifest.xml:1: is not XML"),
        ({**QTI_PACKAGE, "lodestar.jsonl": "{"}, "lodestar.jsonl:1: is not JSON"),
    ],
)
def test_what_is_malformed_is_a_problem_with_its_line(tmp_path, members, message):
    told = problems(packed(tmp_path / "bad.zip", members))
    assert any(problem.startswith(message) for problem in told), told


def test_two_right_answers_by_two_conditions_are_several():
    twice = HALF.replace("</resprocessing>", HALF[HALF.index('<respcondition continue="No">') :].replace("</item>", ""))
    twice = twice[: twice.index("</resprocessing>")] + "</resprocessing></item>"
    second = twice[::-1].replace(">b<"[::-1], ">c<"[::-1], 1)[::-1]
    assert one(qti_1(second)).refusal.startswith("has 2 right answers")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms(use_true_random=False), st.sampled_from([qti_1(HALF, TRUE), qti_2(), QTI_3_ITEM]))
def test_no_damage_is_an_exception(tmp_path, dice: random.Random, document):
    content = bytearray(document.encode())
    for _ in range(dice.randint(1, 6)):
        start = dice.randrange(len(content) + 1)
        content[start : start + dice.choice([0, 1, 30])] = dice.choice(
            [b"", b"<", b"&", b'"', b"\x00", b"\xe9", b"<a/>"]
        )
    (tmp_path / "a.xml").write_bytes(bytes(content))
    validation.find_problems(read(tmp_path / "a.xml"), GraphContext())


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(courses())
def test_any_course_comes_back(tmp_path, course):
    registry.write_course_files(course, tmp_path / "any.zip", "qti")
    back = read(tmp_path / "any.zip")
    assert (back.problems, back.notes) == ([], [])
    assert back.course.sorted() == course


def test_other_programs_see_the_questions_and_their_subjects(tmp_path):
    course = registry.read_course_files(ENGLISH).course
    registry.write_course_files(course, tmp_path / "english.zip", "qti")
    assert read(tmp_path / "english.zip").course.sorted() == course.sorted()
    with readers.open_archive(tmp_path / "english.zip") as archive:
        members = {name: archive.read(name) for name in archive.namelist() if name != "lodestar.jsonl"}
    seen = read(packed(tmp_path / "foreign.zip", members))
    assert validation.find_problems(seen, GraphContext()) == []
    names = {point.id: point.name for point in (*course.points, *seen.course.points)}

    def about(items):
        return {(item.prompt, item.answer, frozenset(names[point] for point in item.points)) for item in items}

    assert about(seen.course.items) == about(course.items)


def test_line_breaks_and_blanks_of_texts_come_back(tmp_path):
    course = registry.read_course_files(ENGLISH).course
    odd = replace(course.items[0], prompt="One\ntwo\n\nthree  four", answer=" a <b> & c", distractors=("x\ny", "z"))
    odd = replace(odd, answer=odd.answer.strip())
    for form, file in (("qti", "a.zip"), ("cartridge", "a.imscc")):
        registry.write_course_files(replace(course, items=(odd,)), tmp_path / file, form)
        assert registry.read_course_files(tmp_path / file, form).course.items == (odd,)
