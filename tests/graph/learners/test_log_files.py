"""Answer logs from files: what each column may hold, and files that cannot be read."""

import math

from graph.courses.records import FileLocation
from graph.learners.log_files import RawAnswer, read_answer_files


def test_csv_row_by_row(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("learner,skill,right,item,time\nann,a;b,1,q1,1970-01-02T12:00:00Z\nbob, c ,false,,\n")
    rows, problems = read_answer_files(file)
    assert problems == []
    assert rows == [RawAnswer("ann", ("a", "b"), 1.0, "q1", 1.5), RawAnswer("bob", ("c",), 0.0)]
    assert [row.at for row in rows] == [FileLocation("log.csv", 2), FileLocation("log.csv", 3)]


def test_jsonl_with_lists_and_numbers(tmp_path):
    file = tmp_path / "log.jsonl"
    file.write_text('{"learner": 7, "skill": ["a", "b", "a"], "right": true, "time": 43200, "order": 3}\n')
    (row,), problems = read_answer_files(file)
    assert problems == []
    assert (row.learner, row.skills, row.right, row.days, row.order) == ("7", ("a", "b"), 1.0, 0.5, 3.0)


def test_what_is_no_number_and_no_time_is_nan(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("learner,skill,right,time,order\nann,a,perhaps,yesterday,inf\n")
    (row,), _ = read_answer_files(file)
    assert math.isnan(row.right) and math.isnan(row.days) and math.isnan(row.order)


def test_a_folder_is_read_file_by_file(tmp_path):
    (tmp_path / "b.csv").write_text("learner,skill,right\nbob,a,0\n")
    (tmp_path / "a.jsonl").write_text('{"learner": "ann", "skill": "a", "right": 1}\n')
    (tmp_path / "readme.txt").write_text("no log")
    rows, problems = read_answer_files(tmp_path)
    assert [row.learner for row in rows] == ["ann", "bob"]
    assert [str(problem) for problem in problems] == ["readme.txt: was not read: answer logs end in .csv or .jsonl"]


def test_what_cannot_be_read_is_a_problem(tmp_path):
    (tmp_path / "columns.csv").write_text("user,skill,right\nann,a,1\n")
    (tmp_path / "bytes.csv").write_bytes(b"learner,skill,right\n\xff,a,1\n")
    rows, problems = read_answer_files(tmp_path)
    assert rows == []
    assert "bytes.csv:2: is not UTF-8" in str(problems[0])
    assert str(problems[1]).startswith("columns.csv:1: has no column learner")
    assert "no such file" in str(read_answer_files(tmp_path / "nowhere")[1][0])


def test_jsonl_of_any_values(tmp_path):
    file = tmp_path / "log.jsonl"
    lines = [
        '{"learner": null, "skill": {"a": 1}, "right": {}, "time": "soon"}',
        '{"time": "0001-01-01T00:00:00+23:00", "right": "0.5"}',
    ]
    file.write_text("\n".join(lines))
    (odd, early), problems = read_answer_files(file)
    assert problems == []
    assert (odd.learner, odd.skills) == ("", ("{'a': 1}",)) and math.isnan(odd.days) and math.isnan(odd.right)
    assert (early.learner, early.skills, early.right) == ("", (), 0.5) and early.days < -719_000
