"""Degrees and Jaccard edges equal a brute-force count, after every import and after edits by hand."""

from dataclasses import replace
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from graph import catalogue
from graph.connection import Graph
from graph.courses.records import CourseRecord, PointRecord, PrerequisiteRecord, ResourceRecord, TeachesRecord
from graph.importing import import_course
from graph.revisions import derived as derive
from tests.graph.folders import parsed
from tests.graph.short_forms import read_revision_number

pytestmark = pytest.mark.database
SLOW = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@st.composite
def webs(draw) -> CourseRecord:
    """A course of up to seven points whose resources teach several of them."""
    ids = [f"w/{number}" for number in range(draw(st.integers(2, 7)))]
    taught = draw(st.lists(st.sets(st.sampled_from(ids), min_size=1, max_size=4), max_size=9))
    retired = draw(st.sets(st.integers(0, 8)))
    pairs = draw(st.sets(st.tuples(st.sampled_from(ids), st.sampled_from(ids)), max_size=9))
    status = st.sampled_from(["accepted", "proposed", "rejected"])
    return CourseRecord(
        "w",
        "Web",
        draw(st.fixed_dictionaries({}, optional={"relatedAt": st.sampled_from([0.2, 0.5, 0.9])})),
        points=tuple(PointRecord(id, id) for id in ids),
        prerequisites=tuple(PrerequisiteRecord(a, b, status=draw(status)) for a, b in pairs if a < b),
        resources=tuple(
            ResourceRecord(f"w/r{n}", "R", "lesson", "text", 5.0, status="retired" if n in retired else "active")
            for n in range(len(taught))
        ),
        teaches=tuple(
            TeachesRecord(f"w/r{n}", id, "primary", 1.0) for n, ids in enumerate(taught) for id in sorted(ids)
        ),
    )


def expected(course: CourseRecord, threshold: float) -> tuple[dict[str, int], dict[tuple[str, str], float]]:
    active = {resource.id for resource in course.resources if resource.status == "active"}
    sets = {point.id: set() for point in course.points}
    for edge in course.teaches:
        if edge.resource in active:
            sets[edge.point].add(edge.resource)
    weights = {
        (a, b): len(sets[a] & sets[b]) / len(sets[a] | sets[b])
        for a, b in combinations(sorted(sets), 2)
        if sets[a] & sets[b]
    }
    degrees = {id: sum(edge.after == id and edge.status == "accepted" for edge in course.prerequisites) for id in sets}
    return degrees, {pair: weight for pair, weight in weights.items() if weight >= threshold}


async def run(graph: Graph, text: str):
    return await graph.execute_write(lambda work: work.text(text))


async def derived(graph: Graph) -> tuple[dict[str, int], dict[tuple[str, str], float]]:
    degrees = await run(graph, "MATCH (k:KnowledgePoint) RETURN k.id AS id, k.prerequisiteCount AS degree")
    edges = await run(graph, "MATCH (a)-[e:RELATED_TO]->(b) RETURN a.id AS a, b.id AS b, e.weight AS weight")
    found = {(row["a"], row["b"]): row["weight"] for row in edges}
    assert len(found) == len(edges)
    return {row["id"]: row["degree"] for row in degrees}, found


@SLOW
@given(first=webs(), second=webs())
async def test_derived_structure_is_true_after_every_import(graph, first, second):
    await run(graph, "MATCH (n) WHERE NOT n:Lodestar AND NOT n:Migration DETACH DELETE n")
    for course in (first, second):
        await import_course(graph, parsed(course))
        assert await derived(graph) == expected(course, course.settings.get("relatedAt", 0.3))


@SLOW
@given(course=webs())
async def test_rebuild_mends_whatever_was_done_by_hand(graph, course):
    await run(graph, "MATCH (n) WHERE NOT n:Lodestar AND NOT n:Migration DETACH DELETE n")
    await import_course(graph, parsed(course))
    await run(graph, "MATCH (a:KnowledgePoint) SET a.prerequisiteCount = 7")
    await run(graph, "MATCH (a)-[e:RELATED_TO]->(b) SET e.weight = 0.01 CREATE (b)-[:RELATED_TO {weight: 1.0}]->(a)")
    await run(graph, "MATCH (a {id: 'w/0'}), (b {id: 'w/1'}) CREATE (a)-[:RELATED_TO {weight: 0.5}]->(b)")
    await derive.rebuild_derived(graph)
    assert await derived(graph) == expected(course, course.settings.get("relatedAt", 0.3))


