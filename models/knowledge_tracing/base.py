"""The contract of all learner models: fit on a log, start a learner, update on one outcome, predict, estimate mastery.

A model stores a vector of H numbers for each learner and one of M numbers for each point; the graph stores both. An
outcome reads and changes only the learner's vector and those of the points it touches and of their neighbours, so that
an update is constant in the length of the history and in the size of the course. All arrays have a leading batch
dimension, so that the same code serves one learner, trains in the simulator and replays logs.

`ServedLearnerModel` is the fitted model of a course: it initializes a learner from known levels, updates on practice
and estimates levels. Only the points that a resource teaches change; influence between points is left to the model's
own structure. A point added after the fit has index NO_INDEX.

Uncertainty of models that predict P(right) and no variance: a Beta distribution worth n₀ + n answers. n counts the
answers to the point, n₀ is the weight of the prediction before the first one. A learner's true chance p has some
variance v around that prediction q. Two answers are independent given p, so their residuals have covariance v. A Beta
with mean q that is worth n₀ answers has v = q (1 − q) / (n₀ + 1); n₀ follows from the pairs (first answer, second
answer) of all learners and skills. The standard deviation is then `compute_sd(P, n₀ + n)` of
`models.knowledge_tracing.state`.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple, Self

import numpy as np

from models.arrays import NO_INDEX, Flags, Floats, Ints
from models.knowledge_tracing.answer_log import AnswerLog, list_skill_answers, number_groups
from models.knowledge_tracing.state import compute_sd, compute_weight
from models.storage import Parameters

MIN_PRIOR_ANSWERS, MAX_PRIOR_ANSWERS, DEFAULT_PRIOR_ANSWERS = 0.5, 50.0, 3.0
"""Bounds of n₀ against odd logs, and n₀ where the log has fewer than MIN_ANSWER_PAIRS pairs."""
MIN_ANSWER_PAIRS = 100
FEW_ANSWERS = 20
"""A skill with fewer answers is counted in the notes."""


class ModelState(NamedTuple):
    """State of a model for B learners: `learner` (B, H) and `points` (B, P, M) of the points in question."""

    learner: Floats
    points: Floats


@dataclass(frozen=True, eq=False)
class Question:
    """A question to each of B learners: P points, those that the question touches and, after them, their neighbours.

    Attributes:
        points: (B, P) indices of skills, NO_INDEX where padded.
        importance: (B, P) η of each point in the question; 0 for neighbours and padding.
        item: (B,) index of the item or resource in the model's `items`, or NO_INDEX.
        days: (B, P) since each point was last practised; 0 where it never was, and everywhere without a clock.
        influence: (B, P, P) W from point k to point j; None where no neighbours are given.
    """

    points: Ints
    importance: Floats
    item: Ints
    days: Floats
    influence: Floats | None = None


class Estimate(NamedTuple):
    """Mastery in [0, 1] and its standard deviation, both (B, P)."""

    level: Floats
    sd: Floats


class LearnerModel(ABC):
    """A fitted learner model. Immutable: `update` returns a new state.

    Attributes:
        name: as in `lodestar learners` and LEARNER_MODEL.
        skills, items: ids whose indices `Question` uses.
        notes: remarks on the fit for the user, e.g. which skills had too few answers and kept the prior.
    """

    name: ClassVar[str]
    skills: tuple[str, ...]
    items: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    @abstractmethod
    def fit(cls, log: AnswerLog, seed: int = 0) -> Self:
        """Fit to a log. Never fails on odd data: too few answers give the priors, and `notes` lists where."""

    @abstractmethod
    def parameters(self) -> Parameters:
        """Return all fitted values as arrays, from which `from_parameters` restores the model."""

    @classmethod
    @abstractmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore a model from the arrays of `parameters()`, without notes."""

    @abstractmethod
    def start(self) -> ModelState:
        """Return the state of a new learner on all points: (1, H) and (1, N, M)."""

    @abstractmethod
    def update(self, state: ModelState, question: Question, right: Flags) -> ModelState:
        """Return the state after the answers `right` (B,). Padded points may hold anything."""

    @abstractmethod
    def predict(self, state: ModelState, question: Question) -> Floats:
        """Return P(right) before the answer, (B,)."""

    @abstractmethod
    def mastery(self, state: ModelState, question: Question) -> Estimate:
        """Estimate the mastery of each point of the question, (B, P)."""

    def initialize_from(self, points: Ints, known: Estimate) -> Floats:
        """Return the state (B, P, M) of points from a level and its sd alone, e.g. of a diagnostic or another model.

        A model that cannot use a level returns the state of a new learner.
        """
        start: Floats = self.start().points[0]
        return start[np.maximum(points, 0)]

    def forgetting_rates(self, points: Ints, state: Floats) -> Floats | None:
        """Return the rate per day (B, P) at which levels fade between answers, from `state` (B, P, M); NaN if unknown.

        The graph applies it on reading, as e^(−rate · days). None: the course's own rate applies.
        """
        return None

    def replay(self, log: AnswerLog) -> Floats:
        """Return P(right) of every answer of `log` from the learner's earlier ones alone, (A,).

        Skills and items of `log` must be those of the model. Overrides are faster and return the same numbers.
        """
        return replay_log(self, log)


