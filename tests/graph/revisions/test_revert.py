"""Whatever was done to the curated graph can be undone, and then it is byte for byte what it was."""

import asyncio
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from graph.errors import BadCourse, Conflict, Invalid, NotFound
from graph.importing import import_course
from graph.revisions import derived as derive
from graph.revisions import history
from graph.revisions.record import Attribution, TouchedRows, record_change
from graph.revisions.revert import revert_revision, revert_to_revision
from graph.revisions.snapshot import find_changed_chunks
from graph.revisions.sync import sync_graph
from tests.graph.folders import courses, parsed
from tests.graph.revisions.curated import BY, clear, derived, run, state, tiny
from tests.graph.revisions.test_sync import BY_HAND

pytestmark = pytest.mark.database
UNDO = Attribution("tester", "revert")
SLOW = settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)

WRITES = [
    "MATCH (k:KnowledgePoint) WITH k ORDER BY k.id SKIP $n LIMIT 1 SET k.name = 'by hand', k.on = date('2026-01-02')",
    "MATCH (k:KnowledgePoint) WITH k ORDER BY k.id SKIP $n LIMIT 1 DETACH DELETE k",
    "MATCH (r:Resource) WITH r ORDER BY r.id SKIP $n LIMIT 1 DETACH DELETE r",
    "MATCH (i:Item) WITH i ORDER BY i.id SKIP $n LIMIT 1 DETACH DELETE i",
    "MATCH (a)-[e:TEACHES]->(b) WITH e ORDER BY a.id, b.id SKIP $n LIMIT 1 SET e.importance = 0.123",
    "MATCH (a)-[e:PREREQUISITE_OF]->(b) WITH e ORDER BY a.id, b.id SKIP $n LIMIT 1 DELETE e",
    "MATCH (a:KnowledgePoint), (b:KnowledgePoint) WHERE a.id > b.id WITH a, b ORDER BY a.id, b.id SKIP $n LIMIT 2 "
    "CREATE (a)-[:PREREQUISITE_OF {status: 'accepted', drawn: datetime('2026-01-01T00:00:00Z')}]->(b)",
    "MATCH (c:Course) WHERE NOT EXISTS { (:KnowledgePoint {id: 'hand/' + $n}) } "
    "AND NOT EXISTS { (:Resource {id: 'hand/r/' + $n}) } WITH c ORDER BY c.id LIMIT 1 "
    "CREATE (c)-[:INCLUDES]->(k:KnowledgePoint {id: 'hand/' + $n, name: 'H'})"
    "<-[:TEACHES {role: 'primary'}]-(:Resource {id: 'hand/r/' + $n, title: 'H', status: 'active', minutes: 3})",
    "MATCH (k:KnowledgePoint) WITH k ORDER BY k.id SKIP $n LIMIT 1 MATCH (k)<-[e:INCLUDES]-() DELETE e",
    "MATCH (i:Item), (k:KnowledgePoint) WITH i, k ORDER BY i.id, k.id SKIP $n LIMIT 1 CREATE (i)-[:ASSESSES]->(k)",
    "MATCH (c:Course) SET c.masteredAt = 0.1 * $n, c.relatedAt = 0.1 + 0.1 * $n",
]


@st.composite
def histories(draw):
    """Changes as people make them: imports, typed Cypher, judged edges."""
    kinds = st.sampled_from(["import", "other", "judge", *["hand"] * 4])
    steps = []
    for kind in draw(st.lists(kinds, min_size=2, max_size=6)):
        if kind in ("import", "other"):
            steps.append((kind, draw(courses("any" if kind == "import" else "other"))))
        elif kind == "hand":
            steps.append((kind, (draw(st.sampled_from(WRITES)), draw(st.integers(0, 3)))))
        else:
            steps.append((kind, draw(st.sampled_from(["rejected", "proposed"]))))
    return steps


async def do(graph, kind, what):
    if kind in ("import", "other"):
        with suppress(BadCourse):
            await import_course(graph, parsed(what), by=BY)
    elif kind == "hand":
        await run(graph, what[0], n=what[1])
        await sync_graph(graph)
    else:
        await graph.execute_write(lambda work: judge(work, what))