async def test_by_hand(graph):
    """a: r1 r2 r3, b: r2 r3, c: r3 r4 → a~b 2/3, a~c 1/4, b~c 1/3."""
    taught = {"r1": "a", "r2": "ab", "r3": "abc", "r4": "c"}
    course = CourseRecord(
        "w",
        "Web",
        points=tuple(PointRecord(id, id) for id in "abc"),
        prerequisites=(
            PrerequisiteRecord("a", "b"),
            PrerequisiteRecord("a", "c"),
            PrerequisiteRecord("b", "c", status="proposed"),
        ),
        resources=tuple(ResourceRecord(id, id, "lesson", "text", 5) for id in taught),
        teaches=tuple(TeachesRecord(id, point, "primary", 1.0) for id, points in taught.items() for point in points),
    )
    await import_course(graph, parsed(course))
    assert await derived(graph) == ({"a": 0, "b": 1, "c": 1}, {("a", "b"): 2 / 3, ("b", "c"): 1 / 3})
    await import_course(graph, parsed(replace(course, settings={"relatedAt": 0.25})))
    assert (await derived(graph))[1] == {("a", "b"): 2 / 3, ("a", "c"): 0.25, ("b", "c"): 1 / 3}


async def test_rebuild_says_what_it_found(graph):
    assert await derive.rebuild_derived(graph) == derive.RebuildResult(0, 0)
    await import_course(graph, parsed(CourseRecord("w", "W", points=(PointRecord("a", "A"),))))
    assert await derive.rebuild_derived(graph) == derive.RebuildResult(1, 0)
    assert await read_revision_number(graph) == 1
    await run(graph, "MATCH (a:KnowledgePoint) SET a.prerequisiteCount = 7")
    assert await derive.rebuild_derived(graph) == derive.RebuildResult(1, 1)
    assert await read_revision_number(graph) == 2


async def test_what_a_person_judged_is_neither_deleted_nor_derived_again(graph):
    """a~b and c~d are derived with weight 1; a~c and a~d share nothing."""
    course = CourseRecord(
        "w",
        "Web",
        points=tuple(PointRecord(id, id) for id in "abcd"),
        resources=tuple(ResourceRecord(id, id, "lesson", "text", 5) for id in ("r1", "r2")),
        teaches=tuple(
            TeachesRecord(id, point, "primary", 1.0) for id, two in (("r1", "ab"), ("r2", "cd")) for point in two
        ),
    )
    await import_course(graph, parsed(course))
    await run(graph, "MATCH ({id: 'a'})-[e:RELATED_TO]->({id: 'b'}) SET e.status = 'rejected'")
    for other, status in (("c", "accepted"), ("d", "proposed")):
        values = f"{{weight: 0.4, source: 'text', status: '{status}'}}"
        await run(graph, f"MATCH (a {{id: 'a'}}), (b {{id: '{other}'}}) CREATE (b)-[:RELATED_TO {values}]->(a)")
    judged = {("a", "b"): 1.0, ("c", "d"): 1.0, ("c", "a"): 0.4, ("d", "a"): 0.4}
    assert (await derive.rebuild_derived(graph)).changed == 0
    assert (await derived(graph))[1] == judged
    rows = (await catalogue.read_course_rows(graph, "w")).related
    assert [(row["a"], row["b"]) for row in rows] == [("c", "a"), ("c", "d")]
    await run(graph, "MATCH (a {id: 'a'}), (b {id: 'b'}) CREATE (a)-[:RELATED_TO {weight: 1.0}]->(b)")
    assert (await derive.rebuild_derived(graph)).changed == 1
    assert (await derived(graph))[1] == judged


async def test_an_open_proposal_becomes_what_is_derived(graph):
    text = (
        "UNWIND ['a', 'b'] AS id CREATE (:KnowledgePoint {id: id, prerequisiteCount: 0}) WITH collect(id) AS ids "
        "CREATE (r:Resource {id: 'r', status: 'active'}) WITH r MATCH (k:KnowledgePoint) CREATE (r)-[:TEACHES]->(k)"
    )
    await run(graph, text)
    values = "{weight: 0.4, status: 'proposed', source: 'text', evidence: 'alike'}"
    await run(graph, f"MATCH (a {{id: 'a'}}), (b {{id: 'b'}}) CREATE (a)-[:RELATED_TO {values}]->(b)")
    assert (await derive.rebuild_derived(graph)).changed == 1
    [row] = await run(graph, "MATCH ()-[e:RELATED_TO]->() RETURN properties(e) AS values")
    assert row["values"] == {"weight": 1.0}
