"""The tutor's estimate of simulated learners, updated answer by answer, and their recent events.

`Estimator` in an environment on a course: without a fitted model it is gain–propagation–forgetting
(models/knowledge_tracing/state.py) on whole vectors; with one, the model state is kept beside the levels. Between
answers levels decay by the course's rates, see `decay_level`.

`BatchedLearnerModel` runs any learner model for B learners who practise one point at a time: state and levels of all
points. `BatchedVectorModel` does the same for models whose whole state of a learner is one vector; simulated
students, planners and replays of a path use it.

`RecentEvents` is a short queue of each learner's latest events, the history that recommenders get.
"""

from typing import NamedTuple

import numpy as np

from graph.learners.practice import RECENT
from models.arrays import NO_INDEX, Flags, Floats, Ints
from models.assessment.diagnostic import estimate_starting_level
from models.course import Course
from models.knowledge_tracing.base import Estimate, LearnerModel, ModelState, Question, compute_reward
from models.knowledge_tracing.state import (
    decay_level,
    kept_share,
    update_demonstrated,
    update_forgetting,
    update_levels,
)
from models.rankers.interactions import MAX_HISTORY, InteractionHistory


class EstimateUpdate(NamedTuple):
    """Result of an answer: levels (B, N), which of them changed (B, N), gain r = Σ η Δs (B,), and model state."""

    level: Floats
    moved: Flags
    gain: Floats
    memory: ModelState


