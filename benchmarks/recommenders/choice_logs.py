"""Log of simulated learners who choose for themselves: a random utility model (McFadden 1974).

A learner b for whom the resources F are feasible chooses r with probability softmax(V_br / scale), because

    U_br = V_br + ε,      ε ~ Gumbel(scale)
    V_br = kind_b + modality_b − length_b |ln(minutes_r / preferred_b)| + θ_b · z_r
           + popular_b ln(1 + n_r) standardised + order_b exp(−place_br / 3) − again [b did r lately]

θ_b, z_r: the learner's liking and the resource's content in a few hidden topics; a point's topics resemble those of the
points around it. n_r: how often others did r. place_br: how many of F come before r in the curriculum. A recommendation
is taken up where its utility exceeds that of doing something else. A learner whose recent choices were worth little
more than that leaves sooner. The constants are chosen, not fitted: they make a world to compare in, no forecast. Left
out: habits that form, tastes that drift, the influence of friends.

Learners arrive in cohorts, each with a goal, and choose among the feasible resources until the goal is reached or they
leave. Rankers are fitted to the log before one moment; after it they are asked with the learners' events, and
recommenders with the observation of that moment: estimates, never the truth.
"""

import time
from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.arrays import Flags, Floats, Ints
from models.course import MODALITIES, RESOURCE_KINDS, Course
from models.evaluation.simulated import ensure_candidate
from models.rankers.evaluation import EvaluationSplit, RankerResult, rank_targets, select_top, summarise_ranks
from models.rankers.interactions import Catalogue, InteractionHistory, InteractionLog
from models.recommender import Observation, Recommender
from models.simulation.environment import EpisodeConfig, LearnerVectorEnv


@dataclass(frozen=True)
class Taste:
    """What learners differ in: standard deviations and means between learners, in units of utility.

    Attributes:
        kind, modality: sd of what each of them is worth; 0 to 2.
        length: sd of the weight of the distance from the preferred length; preferred lengths spread by `length_sd`
            around the course's median, on a logarithmic scale.
        topic: sd of what a resource's topics are worth; `topics` of them, 2 to 10.
        popular, order: mean weight of what is popular and of what comes next; exponential between learners.
        again: what a resource is worth less after it was done (within `rankers.log.LONGEST` steps).
        scale: of the noise; 1 in most applications.
        elsewhere: utility of doing something else.
        pause: chance that the next step is not right after this one; then days away are exponential of mean `away`.
        leaving: chance to leave after a step that was worth as much as doing something else.
    """

    kind: float = 0.8
    modality: float = 0.6
    length: float = 0.6
    length_sd: float = 0.4
    topic: float = 0.6
    topics: int = 4
    popular: float = 0.4
    order: float = 2.0
    again: float = 2.0
    scale: float = 0.7
    elsewhere: float = -1.0
    pause: float = 0.3
    away: float = 0.7
    leaving: float = 0.05


