"""Gain, propagation and forgetting (`models.knowledge_tracing.state`, DESIGN §3) as a fitted learner model.

    direct      Δs_i = α⁺ (1 − s_i) η_i  if right,  −α⁻ s_i η_i  if wrong
    propagated  Δs_j = λ Σ_k w_kj Δs_k        over the W of the question; none without it
    forgetting  s_j e^(−μ Δt) on reading, after 3 days or more
    P(right) = σ(a_k + b (s_k − s_k(0))),     a_k = c + d logit(s_k(0));     mean over the points asked, by η

A new learner's level s(0) is the share of right answers to the skill in the log. The published model does not define
P(right); the logistic link is ours: at s(0) it gives the usual chance of the skill, and it rises with the level. With
`Rates()`, `Gain.update` equals `update_levels`, which serving uses. α⁺, α⁻, μ and the link are fitted to the log; μ
only if the log has days, λ only by `fit_course`, which is given W.

State: level and weight of each point, the weight being the answers that the level is worth; none for the learner.
Uncertainty: the Beta standard deviation of `models.knowledge_tracing.state`. A propagated change adds no weight.

Fit by maximum likelihood of the answers. Without W the level of a skill depends on the answers to that skill alone, so
all (learner, skill) pairs take their t-th answer at once. Six numbers are fitted, α⁺, α⁻, μ (with a clock only), b, c,
d, each on the scale on which it is unbounded (logit, log or itself), under a normal prior there around `begin`: few
answers hardly move them. λ is fitted separately, afterwards, with the levels of `update_levels` on W, on as many
learners as fit in `MAX_CELLS` numbers.
"""

from dataclasses import dataclass, field, fields, replace
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse
from scipy.special import expit, logit

from models.arrays import Doubles, Floats
from models.knowledge_tracing.answer_log import (
    AnswerLog,
    LearnerSkillPairs,
    compute_right_shares,
    pack_learner_skill_pairs,
)
from models.knowledge_tracing.base import Estimate, LearnerModel, ModelState, Question
from models.knowledge_tracing.state import (
    Rates,
    compress_level,
    compute_direct_change,
    compute_sd,
    compute_weight,
    decay_level,
    kept_share,
    update_levels,
)
from models.storage import Parameters

MAX_CELLS = 200_000
"""Levels of all sampled learners on all points, for λ; one evaluation stays near a second."""


@dataclass(frozen=True)
class GainSettings:
    """How to fit.

    Attributes:
        begin: rates before any answer.
        doubt: standard deviation of the prior on the free scale; 1 lets α⁺ = 0.35 be 0.17–0.6 at no great cost.
        least: fewer answers leave everything as it begins.
        most: so many answers are enough; of a longer log, learners by chance.
    """

    begin: Rates = field(default_factory=Rates)
    doubt: float = 1.0
    least: int = 100
    most: int = 300_000


class LogisticLink(NamedTuple):
    """From level to P(right). slope: b; 4 lets P rise as fast as the level at ½. offset: c; usual: d."""

    slope: float = 4.0
    offset: float = 0.0
    usual: float = 1.0

    def chance(self, level: Doubles | Floats, start: Doubles | Floats) -> Doubles:
        """P(right) at this level where a new learner's is `start`."""
        usual = self.offset + self.usual * logit(np.asarray(start, dtype=np.float64))
        return np.asarray(expit(usual + self.slope * (level - start)), dtype=np.float64)


def fit_gain(log: AnswerLog, start: Floats, settings: GainSettings, seed: int) -> tuple[Rates, LogisticLink]:
    """Rates but λ, and the link. start: (N,) strictly between 0 and 1."""
    pairs = pack_learner_skill_pairs(sample_learners(log, settings.most, seed))
    if len(pairs.row) < settings.least:
        return settings.begin, LogisticLink()
    first = start.astype(np.float64)[pairs.skill[pairs.pair]]
    begin = encode_parameters(settings.begin, LogisticLink())
    moves = np.ones(len(begin), dtype=bool)
    moves[2] = bool((pairs.days >= settings.begin.forget_after_days).any())

    def loss(some: Doubles) -> float:
        rates, link = decode_parameters(placed(some), settings.begin)
        chance = link.chance(trace_levels(pairs, start, rates), first)
        return (
            compute_negative_log_likelihood(chance, pairs.right)
            + 0.5 * float(((some - begin[moves]) ** 2).sum()) / settings.doubt**2
        )

    def placed(some: Doubles) -> Doubles:
        whole = begin.copy()
        whole[moves] = some
        return whole

    found = optimize.minimize(loss, begin[moves], method="L-BFGS-B", options={"maxiter": 60, "ftol": 1e-8})
    rates, link = decode_parameters(placed(found.x), settings.begin)
    return (rates if moves[2] else replace(rates, forgetting=settings.begin.forgetting)), link


