"""Answers come from what learners did themselves, in the order of time, however many there are."""

from datetime import timedelta

import pytest

from graph.learners.log_files import SECONDS_PER_DAY
from graph.learners.practice import Outcome
from graph.proposals import reader
from graph.proposals.reader import read_point_answers
from tests.graph.outcome_model import learn
from tests.graph.recommendation_loop import run_loop
from tests.graph.short_forms import record_outcome
from tests.graph.worlds import NOW, Point, Resource, World, write_worlds

pytestmark = pytest.mark.database


async def test_only_what_was_practised_counts(graph):
    """a gates b: an answer on a passes a tenth on to b, which nobody worked on; r teaches a and c."""
    points = {"a": Point(), "b": Point(), "c": Point()}
    world = World(points, {("a", "b"): "accepted"}, {"r": Resource({"a": 1.0, "c": 0.5}), "s": Resource({"c": 1.0})})
    await write_worlds(graph, world)
    for n, (resource, right) in enumerate((("s", False), ("r", True))):
        at = NOW - timedelta(days=5 - n)
        await record_outcome(graph, Outcome(f"o{n}", "learner", right, at, resource=resource), learn, at)
    found = await read_point_answers(graph, "course")
    days = [(NOW - timedelta(days=5 - n)).timestamp() / SECONDS_PER_DAY for n in (0, 1)]
    assert found.learner == ["learner"] * 3 and found.at == pytest.approx([days[0], days[1], days[1]])
    assert sorted(zip(found.point, found.right, strict=True)) == [("a", True), ("c", False), ("c", True)]


async def test_answers_of_a_diagnostic_count(graph):
    await write_worlds(graph, World({"a": Point()}))
    text = (
        "MATCH (l:Learner), (k:KnowledgePoint) CREATE (i:Item {id: 'q'})-[:ASSESSES]->(k) "
        "CREATE (l)-[:TOOK]->(d:Diagnostic {id: 'd'})-[:ASKED {right: true, answeredAt: $now}]->(i) "
        "CREATE (d)-[:ASKED]->(:Item {id: 'not answered'})-[:ASSESSES]->(k)"
    )
    await graph.execute_write(lambda work: work.text(text, now=NOW))
    found = await read_point_answers(graph, "course")
    assert (found.point, found.right) == (["a"], [True])


async def test_every_learner_is_read_batch_by_batch(graph, monkeypatch):
    monkeypatch.setattr(reader, "LEARNERS_PER_BATCH", 2)
    points = {id: Point() for id in "abc"}
    world = World(
        points, {("a", "b"): "accepted"}, {f"r{id}{n}": Resource({id: 1.0}) for id in "abc" for n in range(4)}
    )
    await write_worlds(graph, world, *[world] * 4)
    for n in range(5):
        await run_loop(graph, f"learner-{n}" if n else "learner", NOW - timedelta(days=9), 6, seed=n)
    heard: list[tuple[int, int]] = []
    found = await read_point_answers(graph, "course", lambda done, total: heard.append((done, total)))
    assert heard == [(2, 5), (4, 5), (5, 5)]
    text = "MATCH (i:Interaction) RETURN count(i) AS rows"
    [counted] = await graph.execute_read(lambda work: work.text(text))
    assert len(found.at) == counted["rows"] > 20
    ordered = sorted(zip(found.learner, found.at, strict=True))
    assert ordered == list(zip(found.learner, found.at, strict=True))


async def test_another_course_has_none(graph):
    found = await read_point_answers(graph, "nowhere")
    assert found.at == []