def replay_log(model: LearnerModel, log: AnswerLog) -> Floats:
    """Replay a log answer by answer, all learners in parallel, (A,): the reference of every `LearnerModel.replay`."""
    size, learners = len(log.skills), len(log.learners)
    start = model.start()
    state = ModelState(*(np.repeat(part, learners, axis=0) for part in start))
    last = np.full((learners, size), np.nan)
    chance = np.zeros(len(log.right), dtype=np.float32)
    learner = log.learner
    for rows in log.rounds():
        who, points = learner[rows], log.skill[rows]
        asked = points >= 0
        inside = np.where(asked, points, 0)
        since = np.nan_to_num(log.days[rows][:, None] - last[who[:, None], inside])
        question = Question(
            points=points,
            importance=asked.astype(np.float32),
            item=log.item[rows],
            days=since.astype(np.float32),
        )
        known = ModelState(state.learner[who], state.points[who[:, None], inside])
        chance[rows] = model.predict(known, question)
        after = model.update(known, question, log.right[rows])
        state.learner[who] = after.learner
        at, column = np.nonzero(asked)
        state.points[who[at], points[at, column]] = after.points[at, column]
        last[who[at], points[at, column]] = log.days[rows][at]
    return chance


def align_log(log: AnswerLog, model: LearnerModel) -> AnswerLog:
    """Return the log with the model's indices of skills and items; unknown ones become NO_INDEX."""
    skill, item = (
        _map_indices(own, known, values)
        for own, known, values in ((log.skills, model.skills, log.skill), (log.items, model.items, log.item))
    )
    return replace(log, skills=model.skills, items=model.items, skill=skill, item=item)


def _map_indices(own: tuple[str, ...], known: tuple[str, ...], values: Ints) -> Ints:
    indices = {name: index for index, name in enumerate(known)}
    new = np.array([*(indices.get(name, NO_INDEX) for name in own), NO_INDEX])
    return np.asarray(new[values])


