"""Strategies that need no training, the baselines of a learned policy (docs/design.md). Each is a `Recommender`.

Random, popularity, curriculum order, mastery sequencing, zone of proximal development, greedy expected gain, needed
first, target repeat.

Every strategy chooses among the feasible candidates only, so all of them keep the prerequisites.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from models.arrays import Floats
from models.course import Course
from models.recommender import (
    PERIPHERAL_IMPORTANCE,
    Decision,
    Observation,
    compute_expected_gain,
    decide_by_score,
    find_needed_points,
    predict_success,
)


@dataclass
class RandomStrategy:
    """Uniform over the candidates."""

    course: Course
    seed: int = 0
    name: str = "random"
    version: str = "1"
    _generator: np.random.Generator = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._generator = np.random.default_rng(self.seed)

    def decide(self, observation: Observation) -> Decision:
        """Draw one."""
        decision = decide_by_score(self._generator.random(observation.mask.shape, dtype=np.float32), observation.mask)
        share = observation.mask / observation.mask.sum(axis=1, keepdims=True)
        return Decision(decision.chosen, share.astype(np.float32), decision.score, decision.kept)


@dataclass
class ScoreStrategy:
    """A strategy that always takes the candidate with the best score (B, K)."""

    name: str
    score: Callable[[Observation], Floats]
    version: str = "1"

    def decide(self, observation: Observation) -> Decision:
        """Take the best; ties go to the earlier resource."""
        return decide_by_score(self.score(observation), observation.mask)


def make_popularity(course: Course, counts: Floats | None = None) -> ScoreStrategy:
    """Most often done first; `counts` (R,) from the log, or without one the breadth of what a resource teaches."""
    popular = course.importance.sum(axis=1) if counts is None else counts
    return ScoreStrategy("popularity", lambda seen: popular[seen.candidates])


def make_curriculum_order(course: Course) -> ScoreStrategy:
    """The first resource of the syllabus: points in topological order, then the files' order."""
    position = _rank_main_points(course)
    return ScoreStrategy("curriculum", lambda seen: -position[seen.candidates])


def make_mastery_sequencing(course: Course) -> ScoreStrategy:
    """Finish one point before the next: the started point nearest to mastery first, its primary resources first."""
    position = _rank_main_points(course) / max(1, course.points)

    def score(seen: Observation) -> Floats:
        rows = np.arange(len(seen))[:, None, None]
        points, importance = course.taught[seen.candidates], course.importance[seen.candidates]
        useful = seen.wanted[rows, points] * importance
        begun = (useful * seen.level[rows, points]).max(axis=-1)
        return np.asarray(begun + 0.2 * useful.max(axis=-1) - 0.05 * position[seen.candidates], dtype=np.float32)

    return ScoreStrategy("mastery", score)


def make_zone_of_proximal_development(course: Course, target: float = 0.6, width: float = 0.2) -> ScoreStrategy:
    """Success probability nearest to `target`; inside target ± width the larger expected gain decides."""

    def score(seen: Observation) -> Floats:
        probability = predict_success(course, seen)
        outside = np.maximum(np.abs(probability - target) - width, 0)
        return np.asarray(compute_expected_gain(course, seen, probability) - 10 * outside, dtype=np.float32)

    return ScoreStrategy("zpd", score)


def make_greedy_expected_gain(course: Course) -> ScoreStrategy:
    """The largest expected reward of the learner model, one step ahead."""
    return ScoreStrategy("greedy", lambda seen: compute_expected_gain(course, seen, predict_success(course, seen)))


def make_needed_first(course: Course) -> ScoreStrategy:
    """The largest expected gain among what teaches something that the goal still needs, else among the rest."""

    def score(seen: Observation) -> Floats:
        needed = find_needed_points(course, seen.level, seen.target, seen.wanted, seen.gate)
        points, importance = course.taught[seen.candidates], course.importance[seen.candidates]
        rows = np.arange(len(seen))[:, None, None]
        first = (needed[rows, points] * importance > PERIPHERAL_IMPORTANCE).any(axis=-1)
        gain = compute_expected_gain(course, seen, predict_success(course, seen))
        return np.asarray(gain + 10 * first, dtype=np.float32)

    return ScoreStrategy("needed", score)


def make_target_repeat(course: Course) -> ScoreStrategy:
    """The least known of the targets below mastery and of the unmet prerequisites of blocked ones; else any target."""

    def score(seen: Observation) -> Floats:
        rows, points = np.arange(len(seen))[:, None], course.taught[seen.candidates, 0]
        needed = find_needed_points(course, seen.level, seen.target, seen.wanted, seen.gate)[rows, points]
        aimed = seen.target[rows, points] > 0
        return np.asarray(2.0 * needed + aimed * ~needed - seen.level[rows, points], dtype=np.float32)

    return ScoreStrategy("target_repeat", score)


def make_simple_baselines(course: Course, seed: int = 0) -> list[RandomStrategy | ScoreStrategy]:
    """Make the strategies that need no training, weakest first."""
    return [
        RandomStrategy(course, seed),
        make_popularity(course),
        make_curriculum_order(course),
        make_mastery_sequencing(course),
        make_zone_of_proximal_development(course),
        make_greedy_expected_gain(course),
        make_needed_first(course),
    ]


def _rank_main_points(course: Course) -> Floats:
    """(R,) place of a resource's most important point in topological order."""
    place = np.empty(course.points, dtype=np.float32)
    place[course.order] = np.arange(course.points)
    main = course.taught[np.arange(course.resources), course.importance.argmax(axis=1)]
    return np.asarray(place[main], dtype=np.float32)