class ChoosingLearners:
    """B learners with tastes of their own on one course. What they do is the caller's: nothing here sees an answer.

    Attributes:
        worth: (B, R) the part of V that neither popularity nor the place in the curriculum changes.
        mood: (B,) what the latest steps were worth, less `elsewhere`.
    """

    def __init__(
        self, course: Course, size: int, seed: int, taste: Taste | None = None, counts: Floats | None = None
    ) -> None:
        """`counts` (R,): how often others did each resource. Topics are the course's: the same for every seed."""
        self.taste = taste or Taste()
        self._draw = draw = np.random.default_rng(seed)
        self.worth = self._worth(course, size)
        self._popular = draw.exponential(self.taste.popular, (size, 1)) * _standard(np.log1p(_or_none(course, counts)))
        self._order = draw.exponential(self.taste.order, (size, 1))
        self._place = rank_curriculum(course)
        self.mood = np.zeros(size, dtype=np.float32)

    def _worth(self, course: Course, size: int) -> Floats:
        draw, taste = self._draw, self.taste
        kinds, modalities = (
            draw.normal(0, taste.kind, (size, len(RESOURCE_KINDS))),
            draw.normal(0, taste.modality, (size, len(MODALITIES))),
        )
        minutes = np.log(np.maximum(course.minutes, 1e-3))
        preferred = np.median(minutes) + draw.normal(0, taste.length_sd, (size, 1))
        length = np.abs(draw.normal(0, taste.length, (size, 1))) * np.abs(minutes - preferred)
        likes = draw.normal(0, taste.topic, (size, taste.topics)) @ draw_topics(course, taste.topics).T
        worth = kinds[:, course.kind] + modalities[:, course.modality] - length + likes
        return np.asarray(worth, dtype=np.float32)

    def utility(self, seen: Observation) -> Floats:
        """V (B, K) of the candidates; −inf where padded."""
        rows = np.arange(len(seen))[:, None]
        place = np.where(seen.mask, self._place[seen.candidates], np.inf)
        before = place.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
        value = self.worth[rows, seen.candidates] + self._popular[rows, seen.candidates]
        value += self._order * np.exp(-before / 3) - self.taste.again * _did_lately(seen)
        return np.where(seen.mask, value, -np.inf).astype(np.float32)

    def choose(self, seen: Observation) -> Ints:
        """(B,) position of what each does next, drawn by softmax(V / scale)."""
        noise = self._draw.gumbel(size=seen.mask.shape) * self.taste.scale
        return np.asarray((self.utility(seen) + noise).argmax(axis=1))

    def takes_up(self, seen: Observation, position: Ints) -> Floats:
        """(B,) probability that each takes up the candidate at `position` (B,) rather than do something else."""
        value = self.utility(seen)[np.arange(len(seen)), position]
        return np.asarray(1 / (1 + np.exp(-(value - self.taste.elsewhere) / self.taste.scale)), dtype=np.float32)

    def leave(self, seen: Observation, position: Ints, did: Flags) -> Flags:
        """(B,) who leaves now; each did the candidate at `position` (B,), or declined it, which is worth nothing."""
        value = self.utility(seen)[np.arange(len(seen)), position] - self.taste.elsewhere
        self.mood += 0.3 * (np.where(did, value, 0) - self.mood)
        chance = np.minimum(self.taste.leaving * np.exp(-self.mood), 0.5)
        return np.asarray(self._draw.random(len(seen)) < chance)

    def accept(self, seen: Observation, position: Ints) -> Flags:
        """(B,) who takes up the candidate at `position` (B,), drawn by `takes_up`."""
        return np.asarray(self._draw.random(len(seen)) < self.takes_up(seen, position))

    def pause(self) -> Floats:
        """(B,) days until each comes back; 0 for who goes on at once."""
        away = self._draw.exponential(self.taste.away, len(self.mood))
        return np.where(self._draw.random(len(self.mood)) < self.taste.pause, away, 0).astype(np.float32)


def _did_lately(seen: Observation) -> Flags:
    """(B, K) candidates that the learner did lately."""
    if seen.history is None:
        return np.zeros(seen.mask.shape, dtype=bool)
    return np.asarray((seen.history.item[:, None] == seen.candidates[..., None]).any(axis=2))


def draw_topics(course: Course, count: int) -> Floats:
    """(R, count) what each resource is about; the same for every call on a course. Columns have mean 0 and sd 1."""
    own = np.random.default_rng(course.points).normal(size=(course.points, count))
    around = course.influence + course.influence.T
    weight = np.maximum(np.asarray(around.sum(axis=1)), 1e-6)
    for _ in range(3):
        own = 0.5 * own + 0.5 * np.where(weight > 1e-6, around @ own / weight, own)
    importance = course.importance / np.maximum(course.importance.sum(axis=1, keepdims=True), 1e-6)
    return _standard((own[course.taught] * importance[..., None]).sum(axis=1))


def rank_curriculum(course: Course) -> Ints:
    """(R,) place of each resource: of its most important point in topological order, then the files' order."""
    place = np.empty(course.points, dtype=np.int64)
    place[course.order] = np.arange(course.points)
    main = course.taught[np.arange(course.resources), course.importance.argmax(axis=1)]
    return np.asarray(place[main] * course.resources + np.arange(course.resources))


def _or_none(course: Course, counts: Floats | None) -> Floats:
    return np.zeros(course.resources, dtype=np.float32) if counts is None else counts


def _standard(values: Floats) -> Floats:
    """Columns less their mean, by their standard deviation."""
    return np.asarray((values - values.mean(axis=0)) / np.maximum(values.std(axis=0), 1e-6), dtype=np.float32)


