"""Interaction logs from files: what each column may hold, and files that cannot be read."""

import math

from graph.course import Place
from graph.interaction_files import RawInteraction, read_interaction_files


def test_csv_row_by_row(tmp_path):
    file = tmp_path / "log.csv"
    file.write_text("learner,resource,time,outcome\nann,u,1970-01-02T12:00:00Z,1\n bob , v ,43200,\n,,,wrong\n")
    rows, problems = read_interaction_files(file)
    assert problems == []
    assert rows == [
        RawInteraction("ann", "u", 1.5, 1.0, Place("log.csv", 2)),
        RawInteraction("bob", "v", 0.5, None, Place("log.csv", 3)),
        RawInteraction("", "", None, 0.0, Place("log.csv", 4)),
    ]


def test_jsonl_of_any_values(tmp_path):
    file = tmp_path / "log.jsonl"
    lines = [
        '{"learner": 7, "resource": "u", "time": 86400, "outcome": true}',
        '{"learner": null, "resource": ["u"], "time": "soon", "outcome": {}}',
        '{"time": "0001-01-01T00:00:00+23:00", "outcome": "0.5"}',
    ]
    file.write_text("\n".join(lines))
    rows, problems = read_interaction_files(file)
    assert problems == []
    assert rows[0][:4] == ("7", "u", 1.0, 1.0)
    assert (rows[1].learner, rows[1].item) == ("", "['u']") and math.isnan(rows[1].days) and math.isnan(rows[1].outcome)
    assert (rows[2].learner, rows[2].item, rows[2].outcome) == ("", "", 0.5)


def test_what_cannot_be_read_is_a_problem(tmp_path):
    (tmp_path / "columns.csv").write_text("user,resource,time\nann,u,1\n")
    (tmp_path / "broken.jsonl").write_text('{"learner": "ann"\n')
    (tmp_path / "notes.txt").write_text("no log")
    rows, problems = read_interaction_files(tmp_path)
    assert rows == []
    texts = [str(problem) for problem in problems]
    assert texts[0].startswith("broken.jsonl:1")
    assert texts[1:] == [
        "columns.csv:1: has no column learner; columns are learner, resource, time, outcome",
        "notes.txt: was not read: interaction logs end in .csv or .jsonl",
    ]
