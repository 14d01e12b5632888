"""How sure mastery is, for models that predict P(right) and no variance: a Beta worth n₀ + n answers.

n counts the answers to the point, n₀ is what the prediction before the first one is worth. A learner's true chance p
has some variance v around that prediction q. Two answers are independent given p, so their residuals have covariance v.
A Beta with mean q that is worth n₀ answers has v = q (1 − q) / (n₀ + 1); n₀ follows from the pairs (first answer,
second answer) of all learners and skills. The spread is then `models.evidence.spread_of`(P, n₀ + n).
"""

import numpy as np

from models.course import Floats
from models.evidence import spread_of, weight_of
from models.learners.contract import Estimate, Question
from models.learners.counts import groups, touches
from models.learners.log import AnswerLog

FEWEST, MOST, WITHOUT_DATA = 0.5, 50.0, 3.0
"""Bounds of n₀ against odd logs, and n₀ where fewer than PAIRS pairs tell."""
PAIRS = 100
FEW = 20
"""A skill with fewer answers is counted in the notes."""


def estimate(level: Floats, answers: Floats) -> Estimate:
    """P(right) as mastery, worth `answers` answers; both (B, P), and of padding anything."""
    return Estimate(np.asarray(level, dtype=np.float32), spread_of(level, np.maximum(answers, 0)))


def touched(question: Question) -> Floats:
    """(B, P) η where there is a point, else 0."""
    return np.where(question.points >= 0, question.importance, 0).astype(np.float32)


def prior_answers(log: AnswerLog, chance: Floats) -> float:
    """n₀ by the method of moments, from P(right) predicted of each answer, (A,)."""
    found = touches(log)
    row = found.row[found.order]
    group = groups((found.key // (len(log.right) + 1))[found.order])
    first = np.flatnonzero(np.diff(group, prepend=-1))
    first = first[(np.append(group, -1)[first + 1] == group[first])]
    if len(first) < PAIRS:
        return WITHOUT_DATA
    before, then = log.right[row[first]], log.right[row[first + 1]]
    expected = chance[row[first]].astype(np.float64)
    residual = then - expected
    shared = np.mean((before - expected) * (residual - residual.mean()))
    ratio = np.mean(expected * (1 - expected)) / max(float(shared), 1e-6)
    return float(np.clip(ratio - 1, FEWEST, MOST))


def few_answers(log: AnswerLog) -> tuple[str, ...]:
    """What to say of skills with few answers."""
    counts = np.bincount(touches(log).skill, minlength=len(log.skills))
    few = int((counts < FEW).sum())
    return (
        (f"{few} of {len(counts)} skills have fewer than {FEW} answers: predicted much as the others",) if few else ()
    )


def worth(known: Estimate) -> Floats:
    """How many answers an estimate is worth, (B, P)."""
    return weight_of(known.level, known.spread)
