"""Bayesian Knowledge Tracing: each skill is known or not, every answer is evidence and a chance to learn.

Corbett & Anderson 1995, "Knowledge tracing: modeling the acquisition of procedural knowledge", doi 10.1007/BF01099821.

    P(right) = p (1 − slip) + (1 − p) guess            p: P(known) before the answer
    after an answer    p⁺ = P(known | answer),  p ← (p⁺ + (1 − p⁺) learn) k
    k = 1 in `bkt`; in `bkt_forget` exp(−forget) at every answer, or exp(−forget · days) on reading if the log has days

Memory: one number a point, ln p / (1 − p), which keeps both ends apart in 32 bits; none of the learner. Level: p.
Spread: √(p (1 − p)), the standard deviation of the belief in a state that is 0 or 1, at least `LEAST_SPREAD`.

An answer to several skills: each skill's chain gets it, in the fit as online, and P(right) is the mean of the skills'
by importance. The product (all must be known) would make every guess and slip count twice, since a skill's own were
fitted on the same answers. A point touched with importance η gets η of an answer: likelihood ratio to the power η, η
learn and η forget; so with 0 nothing changes. Where no skill is known, P(right) is the overall share.

Left out: individual learning rates, item difficulty, parameters by problem type. Influence between skills is not used.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

import numpy as np

from models.course import Flags, Floats, Ints
from models.learners.bkt_fit import CERTAIN, EM, Doubles, Skills, fit, forward, keeps, ratios
from models.learners.contract import Estimate, LearnerModel, Memory, Parameters, Question
from models.learners.log import AnswerLog
from models.learners.pairs import Pairs, pairs_of

LEAST_SPREAD = 0.01
NAMED = 3
"""How many skills a note names."""


@dataclass(eq=False)
class BKT(LearnerModel):
    """See the module.

    Attributes:
        fitted: four parameters a skill and the rate of forgetting, (N,) each.
        overall: share of right answers in the log.
        clock: whether forgetting goes by days rather than by answers.
    """

    name: ClassVar[str] = "bkt"
    forgets: ClassVar[bool] = False
    settings: ClassVar[EM] = EM()
    skills: tuple[str, ...]
    items: tuple[str, ...]
    fitted: Skills
    overall: float = 0.5
    clock: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def fit(cls, log: AnswerLog, seed: int = 0) -> Self:
        """By EM from one fixed start, so `seed` changes nothing."""
        pairs, size = pairs_of(log), len(log.skills)
        clock = cls.forgets and bool(np.isfinite(log.days).any())
        fitted = fit(pairs, size, cls._gap(pairs, clock), cls.settings)
        answers = np.bincount(pairs.skill[pairs.pair], minlength=size)
        overall = float(log.right.mean()) if len(log.right) else 0.5
        return cls(log.skills, log.items, fitted, overall, clock, notes(log.skills, answers, cls.settings.few))

    def parameters(self) -> Parameters:
        """(N,) prior, learn, guess, slip and forget; overall and clock."""
        return {**self.fitted._asdict(), "overall": np.array(self.overall), "clock": np.array(self.clock)}

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """See the contract."""
        fitted = Skills(*(np.asarray(parameters[name]) for name in Skills._fields))
        return cls(skills, items, fitted, float(parameters["overall"]), bool(parameters["clock"]))

    def start(self) -> Memory:
        """Log-odds of each skill's prior."""
        prior = self.fitted.prior
        points = np.log(prior / (1 - prior)).astype(np.float32)
        return Memory(np.zeros((1, 0), dtype=np.float32), points[None, :, None])

    def adopt(self, points: Ints, known: Estimate) -> Floats:
        """Its log-odds."""
        level = np.clip(known.level, 1e-3, 1 - 1e-3)
        return np.asarray(np.log(level / (1 - level))[..., None], dtype=np.float32)

    def fading(self, points: Ints, memory: Floats) -> Floats | None:
        """The skill's own rate, where the log told days."""
        return self.fitted.forget[np.maximum(points, 0)].astype(np.float32) if self.clock else None

    def update(self, memory: Memory, question: Question, right: Flags) -> Memory:
        """Evidence, learning and, without a clock, forgetting of the touched points; the others stay."""
        now, weight = self._at(question), question.importance
        likely = np.where(right[:, None], (1 - now.slip) / now.guess, now.slip / (1 - now.guess))
        after = self._odds(memory, question) * likely**weight
        kept = 1 if self.clock else np.exp(-now.forget * weight)
        known = (after + now.learn * weight) * kept
        odds = np.minimum(known / (after + 1 - known), CERTAIN)
        points = np.where(weight > 0, np.log(odds), memory.points[..., 0])
        return Memory(memory.learner, points[..., None].astype(np.float32))

    def predict(self, memory: Memory, question: Question) -> Floats:
        """Mean over the known skills by importance."""
        level, now = self._level(memory, question), self._at(question)
        weight = question.importance * (question.points >= 0)
        chance = level * (1 - now.slip) + (1 - level) * now.guess
        total = weight.sum(axis=1)
        mean = (chance * weight).sum(axis=1) / np.where(total > 0, total, 1)
        return np.where(total > 0, mean, self.overall).astype(np.float32)

    def mastery(self, memory: Memory, question: Question) -> Estimate:
        """P(known) and the standard deviation of that belief."""
        level = self._level(memory, question)
        spread = np.maximum(np.sqrt(level * (1 - level)), LEAST_SPREAD)
        return Estimate(level.astype(np.float32), spread.astype(np.float32))

    def replay(self, log: AnswerLog) -> Floats:
        """All (learner, skill) pairs at once, with the fit's own forward pass."""
        pairs, now = pairs_of(log), self.fitted
        if not len(pairs.row):
            return np.full(len(log.right), self.overall, dtype=np.float32)
        odds = forward(pairs, now, ratios(pairs, now), keeps(pairs, now, self._gap(pairs, self.clock)))
        level, skill = odds / (1 + odds), pairs.skill[pairs.pair]
        mean = pairs.by_row(level * (1 - now.slip[skill]) + (1 - level) * now.guess[skill], len(log.right))
        return np.where(np.isnan(mean), np.float32(self.overall), mean)

    @classmethod
    def _gap(cls, pairs: Pairs, clock: bool) -> Doubles | None:
        if not cls.forgets:
            return None
        return pairs.days if clock else np.ones(len(pairs.row))

    def _at(self, question: Question) -> Skills:
        """The parameters of the question's points, (B, P) each; the first skill's where padded."""
        points: Ints = np.maximum(question.points, 0)
        return Skills(*(part[points] for part in self.fitted))

    def _level(self, memory: Memory, question: Question) -> Doubles:
        odds = self._odds(memory, question)
        return odds / (1 + odds)

    def _odds(self, memory: Memory, question: Question) -> Doubles:
        """Of P(known) now, after the days without practice."""
        odds = np.exp(np.nan_to_num(memory.points[..., 0]).astype(np.float64))
        if not self.clock:
            return np.asarray(odds)
        known = odds * np.exp(-self._at(question).forget * np.maximum(question.days, 0))
        return np.asarray(known / (1 + odds - known))


class ForgettingBKT(BKT):
    """With a rate of forgetting for each skill."""

    name = "bkt_forget"
    forgets = True


def notes(skills: tuple[str, ...], answers: Ints, few: int) -> tuple[str, ...]:
    """Which skills had few answers."""
    poor = [name for name, count in zip(skills, answers, strict=True) if count < few]
    if not poor:
        return ()
    named = ", ".join(poor[:NAMED]) + (", …" if len(poor) > NAMED else "")
    return (f"{len(poor)} skills with fewer than {few} answers stay near the mean of all skills: {named}",)
