"""A course's bandits: their state in the graph, and its update by an outcome.

The state is in the graph, so that replicas agree and a restart loses nothing. Before the first outcome the prior
applies: training on simulated learners, once for each course in memory, in a thread, always with the same result; or no
training, where the course sets `banditPrior` to plain or has more than 5,000 resources. The graph's lists are converted
to the models' arrays and back.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from graph.connection import Graph
from graph.recommendations.bandits import BanditFeedback, BanditKey, BanditState, BanditUpdates, read_bandit
from models.policies.bandit_training import BANDIT_NAMES, AnyBandit, make_bandit, make_prior_bandit
from models.policies.bandits import (
    CONTEXT_SIZE,
    BetaState,
    BetaThompson,
    LinearBandit,
    LinearState,
    update_linear_state,
)
from services.courses.served import ServedCourse, get_cached

UPPER_TRIANGLE = np.triu_indices(CONTEXT_SIZE)


def restore_bandit(start: AnyBandit, stored: BanditState | None) -> AnyBandit:
    """The bandit with what is stored; it stays at its start where nothing is, or what another version has written.

    Resources that no outcome has moved keep the wins and losses that they start with.
    """
    if stored is None or stored.version != start.version:
        return start
    if isinstance(start, BetaThompson):
        return start.of(_read_beta_state(start, stored))
    return start.of(_read_linear_state(stored))


def update_bandit_state(start: AnyBandit, stored: BanditState | None, followed: list[BanditFeedback]) -> BanditState:
    """What is to be stored after these outcomes; of the wins and losses those of their resources."""
    now = restore_bandit(start, stored)
    if isinstance(now, BetaThompson):
        return _update_beta_state(now, stored if now is not start else None, followed)
    rows = [(each.context, each.reward) for each in followed if each.context and len(each.context) == CONTEXT_SIZE]
    if not rows:
        return _write_linear_state(now, now.state)
    contexts, rewards = zip(*rows, strict=True)
    return _write_linear_state(now, update_linear_state(now.state, contexts, rewards))


def _read_linear_state(stored: BanditState) -> LinearState:
    precision = np.empty((CONTEXT_SIZE, CONTEXT_SIZE))
    precision[UPPER_TRIANGLE] = stored.precision
    precision.T[UPPER_TRIANGLE] = stored.precision
    return LinearState(precision, np.array(stored.moment), stored.answers)


def _write_linear_state(bandit: LinearBandit, state: LinearState) -> BanditState:
    return BanditState(bandit.version, state.answers, state.moment.tolist(), state.precision[UPPER_TRIANGLE].tolist())


def _read_beta_state(start: BetaThompson, stored: BanditState) -> BetaState:
    wins, losses = start.state.wins.copy(), start.state.losses.copy()
    for resource, arm in stored.arms.items():
        place = start.course.resource_index.get(resource)
        if place is not None:
            wins[place], losses[place] = arm
    return BetaState(wins, losses, stored.answers)


def _update_beta_state(now: BetaThompson, stored: BanditState | None, followed: list[BanditFeedback]) -> BanditState:
    """By id: a resource that has left the course still counts its last outcomes."""
    arms = dict(stored.arms) if stored else {}
    for each in followed:
        place = now.course.resource_index.get(each.resource)
        start = (0.0, 0.0) if place is None else (float(now.state.wins[place]), float(now.state.losses[place]))
        wins, losses = arms.get(each.resource, start)
        win = float(now.settings.win(each.reward))
        arms[each.resource] = (wins + win, losses + 1 - win)
    return BanditState(now.version, now.state.answers + len(followed), arms=arms)


MAX_PRACTICE_RESOURCES = 5_000
"""Resources beyond which nobody practises: the simulator goes through all of them at each step."""


class BanditPriorNotLoaded(Exception):
    """A bandit's prior is not in memory yet."""

    def __init__(self, course: str, name: str) -> None:
        super().__init__(course, name)
        self.course, self.name = course, name


@dataclass(eq=False)
class BanditPrior:
    """A bandit that has learnt nothing, and its practice once somebody has asked for it."""

    bandit: AnyBandit
    plain: bool
    practice: asyncio.Task[AnyBandit] | None = None

    @property
    def over(self) -> AnyBandit | None:
        """The bandit as it starts; None while it has not practised."""
        if self.plain:
            return self.bandit
        task = self.practice
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return None
        return task.result()


async def load_bandit(graph: Graph, served: ServedCourse, name: str) -> AnyBandit:
    """The bandit called `name` (see `BANDIT_NAMES`) in its present state, by one read of the graph."""
    stored = await read_bandit(graph, served.course.id, name)
    start = _get_prior(served, name).bandit
    if restore_bandit(start, stored) is start or isinstance(start, BetaThompson):
        start = await load_prior(served, name)
    return restore_bandit(start, stored)


async def load_prior(served: ServedCourse, name: str) -> AnyBandit:
    """The prior; whoever asks while the practice goes on shares it."""
    one = _get_prior(served, name)
    if one.over is not None:
        return one.over
    if one.practice is None or one.practice.done():
        one.practice = asyncio.create_task(
            asyncio.to_thread(make_prior_bandit, name, served.course), name=f"practise {name}"
        )
    return await asyncio.shield(one.practice)


def make_bandit_updates(at_hand: Callable[[str], ServedCourse | None]) -> BanditUpdates:
    """How stored outcomes move them; raises `BanditPriorNotLoaded` where that takes a prior that is not in memory."""

    def update(key: BanditKey, stored: BanditState | None, followed: list[BanditFeedback]) -> BanditState:
        served = at_hand(key.course)
        if served is None:
            raise BanditPriorNotLoaded(key.course, key.name)
        one = _get_prior(served, key.name)
        if one.over is not None:
            return update_bandit_state(one.over, stored, followed)
        if restore_bandit(one.bandit, stored) is one.bandit or isinstance(one.bandit, BetaThompson):
            raise BanditPriorNotLoaded(key.course, key.name)
        return update_bandit_state(one.bandit, stored, followed)

    return BanditUpdates(frozenset(BANDIT_NAMES), update)


def _get_prior(served: ServedCourse, name: str) -> BanditPrior:
    def make() -> BanditPrior:
        return BanditPrior(
            make_bandit(name, served.course), served.plain or served.course.resources > MAX_PRACTICE_RESOURCES
        )

    found: BanditPrior = get_cached(served.bandits, name, len(BANDIT_NAMES), make)
    return found
