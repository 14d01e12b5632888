"""Goals out of reach: simulated learners walk through a course of the graph."""

import pytest

from graph.importing import import_course
from graph.lint.findings import GOAL_OUT_OF_REACH
from services.curation.reach import lint_reach
from tests import little_course
from tests.graph.folders import parse_folder, parsed, write_folder

pytestmark = pytest.mark.database


async def change(graph, text):
    await graph.execute_write(lambda work: work.text(text))


async def test_a_course_in_order_is_walked_to_its_goals(graph):
    await import_course(graph, parsed(little_course.little()))
    assert await lint_reach(graph, "little") == []


async def test_a_goal_behind_a_point_without_resources_is_named_with_the_point(graph):
    await import_course(graph, parsed(little_course.little()))
    await change(graph, "MATCH (:KnowledgePoint {id: 'little/articles'})<-[:TEACHES]-(r) SET r.status = 'retired'")
    [found] = await lint_reach(graph, "little")
    assert found.check == "goal_out_of_reach" and found.severity == "error" and found.course == "little"
    assert dict(zip(found.ids, found.detail, strict=True)) == {
        "little/adjectives": "no active resource teaches Articles"
    }
    assert await lint_reach(graph, "little", "cycles") == []
    assert await lint_reach(graph, "little", GOAL_OUT_OF_REACH.name) == [found]


async def test_where_the_update_cannot_come_to_the_threshold_the_levels_say_so(graph):
    await import_course(graph, parsed(little_course.little()))
    await change(graph, "MATCH (c:Course {id: 'little'}) SET c.profile = 'paper'")
    [found] = await lint_reach(graph, "little")
    assert all("stays at" in text and "mastered is 80%" in text for text in found.detail)


async def test_a_sheet_with_one_link_a_topic_reaches_its_goals(graph, tmp_path):
    """The course that stopped a teacher on the first day: two steps, then waiting for 14 days."""
    await import_course(graph, parse_folder(write_folder(tmp_path)))
    assert "goal_out_of_reach" not in {each.check for each in await lint_reach(graph, "tiny")}
