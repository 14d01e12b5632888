"""The spreadsheet that teachers keep: a row a topic, with all that people do in spreadsheets."""

import datetime

import openpyxl
import pytest

from graph.courses.validation import GraphContext, find_problems
from graph.formats import registry
from tests.graph.formats.xlsx.test_reader import book, told

HEADINGS = ["Topic", "Unit", "Level", "Prerequisite(s)", "Link", "Minutes (min)", "Type"]


def test_a_plain_sheet(tmp_path):
    path = book(
        tmp_path / "Year 5 Maths.xlsx",
        Plan=[
            ["Our plan", None],
            [],
            [*HEADINGS, "Remarks"],
            ["Counting ", "Numbers", 1, None, "https://youtu.be/x", "10"],
            ["Adding, small", "Numbers", "1", "counting", "Book: https://a.org/b; Worksheet 3", 20.0, None, "nice"],
            ["Sums", "Numbers", "2", "Adding, Small, year-5-maths/counting", None, None],
            ["C++", None, None, "Sums;\nCounting\n-", "https://a.org/c\nhttps://a.org/d", "1.5 h", "Video"],
        ],
    )
    parsed = registry.read_course_files(path)
    assert parsed.problems == [] and find_problems(parsed, GraphContext()) == []
    course = parsed.course
    assert (course.id, course.title) == ("year-5-maths", "Year 5 Maths")
    assert [(point.id, point.name, point.domain, point.level) for point in course.points[:3]] == [
        ("year-5-maths/counting", "Counting", "Numbers", "1"),
        ("year-5-maths/adding-small", "Adding, small", "Numbers", "1"),
        ("year-5-maths/sums", "Sums", "Numbers", "2"),
    ]
    assert course.points[3].id.startswith("year-5-maths/c-") and course.points[3].at.line == 7
    names = {point.id: point.name for point in course.points}
    assert {(names[edge.before], names[edge.after]) for edge in course.prerequisites} == {
        ("Counting", "Adding, small"),
        ("Adding, small", "Sums"),
        ("Counting", "Sums"),
        ("Sums", "C++"),
        ("Counting", "C++"),
    }
    assert [(one.title, one.url, one.kind, one.minutes) for one in course.resources] == [
        ("Counting: youtu.be", "https://youtu.be/x", "video", 10),
        ("Adding, small: Book", "https://a.org/b", "reading", 20),
        ("Adding, small: Worksheet 3", None, "reading", 20),
        ("C++: a.org", "https://a.org/c", "video", 90),
        ("C++: a.org", "https://a.org/d", "video", 90),
    ]
    assert [str(note) for note in parsed.notes] == [
        "Year 5 Maths.xlsx, sheet Plan:3: the column 'Remarks' is not read",
        "Year 5 Maths.xlsx: 1 topics have no link, so nothing can be recommended for them, e.g. 'Sums'",
    ]


def test_ids_stay_when_rows_move_and_links_change(tmp_path):
    rows = [["A", "https://a.org/1"], ["B", "https://a.org/2"]]
    first = registry.read_course_files(book(tmp_path / "a.xlsx", s=[["Topic", "Link"], *rows])).course
    rows = [["New", None], ["B", "https://a.org/3\nhttps://a.org/2"], ["A", "https://a.org/1"]]
    second = registry.read_course_files(
        book(tmp_path / "a.xlsx", s=[["Link", "Topic"], *(row[::-1] for row in rows)])
    ).course
    assert {point.id for point in first.points} < {point.id for point in second.points}
    assert {(one.id, one.url) for one in first.resources} < {(one.id, one.url) for one in second.resources}


def test_merged_cells_links_behind_texts_hidden_sheets_and_dates(tmp_path):
    path = tmp_path / "a.xlsx"
    workbook = openpyxl.Workbook()
    sheet = workbook.active
    for row in [HEADINGS, ["One", "U", None, None, "Watch", 5], [None, None, None, None, "Read", 7], ["Two"]]:
        sheet.append(row)
    sheet["A5"], sheet["C5"] = "Three", datetime.date(2026, 5, 1)
    sheet.merge_cells("A2:A3")
    sheet.merge_cells("B2:B4")
    sheet["E2"].hyperlink = "https://youtu.be/x"
    workbook.create_sheet("old").append(["Topic"])
    workbook["old"].sheet_state = "hidden"
    workbook.save(path)
    parsed = registry.read_course_files(path)
    assert parsed.problems == []
    assert [(point.name, point.domain, point.level) for point in parsed.course.points] == [
        ("One", "U", None),
        ("Two", "U", None),
        ("Three", None, "2026-05-01"),
    ]
    assert [(one.title, one.url, one.minutes) for one in parsed.course.resources] == [
        ("One: Watch", "https://youtu.be/x", 5),
        ("One: Read", None, 7),
    ]
    assert "a.xlsx, sheet old: was not read: it is hidden" in map(str, parsed.notes)


@pytest.mark.parametrize(
    ("rows", "problem"),
    [
        ([["Thing", "Who"]], "a.xlsx, sheet s:1: has no heading for the topic; found Thing, Who; headings that are kn"),
        ([["Topic", "Name"]], "a.xlsx, sheet s:1: has more than one heading for the topic (Topic, Name); rename one"),
        ([["Topic"]], "a.xlsx: holds no topics"),
        ([], "a.xlsx: holds no topics"),
        ([["Topic", "Unit"], [None, "U"]], "a.xlsx, sheet s:2: has no topic; write it, or merge its cell"),
        ([["Topic"], ["To be?"], ["to be"]], "a.xlsx, sheet s:3: to be: reads like 'To be?' at a.xlsx, sheet s:2;"),
        ([["Topic", "Requires"], ["Sums", "Summs"]], "a.xlsx, sheet s:2: Sums: there is no topic 'Summs'; did"),
        ([["Topic", "Link", "Time"], ["A", "x", "soon"]], "a.xlsx, sheet s:2: A: minutes must be a number such as 45"),
        ([["Topic", "Link", "Type"], ["A", "x", "dance"]], "a.xlsx, sheet s:2: A: the type 'dance' is not known"),
        ([["Topic", "Link"], ["A", "=B9"]], "a.xlsx, sheet s:2: s!B2 holds a formula that was never calculated"),
        ([["Topic", "Link", "Time"], ["A", "x", -5]], "a.xlsx, sheet s:2: A: minutes must be a number such as 45, or"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_row_and_remedy(tmp_path, rows, problem):
    found = told(book(tmp_path / "a.xlsx", s=rows))
    assert len(found) == 1 and found[0].startswith(problem), found


def test_a_cycle_names_the_rows(tmp_path):
    parsed = registry.read_course_files(book(tmp_path / "a.xlsx", s=[["Topic", "Requires"], ["A", "B"], ["B", "A"]]))
    [problem] = find_problems(parsed, GraphContext())
    assert "cycle a/b → a/a → a/b" in str(problem) and "a.xlsx:2" not in str(problem)
    assert "sheet s:2" in str(problem) and "sheet s:3" in str(problem)


def test_a_sheet_course_names_the_course(tmp_path):
    path = book(tmp_path / "a.xlsx", course=[["id", "maths"], ["language", "en"]], s=[["Topic"], ["A"]])
    course = registry.read_course_files(path).course
    assert (course.id, course.title, course.settings) == ("maths", "a", {"language": "en"})
    assert course.points[0].id == "maths/a"