def encode_parameters(rates: Rates, link: LogisticLink) -> Doubles:
    """The fitted numbers, each on a scale without ends, (6,)."""
    gains = logit([rates.gain_right, rates.gain_wrong])
    return np.array([*gains, np.log(rates.forgetting), np.log(link.slope), link.offset, link.usual])


def decode_parameters(numbers: Doubles, begin: Rates) -> tuple[Rates, LogisticLink]:
    """Back from `free`; what is not fitted is as in `begin`."""
    gain, loss = (float(one) for one in expit(numbers[:2]))
    rates = replace(begin, gain_right=gain, gain_wrong=loss, forgetting=float(np.exp(min(numbers[2], 3.0))))
    return rates, LogisticLink(float(np.exp(min(numbers[3], 5.0))), float(numbers[4]), float(numbers[5]))


def trace_levels(pairs: LearnerSkillPairs, start: Floats, rates: Rates) -> Doubles:
    """The level of every answer's skill as read just before it, (E,)."""
    level = np.empty(len(pairs.row))
    level[: len(pairs.skill)] = start[pairs.skill]
    kept = 1 - np.where(pairs.right, rates.gain_right, rates.gain_wrong)
    gained = np.where(pairs.right, rates.gain_right, 0.0)
    left = kept_share(rates.forgetting, pairs.days, rates)
    for before, step in zip(pairs.steps, pairs.steps[1:], strict=False):
        last = slice(before.start, before.start + step.stop - step.start)
        level[step] = (level[last] * kept[last] + gained[last]) * left[step]
    return level


def predict_chances(log: AnswerLog, start: Floats, rates: Rates, link: LogisticLink) -> Floats:
    """P(right) of every answer without W, mean over its skills, (A,); NaN where it has none."""
    pairs = pack_learner_skill_pairs(log)
    told = link.chance(trace_levels(pairs, start, rates), start[pairs.skill[pairs.pair]])
    return pairs.by_row(told, len(log.right))


def compute_negative_log_likelihood(chance: Doubles, right: NDArray[np.bool_]) -> float:
    """Negative log-likelihood."""
    return float(-np.log(np.clip(np.where(right, chance, 1 - chance), 1e-9, 1)).sum())


def sample_learners(log: AnswerLog, most: int, seed: int) -> AnswerLog:
    """Learners by chance with about `most` answers in all."""
    if len(log.right) <= most:
        return log
    order = np.random.default_rng(seed).permutation(len(log.learners))
    return log.take(order[: max(1, int(np.searchsorted(np.cumsum(log.lengths[order]), most)))])


