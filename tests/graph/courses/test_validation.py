"""Every kind of dirty folder is told with file, line, id and what to do; good ones pass."""

import pytest

from graph.courses.validation import GraphContext
from tests.graph.folders import GOOD, parse_folder, problems, write_folder

POINTS = GOOD["points.csv"]
EDGES = GOOD["prerequisites.csv"]
RESOURCES = GOOD["resources.jsonl"]
TEACHES = GOOD["teaches.csv"]
ITEM = GOOD["items.jsonl"]


def test_the_good_folder_has_no_problem(tmp_path):
    folder = write_folder(tmp_path)
    assert problems(folder) == []
    course = parse_folder(folder).course
    assert (course.id, course.title, course.settings["masteredAt"], course.rows) == ("tiny", "Tiny", 0.8, 12)
    assert course.teaches[0].importance == 1.0 and course.items[0].guessing == pytest.approx(1 / 3)


@pytest.mark.parametrize(
    ("file", "content", "told"),
    [
        ("course_json", None, 'course.json: is missing; write at least {"id": …'),
        ("course_json", '{"id": "tiny",\n', "course.json:2: is not JSON"),
        ("course_json", '["tiny"]', "course.json:1: must be one object"),
        ("course_json", '{"id": "tiny"}', "course.json:1: title: is empty; fill it in"),
        ("course_json", '{"id": "my course", "title": "T"}', "course.json:1: id: 'my course' is no id"),
        ("course_json", '{"id": "t", "title": "T", "masteredAt": 1.5}', "masteredAt: must be at least 0 and at most 1"),
        ("course_json", '{"id": "t", "title": "T", "tags": ["a"]}', "course.json:1: tags: must be text, a number"),
        ("course_json", '{"id": "t", "title": "T", "language": "English!"}', "language: must be a language tag"),
        ("points_csv", "", "points.csv:1: is empty; the first line names the columns"),
        ("points_csv", "id,name\n", "course.json: tiny: the course has no points"),
        ("points_csv", POINTS.replace(",", ";"), "points.csv:1: has its columns separated by semicolons; save it with"),
        ("points_csv", POINTS.replace(",", "\t"), "points.csv:1: has its columns separated by tabs"),
        ("points_csv", "id,title\ntiny/a,First\n", "points.csv:1: lacks the column name; the header has id, title"),
        ("points_csv", "id,name,id\ntiny/a,First,x\n", "points.csv:1: names 'id' twice"),
        ("points_csv", POINTS + "tiny/d,\n", "points.csv:5: has 2 cells and the header has 3; put a text that holds"),
        ("points_csv", POINTS + 'tiny/d,"open,A1\n', "points.csv:5: the row that starts here is not CSV"),
        ("points_csv", POINTS + "tiny/d, ,A1\n", "points.csv:5: tiny/d: name is empty; fill it in"),
        ("points_csv", POINTS + "tiny/d e,D,A1\n", "points.csv:5: tiny/d e: id 'tiny/d e' is no id"),
        ("points_csv", POINTS + "tiny/a,Again,A1\n", "points.csv:5: tiny/a: is there already, at points.csv:2"),
        (
            "points_csv",
            "id,name,metAt\ntiny/a,A,-0.1\n",
            "points.csv:2: tiny/a: metAt must be at least 0 and at most 1",
        ),
        ("points_csv", "id,name,hours\ntiny/a,A,many\n", "tiny/a: hours must be a number such as 0.5, not 'many'"),
        ("points_csv", "id,name,hours\ntiny/a,A,nan\n", "tiny/a: hours must be above 0"),
        (
            "points_csv",
            "id,name\ntiny/a,Caf\xe9\n".encode("latin-1"),
            "points.csv:2: is not UTF-8 (byte 0xe9; Latin-1 per",
        ),
        ("points_csv", POINTS.encode("utf-16"), "points.csv:1: is UTF-16; save it as UTF-8"),
        ("points_csv", POINTS.encode() + b"tiny/d,\0,A1\n", "points.csv:5: is not text: it holds a zero byte"),
        ("points_csv", POINTS + "tiny/d,a\x07b,A1\n", "points.csv:5: tiny/d: name holds a control character"),
        (
            "points_csv",
            f"id,name\ntiny/a,{'x' * 1_100_000}\n",
            "points.csv:2: the row that starts here is not CSV (a cell has more than 1,048,576 characters)",
        ),
        ("prerequisites_csv", EDGES + "tiny/x,tiny/a,\n", "there is no point 'tiny/x'; did you mean 'tiny/"),
        ("prerequisites_csv", EDGES + "tiny/a,other,\n", "tiny/a → other: there is no point 'other'; add it to points"),
        ("prerequisites_csv", EDGES + "tiny/a,tiny/a,\n", "prerequisites.csv:4: tiny/a → tiny/a: a point is no prereq"),
        ("prerequisites_csv", EDGES + "tiny/a,tiny/b,\n", "tiny/a → tiny/b: is there already, at prerequisites.csv:2"),
        (
            "prerequisites_csv",
            EDGES + "tiny/c,tiny/a,\n",
            "cycle tiny/a → tiny/b → tiny/c → tiny/a; remove or reject one of these edges: "
            "prerequisites.csv:2, prerequisites.csv:3, prerequisites.csv:4",
        ),
        (
            "prerequisites_csv",
            "from,to,status\ntiny/a,tiny/b,maybe\n",
            "status must be one of accepted, proposed, rejected",
        ),
        ("prerequisites_csv", "from,to,confidence\ntiny/a,tiny/b,2\n", "confidence must be at least 0 and at most 1"),
        ("resources_jsonl", RESOURCES + '\n{"id": "tiny/r/d"', "resources.jsonl:4: is not JSON"),
        ("resources_jsonl", RESOURCES + "\n[1, 2]", "resources.jsonl:4: is not an object; write one object a line"),
        ("resources_jsonl", f"[{RESOURCES}]", "resources.jsonl:1: is one JSON array"),
        (
            "resources_jsonl",
            RESOURCES.replace('"lesson"', '"game"', 1),
            "kind must be one of lesson, practice, reading",
        ),
        (
            "resources_jsonl",
            RESOURCES.replace('"text"', '"smell"', 1),
            "modality must be one of text, audio, video, inter",
        ),
        ("resources_jsonl", RESOURCES.replace("5", "0", 1), "tiny/r/a: minutes must be above 0"),
        ("resources_jsonl", RESOURCES.replace("5", "true", 1), "minutes must be a number such as 0.5, not True"),
        ("resources_jsonl", RESOURCES.replace("5", '"5,5"', 1), "minutes must be a number such as 0.5, not '5,5'"),
        ("resources_jsonl", RESOURCES.replace('"Lesson a"', "7", 1), "tiny/r/a: title must be text, not 7"),
        ("resources_jsonl", RESOURCES.replace('"Lesson a"', '"  "', 1), "tiny/r/a: title is empty; fill it in"),
        ("resources_jsonl", RESOURCES.replace('"id"', '"url": "javascript:x", "id"', 1), "url must be a web address"),
        ("resources_jsonl", RESOURCES.replace('"id"', '"difficulty": 99, "id"', 1), "difficulty must be at least -6"),
        (
            "teaches_csv",
            TEACHES + "tiny/r/a,tiny/b,main\n",
            "role must be one of primary, supporting, peripheral, not 'main'",
        ),
        (
            "teaches_csv",
            "resource,point,role,importance\ntiny/r/a,tiny/a,primary,1.2\n",
            "importance must be at least 0",
        ),
        (
            "teaches_csv",
            TEACHES + "tiny/r/q,tiny/a,primary\n",
            "there is no resource 'tiny/r/q'; did you mean 'tiny/r/",
        ),
        ("teaches_csv", TEACHES + "tiny/r/a,tiny/a,primary\n", "tiny/r/a → tiny/a: is there already, at teaches.csv:2"),
        (
            "teaches_csv",
            TEACHES.replace("tiny/r/b,tiny/b,primary\n", ""),
            "tiny/r/b: teaches nothing; add a row to teaches",
        ),
        ("items_jsonl", ITEM.replace('"answer": "2"', '"answer": ""'), "items.jsonl:1: tiny/q/1: answer is empty"),
        ("items_jsonl", ITEM.replace('"answer": "2"', '"answer": "3"'), "has its answer '3' among the distractors"),
        ("items_jsonl", ITEM.replace('["3", "4"]', "[]"), "has no distractors; write at least one wrong answer"),
        ("items_jsonl", ITEM.replace('["3", "4"]', '["3", "3 "]'), "names '3' twice in distractors"),
        ("items_jsonl", ITEM.replace('["3", "4"]', '["3", " "]'), "has an empty distractor"),
        ("items_jsonl", ITEM.replace('["3", "4"]', "34"), "distractors must be a list, not 34"),
        ("items_jsonl", ITEM.replace('["tiny/a"]', "[]"), "assesses no point; name at least one"),
        ("items_jsonl", ITEM.replace('"tiny/a"', '"tiny/z"'), "tiny/q/1: there is no point 'tiny/z'"),
        ("items_jsonl", ITEM.replace('"id"', '"guessing": 1, "id"'), "guessing must be at least 0 and at most 0.99"),
        ("items_jsonl", ITEM.replace("tiny/q/1", "tiny/r/a"), "tiny/r/a: is there already, at resources.jsonl:1"),
    ],
)
def test_dirty_folders(tmp_path, file, content, told):
    found = problems(write_folder(tmp_path, **{file: content}))
    assert any(told in problem for problem in found), found


