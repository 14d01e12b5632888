"""Outcomes: state, reward and log in one transaction, once each, none lost when they arrive together."""

import asyncio
import math
import re
from dataclasses import replace
from datetime import timedelta

import pytest

from graph.connection import connect
from graph.errors import Conflict, Invalid, NotFound
from graph.learners.mastery import read_mastery
from graph.learners.practice import UNSEEN_SD, Outcome, PointUpdate, PracticeResult
from graph.learners.profiles import read_learner
from graph.recommendations.outcomes import record_outcomes
from tests.graph.outcome_model import learn
from tests.graph.recommendations.test_candidates import CHAIN
from tests.graph.short_forms import record_outcome
from tests.graph.worlds import NOW, Event, write_worlds

pytestmark = pytest.mark.database
RIGHT = Outcome("o1", "learner", True, NOW, resource="b1")
DUMP = """
MATCH (n) OPTIONAL MATCH (n)-[e]->(m)
RETURN labels(n) AS labels, properties(n) AS properties, type(e) AS type, properties(e) AS edge, m.id AS other
ORDER BY head(labels), n.id, type, other
"""


async def test_numbers_worked_by_hand(graph):
    """b: 0.4 + 0.35·0.6 = 0.61, r = 0.21; c, one step on in W: 0 + 0.1·0.21 = 0.021; a is not touched."""
    await write_worlds(graph, replace(CHAIN, mastery={"a": (0.9, 1.0), "b": (0.4, 1.0)}))
    recorded = await record_outcome(graph, RIGHT, learn, NOW)
    assert recorded.reward == pytest.approx(0.21) and recorded.step == 1 and not recorded.repeated
    assert [(rise.point, pytest.approx(rise.before), pytest.approx(rise.after)) for rise in recorded.changes] == [
        ("b", 0.4, 0.61),
        ("c", 0.0, 0.021),
    ]
    a, b, c = await read_mastery(graph, "learner", NOW)
    assert (a.level, a.attempts) == (0.9, 1)
    assert (b.level, b.attempts, b.days) == (pytest.approx(0.61), 2, 0)
    assert (c.level, c.attempts, c.sd) == (pytest.approx(0.021), 0, pytest.approx(0.9 * UNSEEN_SD))
    learner = await read_learner(graph, "learner")
    assert learner.answers == 1 and learner.success == pytest.approx(0.575)


async def test_forgetting_is_applied_before_learning(graph):
    await write_worlds(graph, replace(CHAIN, mastery={"b": (0.8, 10.0)}))
    recorded = await record_outcome(graph, replace(RIGHT, right=False), learn, NOW)
    before = 0.8 * math.exp(-0.8)
    assert recorded.changes[0].before == pytest.approx(before)
    assert recorded.changes[0].after == pytest.approx(before * 0.75)


async def test_semantic_edges_influence_both_ways(graph):
    await write_worlds(graph, CHAIN)
    text = "MATCH (a {id: 'a'}), (b {id: 'b'}) CREATE (b)-[:RELATED_TO {weight: 0.5}]->(a)"
    await graph.execute_write(lambda work: work.text(text))
    seen = []
    await record_outcome(graph, RIGHT, lambda practice: seen.append(practice) or learn(practice), NOW)
    assert sorted(seen[0].influence) == [("b", "a", 0.5), ("b", "c", 1.0)]
    assert [state.point for state in seen[0].points if state.importance] == ["b"]
    assert seen[0].course == "course"


async def test_the_same_id_twice_changes_nothing(graph):
    await write_worlds(graph, CHAIN)
    first = await record_outcome(graph, RIGHT, learn, NOW)
    stored = await graph.execute_read(lambda work: work.text(DUMP))
    again = await record_outcome(graph, RIGHT, learn, NOW + timedelta(hours=1))
    assert again == replace(first, repeated=True)
    for other in (replace(RIGHT, right=False), replace(RIGHT, resource="b2"), replace(RIGHT, resource=None, item="i")):
        with pytest.raises(Conflict, match="'o1' is stored"):
            await record_outcome(graph, other, learn, NOW)
    with pytest.raises(Conflict, match="stored as right"):
        await record_outcomes(graph, [replace(RIGHT, id="o2"), replace(RIGHT, id="o2", right=False)], learn, NOW)
    assert await graph.execute_read(lambda work: work.text(DUMP)) == stored