async def judge(work, status):
    """As review does: the lock, a change of one edge, its record."""
    await work.run("curate/lock_graph")
    [row] = await work.text(
        "MATCH (a:KnowledgePoint)-[e:PREREQUISITE_OF]->(b) WHERE e.status <> 'accepted' "
        "WITH a, e, b ORDER BY a.id, b.id LIMIT 1 SET e.status = $status, "
        "e.reviewedAt = datetime() RETURN collect([a.id, b.id]) AS pairs",
        status=status,
    )
    if row["pairs"]:
        await record_change(
            work, Attribution("reviewer", "reject"), TouchedRows(prerequisites=set(map(tuple, row["pairs"])))
        )


@SLOW
@given(steps=histories())
async def test_undone_one_by_one_the_graph_is_what_it_was(graph, steps):
    await clear(graph)
    states = [(0, await state(graph), await derived(graph))]
    for kind, what in steps:
        await do(graph, kind, what)
        numbers = await history.list_revisions(graph, limit=1)
        assert await find_changed_chunks(graph) == set()
        if numbers and numbers[0].number > states[-1][0]:
            states.append((numbers[0].number, await state(graph), await derived(graph)))
    numbered = dict((number, (rows, more)) for number, rows, more in states)
    last = states[-1][0]
    for number in range(last, 0, -1):
        if any((await history.read_diff(graph, number)).before.values()):
            await revert_revision(graph, number, UNDO)
        if number - 1 in numbered:
            assert (await state(graph), await derived(graph)) == numbered[number - 1]
    for number, rows, more in states[::-1]:
        if await state(graph) != rows:
            await revert_to_revision(graph, number, UNDO)
        assert (await state(graph), await derived(graph)) == (rows, more)
        assert await find_changed_chunks(graph) == set()


@pytest.mark.parametrize("text", BY_HAND.values(), ids=BY_HAND.keys())
async def test_a_change_by_hand_is_undone(graph, tmp_path, text):
    await tiny(graph, tmp_path)
    before = await state(graph), await derived(graph)
    await run(graph, text)
    await sync_graph(graph)
    after = await state(graph)
    await revert_revision(graph, 2, UNDO)
    assert (await state(graph), await derived(graph)) == before
    await revert_revision(graph, 3, UNDO)
    assert await state(graph) == after


async def test_what_changed_again_later_stands_against_it(graph, tmp_path):
    await tiny(graph, tmp_path)
    await run(graph, BY_HAND["renamed point"])
    await sync_graph(graph)
    await run(graph, BY_HAND["same length"])
    await run(graph, BY_HAND["new edge"])
    with pytest.raises(Conflict, match="points: tiny/a, changed again by revision 3"):
        await revert_revision(graph, 2, UNDO)
    with pytest.raises(Conflict, match=r"prerequisites: tiny/a → tiny/c, came later and rests on what would go"):
        await revert_revision(graph, 1, UNDO)
    await revert_revision(graph, 3, UNDO)
    await revert_revision(graph, 2, UNDO)
    await revert_revision(graph, 1, UNDO)
    assert await state(graph) == {}


async def test_what_cannot_be_undone_is_said(graph, tmp_path):
    with pytest.raises(NotFound, match="no revision '1'"):
        await revert_revision(graph, 1, UNDO)
    await tiny(graph, tmp_path)
    with pytest.raises(NotFound, match="no revision '7'"):
        await revert_to_revision(graph, 7, UNDO)
    await run(graph, "MATCH (k:KnowledgePoint) SET k.prerequisiteCount = 7")
    await derive.rebuild_derived(graph)
    with pytest.raises(Invalid, match="nothing differs"):
        await revert_revision(graph, 2, UNDO)
    await run(graph, "MATCH (n:KnownRows|Revision) DETACH DELETE n")
    await sync_graph(graph)
    with pytest.raises(Invalid, match="before changes were numbered"):
        await revert_revision(graph, 3, UNDO)
    with pytest.raises(Invalid, match="before changes were numbered"):
        await revert_to_revision(graph, 0, UNDO)


