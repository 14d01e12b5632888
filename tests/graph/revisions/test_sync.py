"""What people change by hand in Neo4j Browser is noticed, checked, mended where it must be, and numbered."""

import pytest

from graph.revisions import history
from graph.revisions.snapshot import find_changed_chunks
from graph.revisions.sync import compare_counts, sync_graph
from tests.graph.revisions.curated import derived, run, state, tiny

pytestmark = pytest.mark.database

BY_HAND = {
    "renamed point": "MATCH (k:KnowledgePoint {id: 'tiny/a'}) SET k.name = 'Fisrt'",
    "same length": "MATCH (k:KnowledgePoint {id: 'tiny/a'}) SET k.name = 'Tsrif'",
    "kind of number": "MATCH (r:Resource {id: 'tiny/r/a'}) SET r.minutes = 5",
    "new property": "MATCH (r:Resource {id: 'tiny/r/a'}) SET r.reviewed = date('2026-01-02'), r.at = datetime()",
    "new edge": "MATCH (a {id: 'tiny/a'}), (c {id: 'tiny/c'}) CREATE (a)-[:PREREQUISITE_OF {status: 'accepted'}]->(c)",
    "status": "MATCH ()-[e:PREREQUISITE_OF]->({id: 'tiny/b'}) SET e.status = 'rejected'",
    "importance": "MATCH ({id: 'tiny/r/a'})-[e:TEACHES]->() SET e.importance = 0.5",
    "deleted resource": "MATCH (r:Resource {id: 'tiny/r/a'}) DETACH DELETE r",
    "deleted point": "MATCH (k:KnowledgePoint {id: 'tiny/b'}) DETACH DELETE k",
    "new point": "MATCH (c:Course) CREATE (c)-[:INCLUDES]->(:KnowledgePoint {id: 'Meine Idee', name: 'Eine Idee'})",
    "left the course": "MATCH (:Course)-[e:INCLUDES]->({id: 'tiny/a'}) DELETE e",
    "new resource": "MATCH (k {id: 'tiny/c'}) CREATE (:Resource {id: 'x', title: 'X'})-[:TEACHES]->(k)",
    "item": "MATCH (i:Item), (k {id: 'tiny/c'}) CREATE (i)-[:ASSESSES]->(k)",
    "setting": "MATCH (c:Course) SET c.masteredAt = 0.9",
    "other id": "MATCH (r:Resource {id: 'tiny/r/a'}) SET r.id = 'tiny/r/z'",
    "judged semantic edge": "MATCH (a {id: 'tiny/a'}), (c {id: 'tiny/c'}) "
    "CREATE (a)-[:RELATED_TO {status: 'rejected'}]->(c)",
}


@pytest.mark.parametrize("text", BY_HAND.values(), ids=BY_HAND.keys())
async def test_a_change_by_hand_is_noticed_numbered_and_then_known(graph, tmp_path, text):
    await tiny(graph, tmp_path)
    assert (await sync_graph(graph)).revision is None
    await run(graph, text)
    settled = await sync_graph(graph)
    assert settled.revision == 2 and settled.counts
    [newest, _] = await history.list_revisions(graph)
    assert (newest.author, newest.action, newest.courses) == ("browser", "browser", ["tiny"])
    assert await find_changed_chunks(graph) == set() and (await sync_graph(graph)).revision is None


async def test_counts_alone_tell_what_was_added_or_deleted(graph, tmp_path):
    await tiny(graph, tmp_path)
    before = await compare_counts(graph)
    assert not any(before.differences.values()) and before.revision == 1
    await run(graph, BY_HAND["new edge"])
    assert (await compare_counts(graph)).differences["prerequisites"] == 1
    await sync_graph(graph)
    assert not any((await compare_counts(graph)).differences.values())


async def test_what_is_derived_follows(graph, tmp_path):
    await tiny(graph, tmp_path)
    await run(graph, BY_HAND["new edge"])
    await run(graph, "MATCH (r {id: 'tiny/r/a'}), (k {id: 'tiny/b'}) CREATE (r)-[:TEACHES {role: 'primary'}]->(k)")
    await sync_graph(graph)
    rows = {row["id"]: row for row in await derived(graph)}
    assert rows["tiny/c"]["degree"] == 2
    assert (rows["tiny/a"]["other"], rows["tiny/a"]["weight"]) == ("tiny/b", 0.5)


async def test_a_cycle_by_hand_is_set_aside(graph, tmp_path):
    await tiny(graph, tmp_path)
    await run(
        graph,
        "MATCH (a {id: 'tiny/a'}), (c {id: 'tiny/c'}) CREATE (c)-[:PREREQUISITE_OF {status: 'accepted', mine: 1}]->(a)",
    )
    settled = await sync_graph(graph)
    assert settled.notes == [
        "prerequisites: tiny/c → tiny/a: set aside as a proposal, because it closes the cycle "
        "tiny/c → tiny/a → tiny/b → tiny/c",
    ]
    [edge] = await run(graph, "MATCH ({id: 'tiny/c'})-[e:PREREQUISITE_OF]->() RETURN properties(e) AS values")
    assert edge["values"].pop("quarantinedAt")
    assert edge["values"] == {"status": "proposed", "mine": 1, "quarantine": "tiny/c → tiny/a → tiny/b → tiny/c"}
    assert (await history.list_revisions(graph))[0].notes == settled.notes
    assert (await sync_graph(graph)).revision is None