async def test_a_recommendation_is_followed_by_its_learner_only(graph):
    await write_worlds(graph, replace(CHAIN, served=[Event("b1", 0.01, False)]), CHAIN)
    followed = replace(RIGHT, recommendation="learnerq0", resource=None)
    with pytest.raises(Conflict, match="made for another learner"):
        await record_outcome(graph, replace(followed, learner="learner-1"), learn, NOW)
    with pytest.raises(Conflict, match="chose 'b1', not 'b2'"):
        await record_outcome(graph, replace(followed, resource="b2"), learn, NOW)
    await record_outcome(graph, followed, learn, NOW)
    text = "MATCH (i)-[:FOLLOWED]->(q) MATCH (i)-[:ON]->(r) RETURN i.id AS id, q.id AS q, r.id AS r"
    assert await graph.execute_read(lambda work: work.text(text)) == [{"id": "o1", "q": "learnerq0", "r": "b1"}]


async def test_a_recommendation_takes_one_outcome(graph):
    await write_worlds(graph, replace(CHAIN, served=[Event("b1", 0.01, False), Event("b2", 0.01, False)]))
    followed = replace(RIGHT, recommendation="learnerq0", resource=None)
    await record_outcome(graph, followed, learn, NOW)
    assert (await record_outcome(graph, followed, learn, NOW)).repeated
    with pytest.raises(Conflict, match="answered by the outcome 'o1', and takes one outcome"):
        await record_outcome(graph, replace(followed, id="o2"), learn, NOW)
    second = replace(followed, recommendation="learnerq1")
    with pytest.raises(Conflict, match="answered by the outcome 'o3'"):
        await record_outcomes(graph, [replace(second, id="o3"), replace(second, id="o4")], learn, NOW)
    counted = "MATCH (i:Interaction) RETURN count(i) AS stored"
    assert await graph.execute_read(lambda work: work.text(counted)) == [{"stored": 1}]


async def test_of_two_outcomes_that_arrive_together_one_counts(graph, address):
    await write_worlds(graph, replace(CHAIN, served=[Event("b1", 0.01, False)]))
    followed = replace(RIGHT, recommendation="learnerq0", resource=None)
    async with connect(address) as one, connect(address) as two:
        jobs = [
            record_outcome(pool, replace(followed, id=f"o{n}"), learn, NOW) for n, pool in enumerate((one, two) * 4)
        ]
        told = await asyncio.gather(*jobs, return_exceptions=True)
    assert sorted(type(each).__name__ for each in told) == ["Conflict"] * 7 + ["RecordedOutcome"]


@pytest.mark.parametrize(
    ("outcome", "error", "message"),
    [
        (replace(RIGHT, learner="bob"), NotFound, "no learner 'bob'"),
        (replace(RIGHT, resource="z"), NotFound, "no resource 'z'"),
        (replace(RIGHT, resource=None, item="z"), NotFound, "no item 'z'"),
        (replace(RIGHT, recommendation="z"), NotFound, "no recommendation 'z'"),
        (replace(RIGHT, at=NOW + timedelta(minutes=1)), Invalid, "in the future"),
        (replace(RIGHT, at=NOW.replace(tzinfo=None)), Invalid, "time zone"),
        (replace(RIGHT, resource=None), Invalid, "names a recommendation, or a resource, or an item"),
        (replace(RIGHT, item="x"), Invalid, "names a recommendation, or a resource, or an item"),
        (replace(RIGHT, minutes=-1.0), Invalid, "negative"),
        (replace(RIGHT, score=1.5), Invalid, "share from 0 to 1"),
        (replace(RIGHT, id=" "), Invalid, "empty"),
    ],
)
async def test_bad_outcomes_are_refused_and_leave_nothing(graph, outcome, error, message):
    await write_worlds(graph, CHAIN)
    with pytest.raises(error, match=message):
        await record_outcomes(graph, [RIGHT, replace(outcome, id=outcome.id.strip() and "o2")], learn, NOW)
    counted = "MATCH (i:Interaction) RETURN count(i) AS stored"
    assert await graph.execute_read(lambda work: work.text(counted)) == [{"stored": 0}]
    assert len(await read_mastery(graph, "learner", NOW)) == 1


