"""Baseline of all learner models: the share of right answers to each skill, the same for every learner.

    P(right) = mean over the question's points of (right_k + a·overall) / (answers_k + a)

`overall` is the log's share of right answers, a = 5 pseudo-answers as in `compute_right_shares`. No state of a
learner is stored.
"""

from typing import ClassVar, Self

import numpy as np

from models.arrays import Flags, Floats, Ints
from models.knowledge_tracing.answer_log import AnswerLog, compute_right_shares
from models.knowledge_tracing.base import Estimate, LearnerModel, ModelState, Question
from models.storage import Parameters

PSEUDO_ANSWERS = 5.0


class ShareModel(LearnerModel):
    """Share of right answers to each skill, for every learner the same.

    P(right) = Σ_k η_k share_k / Σ_k η_k over the question's points; share_k is shrunk to the overall share.

    Attributes:
        share: (N + 1,) share of right answers to each skill and, last, of all.
        answers: (N + 1,) number of answers behind each share.
    """

    name: ClassVar[str] = "share"

    def __init__(self, skills: tuple[str, ...], items: tuple[str, ...], share: Floats, answers: Floats) -> None:
        self.skills, self.items, self.notes = skills, items, ()
        self.share, self.answers = share, answers

    @classmethod
    def fit(cls, log: AnswerLog, seed: int = 0) -> Self:
        """Fit by counting; `seed` has no effect."""
        overall = log.right.mean() if len(log.right) else 0.5
        counted = np.bincount(log.skill[log.skill >= 0], minlength=len(log.skills))
        share = np.append(compute_right_shares(log, PSEUDO_ANSWERS), overall).astype(np.float32)
        answers = np.append(counted, len(log.right)).astype(np.float32)
        model = cls(log.skills, log.items, share, answers)
        unseen = int((counted == 0).sum())
        model.notes = (f"{unseen} skills without an answer have the overall share",) if unseen else ()
        return model

    def parameters(self) -> Parameters:
        """Return `share` and `answers`, (N + 1,) each."""
        return {"share": self.share, "answers": self.answers}

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the model from `share` and `answers`."""
        return cls(skills, items, parameters["share"], parameters["answers"])

    def start(self) -> ModelState:
        """Return an empty state, (1, 0) and (1, N, 0)."""
        return ModelState(np.empty((1, 0), np.float32), np.empty((1, len(self.skills), 0), np.float32))

    def update(self, state: ModelState, question: Question, right: Flags) -> ModelState:
        """Return the same state: answers change nothing."""
        return state

    def predict(self, state: ModelState, question: Question) -> Floats:
        """Return the mean share by importance, (B,); the overall share where no point is known."""
        weight = np.where(question.points >= 0, question.importance, 0)
        total = weight.sum(axis=1)
        mean = (self.share[question.points] * weight).sum(axis=1) / np.maximum(total, 1e-9)
        return np.asarray(np.where(total > 0, mean, self.share[-1]), dtype=np.float32)

    def mastery(self, state: ModelState, question: Question) -> Estimate:
        """Return the share p and √(p (1 − p)), the sd over learners who know the point or not."""
        level: Floats = self.share[question.points]
        return Estimate(level, np.sqrt(level * (1 - level)).astype(np.float32))

    def replay(self, log: AnswerLog) -> Floats:
        """Predict all answers in one call: none depends on another."""
        asked: Ints = log.skill
        importance = (asked >= 0).astype(np.float32)
        state = ModelState(np.empty((len(asked), 0), np.float32), np.empty((*asked.shape, 0), np.float32))
        return self.predict(state, Question(asked, importance, log.item, np.zeros(asked.shape, np.float32)))
