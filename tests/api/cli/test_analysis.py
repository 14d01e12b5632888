"""`lodestar ask` and `lodestar tables`, as typed."""

import csv
import io
import json
from datetime import UTC, datetime

import duckdb
import pandas
import polars
import pyarrow.parquet as pq
import pytest
import typer

from api.cli import analysis
from graph.analysis.ready import list_questions
from graph.errors import GraphRefused, Invalid, NotFound
from services.analysis import output
from tests.api.cli.terminal import on_database, typed
from tests.graph import histories

pytestmark = pytest.mark.database
app = typer.Typer()
analysis.register(app)
MIXED = """
UNWIND [[1, datetime('2026-01-01T01:00:00+01:00'), ['a', 'b']], [2, null, []]] AS r
RETURN r[0] AS n, r[1] AS at, r[2] AS names"""
KNOWN = """
MATCH (k:KnowledgePoint) SET k.level = 'A1', k.domain = 'grammar'
WITH k MATCH (l:Learner) WHERE l.id IN ['learner', 'learner-1'] OR l.id = 'learner-2' AND k.id = 'c'
MERGE (l)-[m:MASTERY]->(k) SET m.level = 0.95, m.practicedAt = datetime()"""


@pytest.fixture(scope="module")
async def loop(module_graph):
    await histories.write_simulated_history(module_graph, learners=4, steps=6)
    await module_graph.execute_write(lambda work: work.text(KNOWN))
    return module_graph


@pytest.fixture
def lodestar(loop, address, monkeypatch):
    """Runs a command on the tests' database."""
    on_database(monkeypatch, address)

    async def run(*words):
        result = await typed(app, *words)
        return result.stdout, result.stderr

    return run


async def test_without_a_name_all_questions_are_listed_in_groups(lodestar):
    said, _ = await lodestar("ask")
    assert all(each.name in said for each in list_questions())
    assert said.index("progress") < said.index("points") < said.index("policies") and "--learner" in said


@pytest.mark.parametrize("words", [("--limit", "1"), ("--limit=1",), ("--course", "course", "--limit", "1")])
async def test_the_course_may_be_left_out_and_parameters_are_options(lodestar, words):
    said, _ = await lodestar("ask", "cohort_progress", *words, "--format", "csv")
    assert len(said.splitlines()) == 2 and said.startswith("learner,mastered,share")


async def test_dashes_and_underscores_are_one(lodestar):
    assert await lodestar("ask", "stuck_points", "--at-least", "1", "--format", "json")


@pytest.mark.parametrize(
    ("words", "error", "said"),
    [
        (["stuck_point"], Invalid, "no question 'stuck_point'. Did you mean stuck_points"),
        (["stuck_points", "--lmit", "2"], Invalid, "takes course, now, at_least, limit; not lmit. Did you mean limit"),
        (["stuck_points", "--course", "x"], Invalid, "There is no course 'x': one of course"),
        (["learner_timeline", "--learner", "x"], NotFound, "no learner 'x'"),
        (["team_skills", "--learners", "learner,marketing"], Invalid, "no team or learner marketing; no learner has"),
        (["policy_comparison", "--baseline", "neded"], Invalid, "no arm 'neded' in course; arms: random 1"),
        (["learner_timeline"], Invalid, r"needs learner \(STRING\)"),
        (["stuck_points", "--limit"], Invalid, "--limit needs a value"),
        (["stuck_points", "more"], Invalid, "stuck_points is asked already"),
        (["--learner", "x"], Invalid, "--learner belongs to a question"),
        (["stuck_points", "--cypher", "RETURN 1"], Invalid, "one thing at a time"),
        (["stuck_points", "--format", "xlsx"], Invalid, "choose one of table, csv, json, parquet"),
        (["stuck_points", "--format", "parquet"], Invalid, "--out FILE.parquet"),
        (["learner_timeline", "--plot", "x.png"], Invalid, "no picture; these questions have one: cohort_progress"),
        (["--file", "nowhere.cypher"], Invalid, "nowhere.cypher cannot be read"),
        (["--cypher", "CREATE (n)"], GraphRefused, "would change the graph"),
        (["--cypher", "UNWIND range(1,100000000) AS a UNWIND range(1,9999) AS b RETURN count(*)", "--timeout", "1"],
         GraphRefused, "longer than 1 s"),
    ],
)  # fmt: skip
async def test_what_is_wrong_is_said(lodestar, words, error, said):
    with pytest.raises(error, match=said):
        await lodestar("ask", *words)


async def test_own_cypher_with_parameters_and_a_file(lodestar, tmp_path):
    said, _ = await lodestar(
        "ask", "--cypher", "RETURN $n + 1 AS n, $who AS who", "--n", 2, "--who", "ada", "--format", "csv"
    )
    assert said == "n,who\n3,ada\n"
    (tmp_path / "q.cypher").write_text("MATCH (l:Learner)\nRETURN count(l) AS learners")
    said, _ = await lodestar("ask", "--file", tmp_path / "q.cypher", "--format", "json")
    assert json.loads(said) == [{"learners": 4}]


