"""Gain, propagation and forgetting (models/state.py, DESIGN §3) behind the contract, with rates fitted to a log.

    direct      Δs_i = α⁺ (1 − s_i) η_i  if right,  −α⁻ s_i η_i  if wrong
    propagated  Δs_j = λ Σ_k w_kj Δs_k        over the W that the question brings; none without it
    forgetting  s_j e^(−μ Δt) on reading, after 3 days or more
    P(right) = σ(a_k + b (s_k − s_k(0))),     a_k = c + d logit(s_k(0));     mean over the points asked, by η

A new learner's level s(0) is the share of right answers to the skill in the log. The published model says nothing of
P(right); the logistic link is ours: at s(0) it gives what is usual for the skill, and it rises with the level. With
`Rates()`, `update` gives what models/state.py gives, which the served loop uses. α⁺, α⁻, μ and the link come from the
log (gain_fit.py); μ only if the log has days, λ only by `fit_course`, which is told W.

Memory: level and weight of each point, the answers that the level is worth; none of the learner. Spread: as
models/evidence.py has it. A propagated change adds no weight.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from models.evidence import spread_of, weight_of
from models.learners.contract import Estimate, LearnerModel, Memory, Parameters, Question
from models.learners.gain_fit import GainFit, Link, chances, fit, propagation
from models.learners.log import AnswerLog, shares
from models.state import Floats, Rates, compress, decay, direct_change

START_WEIGHT = 0.25
"""Answers that s(0) is worth, as models/diagnostic.py has its prior."""


@dataclass(eq=False)
class Gain(LearnerModel):
    """See the module.

    Attributes:
        level: (N,) s(0).
        overall: share of right answers in the log.
    """

    name: ClassVar[str] = "gain"
    settings: ClassVar[GainFit] = GainFit()
    skills: tuple[str, ...]
    items: tuple[str, ...]
    level: Floats
    rates: Rates = field(default_factory=Rates)
    link: Link = field(default_factory=Link)
    overall: float = 0.5
    notes: tuple[str, ...] = ()

    @classmethod
    def fit(cls, log: AnswerLog, seed: int = 0) -> Self:
        """All but λ. The seed chooses learners of a log that is longer than needed."""
        level = np.clip(shares(log), 0.01, 0.99).astype(np.float32)
        rates, link = fit(log, level, cls.settings, seed)
        overall = float(np.clip(log.right.mean(), 0.01, 0.99)) if len(log.right) else 0.5
        few = int((log.skill >= 0).sum()) < cls.settings.least
        notes = (f"fewer than {cls.settings.least} answers: the rates are the default ones",) if few else ()
        if not few and rates.forgetting == cls.settings.begin.forgetting:
            notes = ("no gaps of days in the log: forgetting is the default one",)
        return cls(log.skills, log.items, level, rates, link, overall, notes)

    @classmethod
    def fit_course(cls, log: AnswerLog, influence: sparse.csr_matrix, seed: int = 0) -> Self:
        """`fit`, and λ with it. influence: W (N, N) between the log's skills."""
        model = cls.fit(log, seed)
        if int((log.skill >= 0).sum()) < cls.settings.least or not influence.count_nonzero():
            return model
        found = propagation(log, model.level, influence, (model.rates, model.link), seed)
        return replace(model, rates=replace(model.rates, propagation=found))

    def parameters(self) -> Parameters:
        """level (N,); the numbers of `Rates` by name; link (3,); overall."""
        rates = {name: np.array(getattr(self.rates, name)) for name in _NUMBERS}
        return rates | {"level": self.level, "link": np.array(self.link), "overall": np.array(self.overall)}

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """See the contract."""
        numbers: dict[str, Any] = {name: float(parameters[name]) for name in _NUMBERS}
        rates = Rates(**numbers)
        link = Link(*parameters["link"].tolist())
        return cls(skills, items, parameters["level"], rates, link, float(parameters["overall"]))

    def start(self) -> Memory:
        """s(0), worth a quarter of an answer."""
        points = np.stack([self.level, np.full_like(self.level, START_WEIGHT)], axis=1)
        return Memory(np.zeros((1, 0), dtype=np.float32), points[None])

    def adopt(self, points: NDArray[np.int64], known: Estimate) -> Floats:
        """The level, and the answers that it is worth."""
        return np.stack([known.level, weight_of(known.level, known.spread)], axis=-1).astype(np.float32)

    def update(self, memory: Memory, question: Question, right: NDArray[np.bool_]) -> Memory:
        """The touched points and, with W, their neighbours; the others stay as stored."""
        level, weight = self._now(memory, question), memory.points[..., 1]
        importance = np.where(question.points >= 0, question.importance, 0).astype(np.float32)
        total = direct = direct_change(level, importance, right[:, None], self.rates)
        if question.influence is not None:
            total = direct + np.einsum("bkj,bk->bj", question.influence, direct) * np.float32(self.rates.propagation)
        changed = np.where((importance > 0) | (total != 0), compress(level + total, self.rates), memory.points[..., 0])
        return Memory(memory.learner, np.stack([changed, weight + importance], axis=-1).astype(np.float32))

    def predict(self, memory: Memory, question: Question) -> Floats:
        """Mean over the known skills by importance."""
        chance = self.link.chance(self._now(memory, question), self.level[np.maximum(question.points, 0)])
        weight = question.importance * (question.points >= 0)
        total = weight.sum(axis=1)
        mean = np.where(weight > 0, chance * weight, 0).sum(axis=1) / np.where(total > 0, total, 1)
        return np.where(total > 0, mean, self.overall).astype(np.float32)

    def mastery(self, memory: Memory, question: Question) -> Estimate:
        """The level after forgetting, and its Beta standard deviation."""
        level = self._now(memory, question)
        return Estimate(level, spread_of(level, memory.points[..., 1]))

    def replay(self, log: AnswerLog) -> Floats:
        """All (learner, skill) pairs at once."""
        told = chances(log, self.level, self.rates, self.link)
        return np.where(np.isnan(told), np.float32(self.overall), told)

    def _now(self, memory: Memory, question: Question) -> Floats:
        """Levels as read, forgetting included."""
        return decay(memory.points[..., 0], question.days, self.rates)


_NUMBERS = tuple(one.name for one in fields(Rates) if one.name != "compression")
