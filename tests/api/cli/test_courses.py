"""`lodestar import`, `export` and `courses`, as typed."""

import json
import re

import pytest
import typer

from api.cli import courses
from graph import catalogue
from graph.errors import Conflict, NotFound
from graph.formats import registry
from graph.importing import import_course, read_course
from tests.api.cli.terminal import on_database, typed
from tests.graph.folders import GOOD, write_folder

pytestmark = pytest.mark.database
app = typer.Typer()
courses.register(app)


@pytest.fixture
def lodestar(graph, address, monkeypatch):
    """Runs a command on the tests' database."""
    on_database(monkeypatch, address)

    async def run(*words):
        result = await typed(app, *words)
        return result.exit_code, re.sub(r"[\s│┃]+", " ", result.output)

    return run


async def test_import_and_import_again(lodestar, tmp_path):
    code, said = await lodestar("import", write_folder(tmp_path))
    assert code == 0 and "points 3" in said and "teaches 3" in said
    assert "revision 1 next: lodestar lint tiny" in said
    code, said = await lodestar("import", tmp_path)
    assert (code, said.strip()) == (0, "Tiny: nothing changed, the graph is as the files say (revision 1)")


async def test_a_bad_folder_is_reported_whole(lodestar, graph, tmp_path):
    folder = write_folder(tmp_path, points_csv=GOOD["points.csv"].replace("First", ""), items_jsonl="[3]")
    for words in (["import", folder], ["import", folder, "--check"]):
        code, said = await lodestar(*words)
        assert code == 1 and "points.csv:2: tiny/a: name is empty; fill it in" in said
        assert "items.jsonl:1: is one JSON array" in said and "2 problems; nothing was imported" in said
    assert await catalogue.list_courses(graph) == []


async def test_check_writes_nothing(lodestar, graph, tmp_path):
    code, said = await lodestar("import", write_folder(tmp_path), "--check")
    assert code == 0 and "Tiny: 12 rows, no problem An import would do this:" in said and "points 3" in said
    assert await catalogue.list_courses(graph) == []
    revisions = await graph.execute_read(lambda work: work.text("MATCH (v:Revision) RETURN v.number"))
    assert revisions == []
    await lodestar("import", tmp_path)
    assert "An import would change nothing" in (await lodestar("import", tmp_path, "--check"))[1]


async def test_check_without_a_database_looks_at_the_files(monkeypatch, tmp_path):
    monkeypatch.delenv("NEO4J_URI", raising=False)
    monkeypatch.setenv("LODESTAR_HOME", str(tmp_path / "home"))
    result = await typed(app, "import", write_folder(tmp_path), "--check")
    assert result.exit_code == 0 and "no problem (the files alone: the database is not running)" in result.output


async def test_notes_are_told(lodestar, tmp_path):
    code, said = await lodestar("import", write_folder(tmp_path, point_csv="id\n"))
    assert code == 0 and "note point.csv: was not read" in said


async def test_another_form_must_be_one_that_is_known(lodestar, tmp_path):
    code, said = await lodestar("import", tmp_path, "--from", "scorm")
    assert code == 2 and "choose one of folder, " in said
    code, said = await lodestar("import", tmp_path, "--from", "metacademy")
    assert code == 1 and "graph.json: cannot be read" in said and "1 problem; nothing" in said


async def test_export_and_courses(lodestar, tmp_path):
    assert (await lodestar("courses"))[1].strip().startswith("There is no course yet. Import one:")
    await lodestar("import", write_folder(tmp_path / "in"))
    code, said = await lodestar("courses")
    assert code == 0 and "tiny Tiny en CC0-1.0 3 3 1" in said
    code, said = await lodestar("export", "tiny", tmp_path / "out")
    assert code == 0 and "Tiny: 12 rows in" in said
    code, said = await lodestar("import", tmp_path / "out")
    assert "nothing changed" in said
    with pytest.raises(NotFound, match="There is no course 'other'"):
        await lodestar("export", "other", tmp_path / "other")