async def test_moments_and_lists_in_every_form(lodestar, tmp_path):
    said, _ = await lodestar("ask", "--cypher", MIXED, "--format", "csv")
    assert list(csv.reader(io.StringIO(said)))[1:] == [["1", "2026-01-01T00:00:00Z", '["a", "b"]'], ["2", "", "[]"]]
    said, _ = await lodestar("ask", "--cypher", MIXED, "--format", "json")
    assert json.loads(said)[0] == {"n": 1, "at": "2026-01-01T00:00:00Z", "names": ["a", "b"]}
    said, _ = await lodestar("ask", "--cypher", MIXED)
    assert "2026-01-01 00:00" in said and "a, b" in said
    path = tmp_path / "mixed.parquet"
    _, note = await lodestar("ask", "--cypher", MIXED, "--out", path)
    assert "2 rows in" in note
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert [str(field.type) for field in pq.read_schema(path)][:2] == ["int64", "timestamp[us, tz=UTC]"]
    assert polars.read_parquet(path).rows() == [(1, moment, ["a", "b"]), (2, None, [])]
    assert duckdb.sql(f"SELECT n, len(names) FROM '{path}' ORDER BY n").fetchall() == [(1, 2), (2, 0)]
    assert pandas.read_parquet(path)["at"].iloc[0] == pandas.Timestamp(moment)


async def test_more_rows_than_asked_for_are_told(lodestar):
    said, note = await lodestar("ask", "--cypher", "UNWIND range(1, 9) AS x RETURN x", "--rows", 3, "--format", "csv")
    assert len(said.splitlines()) == 4 and "cut after 3 rows" in note


async def test_what_neo4j_warns_of_is_told(lodestar):
    said, note = await lodestar("ask", "--cypher", "MATCH (l:Lerner) RETURN count(l) AS n", "--format", "csv")
    assert said == "n\n0\n" and "Neo4j warns:" in note and "Lerner" in note and "^" in note
    _, note = await lodestar("ask", "cohort_progress")
    assert "warns" not in note


async def test_rows_beyond_the_limit_are_told(lodestar):
    said, note = await lodestar("ask", "cohort_progress", "--limit", 2, "--format", "csv")
    assert len(said.splitlines()) == 3 and "the first 2 rows; there is more: --limit NUMBER" in note
    said, note = await lodestar("ask", "cohort_progress", "--limit", 4, "--format", "csv")
    assert len(said.splitlines()) == 5 and "there is more" not in note


async def test_an_unknown_team_is_told(lodestar, loop):
    teams = "MATCH (l:Learner) WHERE l.id IN ['learner-1', 'learner-2'] SET l.team = $team"
    await loop.execute_write(lambda work: work.text(teams, team="sales"))
    with pytest.raises(Invalid, match="There is no team or learner marketing, x; teams: sales"):
        await lodestar("ask", "team_skills", "--learners", "sales, marketing,x,learner")
    said, _ = await lodestar("ask", "team_skills", "--learners", "sales,learner", "--format", "json")
    assert {row["members"] for row in json.loads(said)} == {3}
    await loop.execute_write(lambda work: work.text("MATCH (l:Learner) REMOVE l.team"))


async def test_shown_for_browser(lodestar):
    said, _ = await lodestar("ask", "stuck_points", "--course", "english", "--show")
    assert (
        ':param course => "english"' in said and ":param now => datetime('" in said and "RETURN k.id AS point" in said
    )


@pytest.mark.parametrize("name", [each.name for each in list_questions() if each.plot])
async def test_every_picture_can_be_drawn(lodestar, tmp_path, name):
    given = {"at_least": 1, "goal": "d", "first": "a,b", "second": "b,a", "learner": "learner"}
    [asked] = [each for each in list_questions() if each.name == name]
    assert set(output.parse_plot(asked.plot).columns.values()) <= set(asked.columns)
    words = [word for key, value in given.items() if key in asked.params for word in (f"--{key}", value)]
    _, note = await lodestar("ask", name, *words, "--plot", tmp_path / "x.png")
    assert "picture in" in note and (tmp_path / "x.png").read_bytes().startswith(b"\x89PNG")


async def test_the_graph_as_tables(lodestar, tmp_path):
    said, _ = await lodestar("tables", tmp_path / "graph")
    assert "nodes and" in said
    assert len(polars.read_parquet(tmp_path / "graph" / "nodes" / "Learner.parquet")) == 4
    with pytest.raises(Invalid, match="is there already"):
        await lodestar("tables", tmp_path / "graph")


async def test_ids_are_whole_in_a_narrow_terminal(lodestar):
    ids = [f"personal-finance-for-young-adults/{name}-b8b14aab" for name in ("fixed-costs", "variable-costs")]
    for text in (f"'{ids[0]}' AS point", f"'{ids[0]}' AS point, '{ids[1]}' AS resource"):
        said, _ = await lodestar("ask", "--cypher", f"RETURN {text}, 'Costs that come' AS name, 0.25 AS share")
        assert all(id in said for id in ids[: text.count(" AS ")])
        assert "name" in said and "Costs" in said and "0.25" in said and "share" in said