def test_one_report_tells_everything_in_order(tmp_path):
    folder = write_folder(
        tmp_path,
        points_csv="id,name\ntiny/a,\ntiny/b,B\n",
        teaches_csv=TEACHES + "tiny/r/a,tiny/b,x\n",
        items_jsonl=ITEM.replace('"2"', '"3"'),
    )
    assert [problem.split(": ")[0] for problem in problems(folder)] == [
        "items.jsonl:1",
        "points.csv:2",
        "prerequisites.csv:3",
        "teaches.csv:4",
        "teaches.csv:5",
    ]


def test_a_row_with_a_problem_of_its_own_still_counts_as_there(tmp_path):
    found = problems(write_folder(tmp_path, points_csv=POINTS.replace("First", "")))
    assert found == ["points.csv:2: tiny/a: name is empty; fill it in"]


def test_links_to_a_table_that_could_not_be_read_are_not_judged(tmp_path):
    assert len(problems(write_folder(tmp_path, points_csv=b"\xff\xfe"))) == 1
    assert len(problems(write_folder(tmp_path, resources_jsonl=RESOURCES + "\n{"))) == 1


def test_what_is_tolerated(tmp_path):
    bom = b"\xef\xbb\xbf"
    folder = write_folder(
        tmp_path,
        points_csv=bom + POINTS.replace("\n", "\r\n").replace("tiny/a,", " tiny/a ,").encode(),
        resources_jsonl=bom + RESOURCES.replace("\n", "\r\n\r\n").encode(),
        prerequisites_csv=None,
    )
    assert problems(folder) == []
    assert [point.id for point in parse_folder(folder).course.points] == ["tiny/a", "tiny/b", "tiny/c"]