class ServedLearnerModel:
    """A fitted model and its version. Stateless: one instance serves all learners."""

    def __init__(self, model: LearnerModel, version: str) -> None:
        self.model = model
        self.version = version
        self.start = model.start()
        self._skill = {id: index for index, id in enumerate(model.skills)}
        self._item = {id: index for index, id in enumerate(model.items)}

    def skills_of(self, points: Sequence[str]) -> Ints:
        """Return the model's indices of knowledge points, NO_INDEX for unknown ones."""
        return np.array([self._skill.get(id, NO_INDEX) for id in points], dtype=np.int64)

    def items_of(self, ids: Sequence[str | None]) -> Ints:
        """Return the model's indices of resources or items, NO_INDEX for unknown ones."""
        return np.array([self._item.get(id or "", NO_INDEX) for id in ids], dtype=np.int64)

    def start_from(self, skills: Ints, known: Estimate) -> ModelState:
        """Return the state of B learners from levels and sds (B, P) of `skills` (P,)."""
        learners = len(known.level)
        points = np.broadcast_to(skills, known.level.shape)
        return ModelState(np.repeat(self.start.learner, learners, axis=0), self.model.initialize_from(points, known))

    def question(self, skills: Ints, importance: Floats, items: Ints, days: Floats) -> Question:
        """Return a resource as a question to B learners; points (B, P) without importance are padding."""
        return Question(np.where(importance > 0, skills, NO_INDEX), importance, items, days)

    def update(self, state: ModelState, question: Question, right: Flags) -> tuple[ModelState, Estimate]:
        """Return state and mastery of the question's points after the answers (B,)."""
        after = self.model.update(state, question, right)
        return after, self.model.mastery(after, replace(question, days=np.zeros_like(question.days)))

    def forgetting_rates(self, skills: Ints, state: ModelState) -> Floats:
        """Return the rates per day (B, P) at which levels fade, NaN where the course's own rate applies."""
        rates = self.model.forgetting_rates(skills, state.points)
        return np.full(skills.shape, np.nan, dtype=np.float32) if rates is None else rates


def compute_reward(importance: Floats, before: Floats, after: Floats) -> Floats:
    """Return the reward of an answer, r = Σ η Δs (docs/design.md), (B, P) → (B,)."""
    return np.asarray((importance * (after - before)).sum(axis=-1), dtype=np.float32)


def estimate_mastery(level: Floats, answers: Floats) -> Estimate:
    """Return P(right) as mastery that is worth `answers` answers; both (B, P), padding may hold anything."""
    return Estimate(np.asarray(level, dtype=np.float32), compute_sd(level, np.maximum(answers, 0)))


def mask_importance(question: Question) -> Floats:
    """Return η where there is a point, else 0, (B, P)."""
    return np.where(question.points >= 0, question.importance, 0).astype(np.float32)


def fit_prior_answers(log: AnswerLog, chance: Floats) -> float:
    """Estimate n₀ by the method of moments, from the predicted P(right) of each answer, (A,)."""
    found = list_skill_answers(log)
    row = found.row[found.order]
    group = number_groups((found.key // (len(log.right) + 1))[found.order])
    first = np.flatnonzero(np.diff(group, prepend=-1))
    first = first[(np.append(group, -1)[first + 1] == group[first])]
    if len(first) < MIN_ANSWER_PAIRS:
        return DEFAULT_PRIOR_ANSWERS
    before, then = log.right[row[first]], log.right[row[first + 1]]
    expected = chance[row[first]].astype(np.float64)
    residual = then - expected
    shared = np.mean((before - expected) * (residual - residual.mean()))
    ratio = np.mean(expected * (1 - expected)) / max(float(shared), 1e-6)
    return float(np.clip(ratio - 1, MIN_PRIOR_ANSWERS, MAX_PRIOR_ANSWERS))


def note_few_answers(log: AnswerLog) -> tuple[str, ...]:
    """Return a note on skills with fewer than FEW_ANSWERS answers, if there are any."""
    counts = np.bincount(list_skill_answers(log).skill, minlength=len(log.skills))
    few = int((counts < FEW_ANSWERS).sum())
    return (
        (f"{few} of {len(counts)} skills have fewer than {FEW_ANSWERS} answers: predicted much as the others",)
        if few
        else ()
    )


def compute_estimate_weight(known: Estimate) -> Floats:
    """Return how many answers an estimate is worth, (B, P)."""
    return compute_weight(known.level, known.sd)
