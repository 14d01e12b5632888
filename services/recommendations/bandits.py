"""Load a course's bandits, and update their state in the graph by an outcome.

The state is in the graph, so that replicas agree and a restart loses nothing. Before the first outcome the prior
applies: training on simulated learners, once for each course in memory, in a thread, always with the same result; or no
training, where the course sets `banditPrior` to plain or has more than 5,000 resources. The graph's lists are converted
to the models' arrays and back.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from graph.connection import Graph
from graph.errors import Conflict
from graph.recommendations.bandits import BanditFeedback, BanditKey, BanditState, BanditUpdates, read_bandit
from models.policies.bandit_training import BANDIT_NAMES, AnyBandit, make_bandit, make_prior_bandit
from models.policies.bandits import (
    CONTEXT_SIZE,
    BetaState,
    LinearBandit,
    LinearState,
    ResourceBandit,
    update_linear_state,
)
from services.courses.served import CourseMemo, ServedCourse

UPPER_TRIANGLE = np.triu_indices(CONTEXT_SIZE)


def restore_bandit(start: AnyBandit, stored: BanditState | None) -> AnyBandit:
    """Return the bandit in its stored state; as it starts where nothing is stored, or by another version.

    Resources that no outcome has moved keep the wins and losses that they start with.
    """
    if stored is None or stored.version != start.version:
        return start
    if isinstance(start, ResourceBandit):
        return start.of(_read_beta_state(start, stored))
    return start.of(_read_linear_state(stored))


def update_bandit_state(start: AnyBandit, stored: BanditState | None, followed: list[BanditFeedback]) -> BanditState:
    """Return the state to store after these outcomes; of the wins and losses those of their resources."""
    now = restore_bandit(start, stored)
    if isinstance(now, ResourceBandit):
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


def _read_beta_state(start: ResourceBandit, stored: BanditState) -> BetaState:
    wins, losses = start.state.wins.copy(), start.state.losses.copy()
    for resource, arm in stored.arms.items():
        index = start.course.resource_index.get(resource)
        if index is not None:
            wins[index], losses[index] = arm
    return BetaState(wins, losses, stored.answers)


def _update_beta_state(now: ResourceBandit, stored: BanditState | None, followed: list[BanditFeedback]) -> BanditState:
    """By id: a resource that has left the course still counts its last outcomes."""
    arms = dict(stored.arms) if stored else {}
    for each in followed:
        index = now.course.resource_index.get(each.resource)
        start = (0.0, 0.0) if index is None else (float(now.state.wins[index]), float(now.state.losses[index]))
        wins, losses = arms.get(each.resource, start)
        win = float(now.settings.win(each.reward))
        arms[each.resource] = (wins + win, losses + 1 - win)
    return BanditState(now.version, now.state.answers + len(followed), arms=arms)


MAX_PRACTICE_RESOURCES = 5_000
"""Resources of a course beyond which priors are not trained: the simulator goes through all of them at each step."""


@dataclass(eq=False)
class BanditPrior:
    """The prior of a bandit on a course: trained on simulated learners when it is first needed.

    Attributes:
        untrained: the bandit as it is without training.
        plain: whether the prior is the untrained bandit.
        training: the training, once it was started.
    """

    untrained: AnyBandit
    plain: bool
    training: asyncio.Task[AnyBandit] | None = None

    @property
    def trained(self) -> AnyBandit | None:
        """The prior; None while it is not trained."""
        if self.plain:
            return self.untrained
        task = self.training
        if task is None or not task.done() or task.cancelled() or task.exception() is not None:
            return None
        return task.result()


PRIORS: CourseMemo[str, BanditPrior] = CourseMemo(len(BANDIT_NAMES))
"""The priors of each course in memory, by the bandit's name."""


async def load_bandit(graph: Graph, served: ServedCourse, name: str) -> AnyBandit:
    """Load the bandit called `name` (see `BANDIT_NAMES`) in its present state, by one read of the graph."""
    stored = await read_bandit(graph, served.course.id, name)
    return restore_bandit(await _load_start(served, name, stored), stored)


async def load_bandit_start(graph: Graph, served: ServedCourse, name: str) -> AnyBandit:
    """Load what the bandit's stored state is restored on; reads the graph only while the prior is not trained."""
    trained = _get_prior(served, name).trained
    return trained or await _load_start(served, name, await read_bandit(graph, served.course.id, name))


async def _load_start(served: ServedCourse, name: str, stored: BanditState | None) -> AnyBandit:
    """The prior is trained only where it counts: a stored state replaces all of it, but for wins and losses."""
    untrained = _get_prior(served, name).untrained
    if restore_bandit(untrained, stored) is untrained or isinstance(untrained, ResourceBandit):
        return await load_prior(served, name)
    return untrained


async def load_prior(served: ServedCourse, name: str) -> AnyBandit:
    """Load the prior; trains it in a thread where need be, and requests that come meanwhile wait for the same."""
    prior = _get_prior(served, name)
    if prior.trained is not None:
        return prior.trained
    if prior.training is None or prior.training.done():
        prior.training = asyncio.create_task(
            asyncio.to_thread(make_prior_bandit, name, served.course), name=f"train {name}"
        )
    return await asyncio.shield(prior.training)


def make_bandit_updates(starts: Mapping[BanditKey, AnyBandit]) -> BanditUpdates:
    """Return how stored outcomes move the bandits in `starts`, each on the start that it was loaded with."""

    def update(key: BanditKey, stored: BanditState | None, followed: list[BanditFeedback]) -> BanditState:
        if key not in starts:
            raise Conflict(f"The recommendation by {key.name!r} was stored a moment ago; send the outcome again.")
        return update_bandit_state(starts[key], stored, followed)

    return BanditUpdates(frozenset(BANDIT_NAMES), update)


def _get_prior(served: ServedCourse, name: str) -> BanditPrior:
    def make() -> BanditPrior:
        plain = served.plain_bandits or served.course.resources > MAX_PRACTICE_RESOURCES
        return BanditPrior(make_bandit(name, served.course), plain)

    return PRIORS.get(served, name, make)
