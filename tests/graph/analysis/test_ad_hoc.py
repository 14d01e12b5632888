"""Analysts' own questions: nothing can be changed, files cannot be read, what is too heavy is stopped and says so."""

import asyncio
import re
import time
from datetime import UTC, date, datetime

import pytest

from graph.analysis.ad_hoc import run_query
from graph.connection import connect
from graph.errors import GraphRefused, GraphUnavailable, Invalid
from tests.conftest import RUNNING as RUNNING_SERVER

pytestmark = pytest.mark.database

WRITES = [
    "CREATE (n:Learner {id: 'x'})",
    "MERGE (n:Learner {id: 'x'}) RETURN n",
    "MATCH (n:Lodestar) SET n.revision = 99",
    "MATCH (n:Lodestar) REMOVE n.revision",
    "MATCH (n:Lodestar) DETACH DELETE n",
    "MATCH (n) CALL (n) { SET n.x = 1 } RETURN count(*) AS n",
    "FOREACH (x IN [1] | CREATE (:X))",
    "UNWIND [1] AS x CALL (x) { CREATE (:X) } IN TRANSACTIONS",
    "CREATE INDEX x IF NOT EXISTS FOR (n:X) ON (n.y)",
    "DROP CONSTRAINT learner_id IF EXISTS",
    "CREATE CONSTRAINT x IF NOT EXISTS FOR (n:X) REQUIRE n.id IS UNIQUE",
    "CALL db.createLabel('X')",
    "CALL db.createProperty('x')",
    "CREATE USER x SET PASSWORD 'longenough'",
    "ALTER USER neo4j SET PASSWORD 'longenough'",
    "DROP USER neo4j",
]
OTHER = [
    ("UNWIND [1] AS x CALL (x) { RETURN 1 AS y } IN TRANSACTIONS RETURN x", "leave IN TRANSACTIONS out"),
    ("CALL db.clearQueryCaches()", "administers"),
    ("CALL dbms.killConnection('bolt-1')", "administers"),
    ("SHOW USERS", "administers"),
    ("TERMINATE TRANSACTIONS 'neo4j-transaction-1'", "ends somebody's transaction"),
    (
        "SHOW TRANSACTIONS YIELD transactionId AS t TERMINATE TRANSACTIONS t YIELD message RETURN message",
        "ends somebody's transaction",
    ),
    ("LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row", "reads files"),
    ("LOAD CSV FROM 'http://127.0.0.1:7474/' AS row RETURN row", "reads files"),
    ("RETURN COLLECT { LOAD CSV FROM 'file:///etc/passwd' AS row RETURN row } AS found", "reads files"),
]
HEAVY = "UNWIND range(1, 100000000) AS a UNWIND range(1, 100000) AS b RETURN count(*) AS pairs"
RUNNING = (
    "SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery STARTS WITH 'UNWIND range(1, 10000' RETURN count(*) AS n"
)


async def everything(graph):
    """What there is, schema included."""

    async def unit(work):
        return [
            await work.text("MATCH (n) RETURN labels(n) AS l, properties(n) AS p ORDER BY elementId(n)"),
            await work.text("SHOW INDEXES YIELD name RETURN name ORDER BY name"),
            await work.text("SHOW CONSTRAINTS YIELD name RETURN name ORDER BY name"),
        ]

    return await graph.execute_read(unit)


async def test_nothing_can_be_changed(graph):
    before = await everything(graph)
    for text in WRITES:
        with pytest.raises(GraphRefused, match="questions only read"):
            await run_query(graph, text, {})
    assert await everything(graph) == before


@pytest.mark.parametrize(("text", "why"), OTHER)
async def test_files_administration_and_others_transactions_are_refused(graph, text, why):
    with pytest.raises(GraphRefused, match=why):
        await run_query(graph, text, {})


@pytest.mark.parametrize("source", ["file:///etc/passwd", "http://127.0.0.1:7474/", "https://[::1]:7474/"])
async def test_the_managed_server_reads_no_files_for_anybody(graph, request, source):
    if "managed" not in request.config.stash[RUNNING_SERVER].what:
        pytest.skip("not the managed server: it reads what its own settings allow")
    with pytest.raises(Exception, match=r"allow_csv_import_from_file_urls|is blocked"):
        await graph.execute_read(lambda work: work.text("LOAD CSV FROM $source AS row RETURN row", source=source))


