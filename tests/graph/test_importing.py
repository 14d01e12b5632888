"""Import and export on the real database: all or nothing, idempotent, and the same course out as in."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings

from graph.connection import Graph
from graph.courses import folder as course_folder
from graph.courses.validation import check_course
from graph.errors import BadCourse, Conflict, NotFound
from graph.importing import import_course, read_course
from tests.graph.folders import GOOD, courses, parse_folder, parsed, write_folder

pytestmark = pytest.mark.database


async def run(graph: Graph, text: str, **params):
    return await graph.execute_write(lambda work: work.text(text, **params))


async def everything(graph: Graph) -> list[dict]:
    """The whole graph as comparable rows, except the record of changes and of when things were locked and migrated."""
    found = "MATCH (n) WHERE NOT n:Lodestar AND NOT n:Migration AND NOT n:Revision AND NOT n:KnownRows "
    nodes = found + "RETURN labels(n) AS kind, properties(n) AS values, n.id AS id"
    edges = "MATCH (a)-[e]->(b) RETURN type(e) AS kind, properties(e) AS values, a.id + ' ' + b.id AS id"
    return [row for text in (nodes, edges) for row in await run(graph, text + " ORDER BY kind, id")]


async def clear(graph: Graph) -> None:
    await run(graph, "MATCH (n) WHERE NOT n:Lodestar AND NOT n:Migration DETACH DELETE n")


async def test_what_an_import_writes(graph, tmp_path):
    done = await import_course(graph, parse_folder(write_folder(tmp_path)))
    assert done.revision == 1 and done.rows == 12
    assert done.written.created == {"points": 3, "prerequisites": 2, "resources": 3, "teaches": 3, "items": 1}
    [course] = await run(graph, "MATCH (c:Course) RETURN properties(c) AS values")
    assert course["values"] == {
        "id": "tiny",
        "title": "Tiny",
        "language": "en",
        "licence": "CC0-1.0",
        "masteredAt": 0.8,
    }
    [edge] = await run(
        graph,
        "MATCH (:KnowledgePoint {id: 'tiny/a'})-[e:PREREQUISITE_OF]->(b {id: 'tiny/b'}) "
        "RETURN e.source AS source, e.status AS status, e.confidence AS confidence, e.reason AS reason, "
        "b.prerequisiteCount AS degree",
    )
    assert edge == {"source": "expert", "status": "accepted", "confidence": 1.0, "reason": "b needs a", "degree": 1}
    [taught] = await run(
        graph,
        "MATCH (r:Resource {id: 'tiny/r/a'})-[e:TEACHES]->(k) "
        "RETURN e.role AS role, e.importance AS importance, k.id AS point, r.minutes AS minutes, r.status AS status",
    )
    assert taught == {"role": "primary", "importance": 1.0, "point": "tiny/a", "minutes": 5.0, "status": "active"}
    assert await run(graph, "MATCH (i:Item)-[:ASSESSES]->(k) RETURN i.answer AS answer, k.id AS point") == [
        {"answer": "2", "point": "tiny/a"}
    ]


async def test_the_second_import_changes_nothing(graph, tmp_path):
    folder = parse_folder(write_folder(tmp_path))
    await import_course(graph, folder)
    before = await everything(graph)
    done = await import_course(graph, folder)
    assert not done.written.is_changed and done.revision == 1
    assert await everything(graph) == before


async def test_changes_are_written_and_counted(graph, tmp_path):
    await import_course(graph, parse_folder(write_folder(tmp_path)))
    folder = write_folder(
        tmp_path,
        points_csv=GOOD["points.csv"].replace("First", "Premier") + "tiny/d,Fourth,B1\n",
        prerequisites_csv="from,to,reason\ntiny/a,tiny/b,b needs a\n",
        items_jsonl=GOOD["items.jsonl"].replace('["tiny/a"]', '["tiny/b", "tiny/c"]'),
    )
    done = await import_course(graph, parse_folder(folder))
    assert done.revision == 2
    assert done.written.created == {"points": 1, "prerequisites": 0, "resources": 0, "teaches": 0, "items": 0}
    assert done.written.changed == {"points": 1, "prerequisites": 0, "resources": 0, "teaches": 0, "items": 1}
    assert done.written.gone == {"points": 0, "prerequisites": 1, "resources": 0, "teaches": 0, "items": 0}
    assert await read_course(graph, "tiny") == parse_folder(folder).course.sorted()
    assert await run(graph, "MATCH (k {id: 'tiny/c'}) RETURN k.prerequisiteCount AS n") == [{"n": 0}]


async def test_a_bad_folder_leaves_the_graph_as_it_was(graph, tmp_path):
    await import_course(graph, parse_folder(write_folder(tmp_path)))
    before = await everything(graph)
    bad = write_folder(
        tmp_path,
        points_csv=GOOD["points.csv"] + "tiny/d,Fourth,B1\n",
        prerequisites_csv=GOOD["prerequisites.csv"] + "tiny/c,tiny/a,\n",
    )
    with pytest.raises(BadCourse, match="cycle tiny/a → tiny/b → tiny/c → tiny/a") as refused:
        await import_course(graph, parse_folder(bad))
    assert refused.value.problems == await check_course(graph, parse_folder(bad))
    assert await everything(graph) == before


async def test_an_import_that_breaks_off_leaves_the_graph_as_it_was(graph, tmp_path):
    await import_course(graph, parse_folder(write_folder(tmp_path)))
    before = await everything(graph)
    changed = write_folder(tmp_path, points_csv=GOOD["points.csv"].replace("First", "Premier"))

    class Stopped(Exception):
        pass

    def stop(rows: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        await import_course(graph, parse_folder(changed), progress=stop)
    assert await everything(graph) == before


async def test_two_imports_at_once_lose_nothing(graph, tmp_path):
    first = parse_folder(write_folder(tmp_path / "1"))
    second = parse_folder(write_folder(tmp_path / "2", points_csv=GOOD["points.csv"] + "tiny/d,Fourth,B1\n"))
    done = await asyncio.gather(import_course(graph, first), import_course(graph, second))
    assert sorted(one.revision for one in done) == [1, 2]
    last = max(zip(done, (first, second), strict=True), key=lambda pair: pair[0].revision)[1]
    assert await read_course(graph, "tiny") == last.course.sorted()


async def test_progress_counts_every_written_row(graph, tmp_path):
    told = []
    done = await import_course(graph, parse_folder(write_folder(tmp_path)), progress=told.append)
    assert sum(told) == done.rows


async def test_what_learners_touched_is_kept(graph, tmp_path):
    await import_course(graph, parse_folder(write_folder(tmp_path)))
    await run(
        graph,
        "MATCH (r:Resource {id: 'tiny/r/c'}), (k:KnowledgePoint {id: 'tiny/c'}), (i:Item) "
        "CREATE (l:Learner {id: 'l'})-[:DID]->(:Interaction {id: 'x'})-[:ON]->(r), (l)-[:MASTERY {level: 0.5}]->(k), "
        "(l)-[:DID]->(:Interaction {id: 'y'})-[:ON]->(i)",
    )
    smaller = write_folder(
        tmp_path,
        points_csv="id,name\ntiny/a,First\n",
        prerequisites_csv=None,
        resources_jsonl=GOOD["resources.jsonl"].split("\n")[0],
        teaches_csv="resource,point,role\ntiny/r/a,tiny/a,primary\n",
        items_jsonl=None,
    )
    done = await import_course(graph, parse_folder(smaller))
    assert done.written.gone == {"points": 2, "prerequisites": 2, "resources": 2, "teaches": 0, "items": 1}
    assert done.written.retired == 3
    left = await run(graph, "MATCH (n:Resource|Item) RETURN n.id AS id, n.status AS status ORDER BY id")
    assert left == [
        {"id": "tiny/q/1", "status": "retired"},
        {"id": "tiny/r/a", "status": "active"},
        {"id": "tiny/r/c", "status": "retired"},
    ]
    assert await run(graph, "MATCH (:Learner)-[m:MASTERY]->(k) RETURN k.id AS id") == [{"id": "tiny/c"}]
    assert await run(graph, "MATCH ({id: 'tiny/r/c'})-[:TEACHES]->(k) RETURN k.id AS id") == [{"id": "tiny/c"}]
    assert await read_course(graph, "tiny") == parse_folder(smaller).course.sorted()
    assert not (await import_course(graph, parse_folder(smaller))).written.is_changed


async def test_a_retired_resource_can_come_back(graph, tmp_path):
    whole = parse_folder(write_folder(tmp_path / "whole"))
    lines = GOOD["resources.jsonl"].split("\n")
    smaller = parse_folder(
        write_folder(
            tmp_path / "smaller",
            resources_jsonl="\n".join(lines[:2]),
            teaches_csv=GOOD["teaches.csv"].replace("tiny/r/c,tiny/c,primary\n", ""),
        )
    )
    elsewhere = GOOD["teaches.csv"].replace("tiny/r/c,tiny/c,primary", "tiny/r/c,tiny/b,supporting")
    moved = parse_folder(write_folder(tmp_path / "moved", teaches_csv=elsewhere))
    await import_course(graph, whole)
    await run(graph, "CREATE (:Learner {id: 'l'})-[:RECEIVED]->(:Recommendation {id: 'x', course: 'tiny'})")
    assert (await import_course(graph, smaller)).written.retired == 1
    await import_course(graph, moved)
    assert await read_course(graph, "tiny") == moved.course.sorted()
    assert await run(graph, "MATCH ({id: 'tiny/r/c'})-[e:TEACHES]->(k) RETURN k.id AS id, e.role AS role") == [
        {"id": "tiny/b", "role": "supporting"}
    ]


async def test_courses_share_points_and_leave_each_other_alone(graph, tmp_path):
    other_header = '{"id": "other", "title": "Other", "language": "en"}'
    other = parse_folder(
        write_folder(
            tmp_path / "other",
            course_json=other_header,
            points_csv="id,name,level\ntiny/a,First,A1\nother/x,X,A1\n",
            prerequisites_csv="from,to,reason\ntiny/a,other/x,\n",
            resources_jsonl='{"id":"other/r","title":"R","kind":"video","modality":"video","minutes":3}',
            teaches_csv="resource,point,role\nother/r,tiny/a,primary\nother/r,other/x,supporting\n",
            items_jsonl=None,
        )
    )
    tiny = parse_folder(write_folder(tmp_path / "tiny"))
    await import_course(graph, tiny)
    await import_course(graph, other)
    assert await read_course(graph, "tiny") == tiny.course.sorted()
    assert await read_course(graph, "other") == other.course.sorted()
    assert not (await import_course(graph, tiny)).written.is_changed
    gone = parse_folder(
        write_folder(
            tmp_path / "gone",
            points_csv="id,name,level\ntiny/b,Second,A1\n",
            prerequisites_csv=None,
            resources_jsonl=GOOD["resources.jsonl"].split("\n")[1],
            teaches_csv="resource,point,role\ntiny/r/b,tiny/b,primary\n",
            items_jsonl=None,
        )
    )
    await import_course(graph, gone)
    assert await read_course(graph, "other") == other.course.sorted()
    assert await read_course(graph, "tiny") == gone.course.sorted()


async def test_rows_made_by_hand_are_exported_and_survive(graph, tmp_path):
    folder = parse_folder(write_folder(tmp_path))
    await import_course(graph, folder)
    await run(
        graph,
        "MATCH (a:KnowledgePoint {id: 'tiny/a'}), (c:KnowledgePoint {id: 'tiny/c'}) "
        "CREATE (a)-[:PREREQUISITE_OF {source: 'mined', status: 'proposed', confidence: 0.9, pValue: 0.01}]->(c), "
        "(:Resource {id: 'hand', title: 'By hand', kind: 'video', modality: 'video', minutes: 2})-[:TEACHES "
        "{role: 'primary'}]->(a)",
    )
    assert not any((await import_course(graph, folder)).written.gone.values())
    course = await read_course(graph, "tiny")
    course_folder.write(course, tmp_path / "out")
    assert len(course.prerequisites) == 3 and len(course.resources) == 4
    await clear(graph)
    await import_course(graph, parse_folder(tmp_path / "out"))
    exported = await read_course(graph, "tiny")
    assert [row.id for row in exported.resources] == ["hand", "tiny/r/a", "tiny/r/b", "tiny/r/c"]
    assert exported.resources[0].status == "active" and exported.prerequisites[1].p_value == 0.01


async def test_a_cycle_with_a_hand_made_edge_is_refused(graph, tmp_path):
    await import_course(graph, parse_folder(write_folder(tmp_path)))
    await run(
        graph,
        "MATCH (a {id: 'tiny/a'}), (c {id: 'tiny/c'}) CREATE (a)-[:PREREQUISITE_OF {status: 'accepted'}]->(c)",
    )
    turned = "from,to\ntiny/a,tiny/b\ntiny/c,tiny/a\n"
    with pytest.raises(BadCourse, match="tiny/a → tiny/c in the graph"):
        await import_course(graph, parse_folder(write_folder(tmp_path, prerequisites_csv=turned)))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(course=courses())
async def test_import_of_export_is_the_course(graph, tmp_path, course):
    await clear(graph)
    await import_course(graph, parsed(course))
    assert await read_course(graph, course.id) == course
    course_folder.write(course, tmp_path / "out")
    again = parse_folder(tmp_path / "out")
    assert (again.problems, again.notes, again.course) == ([], [], course)
    assert not (await import_course(graph, again)).written.is_changed


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=courses(), second=courses())
async def test_a_later_import_wins_whatever_was_there(graph, first, second):
    await clear(graph)
    await import_course(graph, parsed(first))
    await import_course(graph, parsed(second))
    assert await read_course(graph, "any") == second
    replaced = await everything(graph)
    await clear(graph)
    await import_course(graph, parsed(second))
    assert await everything(graph) == replaced


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(course=courses())
def test_files_hold_the_whole_course(tmp_path, course):
    course_folder.write(course, tmp_path)
    first = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    again = parse_folder(tmp_path)
    assert (again.problems, again.notes, again.course) == ([], [], course)
    course_folder.write(again.course, tmp_path)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == first


async def test_export_refuses_a_folder_with_other_tables(graph, tmp_path):
    folder = write_folder(tmp_path, points_b1_csv="id,name\n")
    await import_course(graph, parse_folder(folder))
    with pytest.raises(Conflict, match=r"holds points\.b1\.csv, which an import would read too"):
        course_folder.write(await read_course(graph, "tiny"), tmp_path)
    with pytest.raises(NotFound, match="There is no course 'other'"):
        await read_course(graph, "other")


async def test_a_setting_alone_is_a_change(graph, tmp_path):
    folder = parse_folder(write_folder(tmp_path))
    await import_course(graph, folder)
    changed = replace(folder.course, settings={"masteredAt": 0.9})
    done = await import_course(graph, parsed(changed))
    assert done.written.header and done.revision == 2
    assert (await read_course(graph, "tiny")).settings == {"masteredAt": 0.9}
