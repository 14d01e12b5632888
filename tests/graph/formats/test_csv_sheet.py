"""A CSV file of a row a topic, with commas, semicolons or tabs."""

import pytest

from graph.courses.validation import GraphContext, find_problems
from graph.formats import registry

ROWS = [
    ["Topic", "Prerequisites", "Link", "Minutes"],
    ["Counting", "", "Video: https://a.org/1", "10"],
    ["Adding", "counting", "https://a.org/2", "20"],
]


@pytest.mark.parametrize(("delimiter", "name"), [(",", "Maths.csv"), (";", "Maths.csv"), ("\t", "Maths.tsv")])
def test_it_is_read_like_a_workbook(tmp_path, delimiter, name):
    path = tmp_path / name
    path.write_text("Our plan\n\n" + "\n".join(delimiter.join(row) for row in ROWS), encoding="utf-8-sig")
    parsed = registry.read_course_files(path)
    assert parsed.problems == [] and find_problems(parsed, GraphContext()) == []
    assert [point.id for point in parsed.course.points] == ["maths/counting", "maths/adding"]
    assert [(edge.before, edge.after) for edge in parsed.course.prerequisites] == [("maths/counting", "maths/adding")]
    assert [(one.title, one.minutes) for one in parsed.course.resources] == [
        ("Counting: Video", 10),
        ("Adding: a.org", 20),
    ]
    assert parsed.unstated == {"settings", "items"} and parsed.course.points[1].at.line == 5


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Topic,Prerequisites\nA,Bee\n", "Bad.csv:2: A: there is no topic 'Bee'"),
        ("id,prompt\n1,2\n", "Bad.csv: holds no topics"),
        ("Foo,Bar\n1,2\n", "Bad.csv:1: has no heading for the topic; found Foo, Bar"),
        ("", "Bad.csv: holds no topics"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path, text, said):
    (tmp_path / "Bad.csv").write_text(text)
    assert said in str(registry.read_course_files(tmp_path / "Bad.csv").problems[0])