async def test_a_heavy_question_is_stopped_and_leaves_nothing_running(graph):
    started = time.monotonic()
    with pytest.raises(GraphRefused, match=r"took longer than 1 s and was stopped.*--timeout"):
        await run_query(graph, HEAVY, {}, timeout=1)
    assert time.monotonic() - started < 30
    assert await until_none_runs(graph)


async def test_a_question_that_is_given_up_is_stopped_on_the_server(address, graph):
    async with connect(address) as own:
        task = asyncio.create_task(run_query(own, HEAVY, {}))
        while not await runs(graph):
            await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await until_none_runs(graph)


async def runs(graph):
    [row] = await graph.execute_read(lambda work: work.text(RUNNING))
    return row["n"]


async def until_none_runs(graph):
    for _ in range(100):
        if not await runs(graph):
            return True
        await asyncio.sleep(0.1)
    return False


async def test_what_needs_too_much_memory_is_stopped(graph):
    text = "UNWIND range(1, 100000000) AS a RETURN size(collect([a, toString(a), toString(a)])) AS n"
    with pytest.raises((GraphRefused, GraphUnavailable), match="memory"):
        await run_query(graph, text, {})


async def test_rows_are_cut_and_it_is_said(graph):
    answer = await run_query(graph, "UNWIND range(1, 50) AS x RETURN x", {}, rows=20)
    assert len(answer.rows) == 20 and answer.is_truncated
    assert not (await run_query(graph, "UNWIND range(1, 20) AS x RETURN x", {}, rows=20)).is_truncated


async def test_values_are_plain(graph):
    text = """
    CREATE (a:Learner {id: 'a', since: date('2026-01-02')})-[:MASTERY {level: 0.5}]->(b:KnowledgePoint {id: 'b'})"""
    await graph.execute_write(lambda work: work.text(text))
    answer = await run_query(
        graph,
        """
        MATCH path = (a:Learner)-[m:MASTERY]->(b)
        RETURN a, m, path, datetime('2026-01-01T02:00:00+02:00') AS at, date('2026-01-01') AS day, $list AS list,
          duration('P1DT2H') AS long, point({x: 1, y: 2}) AS place, {at: [datetime('2026-01-01T00:00:00Z')]} AS map""",
        {"list": [1, "x"]},
    )
    [row] = answer.records()
    learner = {"labels": ["Learner"], "id": "a", "since": date(2026, 1, 2)}
    mastery = {"type": "MASTERY", "source": "a", "target": "b", "level": 0.5}
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert row["a"] == learner and row["m"] == mastery
    assert row["path"] == [learner, mastery, {"labels": ["KnowledgePoint"], "id": "b"}]
    assert (row["at"], row["day"], row["list"]) == (moment, date(2026, 1, 1), [1, "x"])
    assert (row["long"], row["place"], row["map"]) == ("P1DT2H", [1.0, 2.0], {"at": [moment]})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("MATCH (n)\nWHERE n.x = 1\nRETRN n", "line 3, column 1\nRETRN n\n^"),
        ("MATCH (n) RETURN m", "line 1, column 18\nMATCH (n) RETURN m\n                 ^"),
        ("RETURN $x AS y", "Expected parameter(s): x"),
        ("RETURN 1/0 AS x", "/ by zero"),
        ("  ", "The question is empty"),
        ("RETURN date('+12000-01-01') AS day", "return it as text: toString"),
    ],
)
async def test_a_mistake_is_shown_where_it_is(graph, text, said):
    with pytest.raises(Invalid, match=re.escape(said)):
        await run_query(graph, text, {})


async def test_what_nobody_has_is_warned_of(graph):
    await graph.execute_write(lambda work: work.text("CREATE (:Learner {id: 'a'})"))
    answer = await run_query(
        graph, "MATCH (l:Learner)\nWHERE EXISTS { (l:Lerner)-[:DOES]->() }\nRETURN l.nmae AS x", {}
    )
    said = "\n".join(answer.warnings)
    assert all(f"`{name}`" in said or f": {name})" in said for name in ("Lerner", "DOES", "nmae")), said
    assert "line 2, column 19\nWHERE EXISTS { (l:Lerner)-[:DOES]->() }\n                  ^" in said
    assert not (await run_query(graph, "MATCH (l:Learner) RETURN avg(l.step) AS x", {})).warnings[1:]
    assert not (await run_query(graph, "MATCH (l:Learner) RETURN l.id AS id", {})).warnings
