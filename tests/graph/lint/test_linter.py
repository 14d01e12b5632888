"""The checks of a graph and those of files find the same, and so do the queries in Browser."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from graph import queries
from graph.connection import Graph
from graph.errors import NotFound
from graph.formats import registry
from graph.importing import import_course
from graph.lint import checks
from graph.lint.checks import COURSE_CHECKS
from graph.lint.findings import list_checks
from graph.lint.linter import WHOLE_GRAPH, lint_course, lint_files, lint_graph, lint_outside_courses, lint_stored_course
from tests.graph.lint import dirty

pytestmark = pytest.mark.database
ONLY_STORED = {"stale_counts", "quarantined", "strays", "missing_ids"}


def test_every_check_is_known_both_ways():
    assert {check.name for check in list_checks()} == COURSE_CHECKS.keys() | ONLY_STORED
    for check in list_checks():
        query = queries.load_query(check.query)
        assert query.returns == ("id", "detail") and not query.writes
        assert set(query.params) == (set() if check.is_whole_graph else {"course"})


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(course=dirty.courses())
async def test_both_ways_find_the_same(graph: Graph, course):
    await dirty.write(graph, course)
    assert await lint_stored_course(graph, "any") == lint_course(course)
    for name, check in checks.CHAIN_CHECKS.items():
        rows = await graph.read(f"lint/{name}", course="any")
        found = sorted(COURSE_CHECKS[name](course))
        if check is checks.check_cycles:
            knotted = {point for _, spelled in found for point in spelled.split(" → ")}
            assert knotted <= {point for row in rows for point in row["detail"].split(" → ")}
            assert bool(rows) == bool(found)
        else:
            assert [(row["id"], row["detail"]) for row in rows] == found


HAND_MADE = """
CREATE (c:Course {id: 'any', title: 'Any'})
CREATE (a:KnowledgePoint {id: 'any/a', name: 'A', prerequisiteCount: 0}), (b:KnowledgePoint {id: 'any/b', name: 'B'})
CREATE (c)-[:INCLUDES]->(a), (c)-[:INCLUDES]->(b), (c)-[:INCLUDES]->(:KnowledgePoint {name: 'Nameless'})
CREATE (a)-[:PREREQUISITE_OF {status: 'accepted'}]->(b), (a)-[:PREREQUISITE_OF {status: 'accepted'}]->(b)
CREATE (b)-[:PREREQUISITE_OF {status: 'proposed', quarantinedAt: datetime(), quarantine: 'any/a → any/b → any/a'}]->(a)
CREATE (a)-[:RELATED_TO {status: 'proposed', source: 'text'}]->(b)
CREATE (:Resource {id: 'any/r/own', title: 'Own'})-[:TEACHES {importance: 'much'}]->(a)
CREATE (:Resource {id: 'any/r/lost', title: 'Lost', status: 'active'}), (:Item {id: 'any/q/lost', prompt: 'Lost?'})
CREATE (:KnowledgePoint {id: 'any/alone', name: 'Alone'}), (:KnowledgePoint {id: 'any/known'})<-[:MASTERY]-(:Learner)
CREATE (:Item {id: 'any/q/text', prompt: 'Is it?', status: 'active', answer: 'yes', distractors: 'no'})-[:ASSESSES]->(a)
"""


async def test_what_only_hands_can_make(graph: Graph):
    await graph.execute_write(lambda work: work.text(HAND_MADE))
    found = {
        each.check: list(zip(each.ids, each.detail, strict=True)) for each in await lint_stored_course(graph, "any")
    }
    assert found == {
        "items_without_answers": [("any/q/text", "0 distractors")],
        "missing_fields": [("any/r/own", "kind, modality, minutes, status"), ("any/r/own → any/a", "role")],
        "numbers_out_of_range": [("any/r/own → any/a", "importance")],
        "points_without_resources": [("any/a", "A"), ("any/b", "B")],
        "unreachable": [("any/b", "any/a")],
        "doubled_edges": [("any/a → any/b", "PREREQUISITE_OF 2 times")],
        "quarantined": [("any/b → any/a", "any/a → any/b → any/a")],
        "stale_counts": [("any/b", "says nothing, has 2")],
        "pending_proposals": [("any/a ↔ any/b", "text")],
    }
    whole = {each.check: each for each in await lint_outside_courses(graph)}
    assert whole["strays"].ids == ("any/alone", "any/q/lost", "any/r/lost")
    assert whole["strays"].detail == ("point Alone", "item Lost?", "resource Lost")
    assert whole["missing_ids"].detail == ("KnowledgePoint Nameless",)
    assert await lint_graph(graph) == {
        "any": await lint_stored_course(graph, "any"),
        WHOLE_GRAPH: await lint_outside_courses(graph),
    }


async def test_the_english_course_has_nothing_to_mend(graph: Graph):
    parsed = registry.read_course_files(Path(__file__).parents[3] / "examples" / "english")
    assert lint_files(parsed) == []
    await import_course(graph, parsed)
    assert await lint_graph(graph) == {"english": [], WHOLE_GRAPH: []}


async def test_one_check_of_a_course_that_is_there(graph: Graph):
    await graph.execute_write(lambda work: work.text(HAND_MADE))
    [found] = await lint_stored_course(graph, "any", "stale_counts")
    assert (found.severity, found.count, found.fix, found.course) == ("warning", 1, "lodestar rebuild", "any")
    assert (
        await lint_stored_course(graph, "any", "strays") == []
        and (await lint_outside_courses(graph, "strays"))[0].course == ""
    )
    with pytest.raises(NotFound, match="There is no course 'none'"):
        await lint_stored_course(graph, "none")


async def test_a_cycle_through_another_course_is_found(graph: Graph):
    text = """
    UNWIND ['a', 'b'] AS x CREATE (:Course {id: x})-[:INCLUDES]->(:KnowledgePoint {id: x + '/1', name: x})
    WITH collect(x) AS all
    MATCH (a:KnowledgePoint {id: 'a/1'}), (b:KnowledgePoint {id: 'b/1'})
    CREATE (a)-[:PREREQUISITE_OF {status: 'accepted'}]->(b), (b)-[:PREREQUISITE_OF {status: 'accepted'}]->(a)
    """
    await graph.execute_write(lambda work: work.text(text))
    for course in ("a", "b"):
        [found] = await lint_stored_course(graph, course, "cycles")
        assert found.detail == ("a/1 → b/1 → a/1",)
