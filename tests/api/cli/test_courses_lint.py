"""`lodestar lint`, as typed: in the graph and in files, its exit codes, and texts that no terminal can show."""

import asyncio
import json
import re

import pytest
import typer
from typer.testing import CliRunner

from api.cli import courses
from graph.formats import registry
from graph.importing import import_course
from graph.lint.findings import list_checks
from tests.api.cli.terminal import on_database
from tests.graph.folders import GOOD, write_folder

app = typer.Typer()
courses.register(app)
INVERTED = GOOD["points.csv"].replace("First,A1", "First,C1")
KEYED = '{"id": "tiny/q/1", "prompt": "1?", "answer": "2", "distractors": ["2", "3"], "points": ["tiny/a"]}'


def run(*words):
    result = CliRunner().invoke(app, ["lint", *map(str, words)], env={"COLUMNS": "200"})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.exit_code, re.sub(r"[\s│┃]+", " ", result.output)


@pytest.fixture
def lodestar(graph, address, monkeypatch):
    """Runs the command on the tests' database (in a thread: a command has an event loop of its own)."""
    on_database(monkeypatch, address)

    async def on_graph(*words):
        return await asyncio.to_thread(run, *words)

    return on_graph


def test_files_need_no_database(tmp_path):
    assert run(write_folder(tmp_path)) == (0, f"{tmp_path}: nothing to mend ")
    code, said = run(write_folder(tmp_path, points_csv=INVERTED))
    assert code == 0 and "level_inversions warning 1 tiny/a → tiny/b mend it: turn the edge round" in said
    assert "1 warning; lodestar lint --check NAME" in said


def test_what_fails(tmp_path):
    write_folder(tmp_path, points_csv=INVERTED)
    assert [run(tmp_path, "--fail-on", word)[0] for word in ("error", "warning", "never")] == [0, 1, 0]
    write_folder(tmp_path, items_jsonl=KEYED)
    assert [run(tmp_path, "--fail-on", word)[0] for word in ("error", "warning", "never")] == [1, 1, 0]
    assert run(tmp_path, "--fail-on", "note")[0] == 2


def test_one_check_says_every_id_with_its_fault(tmp_path):
    code, said = run(write_folder(tmp_path, items_jsonl=KEYED), "--check", "items_without_answers")
    assert code == 1 and "tiny/q/1 the answer is a distractor" in said and "mend it: fill in the answer" in said
    code, said = run(tmp_path, "--check", "spelling")
    assert code == 2 and "choose one of refused, goal_out_of_reach" in said


def test_rows_that_import_refuses(tmp_path):
    code, said = run(write_folder(tmp_path, points_csv=GOOD["points.csv"].replace("First", "")), "--all")
    assert code == 1 and "points.csv:2 tiny/a: name is empty; fill it in" in said


def test_json(tmp_path):
    result = CliRunner().invoke(app, ["lint", str(write_folder(tmp_path, points_csv=INVERTED)), "--json"])
    [found] = json.loads(result.output)
    assert found["check"] == "level_inversions" and found["ids"] == ["tiny/a → tiny/b"] and found["course"] == "tiny"
    assert found["detail"] == ["C1 before A1"] and found["count"] == 1 and found["fix"].startswith("turn the edge")


def test_broken_text_and_markup_are_shown_and_crash_nothing(tmp_path):
    points = GOOD["points.csv"].replace("tiny/c,Third", "tiny/[red]\u202e\ufffd,Th\ufffdrd")
    code, said = run(write_folder(tmp_path, points_csv=points), "--all")
    assert code == 1 and "tiny/[red]\ufffd\ufffd" in said and "broken_text" in said


def test_every_check_is_listed():
    code, said = run("--list")
    assert code == 0 and all(check.name in said for check in list_checks()) and "refused" in said


@pytest.mark.database
async def test_one_course_or_all(lodestar, graph, tmp_path):
    await import_course(graph, registry.read_course_files(write_folder(tmp_path, points_csv=INVERTED)))
    assert await lodestar("--fail-on", "warning") == await lodestar("tiny", "--fail-on", "warning")
    await graph.execute_write(lambda work: work.text("CREATE (:KnowledgePoint {id: 'tiny/new', name: 'New'})"))
    code, said = await lodestar()
    assert code == 0 and "beside the courses" in said and "strays warning 1 tiny/new mend it: draw INCLUDES" in said


@pytest.mark.database
async def test_no_such_course(lodestar):
    with pytest.raises(Exception, match="There is no course 'none'"):
        await lodestar("none")