async def test_undoing_never_closes_a_cycle(graph, tmp_path):
    await tiny(graph, tmp_path)
    await run(graph, "MATCH ()-[e:PREREQUISITE_OF]->({id: 'tiny/c'}) SET e.status = 'rejected'")
    await sync_graph(graph)
    await run(
        graph,
        "MATCH (a {id: 'tiny/a'}), (c {id: 'tiny/c'}) CREATE (c)-[:PREREQUISITE_OF {status: 'accepted'}]->(a)",
    )
    await sync_graph(graph)
    with pytest.raises(Conflict, match="close the cycle"):
        await revert_revision(graph, 2, UNDO)
    assert await find_changed_chunks(graph) == set()
    assert [each.action for each in await history.list_revisions(graph)] == ["browser", "browser", "import"]


async def test_what_learners_worked_with_stays(graph, tmp_path):
    await tiny(graph, tmp_path)
    await run(
        graph,
        "MATCH (r:Resource {id: 'tiny/r/c'}), (k:KnowledgePoint {id: 'tiny/c'}), (i:Item) "
        "CREATE (l:Learner {id: 'l', course: 'tiny'})-[:DID]->(:Interaction {id: 'x'})-[:ON]->(r), "
        "(l)-[:MASTERY {level: 0.5}]->(k), (l)-[:DID]->(:Interaction {id: 'y'})-[:ON]->(i)",
    )
    settled = await revert_revision(graph, 1, UNDO)
    kept = ["courses: tiny", "points: tiny/c", "resources: tiny/r/c", "items: tiny/q/1"]
    assert settled.notes[1:] == [f"{row}: stays for learners' histories, in no course" for row in kept]
    left = await run(graph, "MATCH (n:Resource|Item|KnowledgePoint) RETURN n.id AS id, n.status AS status ORDER BY id")
    assert left == [
        {"id": "tiny/c", "status": None},
        {"id": "tiny/q/1", "status": "retired"},
        {"id": "tiny/r/c", "status": "retired"},
    ]
    assert await run(graph, "MATCH ({id: 'tiny/r/c'})-[:TEACHES]->(k) RETURN k.id AS id") == [{"id": "tiny/c"}]
    assert await find_changed_chunks(graph) == set()
    await revert_revision(graph, 2, UNDO)
    assert await run(graph, "MATCH (r:Resource {id: 'tiny/r/c'}) RETURN r.status AS s") == [{"s": "active"}]


async def test_a_deleted_resource_is_back_and_its_history_is_not(graph, tmp_path):
    await tiny(graph, tmp_path)
    await run(graph, BY_HAND["deleted resource"])
    await sync_graph(graph)
    assert "not what learners had done with it" in (await revert_revision(graph, 2, UNDO)).notes[1]


async def test_two_reverts_at_once_are_one_after_the_other(graph, tmp_path):
    await tiny(graph, tmp_path)
    await run(graph, BY_HAND["renamed point"])
    await sync_graph(graph)
    done = await asyncio.gather(
        revert_revision(graph, 2, UNDO), revert_revision(graph, 2, UNDO), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["Conflict", "SyncResult"]


async def test_single_rows_of_a_revision_are_undone(graph, tmp_path):
    await tiny(graph, tmp_path)
    before = await state(graph)
    await run(
        graph,
        "MATCH (r {id: 'tiny/r/c'}) DETACH DELETE r WITH count(*) AS done "
        "MATCH (k {id: 'tiny/a'})-[e:PREREQUISITE_OF]->() SET k.name = 'By hand', e.reason = 'By hand'",
    )
    await sync_graph(graph)
    by_hand = await state(graph)
    undone = await revert_revision(graph, 2, UNDO, ["tiny/r/c"])
    assert undone.counts == {"resources": [1, 0, 0], "teaches": [1, 0, 0]}
    assert undone.notes[0] == "revision 2 undone, these rows alone: tiny/r/c"
    now = await state(graph)
    assert now["resources"] == before["resources"] and now["teaches"] == before["teaches"]
    assert now["points"] == by_hand["points"] and now["prerequisites"] == by_hand["prerequisites"]
    await revert_revision(graph, 2, UNDO, ["tiny/a -> tiny/b", "tiny/a"])
    assert await state(graph) == before


async def test_a_row_that_the_revision_did_not_change_is_refused(graph, tmp_path):
    await tiny(graph, tmp_path)
    await run(graph, BY_HAND["renamed point"])
    await sync_graph(graph)
    with pytest.raises(Invalid, match=r"Revision 2 changed no row 'tiny/b'\. Its rows: lodestar graph diff 2"):
        await revert_revision(graph, 2, UNDO, ["tiny/b"])
