"""What learners did with a course's resources, as rankers get it."""

from dataclasses import replace

import pytest

from graph.learners.history import read_interactions
from graph.learners.log_files import RawInteraction
from tests.graph.recommendations.test_candidates import CHAIN
from tests.graph.worlds import NOW, Event, write_worlds

pytestmark = pytest.mark.database


async def test_oldest_first_and_each_once(graph):
    today = NOW.timestamp() / 86400
    await write_worlds(
        graph, replace(CHAIN, done=[Event("b1", 2.0, True), Event("a1", 5.0, False), Event("b1", 1.0, False)])
    )
    assert await read_interactions(graph, "course") == [
        RawInteraction("learner", "a1", pytest.approx(today - 5), False),
        RawInteraction("learner", "b1", pytest.approx(today - 2), True),
        RawInteraction("learner", "b1", pytest.approx(today - 1), False),
    ]
    assert await read_interactions(graph, "elsewhere") == []


async def test_resources_of_other_courses_stay_out(graph):
    await write_worlds(graph, replace(CHAIN, done=[Event("a1", 1.0, True)]))
    text = """
    MATCH (a:Resource {id: 'a1'}), (k:KnowledgePoint {id: 'a'}), (b:KnowledgePoint {id: 'b'})
    MERGE (a)-[:TEACHES {role: 'supporting', importance: 0.6}]->(b)
    CREATE (:Interaction {id: 'x', learner: 'learner', at: datetime('2026-01-01T00:00:00Z'), right: true})
      -[:ON]->(:Resource {id: 'other'})-[:TEACHES]->(:KnowledgePoint {id: 'far'})<-[:INCLUDES]-(:Course {id: 'other'})
    CREATE (:Interaction {id: 'y', learner: 'learner', at: datetime('2026-01-01T00:00:00Z'), right: true})
      -[:ON]->(:Item {id: 'i'})-[:ASSESSES]->(k)
    """
    await graph.execute_write(lambda work: work.text(text))
    assert [row.item for row in await read_interactions(graph, "course")] == ["a1"]
    assert [row.item for row in await read_interactions(graph, "other")] == ["other"]
