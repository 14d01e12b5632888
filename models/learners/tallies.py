"""What logistic learner models remember, of a point and of the learner as a whole: six sums over answers.

    wins ← wins + η y      attempts ← attempts + η      won ← (1 − η (1 − d)) won + η y      lost ← … + η (1 − y)

won and lost fade, once for each d: at η = 1, an answer counts d as much as the one after it.
"""

from abc import abstractmethod

import numpy as np
from numpy.typing import NDArray

from models.arrays import Flags, Floats, Ints
from models.learners.contract import Estimate, LearnerModel, Memory, Question
from models.learners.counts import counts_before, decayed_before, groups, touches
from models.learners.log import AnswerLog
from models.learners.spread import estimate, few_answers, prior_answers, touched, worth

FADES = (0.4, 0.8)
"""d, of a quick and a slow memory: AUC on held-out training learners of ASSISTments 2015 .718, with 0.8 alone .710."""
WINS, ATTEMPTS, FADING = 0, 1, 2
"""Columns of the tallies; from FADING on, won and lost for each d."""
TALLIES = FADING + 2 * len(FADES)


MOST_WORTH = 10.0
"""Answers that a level taken up counts for at most: what comes after is to be heard."""


class TallyModel(LearnerModel):
    """A learner model whose H = 6 and M = 6 numbers are tallies of all answers and of those to a point."""

    def start(self) -> Memory:
        """All zero."""
        zeros = np.zeros((1, len(self.skills) + 1, TALLIES), dtype=np.float32)
        return Memory(zeros[:, 0], zeros[:, 1:])

    def adopt(self, points: Ints, known: Estimate) -> Floats:
        """As after so many answers as the level is worth, the share of right ones spread evenly over them."""
        answers = np.minimum(worth(known), MOST_WORTH)
        parts = np.stack([answers, *[(1 - fade**answers) / (1 - fade) for fade in FADES]], axis=-1)
        right, all_answers = known.level[..., None] * parts, parts
        sums = np.stack([right, all_answers - right], axis=-1)
        faded = sums[..., 1:, :].reshape(*answers.shape, -1)
        return np.concatenate([right[..., :1], all_answers[..., :1], faded], axis=-1).astype(np.float32)

    def update(self, memory: Memory, question: Question, right: Flags) -> Memory:
        """An answer counts as η of an attempt on a point, and as one attempt of the learner."""
        points = after(memory.points, touched(question), np.broadcast_to(right[:, None], question.points.shape))
        return Memory(after(memory.learner, np.ones(len(right), dtype=np.float32), right), points)

    def mastery(self, memory: Memory, question: Question) -> Estimate:
        """P(right) on a question to each point alone, worth n₀ + attempts answers."""
        return estimate(self.chances(memory, question), self.prior_answers + memory.points[..., ATTEMPTS])

    def replay(self, log: AnswerLog) -> Floats:
        """All tallies by sorting, then one prediction for all answers."""
        asked = log.skill >= 0
        points, learner = before_answers(log)
        tallies = np.zeros((*asked.shape, TALLIES), dtype=np.float32)
        tallies[asked] = points
        nothing = np.zeros(asked.shape, dtype=np.float32)
        question = Question(log.skill, asked.astype(np.float32), log.item, nothing)
        return self.predict(Memory(learner.astype(np.float32), tallies), question)

    def measured(self, log: AnswerLog) -> tuple[float, tuple[str, ...]]:
        """n₀ by this model's predictions of `log`, and what to say of skills with few answers."""
        return prior_answers(log, self.replay(log)), few_answers(log)

    @property
    @abstractmethod
    def prior_answers(self) -> float:
        """n₀, see `models.learners.spread`."""

    @abstractmethod
    def chances(self, memory: Memory, question: Question) -> Floats:
        """P(right) on a question without an item to each point alone, (B, P)."""


def after(tallies: Floats, weight: Floats, right: Flags) -> Floats:
    """The tallies after an answer. tallies: (…, 6); weight: (…), η; right: (…)."""
    added = np.stack([right, np.ones_like(right), *[right, ~right] * len(FADES)], axis=-1) * weight[..., None]
    kept = 1 - weight[..., None] * np.array([0, 0, *np.repeat(1 - np.array(FADES), 2)])
    return np.asarray(tallies * kept + added, dtype=np.float32)


def before_answers(log: AnswerLog) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Tallies of the point before each touch (Q, 6), and of the learner before each answer (A, 6)."""
    found = touches(log)
    points = np.empty((len(found.row), TALLIES))
    points[:, WINS], points[:, ATTEMPTS] = counts_before(log, found, found.row, found.skill)
    group = groups((found.key // (len(log.right) + 1))[found.order])
    points[found.order, FADING:] = _faded(log.right[found.row[found.order]], group)
    learner = np.empty((len(log.right), TALLIES))
    wins = np.concatenate([[0], np.cumsum(log.right)])
    learner[:, WINS] = wins[:-1] - np.repeat(wins[log.starts[:-1]], log.lengths)
    learner[:, ATTEMPTS] = log.place
    learner[:, FADING:] = _faded(log.right, log.learner)
    return points, learner


def _faded(right: Flags, group: Ints) -> NDArray[np.float64]:
    both = np.stack([right, ~right])
    return np.concatenate([decayed_before(both, group, fade) for fade in FADES]).T
