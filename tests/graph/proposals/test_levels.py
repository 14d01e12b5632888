"""Levels come from what learners did themselves, in the order of time, whoever many there are."""

from datetime import timedelta

import pytest

from graph.log_files import SECONDS_A_DAY
from graph.outcomes import record_outcome
from graph.practice import Outcome
from graph.proposals import levels
from graph.proposals.levels import read_levels
from tests.graph.learning import learn
from tests.graph.loops import run_loop
from tests.graph.worlds import NOW, Point, Resource, World, write

pytestmark = pytest.mark.database


async def test_only_what_was_practised_counts(graph):
    """a gates b and is related to nothing: an answer on a passes a tenth on to b, which nobody worked on."""
    world = World({"a": Point(mastered_at=0.3), "b": Point()}, {("a", "b"): "accepted"}, {"r": Resource({"a": 1.0})})
    await write(graph, world)
    for n in range(2):
        at = NOW - timedelta(days=5 - n)
        await record_outcome(graph, Outcome(f"o{n}", "learner", True, at, resource="r"), learn, at)
    found = await read_levels(graph, "course")
    assert found.point == ["a", "a"] and found.learner == ["learner"] * 2 and found.threshold == [0.3, 0.3]
    assert found.level == pytest.approx([0.35, 0.35 + 0.35 * 0.65])
    days = [(NOW - timedelta(days=5 - n)).timestamp() / SECONDS_A_DAY for n in range(2)]
    assert found.at == pytest.approx(days)


async def test_every_learner_is_read_batch_by_batch(graph, monkeypatch):
    monkeypatch.setattr(levels, "LEARNERS", 2)
    points = {id: Point() for id in "abc"}
    world = World(
        points, {("a", "b"): "accepted"}, {f"r{id}{n}": Resource({id: 1.0}) for id in "abc" for n in range(4)}
    )
    await write(graph, world, *[world] * 4)
    for n in range(5):
        await run_loop(graph, f"learner-{n}" if n else "learner", NOW - timedelta(days=9), 6, seed=n)
    heard: list[tuple[int, int]] = []
    found = await read_levels(graph, "course", lambda done, total: heard.append((done, total)))
    assert heard == [(2, 5), (4, 5), (5, 5)]
    text = "MATCH (i:Interaction) RETURN count(i) AS rows"
    [counted] = await graph.reading(lambda work: work.text(text))
    assert len(found.at) == counted["rows"] > 20
    ordered = sorted(zip(found.learner, found.at, strict=True))
    assert ordered == list(zip(found.learner, found.at, strict=True))


async def test_another_course_has_none(graph):
    found = await read_levels(graph, "nowhere")
    assert found.at == []