class Estimator:
    """The learner model of one course. Stateless: the caller keeps levels and model state."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self._model = course.learner_model
        if self._model:
            self._skills = self._model.skills_of(course.point_ids)
            self._items = self._model.items_of(course.resource_ids)

    def start(self, right: Floats, questions: int) -> tuple[Floats, ModelState]:
        """Return s(0) (B, N) and the model state.

        right: (B, N) number of right answers to `questions` questions on each point.
        """
        level, sd = estimate_starting_level(right, np.full_like(right, questions))
        if self._model:
            return level, self._model.start_from(self._skills, Estimate(level, sd))
        size, points = level.shape
        rates = np.full((size, points, 1), self.course.rates.forgetting, dtype=np.float32)
        return level, ModelState(np.zeros((size, 0), np.float32), rates)

    def now(self, level: Floats, days: Floats, memory: ModelState) -> Floats:
        """Return the levels (B, N) after `days` (B, N) without practice."""
        if not self._model:
            return np.asarray(level * kept_share(memory.points[..., 0], days, self.course.rates), dtype=np.float32)
        faded = decay_level(level, days, self.course.rates)
        rates = self._model.forgetting_rates(np.broadcast_to(self._skills, level.shape), memory)
        own = level * kept_share(rates, days, self.course.rates)
        return np.where(np.isnan(rates), faded, own).astype(np.float32)

    def follow(self, level: Floats, days: Floats, memory: ModelState, resources: Ints, right: Flags) -> EstimateUpdate:
        """Update the estimate by the answers `right` (B,) on `resources` (B,).

        level: (B, N) now, after decay; days: (B, N) since each point's last practice.
        """
        if self._model:
            return self._trace(level, days, memory, resources, right)
        importance = self._find_importance(resources)
        changed, gain = update_levels(level, importance, right[:, None], self.course.influence, self.course.rates)
        rates = update_forgetting(memory.points[..., 0], days, importance, right[:, None], self.course.rates)
        moved = (importance > 0) | (changed != level)
        return EstimateUpdate(changed, moved, gain, ModelState(memory.learner, rates[..., None]))

    def demonstrate(self, demonstrated: Floats, level: Floats, resources: Ints, right: Flags) -> Floats:
        """Return the demonstrated levels (B, N) after answers (B,) on resources (B,); level: (B, N) after them."""
        importance = self._find_importance(resources)
        return update_demonstrated(demonstrated, level, importance, right[:, None], self.course.rates)

    def _find_importance(self, resources: Ints) -> Floats:
        """Return the importance η of each point to `resources` (B,), (B, N)."""
        importance = np.zeros((len(resources), self.course.points), dtype=np.float32)
        rows = np.arange(len(resources))[:, None]
        np.add.at(importance, (rows, self.course.taught[resources]), self.course.importance[resources])
        return importance

    def _trace(self, level: Floats, days: Floats, memory: ModelState, resources: Ints, right: Flags) -> EstimateUpdate:
        assert self._model
        rows = np.arange(len(resources))[:, None]
        points, importance = self.course.taught[resources], self.course.importance[resources]
        question = self._model.question(self._skills[points], importance, self._items[resources], days[rows, points])
        here = ModelState(memory.learner, memory.points[rows, points])
        after, known = self._model.update(here, question, right)
        row, column = np.nonzero(importance > 0)
        point = points[row, column]
        changed, moved, kept = level.copy(), np.zeros(level.shape, dtype=bool), memory.points.copy()
        changed[row, point], moved[row, point] = known.level[row, column], True
        kept[row, point] = after.points[row, column]
        gain = compute_reward(importance, level[rows, points], known.level)
        return EstimateUpdate(changed, moved, gain, ModelState(after.learner, kept))


class BatchedVectorModel:
    """A learner model whose whole state of a learner is one vector (`models.knowledge_tracing.neural.NeuralModel`)."""

    def __init__(self, model: LearnerModel) -> None:
        self.model, self.points = model, np.arange(len(model.skills))

    def heard(self, learner: Floats, points: Ints, right: Flags) -> Floats:
        """Return the vectors (B, H) after the answers `right` (B,) to `points` (B,)."""
        return self.model.update(self._memory(learner, 1), make_point_questions(points[:, None]), right).learner

    def level(self, learner: Floats, points: Ints) -> Floats:
        """Return P(right) on each of `points` (B, P) as the next question; undefined where padded with NO_INDEX."""
        known = self._memory(learner, points.shape[1])
        return np.asarray(self.model.mastery(known, make_point_questions(points)).level, dtype=np.float32)

    def levels(self, learner: Floats) -> Floats:
        """Return P(right) on every point as the next question, (B, N)."""
        return self.level(learner, np.tile(self.points, (len(learner), 1)))

    def after(self, points: Ints, right: Flags) -> Floats:
        """Return vectors (B, H) of new learners after answers (B, T), oldest first, NO_INDEX where there is none."""
        return self.on(np.repeat(self.model.start().learner, len(points), axis=0), points, right)

    def on(self, learner: Floats, points: Ints, right: Flags) -> Floats:
        """Return vectors `learner` (B, H) after answers (B, T), oldest first, NO_INDEX where there is none."""
        learner = learner.copy()
        for asked, answer in zip(points.T, right.T, strict=True):
            rows = np.flatnonzero(asked >= 0)
            learner[rows] = self.heard(learner[rows], asked[rows], answer[rows])
        return learner

    def _memory(self, learner: Floats, points: int) -> ModelState:
        return ModelState(learner, np.zeros((len(learner), points, 1), dtype=np.float32))


def make_point_questions(points: Ints) -> Question:
    """Return a question on each of `points` (B, P), without an item or a clock."""
    ones = np.ones(points.shape, dtype=np.float32)
    return Question(points, ones, np.full(len(points), NO_INDEX), 0 * ones)


class BatchedLearnerModel:
    """A learner model for B learners, with the state and levels of all its N points."""

    def __init__(self, model: LearnerModel) -> None:
        self.model, self._points = model, np.arange(len(model.skills))[None]

    def start(self, size: int) -> ModelState:
        """Return the state of new learners, (B, H) and (B, N, M)."""
        start = self.model.start()
        return ModelState(*(np.repeat(part, size, axis=0) for part in start))

    def heard(self, known: ModelState, points: Ints, right: Flags) -> ModelState:
        """Return the state after the answers `right` (B,) to `points` (B,)."""
        rows = np.arange(len(points))
        here = ModelState(known.learner, known.points[rows, points][:, None])
        after = self.model.update(here, make_point_questions(points[:, None]), right)
        states = known.points.copy()
        states[rows, points] = after.points[:, 0]
        return ModelState(after.learner, states)

    def levels(self, known: ModelState) -> Floats:
        """Return the level of every point, (B, N)."""
        points = np.repeat(self._points, len(known.learner), axis=0)
        return np.asarray(self.model.mastery(known, make_point_questions(points)).level, dtype=np.float32)

    def after(self, points: Ints, right: Flags) -> ModelState:
        """Return the state of new learners after answers (B, T), oldest first, NO_INDEX where there is none."""
        known = self.start(len(points))
        for asked, answer in zip(points.T, right.T, strict=True):
            rows = np.flatnonzero(asked >= 0)
            after = self.heard(ModelState(*(part[rows] for part in known)), asked[rows], answer[rows])
            for current, new in zip(known, after, strict=True):
                current[rows] = new
        return known


def running_share(success: Floats, right: Flags) -> Floats:
    """Return the running share of right answers after one more, (B,).

    For one learner: `graph.learners.practice.running_share`.
    """
    return success + (right - success) * np.float32(RECENT)


class RecentEvents:
    """The latest events of B learners, the last in the last column; the arrays are (B, MAX_HISTORY)."""

    def __init__(self, learners: int) -> None:
        self.item = np.full((learners, MAX_HISTORY), NO_INDEX)
        self.at, self.right = (np.zeros((learners, MAX_HISTORY), dtype=np.float32) for _ in range(2))

    def add(self, item: Ints, at: Floats, right: Flags) -> None:
        """Append one event of each learner, (B,), and drop the oldest."""
        for array, value in ((self.item, item), (self.at, at), (self.right, right)):
            array[:, :-1] = array[:, 1:]
            array[:, -1] = value

    def forget(self, who: Ints) -> None:
        """Remove all events of the learners `who`."""
        self.item[who] = NO_INDEX

    def bring(self, who: Ints, item: Ints, right: Flags) -> None:
        """Set the events of learners `who` (n,) to a past (n, T), oldest first, NO_INDEX where there is none.

        The latest event is at day −1, the one before it at −2, and so on.
        """
        order = np.argsort(item >= 0, axis=1, kind="stable")[:, -MAX_HISTORY:]
        width = order.shape[1]
        self.forget(who)
        self.item[who, MAX_HISTORY - width :] = np.take_along_axis(item, order, axis=1)
        self.right[who, MAX_HISTORY - width :] = np.take_along_axis(right, order, axis=1)
        self.at[who] = np.arange(-MAX_HISTORY, 0)

    def history(self, clock: Floats) -> InteractionHistory:
        """Return the events as the history at `clock` (B,) in days."""
        there = self.item >= 0
        days = np.where(there, clock[:, None] - self.at, 0).astype(np.float32)
        return InteractionHistory(self.item.copy(), days, np.where(there, self.right, np.nan).astype(np.float32))

    def state(self) -> dict[str, Floats | Ints]:
        """Return copies of the arrays."""
        return {name: array.copy() for name, array in vars(self).items()}

    def restore(self, state: dict[str, Floats | Ints]) -> None:
        """Set the arrays from `state()`."""
        vars(self).update({name: array.copy() for name, array in state.items()})
