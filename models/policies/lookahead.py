"""Planners that search ahead with the tutor's learner model: one step, a beam, or a re-ranking of a learned policy.

    value of a point   = P E(h + right) + (1 − P) E(h + wrong)      P, E: P(right) and mean level of the targets
    state after it     ≈ P (h + right) + (1 − P) (h + wrong)        h: the learner model's vector

The beam keeps the `width` states of the best value after each step, over all their next points, and takes the first
step of the best one at the end; it plans anew at every step. Later steps are tried among the `breadth` points of
greatest value now, those that are candidates already or that the expected levels open. The planner uses the
observation only: E is the tutor's estimate. Resources practise one point each (`make_skill_course`). B learners, W
states, M points.

`LookaheadPolicy` combines a learned policy with the search:

    score(a) = log π(a | s) + w V(a),    V: the best expected level of the goal that a path beginning with a reaches

over the candidates that the policy kept; V is the planner's value, on the tutor's own learner model, in levels. The
policy estimates the long-term return, the search uses this learner's answers for the next steps.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from models.arrays import NO_INDEX, Flags, Floats, Ints
from models.course import Course
from models.knowledge_tracing.base import LearnerModel
from models.knowledge_tracing.neural import use_one_thread
from models.recommender import Decision, Observation, Recommender, decide_by_score, find_blocked_points
from models.rl.policy import prune_by_score
from models.simulation.practice import PracticeObservation
from models.simulation.tutor import BatchedVectorModel


@dataclass(frozen=True)
class BeamSettings:
    """Depth and width of the search.

    Attributes:
        depth: most steps; 1 is greedy.
        width: states that are kept after each step.
        breadth: points that are tried at each later step.
    """

    depth: int = 10
    width: int = 4
    breadth: int = 16


@dataclass(frozen=True, eq=False)
class _BeamStates:
    """W states of each learner: vectors (B, W, H), the point that each began with and its value (B, W)."""

    learner: Floats
    first: Ints
    value: Floats


class LookaheadPlanner:
    """A `Recommender` on a course whose learner model is a `models.knowledge_tracing.neural.NeuralModel`.

    With a `model` of its own, such as one fitted to practice, the state of a learner is that of this model after the
    observation's history, which is truncated; the candidates are those of the course in any case.
    """

    version = "1"

    def __init__(
        self,
        course: Course,
        name: str = "beam",
        settings: BeamSettings | None = None,
        model: LearnerModel | None = None,
    ) -> None:
        assert course.learner_model, "a planner needs the tutor's learner model"
        self.course, self.name, self.settings = course, name, settings or BeamSettings()
        self._follower, self._own = BatchedVectorModel(model or course.learner_model.model), model is not None

    def decide(self, observation: Observation) -> Decision:
        """Take the first step of the best path; ties go to the earlier resource."""
        with use_one_thread():
            return decide_by_score(self.score(observation), observation.mask)

    def _replay_history(self, seen: PracticeObservation) -> PracticeObservation:
        """Return the observation with levels and vectors of the planner's own model after the history."""
        assert seen.history, "a planner with a model of its own needs the history"
        learner = self._follower.after(seen.history.item, seen.history.outcome > 0.5)
        return replace(seen, level=self._follower.levels(learner), memory=learner)

    def score(self, observation: Observation) -> Floats:
        """Return the value at the end of the best path that begins with each candidate, (B, K).

        A candidate whose paths the beam dropped has its one-step value minus 1, so that it comes after the others.
        """
        assert isinstance(observation, PracticeObservation), "a planner needs the learner model's vector"
        seen = self._replay_history(observation) if self._own else observation
        found = np.empty((len(observation), self.course.points), dtype=np.float32)
        depths = np.clip(observation.left, 1, self.settings.depth).astype(int)
        for depth in np.unique(depths):
            rows = np.flatnonzero(depths == depth)
            found[rows] = self._search(seen.take(rows), int(depth))
        return np.take_along_axis(found, self.course.taught[observation.candidates, 0], axis=1)

    def _search(self, seen: PracticeObservation, depth: int) -> Floats:
        """Return `score` of each point, (B, N)."""
        goal, open_points = pad_flags(seen.target > 0), self._open(seen)
        learner, points = seen.memory[:, None], np.arange(self.course.points)[None].repeat(len(seen), axis=0)
        level = seen.level[:, None]
        ahead = self._values(learner, level, points, goal)[:, 0]
        if depth == 1:
            return ahead
        pool = select_best_indices(ahead, self.settings.breadth)
        value = np.where(open_points, ahead, -np.inf)[:, None]
        states = self._keep_best(_BeamStates(learner, points[:, :1], value[..., 0]), level, points, value)
        states = _BeamStates(states.learner, select_best_indices(value[:, 0], self.settings.width), states.value)
        for _ in range(depth - 1):
            level = self._levels(states.learner)
            value = self._values(states.learner, level, pool, goal)
            allowed = open_points[:, None] | ~self._blocked(level)
            allowed = np.take_along_axis(allowed, pool[:, None], axis=2) & np.isfinite(states.value)[..., None]
            states = self._keep_best(states, level, pool, np.where(allowed, value, -np.inf))
        return _credit_first_points(ahead - 1, states)

    def _keep_best(self, states: _BeamStates, level: Floats, points: Ints, value: Floats) -> _BeamStates:
        """Return the states after the best of the next `points` (B, M), by their value (B, W, M)."""
        flat = value.reshape(len(value), -1)
        which = select_best_indices(flat, self.settings.width)
        parent, point = which // points.shape[1], np.take_along_axis(points, which % points.shape[1], axis=1)
        rows = np.arange(len(value))[:, None]
        chance = level[rows, parent, point]
        right, wrong = (self._update(states.learner[rows, parent], point, answer) for answer in (True, False))
        learner = chance[..., None] * right + (1 - chance[..., None]) * wrong
        return _BeamStates(learner, states.first[rows, parent], np.take_along_axis(flat, which, axis=1))

    def _values(self, learner: Floats, level: Floats, points: Ints, goal: Ints) -> Floats:
        """Return the expected mean level of the goal after each of `points` (B, M), at `level` (B, W, N), (B, W, M)."""
        size, width, tried = *learner.shape[:2], points.shape[1]
        shape = (size, width, tried)
        chance = np.take_along_axis(level, np.broadcast_to(points[:, None], shape), axis=2)
        each, point = learner.repeat(tried, axis=1), np.tile(points, (1, width))
        right, wrong = (self._goal_level(self._update(each, point, answer), goal) for answer in (True, False))
        return chance * right.reshape(shape) + (1 - chance) * wrong.reshape(shape)

    def _update(self, learner: Floats, points: Ints, right: bool) -> Floats:
        """Return the vectors (B, W, H) after the answer `right`, the same for all, to `points` (B, W)."""
        flat = learner.reshape(-1, learner.shape[-1])
        return self._follower.heard(flat, points.ravel(), np.full(len(flat), right)).reshape(learner.shape)

    def _goal_level(self, learner: Floats, goal: Ints) -> Floats:
        """Return the mean level of the goal, (B, W)."""
        size, width, hidden = learner.shape
        asked = goal[:, None].repeat(width, axis=1).reshape(size * width, -1)
        level = self._follower.level(learner.reshape(-1, hidden), asked)
        return np.asarray((level * (asked >= 0)).sum(axis=1) / (asked >= 0).sum(axis=1)).reshape(size, width)

    def _levels(self, learner: Floats) -> Floats:
        flat = learner.reshape(-1, learner.shape[-1])
        return self._follower.levels(flat).reshape(*learner.shape[:2], -1)

    def _blocked(self, level: Floats) -> Flags:
        return find_blocked_points(self.course, level.reshape(-1, level.shape[2])).reshape(level.shape)

    def _open(self, seen: Observation) -> Flags:
        """Return the points of the candidates as flags, (B, N)."""
        found = np.zeros(seen.level.shape, dtype=bool)
        rows, columns = np.nonzero(seen.mask)
        found[rows, self.course.taught[seen.candidates[rows, columns], 0]] = True
        return found