async def test_of_several_new_edges_only_those_that_close_a_cycle_are_set_aside(graph, tmp_path):
    await tiny(graph, tmp_path)
    await run(
        graph,
        "MATCH (a {id: 'tiny/a'}), (b {id: 'tiny/b'}), (c {id: 'tiny/c'}) "
        "CREATE (a)-[:PREREQUISITE_OF {status: 'accepted'}]->(c), (b)-[:PREREQUISITE_OF {status: 'accepted'}]->(a), "
        "(c)-[:PREREQUISITE_OF {status: 'accepted'}]->(c)",
    )
    await sync_graph(graph)
    found = await run(
        graph, "MATCH (a)-[e:PREREQUISITE_OF]->(b) WHERE e.quarantine IS NOT NULL RETURN e.quarantine AS q"
    )
    assert sorted(row["q"] for row in found) == ["tiny/b → tiny/a → tiny/b", "tiny/c → tiny/c"]


async def test_accepting_a_proposal_by_hand_is_checked_too(graph, tmp_path):
    rows = "from,to,status\ntiny/a,tiny/b,accepted\ntiny/b,tiny/c,accepted\ntiny/c,tiny/a,proposed\n"
    await tiny(graph, tmp_path, prerequisites_csv=rows)
    await run(graph, "MATCH ({id: 'tiny/c'})-[e:PREREQUISITE_OF]->() SET e.status = 'accepted'")
    assert "closes the cycle" in (await sync_graph(graph)).notes[0]


async def test_an_edge_drawn_twice_stands_once(graph, tmp_path):
    await tiny(graph, tmp_path)
    before = await state(graph)
    await run(
        graph,
        "MATCH (a {id: 'tiny/a'}), (b {id: 'tiny/b'}) "
        "CREATE (a)-[:PREREQUISITE_OF {status: 'accepted', reason: 'again'}]->(b)",
    )
    settled = await sync_graph(graph)
    assert settled.notes == [
        'prerequisites: tiny/a → tiny/b: drawn 2 times; one was kept, gone: {"reason":"again","status":"accepted"}'
    ]
    assert await state(graph) == before
    assert (await derived(graph))[1]["degree"] == 1


async def test_odd_rows_are_told_and_stay(graph, tmp_path):
    await tiny(graph, tmp_path)
    await run(
        graph,
        "MATCH (c:Course), (k {id: 'tiny/a'}) CREATE (c)-[:INCLUDES]->(:KnowledgePoint {id: 'p'}), "
        "(:Resource {id: 'r', title: 'R', kind: 'song', modality: 'text', minutes: 'ten', status: 'active'})"
        "-[:TEACHES {role: 'main'}]->(k), (c)-[:INCLUDES]->(:KnowledgePoint {name: 'nobody'}), "
        "(:Resource {title: 'nothing'})-[:TEACHES]->(k), (:Item {id: 'i', prompt: '?'})",
    )
    notes = "\n".join((await sync_graph(graph)).notes)
    for told in (
        "points: p: name is empty; fill it in",
        "resources: r: kind must be one of lesson, practice, reading, video, test",
        "resources: r: minutes",
        "teaches: r → tiny/a: role must be one of primary, supporting, peripheral",
        "items: i: answer is empty; fill it in",
        "items: i: assesses no point",
        "1 KnowledgePoint without an id",
        "1 Resource without an id",
    ):
        assert told in notes
    assert "1 Resource without an id" in "\n".join((await sync_graph(graph)).notes)


async def test_a_graph_from_before_versions_gets_a_baseline(graph, tmp_path):
    await tiny(graph, tmp_path)
    await run(graph, "MATCH (n:KnownRows|Revision) DETACH DELETE n")
    settled = await sync_graph(graph)
    [first] = await history.list_revisions(graph)
    assert (first.number, first.action) == (settled.revision, "baseline") and settled.notes == []
    assert first.counts == {table: [len(rows), 0, 0] for table, rows in (await state(graph)).items()}


async def test_what_was_done_by_hand_is_on_record_before_an_import_undoes_it(graph, tmp_path):
    await tiny(graph, tmp_path)
    await run(graph, BY_HAND["renamed point"])
    done = await tiny(graph, tmp_path)
    assert done.revision == 3
    assert [each.action for each in await history.list_revisions(graph)] == ["import", "browser", "import"]
    changed = await history.read_diff(graph, 2)
    assert changed.after["points"][b'"tiny/a"'] == changed.before["points"][b'"tiny/a"'].replace(b"First", b"Fisrt")
