"""The contract of all recommenders: an observation of B learners with their candidates in, one decision each out.

B learners, N points, R resources, at most K candidates (padded). Rule-based strategies and learned policies share the
contract, so that evaluation, serving and planning treat them alike. The candidate rule is here as well: which points
are wanted, needed or blocked, and which resources are feasible.
"""

from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.course import Course
from models.rankers.interactions import InteractionHistory


@dataclass(frozen=True)
class Observation:
    """What is known of B learners at the moment of choosing: estimates, never a simulator's truth.

    Attributes:
        level: (B, N) mastery in [0, 1], already decayed.
        days: (B, N) since last practice; 0 for a point never practised.
        target: (B, N) the level aimed at, 0 where the point is no goal.
        wanted: (B, N) unmastered and on the way to the goal.
        candidates: (B, K) resource indices; mask (B, K) false where padded.
        success: (B,) share of right answers lately, 0.5 without any.
        steps: (B,) answers so far.
        sd: (B, N) standard deviation of `level`, 0.289 where nothing is known; None where it does not count.
        demonstrated: (B, N) level that the learner's own answers showed, without forgetting; None where it does not
            count (profile `paper`), so that `gate` is the level.
        history: the latest resources of each learner; None where nobody asks for it.
    """

    level: Floats
    days: Floats
    target: Floats
    wanted: Flags
    candidates: Ints
    mask: Flags
    success: Floats
    steps: Floats
    sd: Floats | None = None
    history: InteractionHistory | None = None
    demonstrated: Floats | None = None

    @property
    def gate(self) -> Floats:
        """(B, N) what counts for a prerequisite: a point that was demonstrated once stays met when it fades."""
        return compute_gate(self.level, self.demonstrated)

    def __len__(self) -> int:
        return len(self.level)

    def take(self, rows: Ints) -> Self:
        """Return some of the learners, in the order of `rows`, each as often as named."""
        return replace(self, **{name: value[rows] for name, value in vars(self).items() if value is not None})

    def of(self, learner: int) -> Self:
        """Return one learner of the batch, as a batch of one."""
        return self.take(np.array([learner]))

    def keep(self, mask: Flags) -> Self:
        """Return the same learners with fewer candidates."""
        return replace(self, mask=mask)


@dataclass(frozen=True)
class Decision:
    """One choice for each of B learners.

    Attributes:
        chosen: (B,) position among the candidates (0 … K − 1).
        propensity: (B, K) probability with which each candidate would have been chosen; 0 where pruned or padded.
        score: (B, K) what the recommender ordered them by.
        kept: (B, K) candidates that survived pruning.
        q: (B, K) Q values, or None where the recommender has none.
        silent: (B,) learners on whose candidates the recommender had no opinion: `chosen` is merely the first of them;
            None where it always has one.
        context: (B, K, D) what a linear bandit learns from, or None.
    """

    chosen: Ints
    propensity: Floats
    score: Floats
    kept: Flags
    q: Floats | None = None
    silent: Flags | None = None
    context: Floats | None = None


class Recommender(Protocol):
    """Chooses one candidate for each learner of a batch. `name` and `version` go into the decision's record."""

    @property
    def name(self) -> str:
        """As in `models.policies.strategies`."""
        ...

    @property
    def version(self) -> str:
        """Changes with what it decides."""
        ...

    def decide(self, observation: Observation) -> Decision:
        """Choose; every learner of the batch must have at least one candidate."""
        ...


def decide_by_score(score: Floats, mask: Flags) -> Decision:
    """Always the best score, ties to the earlier candidate. NaN, which says nothing, stands behind all."""
    spoken = mask & ~np.isnan(score)
    score = np.where(spoken, score, -np.inf).astype(np.float32)
    best = mask & (score == score.max(axis=1, keepdims=True))
    chosen = best.argmax(axis=1)
    propensity = np.zeros_like(score)
    propensity[np.arange(len(score)), chosen] = 1.0
    return Decision(chosen, propensity, score, mask, silent=np.asarray(~spoken.any(axis=1)))


def pad_candidates(allowed: Flags) -> tuple[Ints, Flags]:
    """(B, R) flags → candidate indices (B, K) and their mask, in order of position; K ≥ 1."""
    rows, columns = np.nonzero(allowed)
    counts = np.bincount(rows, minlength=len(allowed))
    width = max(1, int(counts.max(initial=0)))
    offsets = np.concatenate([[0], np.cumsum(counts)[:-1]])
    candidates = np.zeros((len(allowed), width), dtype=np.int64)
    candidates[rows, np.arange(len(rows)) - offsets[rows]] = columns
    return candidates, np.arange(width) < counts[:, None]


