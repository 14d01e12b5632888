"""A bandit's state between the graph's lists and the models' arrays, and its step from one to the next."""

import numpy as np

from graph.bandits import BanditState, Followed
from models.bandits.beta import BetaState, BetaThompson
from models.bandits.linear import SIZE, LinearBandit, LinearState, updated
from models.bandits.registry import Kind

TRIANGLE = np.triu_indices(SIZE)


def restored(start: Kind, stored: BanditState | None) -> Kind:
    """The bandit with what is stored; it stays at its start where nothing is, or what another version has written.

    Resources that no outcome has moved keep the wins and losses that they start with.
    """
    if stored is None or stored.version != start.version:
        return start
    if isinstance(start, BetaThompson):
        return start.of(_arms(start, stored))
    return start.of(_matrices(stored))


def learnt(start: Kind, stored: BanditState | None, followed: list[Followed]) -> BanditState:
    """What is to be stored after these outcomes; of the wins and losses those of their resources."""
    now = restored(start, stored)
    if isinstance(now, BetaThompson):
        return _won(now, stored if now is not start else None, followed)
    rows = [(each.context, each.reward) for each in followed if each.context and len(each.context) == SIZE]
    if not rows:
        return _lists(now, now.state)
    contexts, rewards = zip(*rows, strict=True)
    return _lists(now, updated(now.state, contexts, rewards))


def _matrices(stored: BanditState) -> LinearState:
    precision = np.empty((SIZE, SIZE))
    precision[TRIANGLE] = stored.precision
    precision.T[TRIANGLE] = stored.precision
    return LinearState(precision, np.array(stored.moment), stored.answers)


def _lists(bandit: LinearBandit, state: LinearState) -> BanditState:
    return BanditState(bandit.version, state.answers, state.moment.tolist(), state.precision[TRIANGLE].tolist())


def _arms(start: BetaThompson, stored: BanditState) -> BetaState:
    wins, losses = start.state.wins.copy(), start.state.losses.copy()
    for resource, arm in stored.arms.items():
        place = start.course.resource_index.get(resource)
        if place is not None:
            wins[place], losses[place] = arm
    return BetaState(wins, losses, stored.answers)


def _won(now: BetaThompson, stored: BanditState | None, followed: list[Followed]) -> BanditState:
    """By id: a resource that has left the course still counts its last outcomes."""
    arms = dict(stored.arms) if stored else {}
    for each in followed:
        place = now.course.resource_index.get(each.resource)
        start = (0.0, 0.0) if place is None else (float(now.state.wins[place]), float(now.state.losses[place]))
        wins, losses = arms.get(each.resource, start)
        win = float(now.settings.win(each.reward))
        arms[each.resource] = (wins + win, losses + 1 - win)
    return BanditState(now.version, now.state.answers + len(followed), arms=arms)


__all__ = ["BanditState", "BetaThompson", "Followed", "Kind", "learnt", "restored"]
