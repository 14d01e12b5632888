"""IRT (models/learners/irt.py) as learner models: one ability θ a learner, a posterior over a grid, updated exactly.

    log p(θ | answers) ← log p(θ | answers) + log P(answer | θ)

A skill is an item of its own wherever the log names no item or an unknown one; an answer to several skills at once has
the mean of their chances. The mastery of a point is the chance of a right answer to the skill, guessing aside. θ stands
still: who learns on the way is caught up with only slowly. Points have no memory of their own (M = 0).
"""

from typing import ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from models.course import Flags, Floats
from models.learners.contract import Estimate, LearnerModel, Memory, Parameters, Question
from models.learners.irt import ItemBank, ItemSettings, Kind, count, fit_items
from models.learners.log import AnswerLog

FEW = 10
"""Answers below which `notes` says that an item's parameters are mostly the prior."""
_SETTINGS = ItemSettings()


class ItemResponse(LearnerModel):
    """One of the three; skills come first in `discrimination`, `difficulty` and `guessing` (N + I,), then items."""

    kind: ClassVar[Kind]

    def __init__(
        self, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters, notes: tuple[str, ...] = ()
    ) -> None:
        self.skills, self.items, self.notes = skills, items, notes
        self._parameters = {name: np.asarray(value, dtype=np.float64) for name, value in parameters.items()}
        theta, self._prior = _SETTINGS.grid()
        self._theta = theta
        a, b, c = (self._parameters[name][:, None] for name in ("discrimination", "difficulty", "guessing"))
        known = 1 / (1 + np.exp(-a * (theta - b)))
        nothing = known.mean(axis=0, keepdims=True) if len(known) else np.full((1, len(theta)), 0.5)
        guess = c.mean(keepdims=True) if len(c) else np.zeros((1, 1))
        self._known = np.concatenate([known, nothing])
        self._chance = np.concatenate([c + (1 - c) * known, guess + (1 - guess) * nothing])

    @classmethod
    def fit(cls, log: AnswerLog, seed: int = 0) -> Self:
        """Skills by all answers that touch them, items by theirs, each on a scale where θ ~ N(0, 1)."""
        row, column = np.nonzero(log.skill >= 0)
        of_skills = (log.learner[row], log.skill[row, column], log.right[row])
        named = np.flatnonzero(log.item >= 0)
        of_items = (log.learner[named], log.item[named], log.right[named])
        banks: list[ItemBank] = []
        notes: list[str] = []
        for what, names, triples in (("skill", log.skills, of_skills), ("item", log.items, of_items)):
            responses = count(*triples, (len(log.learners), len(names)))
            banks.append(fit_items(responses, cls.kind, _SETTINGS).bank)
            answers = np.bincount(triples[1], minlength=len(names))
            few = [name for name, number in zip(names, answers, strict=True) if number < FEW]
            if few:
                notes.append(f"{len(few)} of {len(names)} {what}s have under {FEW} answers and lean on the prior")
        names = ("discrimination", "difficulty", "guessing")
        names = (*names, *(f"{name}_se" for name in names))
        parameters = {name: np.concatenate([getattr(bank, name) for bank in banks]) for name in names}
        return cls(log.skills, log.items, parameters, tuple(notes))

    def parameters(self) -> Parameters:
        """a, b, c and their standard errors, skills first."""
        return dict(self._parameters)

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """As fitted."""
        return cls(skills, items, parameters)

    def start(self) -> Memory:
        """The prior of θ on the grid, as logarithms (1, Q)."""
        return Memory(self._prior[None].astype(np.float32), np.zeros((1, len(self.skills), 0), dtype=np.float32))

    def update(self, memory: Memory, question: Question, right: Flags) -> Memory:
        """Bayes' rule on the grid."""
        chance = self._curve(question)
        joint = memory.learner + np.log(np.where(right[:, None], chance, 1 - chance).clip(1e-9))
        return Memory((joint - joint.max(axis=1, keepdims=True)).astype(np.float32), memory.points)

    def predict(self, memory: Memory, question: Question) -> Floats:
        """The mean over the posterior of θ."""
        return np.asarray((_weights(memory) * self._curve(question)).sum(axis=1), dtype=np.float32)

    def mastery(self, memory: Memory, question: Question) -> Estimate:
        """Mean and standard deviation over the posterior of θ."""
        weight, known = _weights(memory), self._known[self._places(question.points)]
        mean = np.einsum("bq,bpq->bp", weight, known)
        square = np.einsum("bq,bpq->bp", weight, known**2)
        spread = np.sqrt(np.maximum(square - mean**2, 0))
        return Estimate(mean.astype(np.float32), spread.astype(np.float32))

    def ability(self, memory: Memory) -> Estimate:
        """θ itself, in its own units: mean and standard deviation, both (B,)."""
        weight = _weights(memory)
        mean = weight @ self._theta
        spread = np.sqrt(np.maximum(weight @ self._theta**2 - mean**2, 0))
        return Estimate(mean.astype(np.float32), spread.astype(np.float32))

    def _curve(self, question: Question) -> NDArray[np.float64]:
        """(B, Q) P(right) at every θ: the item's where there is one, else the skills'."""
        share = question.importance / np.maximum(question.importance.sum(axis=1, keepdims=True), 1e-9)
        skills = np.einsum("bp,bpq->bq", share, self._chance[self._places(question.points)])
        untouched = question.importance.sum(axis=1) <= 0
        skills[untouched] = self._chance[-1]
        item = question.item[:, None] >= 0
        return np.where(item, self._chance[np.where(question.item >= 0, question.item + len(self.skills), -1)], skills)

    def _places(self, points: NDArray[np.int64]) -> NDArray[np.int64]:
        """Rows of the curves; the last one, their mean, for what is unknown."""
        return np.where(points >= 0, points, -1)


class OneParameter(ItemResponse):
    """1PL: difficulty."""

    name, kind = "irt_1pl", "1pl"


class TwoParameter(ItemResponse):
    """2PL: difficulty and discrimination."""

    name, kind = "irt_2pl", "2pl"


class ThreeParameter(ItemResponse):
    """3PL: difficulty, discrimination and guessing."""

    name, kind = "irt_3pl", "3pl"


def _weights(memory: Memory) -> NDArray[np.float64]:
    likely = np.exp(memory.learner.astype(np.float64) - memory.learner.max(axis=1, keepdims=True))
    return np.asarray(likely / likely.sum(axis=1, keepdims=True))