def test_tables_may_be_split_and_be_csv_or_jsonl(tmp_path):
    folder = write_folder(
        tmp_path,
        items_jsonl=None,
        **{"items_b1_csv": "id,prompt,answer,distractors,points\ntiny/q/1,1 + 1?,2,3|4,tiny/a|tiny/b\n"},
        **{"points_more_jsonl": '{"id": "tiny/d", "name": "Fourth"}'},
    )
    assert problems(folder) == []
    course = parse_folder(folder).course
    assert course.items[0].distractors == ("3", "4") and course.items[0].points == ("tiny/a", "tiny/b")
    assert len(course.points) == 4


def test_a_quoted_cell_over_several_lines_keeps_the_count_of_lines(tmp_path):
    text = 'id,name,description\ntiny/a,A,"one\ntwo"\n\ntiny/b,,x\ntiny/c,C,\n'
    assert problems(write_folder(tmp_path, points_csv=text)) == ["points.csv:5: tiny/b: name is empty; fill it in"]


def test_unread_files_and_columns_are_notes(tmp_path):
    folder = write_folder(tmp_path, point_csv="id\n", points_csv="id,name,colour\ntiny/a,A,red\ntiny/b,B,\ntiny/c,C,\n")
    notes = [str(note) for note in parse_folder(folder).notes]
    assert notes[0].startswith("point.csv: was not read: tables are named points, prerequisites")
    assert notes[1] == "points.csv:1: column 'colour' is not read"
    assert problems(folder) == []


def test_no_folder(tmp_path):
    assert problems(tmp_path / "nowhere")[0].startswith("nowhere: there is no such folder")


def test_a_cycle_through_the_graph_is_spelled_out(tmp_path):
    known = GraphContext(edges=(("tiny/c", "far"), ("far", "tiny/a")))
    [problem] = problems(write_folder(tmp_path), known)
    assert problem == (
        "prerequisites.csv:2: tiny/a → tiny/b: cycle tiny/a → tiny/b → tiny/c → far → tiny/a; remove or reject one of "
        "these edges: prerequisites.csv:2, prerequisites.csv:3, tiny/c → far in the graph, far → tiny/a in the graph"
    )


def test_only_accepted_edges_make_a_cycle(tmp_path):
    edges = "from,to,status\ntiny/a,tiny/b,accepted\ntiny/b,tiny/a,proposed\n"
    assert problems(write_folder(tmp_path, prerequisites_csv=edges)) == []


def test_each_knot_is_told_once(tmp_path):
    points = "id,name\n" + "".join(f"tiny/{x},{x}\n" for x in "abcdef")
    edges = "from,to\n" + "".join(f"tiny/{x},tiny/{y}\n" for x, y in ["ab", "bc", "ca", "ba", "de", "ed", "ad"])
    found = [problem for problem in problems(write_folder(tmp_path, points_csv=points, prerequisites_csv=edges))]
    assert [problem.split("cycle ")[1].split(";")[0] for problem in found] == [
        "tiny/a → tiny/b → tiny/a",
        "tiny/d → tiny/e → tiny/d",
    ]


def test_a_point_of_another_course_may_be_a_prerequisite(tmp_path):
    folder = write_folder(tmp_path, prerequisites_csv=EDGES + "other/z,tiny/a,\n")
    assert len(problems(folder)) == 1
    assert problems(folder, GraphContext(points=frozenset({"other/z"}))) == []