def _credit_first_points(score: Floats, states: _BeamStates) -> Floats:
    """Return `score` (B, N), raised to the best value of the surviving states that began with a point."""
    for first, value in zip(states.first.T, states.value.T, strict=True):
        rows = np.flatnonzero(np.isfinite(value))
        score[rows, first[rows]] = np.maximum(score[rows, first[rows]], value[rows])
    return score


def select_best_indices(value: Floats, count: int) -> Ints:
    """Return the indices of the `count` largest of `value` (B, M), largest first; all where there are fewer."""
    return np.argsort(-value, axis=1, kind="stable")[:, :count]


def pad_flags(flags: Flags) -> Ints:
    """Return the indices of the flags (B, N) that are set, padded with NO_INDEX, (B, T); each row has at least one."""
    width = int(flags.sum(axis=1).max(initial=1))
    order = np.argsort(~flags, axis=1, kind="stable")[:, :width]
    return np.where(np.take_along_axis(flags, order, axis=1), order, NO_INDEX)


def make_greedy_planner(course: Course) -> LookaheadPlanner:
    """Return a planner that looks one step ahead."""
    return LookaheadPlanner(course, "greedy", BeamSettings(depth=1))


def make_beam_planner(course: Course, settings: BeamSettings | None = None) -> LookaheadPlanner:
    """Return a planner that looks ahead to the end of the path, or `depth` steps."""
    return LookaheadPlanner(course, "beam", settings)


@dataclass(frozen=True)
class LookaheadSettings:
    """weight: w, per unit of mean level; keep: best candidates by the policy that are scored; beam: the search."""

    weight: float = 100.0
    keep: int = 8
    beam: BeamSettings = field(default_factory=lambda: BeamSettings(depth=1))


class LookaheadPolicy:
    """A `Recommender` around a policy whose scores are log-probabilities."""

    def __init__(
        self, policy: Recommender, course: Course, sight: LookaheadSettings | None = None, name: str = "foresight"
    ) -> None:
        self.policy, self.name, self.sight = policy, name, sight or LookaheadSettings()
        self.version = f"{policy.version}-{self.sight.weight:g}-{self.sight.keep}-{self.sight.beam.depth}"
        self._ahead = LookaheadPlanner(course, name, self.sight.beam)

    def decide(self, observation: Observation) -> Decision:
        """Choose by score among the `keep` best candidates by the policy."""
        decision = self.policy.decide(observation)
        kept = prune_by_score(decision.score, decision.kept, self.sight.keep)
        value = self._ahead.score(observation)
        score = np.where(kept, decision.score + self.sight.weight * value, -np.inf)
        return replace(decide_by_score(score.astype(np.float32), kept), q=decision.q)
