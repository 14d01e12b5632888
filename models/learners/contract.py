"""The contract of all learner models: fit on a log, start a learner, update on one outcome, predict, tell mastery.

A model keeps a vector of H numbers for each learner and one of M numbers for each point; the graph stores both. An
outcome reads and changes the learner's vector and those of the points that it touches and of their neighbours,
nothing else: that is what makes an update constant in the length of the history and in the size of the course.
Everything has a leading batch dimension, so the same code serves one learner, trains in the simulator and replays logs.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from models.arrays import Flags, Floats, Ints
from models.learners.log import NOTHING, AnswerLog

Parameters = Mapping[str, NDArray[Any]]


class Memory(NamedTuple):
    """What a model knows of B learners: `learner` (B, H) and, of the points in question, `points` (B, P, M)."""

    learner: Floats
    points: Floats


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked of B learners: P points each, those touched and, behind them, neighbours.

    Attributes:
        points: (B, P) positions, NOTHING where padded.
        importance: (B, P) η of each point in what is asked; 0 for neighbours and padding.
        item: (B,) position of the item or resource in the model's `items`, or NOTHING.
        days: (B, P) since each point was last practised; 0 where it never was, and everywhere without a clock.
        influence: (B, P, P) W from point k to point j; None where nothing is known of neighbours.
    """

    points: Ints
    importance: Floats
    item: Ints
    days: Floats
    influence: Floats | None = None


class Estimate(NamedTuple):
    """Mastery in [0, 1] and its standard deviation, both (B, P)."""

    level: Floats
    spread: Floats


class LearnerModel(ABC):
    """A fitted model. Immutable: `update` returns new memory.

    Attributes:
        name: as in `lodestar learners` and LEARNER_MODEL.
        skills, items: ids whose positions `Question` uses.
        notes: what a user should know of the fit, e.g. which skills had too few answers and kept the prior.
    """

    name: ClassVar[str]
    skills: tuple[str, ...]
    items: tuple[str, ...]
    notes: tuple[str, ...]

    @classmethod
    @abstractmethod
    def fit(cls, log: AnswerLog, seed: int = 0) -> Self:
        """Fit to a log. Never fails on odd data: too few answers give the priors, and `notes` says where."""

    @abstractmethod
    def parameters(self) -> Parameters:
        """All that was fitted, as arrays; `from_parameters` makes the same model of them."""

    @classmethod
    @abstractmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """The model that `parameters()` came from, without notes."""

    @abstractmethod
    def start(self) -> Memory:
        """A new learner's memory of all points: (1, H) and (1, N, M)."""

    @abstractmethod
    def update(self, memory: Memory, question: Question, right: Flags) -> Memory:
        """After the answers `right` (B,). Padded points may hold anything."""

    @abstractmethod
    def predict(self, memory: Memory, question: Question) -> Floats:
        """P(right) before the answer, (B,)."""

    @abstractmethod
    def mastery(self, memory: Memory, question: Question) -> Estimate:
        """How well each point of the question is known now, (B, P)."""

    def adopt(self, points: Ints, known: Estimate) -> Floats:
        """Memory (B, P, M) of points of which only a level and its spread are known: from a diagnostic, another model.

        A model that cannot take a level up starts the points anew.
        """
        start: Floats = self.start().points[0]
        return start[np.maximum(points, 0)]

    def fading(self, points: Ints, memory: Floats) -> Floats | None:
        """Rate a day (B, P) at which a level fades between answers, of points' memory (B, P, M); NaN where not known.

        The graph applies it on reading, as e^(−rate · days). None leaves forgetting to the course's own rate.
        """
        return None

    def replay(self, log: AnswerLog) -> Floats:
        """P(right) of every answer of `log` from the learner's earlier ones alone, (A,).

        Skills and items of `log` must be those of the model. A model may override it with something faster that
        gives the same numbers.
        """
        return replay(self, log)


def replay(model: LearnerModel, log: AnswerLog) -> Floats:
    """Answer by answer, all learners abreast: the reference for every faster `LearnerModel.replay`."""
    size, learners = len(log.skills), len(log.learners)
    start = model.start()
    memory = Memory(*(np.repeat(part, learners, axis=0) for part in start))
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
        known = Memory(memory.learner[who], memory.points[who[:, None], inside])
        chance[rows] = model.predict(known, question)
        after = model.update(known, question, log.right[rows])
        memory.learner[who] = after.learner
        at, column = np.nonzero(asked)
        memory.points[who[at], points[at, column]] = after.points[at, column]
        last[who[at], points[at, column]] = log.days[rows][at]
    return chance


def aligned(log: AnswerLog, model: LearnerModel) -> AnswerLog:
    """The log with skills and items in the model's positions; what the model does not know becomes NOTHING."""
    skill, item = (
        _positions(own, known, values)
        for own, known, values in ((log.skills, model.skills, log.skill), (log.items, model.items, log.item))
    )
    return replace(log, skills=model.skills, items=model.items, skill=skill, item=item)


def _positions(own: tuple[str, ...], known: tuple[str, ...], values: Ints) -> Ints:
    place = {name: position for position, name in enumerate(known)}
    new = np.array([*(place.get(name, NOTHING) for name in own), NOTHING])
    return np.asarray(new[values])
