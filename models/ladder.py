"""The rungs that a learned policy must beat before it is served (DESIGN §5). Each is a `Recommender`.

Every rung chooses among the feasible candidates only, so the prerequisite promise holds on all of them.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from models.course import Course, Floats
from models.recommender import (
    PERIPHERAL,
    Decision,
    Observation,
    by_score,
    expected_gain,
    needed_points,
    success_probability,
)


@dataclass
class Random:
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
        decision = by_score(self._generator.random(observation.mask.shape, dtype=np.float32), observation.mask)
        share = observation.mask / observation.mask.sum(axis=1, keepdims=True)
        return Decision(decision.chosen, share.astype(np.float32), decision.score, decision.kept)


@dataclass
class Scored:
    """A rung that always takes the candidate with the best score (B, K)."""

    name: str
    score: Callable[[Observation], Floats]
    version: str = "1"

    def decide(self, observation: Observation) -> Decision:
        """Take the best; ties go to the earlier resource."""
        return by_score(self.score(observation), observation.mask)


def popularity(course: Course, counts: Floats | None = None) -> Scored:
    """Most often done first; `counts` (R,) from the log, or without one the breadth of what a resource teaches."""
    popular = course.importance.sum(axis=1) if counts is None else counts
    return Scored("popularity", lambda seen: popular[seen.candidates])


def curriculum_order(course: Course) -> Scored:
    """The first resource of the syllabus: points in topological order, then the files' order."""
    position = _main_rank(course)
    return Scored("curriculum", lambda seen: -position[seen.candidates])


def mastery_sequencing(course: Course) -> Scored:
    """Finish one point before the next: the started point nearest to mastery first, its primary resources first."""
    position = _main_rank(course) / max(1, course.points)

    def score(seen: Observation) -> Floats:
        rows = np.arange(len(seen))[:, None, None]
        points, importance = course.taught[seen.candidates], course.importance[seen.candidates]
        useful = seen.wanted[rows, points] * importance
        begun = (useful * seen.level[rows, points]).max(axis=-1)
        return np.asarray(begun + 0.2 * useful.max(axis=-1) - 0.05 * position[seen.candidates], dtype=np.float32)

    return Scored("mastery", score)


def zone_of_proximal_development(course: Course, target: float = 0.6, width: float = 0.2) -> Scored:
    """Success probability nearest to `target`; inside target ± width the larger expected gain decides."""

    def score(seen: Observation) -> Floats:
        probability = success_probability(course, seen)
        outside = np.maximum(np.abs(probability - target) - width, 0)
        return np.asarray(expected_gain(course, seen, probability) - 10 * outside, dtype=np.float32)

    return Scored("zpd", score)


def greedy_expected_gain(course: Course) -> Scored:
    """The largest expected reward of the learner model, one step ahead."""
    return Scored("greedy", lambda seen: expected_gain(course, seen, success_probability(course, seen)))


def needed_first(course: Course) -> Scored:
    """The largest expected gain among what teaches something that the goal still needs, else among the rest."""

    def score(seen: Observation) -> Floats:
        needed = needed_points(course, seen.level, seen.target, seen.wanted)
        points, importance = course.taught[seen.candidates], course.importance[seen.candidates]
        rows = np.arange(len(seen))[:, None, None]
        first = (needed[rows, points] * importance > PERIPHERAL).any(axis=-1)
        gain = expected_gain(course, seen, success_probability(course, seen))
        return np.asarray(gain + 10 * first, dtype=np.float32)

    return Scored("needed", score)


def target_repeat(course: Course) -> Scored:
    """The least known of the targets below mastery and of the unmet prerequisites of blocked ones; else any target."""

    def score(seen: Observation) -> Floats:
        rows, points = np.arange(len(seen))[:, None], course.taught[seen.candidates, 0]
        needed = needed_points(course, seen.level, seen.target, seen.wanted)[rows, points]
        aimed = seen.target[rows, points] > 0
        return np.asarray(2.0 * needed + aimed * ~needed - seen.level[rows, points], dtype=np.float32)

    return Scored("target_repeat", score)


def simple_rungs(course: Course, seed: int = 0) -> list[Random | Scored]:
    """The rungs that need no training, weakest first."""
    return [
        Random(course, seed),
        popularity(course),
        curriculum_order(course),
        mastery_sequencing(course),
        zone_of_proximal_development(course),
        greedy_expected_gain(course),
        needed_first(course),
    ]


def _main_rank(course: Course) -> Floats:
    """(R,) place of a resource's most important point in topological order."""
    place = np.empty(course.points, dtype=np.float32)
    place[course.order] = np.arange(course.points)
    main = course.taught[np.arange(course.resources), course.importance.argmax(axis=1)]
    return np.asarray(place[main], dtype=np.float32)