def fit_propagation(
    log: AnswerLog, start: Floats, influence: sparse.csr_matrix, fitted: tuple[Rates, LogisticLink], seed: int
) -> float:
    """λ of the best likelihood, forgetting aside. influence: W (N, N)."""
    order = np.random.default_rng(seed).permutation(len(log.learners))
    some = log.take(order[: max(1, MAX_CELLS // max(1, len(start)))])
    begin = float(logit(fitted[0].propagation))

    def loss(number: float) -> float:
        rates = replace(fitted[0], propagation=float(expit(number)))
        return (
            compute_negative_log_likelihood(
                predict_propagated_chances(some, start, influence, rates, fitted[1]), some.right
            )
            + (number - begin) ** 2 / 2
        )

    return float(expit(optimize.minimize_scalar(loss, bounds=(-8, 5), method="bounded", options={"maxiter": 20}).x))


def predict_propagated_chances(
    log: AnswerLog, start: Floats, influence: sparse.csr_matrix, rates: Rates, link: LogisticLink
) -> Doubles:
    """P(right) of every answer with propagation over W, mean over its skills, (A,)."""
    level = np.tile(start, (len(log.learners), 1))
    chance, learner = np.full(len(log.right), 0.5), log.learner
    for rows in log.rounds():
        who, skill = learner[rows], log.skill[rows]
        asked = skill >= 0
        inside = np.where(asked, skill, 0)
        told = link.chance(level[who[:, None], inside], start[inside]) * asked
        chance[rows] = np.where(asked.any(axis=1), told.sum(axis=1) / np.maximum(asked.sum(axis=1), 1), 0.5)
        importance = np.zeros((len(who), len(start)), dtype=np.float32)
        at, slot = np.nonzero(asked)
        importance[at, skill[at, slot]] = 1
        level[who], _ = update_levels(level[who], importance, log.right[rows][:, None], influence, rates)
    return chance


START_WEIGHT = 0.25
"""Answers that s(0) is worth, as models/assessment/diagnostic.py has its prior."""


@dataclass(eq=False)
class Gain(LearnerModel):
    """See the module.

    Attributes:
        level: (N,) s(0).
        overall: share of right answers in the log.
    """

    name: ClassVar[str] = "gain"
    settings: ClassVar[GainSettings] = GainSettings()
    skills: tuple[str, ...]
    items: tuple[str, ...]
    level: Floats
    rates: Rates = field(default_factory=Rates)
    link: LogisticLink = field(default_factory=LogisticLink)
    overall: float = 0.5
    notes: tuple[str, ...] = ()

    @classmethod
    def fit(cls, log: AnswerLog, seed: int = 0) -> Self:
        """All but λ. The seed chooses learners of a log that is longer than needed."""
        level = np.clip(compute_right_shares(log), 0.01, 0.99).astype(np.float32)
        rates, link = fit_gain(log, level, cls.settings, seed)
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
        found = fit_propagation(log, model.level, influence, (model.rates, model.link), seed)
        return replace(model, rates=replace(model.rates, propagation=found))

    def parameters(self) -> Parameters:
        """level (N,); the numbers of `Rates` by name; link (3,); overall."""
        rates = {name: np.array(getattr(self.rates, name)) for name in _RATE_FIELDS}
        return rates | {"level": self.level, "link": np.array(self.link), "overall": np.array(self.overall)}

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """See the contract."""
        numbers: dict[str, Any] = {name: float(parameters[name]) for name in _RATE_FIELDS}
        rates = Rates(**numbers)
        link = LogisticLink(*parameters["link"].tolist())
        return cls(skills, items, parameters["level"], rates, link, float(parameters["overall"]))

    def start(self) -> ModelState:
        """s(0), worth a quarter of an answer."""
        points = np.stack([self.level, np.full_like(self.level, START_WEIGHT)], axis=1)
        return ModelState(np.zeros((1, 0), dtype=np.float32), points[None])

    def adopt(self, points: NDArray[np.int64], known: Estimate) -> Floats:
        """The level, and the answers that it is worth."""
        return np.stack([known.level, compute_weight(known.level, known.spread)], axis=-1).astype(np.float32)

    def update(self, memory: ModelState, question: Question, right: NDArray[np.bool_]) -> ModelState:
        """The touched points and, with W, their neighbours; the others stay as stored."""
        level, weight = self._now(memory, question), memory.points[..., 1]
        importance = np.where(question.points >= 0, question.importance, 0).astype(np.float32)
        total = direct = compute_direct_change(level, importance, right[:, None], self.rates)
        if question.influence is not None:
            total = direct + np.einsum("bkj,bk->bj", question.influence, direct) * np.float32(self.rates.propagation)
        changed = np.where(
            (importance > 0) | (total != 0), compress_level(level + total, self.rates), memory.points[..., 0]
        )
        return ModelState(memory.learner, np.stack([changed, weight + importance], axis=-1).astype(np.float32))

    def predict(self, memory: ModelState, question: Question) -> Floats:
        """Mean over the known skills by importance."""
        chance = self.link.chance(self._now(memory, question), self.level[np.maximum(question.points, 0)])
        weight = question.importance * (question.points >= 0)
        total = weight.sum(axis=1)
        mean = np.where(weight > 0, chance * weight, 0).sum(axis=1) / np.where(total > 0, total, 1)
        return np.where(total > 0, mean, self.overall).astype(np.float32)

    def mastery(self, memory: ModelState, question: Question) -> Estimate:
        """The level after forgetting, and its Beta standard deviation."""
        level = self._now(memory, question)
        return Estimate(level, compute_sd(level, memory.points[..., 1]))

    def replay(self, log: AnswerLog) -> Floats:
        """All (learner, skill) pairs at once."""
        told = predict_chances(log, self.level, self.rates, self.link)
        return np.where(np.isnan(told), np.float32(self.overall), told)

    def _now(self, memory: ModelState, question: Question) -> Floats:
        """Levels as read, forgetting included."""
        return decay_level(memory.points[..., 0], question.days, self.rates)


_RATE_FIELDS = tuple(one.name for one in fields(Rates) if one.name != "compression")
