"""The whole graph as Parquet, read back by pandas, polars, DuckDB and PyG, and compared with the graph."""

from datetime import UTC, datetime, timedelta

import duckdb
import pandas
import polars
import pyarrow.parquet as pq
import pytest

from graph.analysis.parquet import EDGE_COLUMNS, NODE_COLUMNS, TIMESTAMP, TableWriter, write_tables
from graph.errors import Invalid
from models.pyg_export import read_hetero_data
from tests.graph.recommendation_loop import run_loop
from tests.graph.recommendations.test_candidates import CHAIN
from tests.graph.worlds import NOW, write_worlds

pytestmark = pytest.mark.database


@pytest.fixture
async def lived(graph):
    """A course on which a learner has done a few rounds."""
    await write_worlds(graph, CHAIN)
    await run_loop(graph, "learner", NOW, 4)
    return graph


async def rows(graph, text):
    return await graph.execute_read(lambda work: work.text(text))


async def test_every_node_and_relationship_is_there_once(lived, tmp_path):
    written = await write_tables(lived, tmp_path / "graph")
    nodes = {row["l"]: row["n"] for row in await rows(lived, "MATCH (n) RETURN labels(n)[0] AS l, count(*) AS n")}
    edges = {row["t"]: row["n"] for row in await rows(lived, "MATCH ()-[r]->() RETURN type(r) AS t, count(*) AS n")}
    assert {name: count for name, count in written.nodes.items() if count} == nodes
    assert {name: count for name, count in written.edges.items() if count} == edges
    assert written.nodes.keys() >= NODE_COLUMNS.keys() and written.edges.keys() >= EDGE_COLUMNS.keys()
    for kind, counts in written._asdict().items():
        for name, count in counts.items():
            assert pq.read_metadata(tmp_path / "graph" / kind / f"{name}.parquet").num_rows == count


async def test_polars_and_duckdb_read_what_the_graph_holds(lived, tmp_path):
    await write_tables(lived, tmp_path / "graph")
    told = await rows(
        lived,
        "MATCH (:Learner)-[m:MASTERY]->(k) RETURN k.id AS k, m.level AS level, m.practicedAt AS at ORDER BY k",
    )
    frame = polars.read_parquet(tmp_path / "graph" / "edges" / "MASTERY.parquet").sort("target_id")
    assert frame["level"].to_list() == [row["level"] for row in told]
    assert frame["practicedAt"].to_list() == [row["at"].to_native().astimezone(UTC) for row in told]
    path = tmp_path / "graph" / "nodes" / "Interaction.parquet"
    [counted] = duckdb.sql(f"SELECT count(*), avg(reward), max(\"at\"), any_value(points) FROM '{path}'").fetchall()
    [own] = await rows(lived, "MATCH (i:Interaction) RETURN count(*) AS n, avg(i.reward) AS reward, max(i.at) AS at")
    assert counted[0] == own["n"] and counted[1] == pytest.approx(own["reward"])
    assert counted[2] == own["at"].to_native() and isinstance(counted[3], list)


async def test_pandas_reads_utc_moments_and_lists(lived, tmp_path):
    await write_tables(lived, tmp_path / "graph")
    frame = pandas.read_parquet(tmp_path / "graph" / "nodes" / "Recommendation.parquet").sort_values("step")
    assert str(frame["at"].dt.tz) == "UTC" and frame["at"].iloc[1] - frame["at"].iloc[0] == timedelta(hours=12)
    told = await rows(lived, "MATCH (q:Recommendation) RETURN q.candidates AS candidates ORDER BY q.step")
    assert [list(each) for each in frame["candidates"]] == [row["candidates"] for row in told]


async def test_types_are_the_same_for_an_empty_graph_and_a_full_one(lived, tmp_path):
    await write_tables(lived, tmp_path / "full")
    await lived.execute_write(lambda work: work.text("MATCH (n) DETACH DELETE n"))
    await write_tables(lived, tmp_path / "empty")
    for path in (tmp_path / "empty").rglob("*.parquet"):
        full = pq.read_schema(tmp_path / "full" / path.relative_to(tmp_path / "empty"))
        assert {field.name: field.type for field in pq.read_schema(path)}.items() <= {
            f.name: f.type for f in full
        }.items()


async def test_what_is_not_of_the_model_is_kept_with_its_own_type(graph, tmp_path):
    text = """
    CREATE (a:Learner {id: 'a', team: 'north', seats: 2, scores: [1.5, 2.0], met: datetime('2026-01-01T01:00:00+01:00'),
      born: date('2001-02-03'), level: 'B2'})
    CREATE (b:Learner {id: 'b', seats: 2.5, level: 3})-[:`KNOWS/SEES` {since: 2020, source_id: 'x'}]->(a)
    CREATE (:Note {text: 'no id'})"""
    await graph.execute_write(lambda work: work.text(text))
    await write_tables(graph, tmp_path / "graph")
    frame = polars.read_parquet(tmp_path / "graph" / "nodes" / "Learner.parquet").sort("id")
    assert frame["seats"].to_list() == [2.0, 2.5] and frame["scores"].to_list() == [[1.5, 2.0], None]
    assert frame["met"].to_list() == [datetime(2026, 1, 1, tzinfo=UTC), None] and frame["level"].to_list() == [
        "B2",
        "3",
    ]
    edge = polars.read_parquet(tmp_path / "graph" / "edges" / "KNOWS%2FSEES.parquet").to_dicts()
    ends = {"source_id": "b", "source_label": "Learner", "target_id": "a", "target_label": "Learner"}
    assert edge == [{**ends, "since": 2020}]
    [note] = polars.read_parquet(tmp_path / "graph" / "nodes" / "Note.parquet").to_dicts()
    assert note["text"] == "no id" and note["id"]


async def test_pyg_sees_the_same_graph(lived, tmp_path):
    await write_tables(lived, tmp_path / "graph")
    data = read_hetero_data(tmp_path / "graph")
    edges = data["Learner", "MASTERY", "KnowledgePoint"]
    told = await rows(lived, "MATCH (l:Learner)-[m:MASTERY]->(k) RETURN l.id AS l, k.id AS k, m.level AS level")
    ends = [
        (data["Learner"].ids[source], data["KnowledgePoint"].ids[target])
        for source, target in edges.edge_index.T.tolist()
    ]
    levels = edges.edge_attr[:, edges.columns.index("level")].tolist()
    assert dict(zip(ends, levels, strict=True)) == pytest.approx({(row["l"], row["k"]): row["level"] for row in told})
    counts = await rows(lived, "MATCH (k:KnowledgePoint) RETURN k.id AS id, k.prerequisiteCount AS n")
    place = data["KnowledgePoint"].columns.index("prerequisiteCount")
    mine = dict(zip(data["KnowledgePoint"].ids, data["KnowledgePoint"].x[:, place].tolist(), strict=True))
    assert mine == {row["id"]: row["n"] for row in counts}
    assert data.validate()


async def test_a_folder_appears_whole_or_not_at_all(lived, tmp_path, monkeypatch):
    def broken(self):
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(TableWriter, "finish", broken)
    with pytest.raises(RuntimeError, match="the disk is full"):
        await write_tables(lived, tmp_path / "graph")
    assert list(tmp_path.iterdir()) == []


async def test_nothing_is_overwritten(lived, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(Invalid, match="is there already; name a new folder"):
        await write_tables(lived, tmp_path)
    assert (tmp_path / "mine.txt").read_text() == "mine"


def test_moments_are_utc():
    assert str(TIMESTAMP) == "timestamp[us, tz=UTC]"