async def test_a_batch_is_applied_in_order(graph):
    await write_worlds(graph, CHAIN, CHAIN)
    batch = [
        replace(RIGHT, id=f"o{n}", learner=learner, at=NOW - timedelta(hours=3 - n))
        for n, learner in enumerate(["learner-1", "learner", "learner"])
    ]
    together = await record_outcomes(graph, [*batch, batch[1]], learn, NOW)
    assert [(each.learner, each.step, each.repeated) for each in together] == [
        ("learner-1", 1, False),
        ("learner", 1, False),
        ("learner", 2, False),
        ("learner", 1, True),
    ]
    assert together[2].changes[0].before == together[1].changes[0].after
    level = {each.point: each.level for each in await read_mastery(graph, "learner", NOW)}
    assert level["b"] == pytest.approx(1 - 0.65**2)


async def test_a_late_outcome_counts_and_time_does_not_go_back(graph):
    await write_worlds(graph, replace(CHAIN, mastery={"b": (0.5, 1.0)}))
    await record_outcome(graph, replace(RIGHT, at=NOW - timedelta(days=9)), learn, NOW)
    [b, _] = await read_mastery(graph, "learner", NOW)
    assert b.days == pytest.approx(1) and b.level == pytest.approx(0.5 + 0.35 * 0.5)


async def test_outcomes_that_arrive_together_lose_nothing(graph, address):
    """40 outcomes of one learner over two pools of connections, each adding 0.02: all of it arrives."""
    await write_worlds(graph, replace(CHAIN, mastery={"b": (0.1, 0.0)}))

    def add(practice):
        [state] = [state for state in practice.points if state.importance]
        return PracticeResult(0.02, [PointUpdate(state.point, state.level + 0.02, 0.1)])

    async with connect(address) as one, connect(address) as two:
        jobs = [
            record_outcome(pool, replace(RIGHT, id=f"o{n}-{name}", resource=f"b{1 + n % 2}"), add, NOW)
            for n in range(20)
            for name, pool in (("one", one), ("two", two))
        ]
        recorded = await asyncio.gather(*jobs)
    [b] = await read_mastery(graph, "learner", NOW)
    assert b.level == pytest.approx(0.9) and b.attempts == 41
    assert sorted(each.step for each in recorded) == list(range(1, 41))
    assert (await read_learner(graph, "learner")).answers == 40


async def test_one_outcome_sent_many_times_at_once_counts_once(graph):
    await write_worlds(graph, CHAIN)
    recorded = await asyncio.gather(*(record_outcome(graph, RIGHT, learn, NOW) for _ in range(10)))
    assert sum(not each.repeated for each in recorded) == 1
    assert len({each.reward for each in recorded}) == 1


async def test_batches_of_two_learners_in_opposite_order_both_finish(graph):
    await write_worlds(graph, CHAIN, CHAIN)

    def batch(number, order):
        return [replace(RIGHT, id=f"{learner}{number}", learner=learner) for learner in order]

    pair = ["learner", "learner-1"]
    jobs = [record_outcomes(graph, batch(n, pair if n % 2 else pair[::-1]), learn, NOW) for n in range(20)]
    assert len(await asyncio.gather(*jobs)) == 20
    assert (await read_learner(graph, "learner-1")).answers == 20


async def test_learners_of_one_course_do_not_hold_each_other_up(graph, caplog):
    """All touch the same points for the first time, in different orders; a deadlock, if any, is over at once."""
    await write_worlds(graph, *[replace(CHAIN, mastery={})] * 12)
    learners = ["learner", *(f"learner-{n}" for n in range(1, 12))]
    jobs = [
        record_outcome(graph, replace(RIGHT, id=f"{learner}{resource}", learner=learner, resource=resource), learn, NOW)
        for turn, learner in enumerate(learners)
        for resource in (["a1", "b1", "c1"], ["c1", "b1", "a1"])[turn % 2]
    ]
    assert len(await asyncio.gather(*jobs)) == 36
    assert [(await read_learner(graph, learner)).answers for learner in learners] == [3] * 12
    pauses = [float(pause) for pause in re.findall(r"retried in ([0-9.]+)s", caplog.text)]
    assert sum(pauses) < 1
