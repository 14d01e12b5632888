"""What is put back into the tests' database is what was there."""

import pytest

from graph.importing import import_course
from tests import little_course
from tests.graph.folders import parse_folder, write_folder
from tests.snapshot import Snapshot, clear, is_clear

pytestmark = pytest.mark.database


def ordered(values: dict) -> str:
    """The properties by name: Neo4j gives them in any order."""
    return repr(sorted(values.items()))


def content(snapshot: Snapshot) -> tuple[dict, dict]:
    """Everything but the ids that Neo4j gives; a node stands for its values."""
    nodes = {row["id"]: (labels, ordered(row["values"])) for labels, rows in snapshot.nodes.items() for row in rows}
    edges = {
        kind: sorted((nodes[row["start"]], nodes[row["end"]], ordered(row["values"])) for row in rows)
        for kind, rows in snapshot.edges.items()
    }
    return sorted(nodes.values()), edges


async def test_a_course_is_put_back_whole(graph, tmp_path):
    await import_course(graph, parse_folder(write_folder(tmp_path)))
    before = await Snapshot.take(graph)
    await graph.execute_write(lambda work: work.text("MATCH (k:KnowledgePoint) DETACH DELETE k CREATE (:Other)"))
    await before.restore(graph)
    assert content(await Snapshot.take(graph)) == content(before)
    assert len(before.edges) >= 3 and before.size > 10


async def test_the_little_course_is_the_same_however_often_it_is_loaded(graph):
    found = []
    for _ in range(2):
        await clear(graph)
        await little_course.load(graph)
        found.append(content(await Snapshot.take(graph)))
    assert found[0] == found[1]
    assert not await is_clear(graph)


async def test_a_dropped_index_comes_back(graph):
    names = "SHOW INDEXES YIELD name, type WHERE type <> 'LOOKUP' RETURN name ORDER BY name"
    before = await graph.execute_read(lambda work: work.text(names))
    constraint = (await graph.execute_read(lambda work: work.text("SHOW CONSTRAINTS YIELD name")))[0]["name"]
    await graph.execute_write(lambda work: work.text(f"DROP CONSTRAINT {constraint}"))
    await clear(graph)
    assert await graph.execute_read(lambda work: work.text(names)) == before