async def test_export_to_another_form(lodestar, tmp_path):
    await lodestar("import", write_folder(tmp_path / "in"))
    file = tmp_path / "tiny.json"
    for words in ([], ["--to", "case"]):
        code, said = await lodestar("export", "tiny", file, *words)
        assert code == 0 and "Tiny: 12 rows in" in said
        assert json.loads(file.read_text())["CFDocument"]["title"] == "Tiny"
    code, said = await lodestar("import", file)
    assert (code, "nothing changed" in said) == (0, True)
    code, said = await lodestar("export", "tiny", file, "--to", "metacademy")
    assert code == 2 and "choose one of folder, " in said
    with pytest.raises(Conflict, match="cannot be written"):
        await lodestar("export", "tiny", tmp_path, "--to", "case")


@pytest.fixture
async def long_ids(graph, tmp_path):
    """A course whose ids are as long as those that sheets give."""
    long = "personal-finance-for-young-adults"
    changes = {name: GOOD[name].replace("tiny", long) for name in GOOD}
    names = {name.replace("-", "__").replace(".", "_"): text for name, text in changes.items()}
    names["points_csv"] = names["points_csv"].replace("First,A1", "First,C1")
    await import_course(graph, registry.read_course_files(write_folder(tmp_path, **names)))
    return long


async def test_ids_are_whole_in_a_narrow_terminal(lodestar, long_ids):
    point = f"{long_ids}/a"
    assert f" {long_ids} " in (await lodestar("courses"))[1]
    assert f" {point} → {long_ids}/b " in (await lodestar("lint", long_ids))[1]


TOPICS = ["Topic,Prerequisites,Link,Minutes", *(f"T{n},,https://example.org/{n},10" for n in range(10))]


async def test_importing_ones_own_sheet_again_is_safe(lodestar, graph, tmp_path):
    sheet = tmp_path / "Money.csv"
    sheet.write_text("\n".join(TOPICS))
    assert (await lodestar("import", sheet))[0] == 0
    text = """
        MATCH (c:Course {id: 'money'}) SET c.masteredAt = 0.7, c.title = 'Money and you'
        WITH c MATCH (k:KnowledgePoint) WHERE k.id IN ['money/t1', 'money/t2']
        CREATE (:Item {id: 'money/q/' + k.name, prompt: '1?', answer: '2', distractors: ['3'], discrimination: 1.0,
          difficulty: 0.0, guessing: 0.5, status: 'active', courses: 'money'})-[:ASSESSES]->(k)"""
    await graph.execute_write(lambda work: work.text(text))
    sheet.write_text("\n".join([*TOPICS[:2], *TOPICS[3:], "New,,https://example.org/new,5"]))
    code, said = await lodestar("import", sheet, "--check")
    assert code == 0 and "Money: 30 rows, no problem An import would do this:" in said
    assert "points 1 1 " in said and "items 1 " in said and "revision" not in said
    before = await read_course(graph, "money")
    assert len(before.points) == 10 and len(before.items) == 2
    code, said = await lodestar("import", sheet)
    assert code == 0 and "points 1 1 " in said and "next: lodestar lint money" in said
    after = await read_course(graph, "money")
    assert [item.id for item in after.items] == ["money/q/T2"]
    assert (after.title, after.settings["masteredAt"]) == ("Money and you", 0.7)


async def test_where_a_good_part_would_go_import_asks(lodestar, graph, tmp_path):
    sheet = tmp_path / "Money.csv"
    sheet.write_text("\n".join(TOPICS))
    await lodestar("import", sheet)
    before = await read_course(graph, "money")
    sheet.write_text("\n".join(TOPICS[:8]))
    code, said = await lodestar("import", sheet, "--check")
    assert code == 0 and "asks for --replace 3 of 10 points would go: money/t7, money/t8, money/t9" in said
    with pytest.raises(Conflict, match=r"3 of 10 points would go: money/t7, money/t8, money/t9\n3 of 10 resources"):
        await lodestar("import", sheet)
    assert await read_course(graph, "money") == before
    sheet.write_text("\n".join(TOPICS[:9]))
    assert (await lodestar("import", sheet))[0] == 0
    sheet.write_text("\n".join(TOPICS[:6]))
    assert (await lodestar("import", sheet, "--replace"))[0] == 0
    assert len((await read_course(graph, "money")).points) == 5
