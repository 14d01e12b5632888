"""The log as transitions for training: every served step with its outcome as (s, a, r, s′).

A learner's state is rebuilt by replaying the stored changes in the order of `step`; a decision carries the step that it
was based on. Nothing is recomputed with a learner model, so the log stays true when rates or models change.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from graph.connection import Graph, Row
from graph.learners.practice import FORGETTING, NO_ANSWERS, decayed, running_share
from graph.recommendations.decisions import LoggedDecision, parse_decision
from graph.values import to_datetime, to_utc

LEARNERS_PER_BATCH = 20
"""Learners whose whole log is held at once."""


class PointSnapshot(NamedTuple):
    """A point at a moment: level, forgetting included, and days since it was practised."""

    level: float
    days: float


@dataclass(frozen=True, slots=True)
class LearnerSnapshot:
    """A learner at a moment; points that were never touched are missing."""

    points: dict[str, PointSnapshot]
    answers: int
    success: float


@dataclass(frozen=True, slots=True)
class Transition:
    """One step of the loop.

    Attributes:
        decision: the state's moment, candidates, policy version and propensity; a = `decision.resource`.
        after: s′, right after the outcome.
        next: the learner's next decision, whose candidates are those of s′; None at the end of the log.
    """

    decision: LoggedDecision
    before: LearnerSnapshot
    right: bool
    reward: float
    after: LearnerSnapshot
    next: LoggedDecision | None


async def read_transitions(
    graph: Graph, course: str | None = None, since: datetime | None = None, learners: int = LEARNERS_PER_BATCH
) -> AsyncIterator[Transition]:
    """Yield every answered decision, learner by learner in the order answered; filter by course and moment.

    A decision with several outcomes counts with the first.
    """
    after = ""
    moments = {"course": course, "since": since and to_utc(since, "since")}
    while True:
        rows = await graph.read("learn/log", after=after, learners=learners, **moments)
        if not rows:
            return
        for row in rows:
            for transition in _replay_learner(row):
                yield transition
        after = rows[-1]["learner"]


def _replay_learner(row: Row) -> Iterator[Transition]:
    """Yield one learner's transitions in the order answered; the changes are walked through once."""
    decisions = sorted(
        (parse_decision(each) for each in row["decisions"]), key=lambda each: (each.step, each.at, each.id)
    )
    following = dict(zip((each.id for each in decisions), decisions[1:], strict=False))
    by_id = {each.id: each for each in decisions}
    with_history = {point for change in row["changes"] if change["decays"] is not None for point in change["points"]}
    replay = _Replay(dict(row["rates"]), {point: rate for point, rate in row["decays"] if point not in with_history})
    waiting = iter(decisions)
    upcoming = next(waiting, None)
    before: dict[str, LearnerSnapshot] = {}
    for change in sorted(row["changes"], key=lambda change: change["step"]):
        while upcoming is not None and upcoming.step < change["step"]:
            before[upcoming.id] = replay.state(upcoming.course, upcoming.at)
            upcoming = next(waiting, None)
        replay.apply(change)
        start = before.pop(change["recommendation"], None)
        if start is not None:
            decision = by_id[change["recommendation"]]
            after = replay.state(decision.course, to_datetime(change["at"]))
            yield Transition(decision, start, change["right"], change["reward"], after, following.get(decision.id))


class _Replay:
    """A learner's stored levels while the changes are walked through."""

    def __init__(self, rates: dict[str, float], decays: dict[str, float]) -> None:
        self._rates = rates
        self._decays = decays
        self._stored: dict[str, tuple[float, datetime]] = {}
        self._answers = 0
        self._success = NO_ANSWERS

    def apply(self, change: Row) -> None:
        """Apply the next interaction or diagnostic."""
        at = to_datetime(change["at"])
        decays = change["decays"] or [None] * len(change["points"])
        for point, level, decay in zip(change["points"], change["after"], decays, strict=True):
            if decay is not None:
                self._decays[point] = decay
            earlier = self._stored.get(point)
            self._stored[point] = (level, at if earlier is None else max(at, earlier[1]))
        if change["right"] is not None:
            self._answers += 1
            self._success = running_share(self._success, change["right"])

    def state(self, course: str, at: datetime) -> LearnerSnapshot:
        """Return the state at a moment, with that course's rate of forgetting where a point has none of its own."""
        rate = self._rates.get(course, FORGETTING)
        seen = {
            point: _make_snapshot(level, (at - when) / timedelta(days=1), self._rate(point, rate))
            for point, (level, when) in self._stored.items()
        }
        return LearnerSnapshot(seen, self._answers, self._success)

    def _rate(self, point: str, usual: float) -> float:
        """Return a point's own rate as it was then; −1 stands for the course's."""
        own = self._decays.get(point, -1.0)
        return usual if own < 0 else own


def _make_snapshot(level: float, days: float, rate: float) -> PointSnapshot:
    return PointSnapshot(decayed(level, rate, days), max(0.0, days))
