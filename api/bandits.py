"""A course's bandits: who decides now, and how an outcome moves them.

The state is in the graph, so that replicas agree and a restart loses nothing. Before the first outcome stands the
prior: practice with simulated learners, once for each course in memory, in a thread, always the same; or nothing, where
the course sets `banditPrior` to plain.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from api.bandit_numbers import BanditState, BetaThompson, Followed, Kind, learnt, restored
from api.served import Served, remembered
from graph.bandits import Bandits, Graph, Key, read_bandit
from models.bandits.practice import BANDITS, bandit, prior

LARGE = 5_000
"""Resources beyond which nobody practises: the simulator goes through all of them at each step."""


class NotPractised(Exception):
    """A bandit's prior is not in memory yet."""

    def __init__(self, course: str, name: str) -> None:
        super().__init__(course, name)
        self.course, self.name = course, name


@dataclass(eq=False)
class Beginner:
    """A bandit that has learnt nothing, and its practice once somebody has asked for it."""

    bandit: Kind
    plain: bool
    practice: asyncio.Task[Kind] | None = None

    @property
    def over(self) -> Kind | None:
        """The bandit as it starts; None while it has not practised."""
        if self.plain:
            return self.bandit
        task = self.practice
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return None
        return task.result()


async def recommender(graph: Graph, served: Served, name: str) -> Kind:
    """The bandit called `name` (see `BANDITS`) in its present state, by one read of the graph."""
    stored = await read_bandit(graph, served.course.id, name)
    start = _beginner(served, name).bandit
    if restored(start, stored) is start or isinstance(start, BetaThompson):
        start = await practised(served, name)
    return restored(start, stored)


async def practised(served: Served, name: str) -> Kind:
    """The prior; whoever asks while the practice goes on shares it."""
    one = _beginner(served, name)
    if one.over is not None:
        return one.over
    if one.practice is None or one.practice.done():
        one.practice = asyncio.create_task(asyncio.to_thread(prior, name, served.course), name=f"practise {name}")
    return await asyncio.shield(one.practice)


def bandits(at_hand: Callable[[str], Served | None]) -> Bandits:
    """How stored outcomes move them; raises `NotPractised` where that takes a prior that is not in memory."""

    def update(key: Key, stored: BanditState | None, followed: list[Followed]) -> BanditState:
        served = at_hand(key.course)
        if served is None:
            raise NotPractised(key.course, key.name)
        one = _beginner(served, key.name)
        if one.over is not None:
            return learnt(one.over, stored, followed)
        if restored(one.bandit, stored) is one.bandit or isinstance(one.bandit, BetaThompson):
            raise NotPractised(key.course, key.name)
        return learnt(one.bandit, stored, followed)

    return Bandits(frozenset(BANDITS), update)


def _beginner(served: Served, name: str) -> Beginner:
    def make() -> Beginner:
        return Beginner(bandit(name, served.course), served.plain or served.course.resources > LARGE)

    found: Beginner = remembered(served.bandits, name, len(BANDITS), make)
    return found


__all__ = ["BANDITS", "Kind", "NotPractised", "bandits", "practised", "recommender"]
