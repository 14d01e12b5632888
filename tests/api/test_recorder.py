"""Group commit: together in one transaction, each waits for its own, a failure stays in its group."""

import asyncio

import pytest

from api.recorder import Recorder
from graph.errors import GraphUnavailable


class Store:
    """Keeps the groups it was given; holds each back until `open` is set."""

    def __init__(self):
        self.groups, self.open, self.away = [], asyncio.Event(), False

    async def write(self, rows):
        await self.open.wait()
        if self.away:
            raise GraphUnavailable("away")
        self.groups.append([row["id"] for row in rows])


async def test_what_arrives_during_a_commit_is_the_next_group():
    store = Store()
    recorder = Recorder(store.write)
    first = asyncio.create_task(recorder.record([{"id": 0}]))
    await asyncio.sleep(0.01)
    others = [asyncio.create_task(recorder.record([{"id": number}])) for number in (1, 2, 3)]
    await asyncio.sleep(0.01)
    assert not first.done()
    store.open.set()
    await asyncio.gather(first, *others)
    assert store.groups == [[0], [1, 2, 3]]


async def test_a_failure_is_told_to_its_group_and_to_nobody_after_it():
    store = Store()
    store.open.set()
    store.away = True
    recorder = Recorder(store.write)
    results = await asyncio.gather(*(recorder.record([{"id": n}]) for n in (1, 2)), return_exceptions=True)
    assert [type(result) for result in results] == [GraphUnavailable, GraphUnavailable]
    store.away = False
    await recorder.record([{"id": 3}])
    assert store.groups == [[3]]


async def test_too_many_waiting_are_refused():
    store = Store()
    recorder = Recorder(store.write, waiting=2)
    tasks = [asyncio.create_task(recorder.record([{"id": number}])) for number in range(2)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    waiting = [asyncio.create_task(recorder.record([{"id": number}])) for number in (2, 3)]
    await asyncio.sleep(0)
    with pytest.raises(GraphUnavailable):
        await recorder.record([{"id": 4}])
    store.open.set()
    await asyncio.gather(*tasks, *waiting)


async def test_a_caller_that_leaves_does_not_take_the_others_along():
    store = Store()
    recorder = Recorder(store.write)
    leaver, stayer = (asyncio.create_task(recorder.record([{"id": number}])) for number in (0, 1))
    await asyncio.sleep(0.01)
    leaver.cancel()
    store.open.set()
    await stayer
    await recorder.drain()
    assert store.groups == [[0, 1]]
