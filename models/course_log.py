"""A course's log of learners who choose for themselves, and the moments of it at which recommenders can be asked.

Learners arrive in cohorts, each with a goal, and do what their hidden taste makes them choose among what is feasible
(`models/choosers.py`), until the goal is reached or they leave. Rankers are fitted to the log before one moment; after
it they are asked by what learners did, and recommenders by the observation of that moment: estimates, never the truth.
"""

import time
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.choosers import Choosers, Course, Flags, Floats, Ints, Taste
from models.environment import Episode, LearnerVectorEnv
from models.evaluation import Observation, Recommender, with_any_candidate
from models.rankers.log import History, InteractionLog
from models.rankers.measures import Catalogue, Result, Trial, first, ranks, result


@dataclass(frozen=True)
class Plan:
    """Who comes when.

    Attributes:
        cohorts, size, days: so many learners arrive within so many days, again and again. Each cohort sees what was
            popular when its first learner arrived.
        since: share of the arrival time after which moments are asked about; most: of them, drawn at random.
        goals, fewest, most_points, longest: see `Episode`; wide goals leave much to choose from.
    """

    cohorts: int = 10
    size: int = 100
    days: float = 20.0
    since: float = 0.8
    most: int = 4000
    goals: int = 4
    fewest: int = 10
    most_points: int = 60
    longest: int = 60

    @property
    def episode(self) -> Episode:
        """What the learners want."""
        return Episode(longest=self.longest, goals=self.goals, fewest=self.fewest, most=self.most_points)


@dataclass(frozen=True, eq=False)
class CourseTrial:
    """T moments at which somebody chose among what was feasible.

    Attributes:
        trial: the log, the part of it to learn from, the moments, and what was feasible; items are all of the course's
            resources in its order.
        observations: T learners as recommenders see them, one a moment.
        chosen: (T,) position of what was chosen among the observation's candidates.
    """

    trial: Trial
    observations: Observation
    chosen: Ints


class _Step(NamedTuple):
    """What n learners did at about the same time; `feasible` (n, R), the others (n,)."""

    learner: Ints
    item: Ints
    at: NDArray[np.float64]
    outcome: Floats
    chosen: Ints
    feasible: Flags
    seen: Observation


def self_chosen(course: Course, plan: Plan | None = None, taste: Taste | None = None, seed: int = 0) -> CourseTrial:
    """Generate the log; repeatable from its seed."""
    plan, steps = plan or Plan(), list[_Step]()
    for cohort in range(plan.cohorts):
        begins = cohort * plan.days
        counts = np.zeros(course.resources, dtype=np.float32)
        for step in steps:
            np.add.at(counts, step.item[step.at < begins], 1)
        choosers = Choosers(course, plan.size, seed * 1000 + cohort, taste, counts)
        steps += _cohort(LearnerVectorEnv(course, plan.size, episode=plan.episode), choosers, cohort, plan, seed)
    return _trial(course, plan, steps, seed)


def _cohort(env: LearnerVectorEnv, choosers: Choosers, number: int, plan: Plan, seed: int) -> list[_Step]:
    """One cohort until the last has left."""
    env.reset(seed=seed * 1000 + number)
    draw = np.random.default_rng([seed, number])
    arrived = (number + draw.random(env.num_envs)) * plan.days
    alive, steps = env.allowed().any(axis=1), []
    while alive.any():
        seen = with_any_candidate(env.observe())
        position = choosers.choose(seen)
        items, at, who = seen.candidates[np.arange(len(seen)), position], arrived + env.clock, np.flatnonzero(alive)
        _, ended, _ = env.advance(items)
        right = env.recent.right[:, -1]
        feasible = np.zeros((len(who), env.course.resources), dtype=bool)
        feasible[np.nonzero(seen.mask[who])[0], seen.candidates[who][seen.mask[who]]] = True
        names = who + number * env.num_envs
        steps.append(_Step(names, items[who], at[who], right[who], position[who], feasible, seen.take(who)))
        leaving = choosers.leave(seen, position, np.ones(len(seen), dtype=bool))
        env.wait(choosers.pause())
        alive &= ~ended & ~leaving & env.allowed().any(axis=1)
    return [_late(step, plan) for step in steps]


def _late(step: _Step, plan: Plan) -> _Step:
    """Without the observations before `since`, which nobody will ask for."""
    return step._replace(seen=step.seen.take(np.flatnonzero(step.at >= _moment(plan))))


def _moment(plan: Plan) -> float:
    return plan.since * plan.cohorts * plan.days


def _trial(course: Course, plan: Plan, steps: list[_Step], seed: int) -> CourseTrial:
    """Everything in order of time."""
    learner, item, at, outcome, chosen, feasible = (
        np.concatenate(parts) for parts in list(zip(*steps, strict=True))[:6]
    )
    order = np.argsort(at, kind="stable")
    log = InteractionLog(
        tuple(f"learner-{number}" for number in range(plan.cohorts * plan.size)),
        tuple(course.resource_ids),
        *(learner[order], item[order], at[order], outcome[order]),
    )
    asked = np.flatnonzero(log.at >= _moment(plan))
    if len(asked) > plan.most:
        asked = np.sort(np.random.default_rng(seed).choice(asked, plan.most, replace=False))
    rows = order[asked]
    late = np.cumsum(at >= _moment(plan)) - 1
    observations = _stacked([step.seen for step in steps if len(step.seen)]).take(late[rows])
    training = log.take(log.at < _moment(plan))
    return CourseTrial(Trial("course", log, training, asked, True, feasible[rows]), observations, chosen[rows])


def _stacked(parts: list[Observation]) -> Observation:
    """All learners of several observations as one, padded to the same number of candidates."""
    width = max(part.mask.shape[1] for part in parts)
    parts = [
        replace(part, **{name: _wide(getattr(part, name), width) for name in ("candidates", "mask")}) for part in parts
    ]
    joined: dict[str, Any] = {}
    for name in (each.name for each in fields(Observation) if getattr(parts[0], each.name) is not None):
        values = [getattr(part, name) for part in parts]
        joined[name] = _history(values) if name == "history" else np.concatenate(values)
    return Observation(**joined)


def _wide(values: NDArray[Any], width: int) -> NDArray[Any]:
    return np.pad(values, ((0, 0), (0, width - values.shape[1])))


def _history(parts: list[History]) -> History:
    return History(*(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(History)))


def ask(recommender: Recommender, moments: CourseTrial, catalogue: Catalogue | None = None, timed: int = 100) -> Result:
    """Where each recommender's scores put what was chosen, among what was feasible; measures as for rankers."""
    trial, seen = moments.trial, moments.observations
    rank, lists = np.zeros(len(trial), dtype=np.float32), np.full((len(trial), 10), -1)
    for start in range(0, len(trial), 256):
        rows = np.arange(start, min(start + 256, len(trial)))
        batch = seen.take(rows)
        score = recommender.decide(batch).score
        rank[rows] = ranks(score, batch.mask, moments.chosen[rows])
        places = first(score, batch.mask)
        lists[rows] = np.where(places >= 0, np.take_along_axis(batch.candidates, np.maximum(places, 0), axis=1), -1)
    return result(trial, rank, lists, catalogue, (float("nan"), _clocked(recommender, seen, timed)))


def _clocked(recommender: Recommender, seen: Observation, timed: int) -> float:
    """Milliseconds at the median for one learner."""
    spent = []
    for row in range(min(timed, len(seen))):
        alone = seen.of(row)
        began = time.perf_counter()
        recommender.decide(alone)
        spent.append(1000 * (time.perf_counter() - began))
    return float(np.median(spent)) if spent else float("nan")
