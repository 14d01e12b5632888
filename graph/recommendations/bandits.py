"""Bandit state in the graph, updated in the transaction that stores an outcome of the bandit's recommendation.

The graph knows no bandit model. The state is locked, read, passed to a callable with the outcomes, and written in the
transaction that stores them: a reader who sees an outcome sees its effect on the bandit, and a crash leaves both or
neither.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graph.connection import Graph, Row, Work


@dataclass(frozen=True, slots=True)
class BanditState:
    """The numbers of a bandit.

    Attributes:
        version: of the model that wrote them; another may not understand them.
        answers: outcomes that it has learnt from.
        moment, precision: b and the upper triangle of A by rows; empty where it has none.
        arms: wins and losses by resource; those that no outcome has moved are missing.
    """

    version: str
    answers: int
    moment: list[float] = field(default_factory=list)
    precision: list[float] = field(default_factory=list)
    arms: dict[str, tuple[float, float]] = field(default_factory=dict)


class BanditFeedback(NamedTuple):
    """An outcome that followed a bandit's recommendation; `context` as it was logged with the decision."""

    resource: str
    context: list[float] | None
    reward: float


class BanditKey(NamedTuple):
    """A bandit of a course."""

    course: str
    name: str

    @property
    def id(self) -> str:
        """Id of its node."""
        return f"{self.course}/{self.name}"


UpdateFunction = Callable[[BanditKey, BanditState | None, list[BanditFeedback]], BanditState]
"""A state, None before the first outcome, and what came after it → the next state; `arms` only of these resources."""


class BanditUpdates(NamedTuple):
    """Which policies are bandits, and their update; it may run again when the database retries the transaction."""

    names: frozenset[str]
    update: UpdateFunction

    async def learn(self, work: Work, followed: dict[BanditKey, list[BanditFeedback]]) -> dict[BanditKey, BanditState]:
        """Lock the bandits in order of id, so that no two transactions deadlock, and return their updated states."""
        if not followed:
            return {}
        wanted = [
            {"id": key.id, "resources": sorted({each.resource for each in followed[key]})}
            for key in sorted(followed, key=lambda key: key.id)
        ]
        stored = {row["id"]: _make_state(row) for row in await work.run("learn/lock_bandits", bandits=wanted)}
        return {key: self.update(key, stored[key.id], outcomes) for key, outcomes in followed.items()}


def _refuse_update(key: BanditKey, state: BanditState | None, followed: list[BanditFeedback]) -> BanditState:
    raise LookupError(key.id)


NO_BANDITS = BanditUpdates(frozenset(), _refuse_update)


async def read_bandit(graph: Graph, course: str, name: str) -> BanditState | None:
    """Read the state of a bandit; None before its first outcome."""
    rows = await graph.read("recommend/bandit", id=BanditKey(course, name).id)
    return _make_state(rows[0]) if rows else None


async def save_bandits(work: Work, learnt: dict[BanditKey, BanditState]) -> None:
    """Write what `BanditUpdates.learn` gave, in the same transaction."""
    if learnt:
        arms = [arm for key, state in learnt.items() for arm in _arm_rows(key, state)]
        await work.run("learn/save_bandits", bandits=[_state_row(*pair) for pair in learnt.items()], arms=arms)


def _make_state(row: Row) -> BanditState | None:
    if row["version"] is None:
        return None
    arms = {resource: (wins, losses) for resource, wins, losses in row["arms"]}
    return BanditState(row["version"], row["answers"], row["moment"] or [], row["precision"] or [], arms)


def _state_row(key: BanditKey, state: BanditState) -> dict[str, Any]:
    return {
        "id": key.id,
        "course": key.course,
        "version": state.version,
        "answers": state.answers,
        "moment": state.moment or None,
        "precision": state.precision or None,
    }


def _arm_rows(key: BanditKey, state: BanditState) -> list[dict[str, Any]]:
    return [
        {"id": key.id, "resource": resource, "wins": wins, "losses": losses}
        for resource, (wins, losses) in sorted(state.arms.items())
    ]
