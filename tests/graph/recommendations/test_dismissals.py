"""Dismissals: stored once on the recommendation, with the effects that are documented, and never an answer."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from graph.errors import Conflict, Invalid, NotFound
from graph.learners.mastery import read_mastery
from graph.learners.practice import Outcome
from graph.learners.profiles import read_learner
from graph.recommendations.dismissals import DOUBTED_SD, dismiss_recommendation
from tests.graph.outcome_model import learn
from tests.graph.recommendations.test_candidates import CHAIN
from tests.graph.short_forms import record_outcome
from tests.graph.worlds import NOW, Event, Resource, write_worlds

pytestmark = pytest.mark.database
ID = "learnerq0"
SERVED = replace(CHAIN, mastery={"a": (0.9, 1.0), "b": (0.4, 1.0)}, served=[Event("b1", 0.01, False)])


async def test_it_is_stored_once_and_is_no_answer(graph):
    await write_worlds(graph, SERVED)
    before = await read_learner(graph, "learner")
    first = await dismiss_recommendation(graph, ID, "too_hard", NOW, NOW)
    assert (first.learner, first.resource, first.reason, first.at, first.repeated) == (
        "learner", "b1", "too_hard", NOW, False,
    )  # fmt: skip
    again = await dismiss_recommendation(graph, ID, "too_hard", NOW, NOW + timedelta(hours=1))
    assert again == replace(first, repeated=True)
    with pytest.raises(Conflict, match="dismissed as 'too_hard'"):
        await dismiss_recommendation(graph, ID, "known", NOW, NOW)
    assert await read_learner(graph, "learner") == before
    text = "MATCH (q:Recommendation) RETURN q.dismissal AS reason, EXISTS { (q)<-[:FOLLOWED]-() } AS answered"
    assert await graph.execute_read(lambda work: work.text(text)) == [{"reason": "too_hard", "answered": False}]


@pytest.mark.parametrize(
    ("reason", "doubted"),
    [("known", True), ("too_easy", True), ("too_hard", False), ("not_now", False), ("not_for_me", False)],
)
async def test_what_is_said_to_be_known_becomes_uncertain_at_the_same_level(graph, reason, doubted):
    await write_worlds(graph, SERVED)
    await dismiss_recommendation(graph, ID, reason, NOW, NOW)
    a, b = await read_mastery(graph, "learner", NOW)
    assert (a.sd, a.level) == (0.1, 0.9)
    assert (b.sd, b.level) == (DOUBTED_SD if doubted else 0.1, 0.4)


async def test_only_what_it_mainly_teaches_is_doubted(graph):
    both = {**CHAIN.resources, "b1": Resource({"a": 0.4, "b": 1.0})}
    await write_worlds(graph, replace(SERVED, resources=both))
    text = "MATCH (:Resource {id: 'b1'})-[t:TEACHES]->({id: 'a'}) SET t.role = 'supporting'"
    await graph.execute_write(lambda work: work.text(text))
    await dismiss_recommendation(graph, ID, "known", NOW, NOW)
    assert [each.sd for each in await read_mastery(graph, "learner", NOW)] == [0.1, DOUBTED_SD]


async def test_what_cannot_be_dismissed(graph):
    await write_worlds(graph, SERVED)
    with pytest.raises(NotFound, match="no recommendation 'rec-0'"):
        await dismiss_recommendation(graph, "rec-0", "known", NOW, NOW)
    with pytest.raises(Invalid, match="in the future"):
        await dismiss_recommendation(graph, ID, "known", NOW + timedelta(hours=1), NOW)
    await record_outcome(graph, Outcome("o1", "learner", True, NOW, recommendation=ID), learn, NOW)
    with pytest.raises(Conflict, match="answered by the outcome 'o1'"):
        await dismiss_recommendation(graph, ID, "known", NOW, NOW)


async def test_of_two_reasons_that_arrive_together_one_is_stored(graph):
    await write_worlds(graph, SERVED)
    jobs = [dismiss_recommendation(graph, ID, reason, NOW, NOW) for reason in ("known", "too_hard")]
    told = await asyncio.gather(*jobs, return_exceptions=True)
    assert sorted(type(each).__name__ for each in told) == ["Conflict", "Dismissal"]