def compute_expected_gain(course: Course, observation: Observation, probability: Floats) -> Floats:
    """(B, K) expected Σ η Δs over wanted points, if the answer is right with `probability` (B, K)."""
    points = course.taught[observation.candidates]
    importance = course.importance[observation.candidates]
    rows = np.arange(len(observation))[:, None, None]
    level = observation.level[rows, points]
    wanted = observation.wanted[rows, points]
    rates = course.rates
    right = probability[..., None]
    change = right * rates.gain_right * (1 - level) - (1 - right) * rates.gain_wrong * level
    return np.asarray((importance**2 * change * wanted).sum(axis=-1), dtype=np.float32)


def predict_success(course: Course, observation: Observation) -> Floats:
    """(B, K) probability of a right answer: a logistic item-response curve on the mean mastery of what is taught.

    P = σ(4 (s̄ − ½) + 2 (success − ½) − difficulty), s̄ weighted by η: mastery ½ and usual difficulty give ½.
    """
    points = course.taught[observation.candidates]
    importance = course.importance[observation.candidates]
    rows = np.arange(len(observation))[:, None, None]
    mean = (observation.level[rows, points] * importance).sum(-1) / np.maximum(importance.sum(-1), 1e-6)
    logit = 4 * (mean - 0.5) + 2 * (observation.success[:, None] - 0.5) - course.difficulty[observation.candidates]
    return np.asarray(1 / (1 + np.exp(-logit)), dtype=np.float32)


def compute_gate(level: Floats, demonstrated: Floats | None) -> Floats:
    """(B, N) the level that is compared with a prerequisite's threshold: `level`, or `demonstrated` where higher."""
    return level if demonstrated is None else np.maximum(level, demonstrated)


def find_wanted_points(course: Course, level: Floats, target: Floats, closure: Flags) -> Flags:
    """(B, N) points of the closure that are below their mastered threshold (a goal: below its own level too)."""
    return closure & (level < np.maximum(course.mastered, target))


PERIPHERAL_IMPORTANCE = 0.3
"""A resource counts as teaching a point where the point's importance is above this."""


def find_needed_points(
    course: Course, level: Floats, target: Floats, wanted: Flags, gate: Floats | None = None
) -> Flags:
    """(B, N) what the goal still needs: goal points below their level, and unmet prerequisites of needed points.

    A prerequisite of a point that is met already is on the way to the goal, but nobody has to do it to get there.
    gate: (B, N) see `compute_gate`; the level without it.
    """
    needed = (target > 0) & (level < target)
    unmet = wanted & ((level if gate is None else gate) < course.met)
    rows, points = np.nonzero(needed)
    while len(rows):
        before = course.before_padded[points]
        rows = np.repeat(rows, before.shape[1])
        points = before.ravel()
        new = (points >= 0) & unmet[rows, points] & ~needed[rows, points]
        rows, points = rows[new], points[new]
        needed[rows, points] = True
    return np.asarray(needed, dtype=bool)


def still_needed(course: Course, level: Floats, target: Floats, wanted: Flags, gate: Floats | None = None) -> Floats:
    """(B,) Σ (need − s) over what the goal still needs: a prerequisite to be met, a goal point to be at its level."""
    gate = level if gate is None else gate
    lacking = np.maximum(np.maximum(course.met - gate, target - level), 0)
    needed = find_needed_points(course, level, target, wanted, gate)
    return np.asarray((lacking * needed).sum(axis=1), dtype=np.float32)


def find_blocked_points(course: Course, gate: Floats) -> Flags:
    """(B, N) points with an accepted prerequisite that is not met. gate: (B, N) see `compute_gate`."""
    unmet = (gate < course.met).astype(np.float32)
    return np.asarray((course.before @ unmet.T).T > 0, dtype=bool)


def find_feasible_resources(course: Course, gate: Floats, wanted: Flags) -> Flags:
    """(B, R) resources that teach something wanted and nothing blocked (rules 2 and 3 of the candidate rule).

    gate: (B, N) see `compute_gate`.
    """
    blocked = find_blocked_points(course, gate)
    both = np.concatenate([wanted, blocked]).astype(np.float32)
    counts = np.asarray((course.teaches @ both.T).T)
    teaches_wanted, teaches_blocked = counts[: len(gate)] > 0, counts[len(gate) :] > 0
    return np.asarray(teaches_wanted & ~teaches_blocked, dtype=bool)


def find_resting(course: Course, clock: Floats | np.float32, done: Floats, done_right: Floats) -> Flags:
    """(B, R) resources that were done too recently to be repeated.

    clock: days, (B, 1) or a number; done, done_right: (B, R) when each was last done, and done right; −∞ for never.
    """
    rest = course.thresholds
    return (clock - done_right < rest.repeat_after_days) | (clock - done < rest.retry_after_days)


def prefer_rested(feasible: Flags, resting: Flags) -> Flags:
    """(B, R) the feasible resources that do not rest; a learner who has none of these has all feasible ones.

    A rest is a preference, not a wall: nobody waits where all that is lacking is another try.
    """
    rested = feasible & ~resting
    return np.where(rested.any(axis=1, keepdims=True), rested, feasible)
