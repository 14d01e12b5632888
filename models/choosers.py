"""Simulated learners who choose for themselves, by a taste that nobody sees: a random utility model (McFadden 1974).

A learner b who may do the resources F now chooses r with probability softmax(V_br / scale), because

    U_br = V_br + ε,      ε ~ Gumbel(scale)
    V_br = kind_b + modality_b − length_b |ln(minutes_r / preferred_b)| + θ_b · z_r
           + popular_b ln(1 + n_r) standardised + order_b exp(−place_br / 3) − again [b did r lately]

θ_b, z_r: what a learner likes and what a resource is about, in a few hidden topics; a point's topics resemble those of
the points around it. n_r: how often others did r. place_br: how many of F come before r in the curriculum. A
recommendation is taken up where its utility beats that of doing something else. Who is bored, whose choices lately were
worth little more than that, leaves sooner. Sizes are chosen, not fitted: they make a world to compare in, no forecast.
Left out: habits that form, tastes that drift, what friends do.
"""

from dataclasses import dataclass

import numpy as np

from models.course import KINDS, MODALITIES, Course, Flags, Floats, Ints
from models.recommender import Observation


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
    elsewhere: float = 0.0
    pause: float = 0.4
    away: float = 1.5
    leaving: float = 0.05


class Choosers:
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
        self._place = curriculum(course)
        self.mood = np.zeros(size, dtype=np.float32)

    def _worth(self, course: Course, size: int) -> Floats:
        draw, taste = self._draw, self.taste
        kinds, modalities = (
            draw.normal(0, taste.kind, (size, len(KINDS))),
            draw.normal(0, taste.modality, (size, len(MODALITIES))),
        )
        minutes = np.log(np.maximum(course.minutes, 1e-3))
        preferred = np.median(minutes) + draw.normal(0, taste.length_sd, (size, 1))
        length = np.abs(draw.normal(0, taste.length, (size, 1))) * np.abs(minutes - preferred)
        likes = draw.normal(0, taste.topic, (size, taste.topics)) @ topics(course, taste.topics).T
        return (kinds[:, course.kind] + modalities[:, course.modality] - length + likes).astype(np.float32)

    def utility(self, seen: Observation) -> Floats:
        """V (B, K) of the candidates; −inf where padded."""
        rows = np.arange(len(seen))[:, None]
        place = np.where(seen.mask, self._place[seen.candidates], np.inf)
        before = place.argsort(axis=1, kind="stable").argsort(axis=1, kind="stable")
        value = self.worth[rows, seen.candidates] + self._popular[rows, seen.candidates]
        value += self._order * np.exp(-before / 3) - self.taste.again * _did(seen)
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


def _did(seen: Observation) -> Flags:
    """(B, K) candidates that the learner did lately."""
    if seen.history is None:
        return np.zeros(seen.mask.shape, dtype=bool)
    return np.asarray((seen.history.item[:, None] == seen.candidates[..., None]).any(axis=2))


def topics(course: Course, count: int) -> Floats:
    """(R, count) what each resource is about; the same for every call on a course. Columns have mean 0 and sd 1."""
    own = np.random.default_rng(course.points).normal(size=(course.points, count))
    around = course.influence + course.influence.T
    weight = np.maximum(np.asarray(around.sum(axis=1)), 1e-6)
    for _ in range(3):
        own = 0.5 * own + 0.5 * np.where(weight > 1e-6, around @ own / weight, own)
    importance = course.importance / np.maximum(course.importance.sum(axis=1, keepdims=True), 1e-6)
    return _standard((own[course.taught] * importance[..., None]).sum(axis=1))


def curriculum(course: Course) -> Ints:
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


__all__ = ["Choosers", "Course", "Flags", "Floats", "Ints", "Taste", "curriculum", "topics"]
