"""The scripts of Neo4j Browser that change the graph, as Browser runs them."""

import pytest

from graph.courses.parsing import ParsedCourse
from graph.importing import import_course
from graph.revisions import history
from graph.revisions.sync import sync_graph
from tests.graph.analysis.test_browser_once import ONCE, run_script
from tests.graph.revisions.curated import BY, run

pytestmark = pytest.mark.database


async def test_a_resource_of_several_points_is_shown_with_all_of_them(graph):
    await import_course(graph, ParsedCourse(ONCE), by=BY)
    await run(graph, "MATCH (r {id: 'once/r'}), (k {id: 'once/b'}) CREATE (r)-[:TEACHES {role: 'supporting'}]->(k)")
    rows = await run_script(graph, "browse/resources_of_point")
    assert {row["link"] for row in rows} == {"once/q ASSESSES once/a", "once/r TEACHES once/a", "once/r TEACHES once/b"}


WRITING = {
    "browse/add_point": ({"point": "once/c"}, "once/c", {"points": [1, 0, 0]}),
    "browse/add_resource": ({}, "once/new TEACHES once/a", {"resources": [1, 0, 0], "teaches": [1, 0, 0]}),
    "browse/rename_point": ({}, "once/a", {"points": [0, 1, 0]}),
    "browse/retire_resource": ({"resource": "once/r"}, "once/r", {"resources": [0, 1, 0]}),
    "browse/withdraw_prerequisite": ({}, "once/a PREREQUISITE_OF once/b", {"prerequisites": [0, 1, 0]}),
}


@pytest.mark.parametrize("name", WRITING)
async def test_a_change_by_script_is_a_revision_of_its_author(graph, name):
    await import_course(graph, ParsedCourse(ONCE), by=BY)
    more, changed, counts = WRITING[name]
    [row] = await run_script(graph, name, **more)
    assert list(row.values()) == [changed]
    await sync_graph(graph)
    [newest, _] = await history.list_revisions(graph)
    assert (newest.author, newest.action, newest.counts) == ("Ana", "browser", counts)
    assert await graph.read("revisions/hand_edits") == [{"edits": []}]


async def test_whoever_left_no_name_stands_beside_those_who_did(graph):
    await import_course(graph, ParsedCourse(ONCE), by=BY)
    await run_script(graph, "browse/rename_point")
    await run_script(graph, "browse/retire_resource", resource="once/r", by="Ben")
    await run(graph, "MATCH (i:Item {id: 'once/q'}) SET i.prompt = '2 + 2?'")
    await sync_graph(graph)
    assert (await history.list_revisions(graph))[0].author == "Ana, Ben, browser"
    await run(graph, "MATCH (k {id: 'once/a'}) SET k.name = 'Again'")
    await sync_graph(graph)
    [newest, *_] = await run_script(graph, "browse/revisions")
    assert (newest["author"], newest["changed"]) == ("browser", "1 point changed")


async def test_a_prerequisite_that_is_not_there_is_not_withdrawn(graph):
    await import_course(graph, ParsedCourse(ONCE), by=BY)
    ends = {"before": "once/b", "after": "once/a"}
    [row] = await run_script(graph, "browse/withdraw_prerequisite", **ends)
    assert row["link"] == "There is no prerequisite once/b → once/a."
    await run_script(graph, "browse/add_prerequisite", point="once/a", before="once/b", after="once/b", by="Ana")
    await run(graph, "MATCH (k {id: 'once/b'})-[e:PREREQUISITE_OF]->(k) DELETE e")
    await sync_graph(graph)
    assert (await history.list_revisions(graph))[0].action == "import"