@dataclass(frozen=True)
class ArrivalPlan:
    """Who comes when.

    Attributes:
        cohorts, size, days: so many learners arrive within so many days, again and again. Each cohort sees what was
            popular when its first learner arrived.
        since: share of the arrival time after which moments are asked about; most: of them, drawn at random.
        goals, fewest, most_points, longest: see `EpisodeConfig`; wide goals leave much to choose from.
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
    def episode(self) -> EpisodeConfig:
        """What the learners want."""
        return EpisodeConfig(longest=self.longest, goals=self.goals, fewest=self.fewest, most=self.most_points)


@dataclass(frozen=True, eq=False)
class ChoiceMoments:
    """T moments at which somebody chose among what was feasible.

    Attributes:
        trial: the log, the part of it to learn from, the moments, and what was feasible; items are all of the course's
            resources in its order.
        observations: T learners as recommenders see them, one a moment.
        chosen: (T,) position of what was chosen among the observation's candidates.
    """

    trial: EvaluationSplit
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


def generate_choice_log(
    course: Course, plan: ArrivalPlan | None = None, taste: Taste | None = None, seed: int = 0
) -> ChoiceMoments:
    """Generate the log; repeatable from its seed."""
    plan, steps = plan or ArrivalPlan(), list[_Step]()
    for cohort in range(plan.cohorts):
        begins = cohort * plan.days
        counts = np.zeros(course.resources, dtype=np.float32)
        for step in steps:
            np.add.at(counts, step.item[step.at < begins], 1)
        choosers = ChoosingLearners(course, plan.size, seed * 1000 + cohort, taste, counts)
        steps += _cohort(LearnerVectorEnv(course, plan.size, episode=plan.episode), choosers, cohort, plan, seed)
    return _build_split(course, plan, steps, seed)


def _cohort(
    env: LearnerVectorEnv, choosers: ChoosingLearners, number: int, plan: ArrivalPlan, seed: int
) -> list[_Step]:
    """One cohort until the last has left."""
    env.reset(seed=seed * 1000 + number)
    draw = np.random.default_rng([seed, number])
    arrived = (number + draw.random(env.num_envs)) * plan.days
    alive, steps = env.allowed().any(axis=1), []
    while alive.any():
        seen = ensure_candidate(env.observe())
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
    return [_drop_before(step, plan) for step in steps]


def _drop_before(step: _Step, plan: ArrivalPlan) -> _Step:
    """Without the observations before `since`, which nobody will ask for."""
    return step._replace(seen=step.seen.take(np.flatnonzero(step.at >= _moment(plan))))


def _moment(plan: ArrivalPlan) -> float:
    return plan.since * plan.cohorts * plan.days


def _build_split(course: Course, plan: ArrivalPlan, steps: list[_Step], seed: int) -> ChoiceMoments:
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
    asked = np.flatnonzero(log.days >= _moment(plan))
    if len(asked) > plan.most:
        asked = np.sort(np.random.default_rng(seed).choice(asked, plan.most, replace=False))
    rows = order[asked]
    late = np.cumsum(at >= _moment(plan)) - 1
    observations = _stacked([step.seen for step in steps if len(step.seen)]).take(late[rows])
    training = log.take(log.days < _moment(plan))
    return ChoiceMoments(
        EvaluationSplit("course", log, training, asked, True, feasible[rows]), observations, chosen[rows]
    )


def _stacked(parts: list[Observation]) -> Observation:
    """All learners of several observations as one, padded to the same number of candidates."""
    width = max(part.mask.shape[1] for part in parts)
    parts = [replace(part, candidates=_wide(part.candidates, width), mask=_wide(part.mask, width)) for part in parts]
    joined: dict[str, Any] = {}
    for name in (each.name for each in fields(Observation) if getattr(parts[0], each.name) is not None):
        values = [getattr(part, name) for part in parts]
        joined[name] = _history(values) if name == "history" else np.concatenate(values)
    return Observation(**joined)


def _wide(values: NDArray[Any], width: int) -> NDArray[Any]:
    return np.pad(values, ((0, 0), (0, width - values.shape[1])))


def _history(parts: list[InteractionHistory]) -> InteractionHistory:
    return InteractionHistory(
        *(np.concatenate([getattr(part, each.name) for part in parts]) for each in fields(InteractionHistory))
    )


def evaluate_choices(
    recommender: Recommender, moments: ChoiceMoments, catalogue: Catalogue | None = None, timed: int = 100
) -> RankerResult:
    """Where each recommender's scores put what was chosen, among what was feasible; measures as for rankers."""
    trial, seen = moments.trial, moments.observations
    rank, lists = np.zeros(len(trial), dtype=np.float32), np.full((len(trial), 10), -1)
    for start in range(0, len(trial), 256):
        rows = np.arange(start, min(start + 256, len(trial)))
        batch = seen.take(rows)
        score = recommender.decide(batch).score
        rank[rows] = rank_targets(score, batch.mask, moments.chosen[rows])
        places = select_top(score, batch.mask)
        lists[rows] = np.where(places >= 0, np.take_along_axis(batch.candidates, np.maximum(places, 0), axis=1), -1)
    return summarise_ranks(trial, rank, lists, catalogue, (float("nan"), _clocked(recommender, seen, timed)))


def _clocked(recommender: Recommender, seen: Observation, timed: int) -> float:
    """Milliseconds at the median for one learner."""
    spent = []
    for row in range(min(timed, len(seen))):
        alone = seen.of(row)
        began = time.perf_counter()
        recommender.decide(alone)
        spent.append(1000 * (time.perf_counter() - began))
    return float(np.median(spent)) if spent else float("nan")
