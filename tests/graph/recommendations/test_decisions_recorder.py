"""Group commit: together in one transaction, each waits for its own, a failure stays in its group."""

import asyncio
from datetime import UTC, datetime

import pytest

from graph.errors import Conflict, GraphUnavailable
from graph.recommendations.decisions import DecisionRecorder, LoggedDecision

NOW = datetime(2026, 1, 15, tzinfo=UTC)


def decision(number):
    return LoggedDecision(str(number), "ana", "x", NOW, "greedy", "1", "r", 1.0, 1, 0)


class Store:
    """Keeps the groups it was given; holds each back until `open` is set."""

    def __init__(self):
        self.groups, self.open, self.away, self.gone = [], asyncio.Event(), False, set()

    async def write(self, rows):
        await self.open.wait()
        if self.away:
            raise GraphUnavailable("away")
        self.groups.append([int(row.id) for row in rows])
        return {row.id for row in rows if row.id not in self.gone}


async def test_what_arrives_during_a_commit_is_the_next_group():
    store = Store()
    recorder = DecisionRecorder(store.write)
    first = asyncio.create_task(recorder.record([decision(0)]))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(recorder.record([decision(number)])) for number in (1, 2, 3)]
    await asyncio.sleep(0.01)
    assert not first.done()
    store.open.set()
    await asyncio.gather(first, *others)
    assert store.groups == [[0], [1, 2, 3]]


async def test_a_failure_is_told_to_its_group_and_to_nobody_after_it():
    store = Store()
    store.open.set()
    store.away = True
    recorder = DecisionRecorder(store.write)
    results = await asyncio.gather(*(recorder.record([decision(n)]) for n in (1, 2)), return_exceptions=True)
    assert [type(result) for result in results] == [GraphUnavailable, GraphUnavailable]
    store.away = False
    await recorder.record([decision(3)])
    assert store.groups == [[3]]


async def test_too_many_waiting_are_refused():
    store = Store()
    recorder = DecisionRecorder(store.write, waiting=2)
    tasks = [asyncio.create_task(recorder.record([decision(number)])) for number in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(recorder.record([decision(number)])) for number in (2, 3)]
    await asyncio.sleep(0)
    with pytest.raises(GraphUnavailable):
        await recorder.record([decision(4)])
    store.open.set()
    await asyncio.gather(*tasks, *waiting)


async def test_a_caller_that_leaves_does_not_take_the_others_along():
    store = Store()
    recorder = DecisionRecorder(store.write)
    leaver, stayer = (asyncio.create_task(recorder.record([decision(number)])) for number in (0, 1))
    await asyncio.sleep(0.01)
    leaver.cancel()
    store.open.set()
    await stayer
    await recorder.drain()
    assert store.groups == [[0, 1]]


async def test_a_decision_that_could_not_be_stored_is_not_served():
    store = Store()
    store.open.set()
    store.gone = {"1"}
    recorder = DecisionRecorder(store.write)
    results = await asyncio.gather(*(recorder.record([decision(n)]) for n in (1, 2)), return_exceptions=True)
    assert [type(result) for result in results] == [Conflict, type(None)]
