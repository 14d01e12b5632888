"""Gain, propagation and forgetting (`models.knowledge_tracing.state`, docs/design.md) as a fitted learner model.

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
d, each on the scale on which it is unbounded (logit, log or itself), under a normal prior there around `start`: few
answers hardly move them. λ is fitted separately, afterwards, with the levels of `update_levels` on W, on as many
learners as fit in `MAX_CELLS` numbers.
"""

from dataclasses import dataclass, field, replace
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
START_WEIGHT = 0.25
"""Answers that s(0) is worth, as the prior in `models.assessment.diagnostic`."""
_RATE_FIELDS = ("gain_right", "gain_wrong", "propagation", "forgetting", "forget_after_days")


@dataclass(frozen=True)
class GainSettings:
    """How to fit Gain.

    Attributes:
        start: rates that the fit starts from, the centre of the prior.
        prior_sd: standard deviation of the prior on the unbounded scale; 1 lets α⁺ = 0.35 be 0.17–0.6 at no great cost.
        min_answers: fewer leave all rates at `start`.
        max_answers: about so many are used; of a longer log, randomly drawn learners.
    """

    start: Rates = field(default_factory=Rates)
    prior_sd: float = 1.0
    min_answers: int = 100
    max_answers: int = 300_000


class LogisticLink(NamedTuple):
    """From level to P(right): σ(c + d logit(s(0)) + b (s − s(0))).

    Attributes:
        slope: b; with 4, P rises as fast as the level at ½.
        offset: c.
        logit_slope: d.
    """

    slope: float = 4.0
    offset: float = 0.0
    logit_slope: float = 1.0

    def chance(self, level: Doubles | Floats, start: Doubles | Floats) -> Doubles:
        """Return P(right) at `level` where a new learner's level is `start`."""
        usual = self.offset + self.logit_slope * logit(np.asarray(start, dtype=np.float64))
        return np.asarray(expit(usual + self.slope * (level - start)), dtype=np.float64)


def fit_gain(log: AnswerLog, start: Floats, settings: GainSettings, seed: int) -> tuple[Rates, LogisticLink]:
    """Fit the rates, except λ, and the link. start: (N,) strictly between 0 and 1."""
    pairs = pack_learner_skill_pairs(sample_learners(log, settings.max_answers, seed))
    if len(pairs.row) < settings.min_answers:
        return settings.start, LogisticLink()
    first = start.astype(np.float64)[pairs.skill[pairs.pair]]
    begin = encode_parameters(settings.start, LogisticLink())
    moves = np.ones(len(begin), dtype=bool)
    moves[2] = bool((pairs.days >= settings.start.forget_after_days).any())

    def loss(some: Doubles) -> float:
        rates, link = decode_parameters(insert(some), settings.start)
        chance = link.chance(trace_levels(pairs, start, rates), first)
        return (
            compute_negative_log_likelihood(chance, pairs.right)
            + 0.5 * float(((some - begin[moves]) ** 2).sum()) / settings.prior_sd**2
        )

    def insert(some: Doubles) -> Doubles:
        whole = begin.copy()
        whole[moves] = some
        return whole

    found = optimize.minimize(loss, begin[moves], method="L-BFGS-B", options={"maxiter": 60, "ftol": 1e-8})
    rates, link = decode_parameters(insert(found.x), settings.start)
    return (rates if moves[2] else replace(rates, forgetting=settings.start.forgetting)), link


def encode_parameters(rates: Rates, link: LogisticLink) -> Doubles:
    """Return the fitted numbers, each on an unbounded scale, (6,)."""
    gains = logit([rates.gain_right, rates.gain_wrong])
    return np.array([*gains, np.log(rates.forgetting), np.log(link.slope), link.offset, link.logit_slope])


def decode_parameters(numbers: Doubles, begin: Rates) -> tuple[Rates, LogisticLink]:
    """Invert `encode_parameters`; what is not fitted is as in `begin`."""
    gain, loss = (float(one) for one in expit(numbers[:2]))
    rates = replace(begin, gain_right=gain, gain_wrong=loss, forgetting=float(np.exp(min(numbers[2], 3.0))))
    return rates, LogisticLink(float(np.exp(min(numbers[3], 5.0))), float(numbers[4]), float(numbers[5]))


def trace_levels(pairs: LearnerSkillPairs, start: Floats, rates: Rates) -> Doubles:
    """Return the level of every answer's skill just before it, forgetting included, (E,)."""
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
    """Return P(right) of every answer without W, mean over its skills, (A,); NaN where it has none."""
    pairs = pack_learner_skill_pairs(log)
    chances = link.chance(trace_levels(pairs, start, rates), start[pairs.skill[pairs.pair]])
    return pairs.by_row(chances, len(log.right))


def compute_negative_log_likelihood(chance: Doubles, right: NDArray[np.bool_]) -> float:
    """Return −Σ ln P(answer)."""
    return float(-np.log(np.clip(np.where(right, chance, 1 - chance), 1e-9, 1)).sum())


def sample_learners(log: AnswerLog, most: int, seed: int) -> AnswerLog:
    """Draw random learners with about `most` answers in all."""
    if len(log.right) <= most:
        return log
    order = np.random.default_rng(seed).permutation(len(log.learners))
    return log.take(order[: max(1, int(np.searchsorted(np.cumsum(log.lengths[order]), most)))])


def fit_propagation(
    log: AnswerLog, start: Floats, influence: sparse.csr_matrix, fitted: tuple[Rates, LogisticLink], seed: int
) -> float:
    """Fit λ by maximum likelihood, without forgetting. influence: W (N, N)."""
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
    """Return P(right) of every answer with propagation over W, mean over its skills, (A,)."""
    level = np.tile(start, (len(log.learners), 1))
    chance, learner = np.full(len(log.right), 0.5), log.learner
    for rows in log.rounds():
        who, skill = learner[rows], log.skill[rows]
        asked = skill >= 0
        inside = np.where(asked, skill, 0)
        chances = link.chance(level[who[:, None], inside], start[inside]) * asked
        chance[rows] = np.where(asked.any(axis=1), chances.sum(axis=1) / np.maximum(asked.sum(axis=1), 1), 0.5)
        importance = np.zeros((len(who), len(start)), dtype=np.float32)
        at, slot = np.nonzero(asked)
        importance[at, skill[at, slot]] = 1
        level[who], _ = update_levels(level[who], importance, log.right[rows][:, None], influence, rates)
    return chance


@dataclass(eq=False)
class Gain(LearnerModel):
    """Gain, propagation and forgetting (docs/design.md) with fitted rates.

        Δs_i = α⁺ (1 − s_i) η_i if right, −α⁻ s_i η_i if wrong,      P(right) = σ(a_k + b (s_k − s_k(0)))

    H = 0, M = 2: level, and the number of answers that it is worth.

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
        """Fit all but λ. `seed` draws the learners of a log that is longer than needed."""
        level = np.clip(compute_right_shares(log), 0.01, 0.99).astype(np.float32)
        rates, link = fit_gain(log, level, cls.settings, seed)
        overall = float(np.clip(log.right.mean(), 0.01, 0.99)) if len(log.right) else 0.5
        few = int((log.skill >= 0).sum()) < cls.settings.min_answers
        notes = (f"fewer than {cls.settings.min_answers} answers: the rates are the default ones",) if few else ()
        if not few and rates.forgetting == cls.settings.start.forgetting:
            notes = ("no gaps of days in the log: forgetting is the default one",)
        return cls(log.skills, log.items, level, rates, link, overall, notes)

    @classmethod
    def fit_course(cls, log: AnswerLog, influence: sparse.csr_matrix, seed: int = 0) -> Self:
        """Fit all rates including λ. influence: W (N, N) between the log's skills."""
        model = cls.fit(log, seed)
        if int((log.skill >= 0).sum()) < cls.settings.min_answers or not influence.count_nonzero():
            return model
        found = fit_propagation(log, model.level, influence, (model.rates, model.link), seed)
        return replace(model, rates=replace(model.rates, propagation=found))

    def parameters(self) -> Parameters:
        """Return level (N,); the numbers of `Rates` by name; link (3,); overall."""
        rates = {name: np.array(getattr(self.rates, name)) for name in _RATE_FIELDS}
        return rates | {"level": self.level, "link": np.array(self.link), "overall": np.array(self.overall)}

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the model from `parameters()`, without notes."""
        numbers: dict[str, Any] = {name: float(parameters[name]) for name in _RATE_FIELDS}
        rates = Rates(**numbers)
        link = LogisticLink(*parameters["link"].tolist())
        return cls(skills, items, parameters["level"], rates, link, float(parameters["overall"]))

    def start(self) -> ModelState:
        """Return s(0) with START_WEIGHT, (1, 0) and (1, N, 2)."""
        points = np.stack([self.level, np.full_like(self.level, START_WEIGHT)], axis=1)
        return ModelState(np.zeros((1, 0), dtype=np.float32), points[None])

    def initialize_from(self, points: NDArray[np.int64], known: Estimate) -> Floats:
        """Return the levels and the answers that they are worth, (B, P, 2)."""
        return np.stack([known.level, compute_weight(known.level, known.sd)], axis=-1).astype(np.float32)

    def update(self, state: ModelState, question: Question, right: NDArray[np.bool_]) -> ModelState:
        """Update the touched points and, with W, their neighbours; leave the others as stored."""
        level, weight = self._current_level(state, question), state.points[..., 1]
        importance = np.where(question.points >= 0, question.importance, 0).astype(np.float32)
        total = direct = compute_direct_change(level, importance, right[:, None], self.rates)
        if question.influence is not None:
            total = direct + np.einsum("bkj,bk->bj", question.influence, direct) * np.float32(self.rates.propagation)
        changed = np.where(
            (importance > 0) | (total != 0), compress_level(level + total, self.rates), state.points[..., 0]
        )
        return ModelState(state.learner, np.stack([changed, weight + importance], axis=-1).astype(np.float32))

    def predict(self, state: ModelState, question: Question) -> Floats:
        """Return the mean of P(right) over the known skills by importance, (B,)."""
        chance = self.link.chance(self._current_level(state, question), self.level[np.maximum(question.points, 0)])
        weight = question.importance * (question.points >= 0)
        total = weight.sum(axis=1)
        mean = np.where(weight > 0, chance * weight, 0).sum(axis=1) / np.where(total > 0, total, 1)
        return np.where(total > 0, mean, self.overall).astype(np.float32)

    def mastery(self, state: ModelState, question: Question) -> Estimate:
        """Return the level after forgetting and its Beta standard deviation, (B, P)."""
        level = self._current_level(state, question)
        return Estimate(level, compute_sd(level, state.points[..., 1]))

    def replay(self, log: AnswerLog) -> Floats:
        """Predict all (learner, skill) pairs at once, (A,)."""
        chances = predict_chances(log, self.level, self.rates, self.link)
        return np.where(np.isnan(chances), np.float32(self.overall), chances)

    def _current_level(self, state: ModelState, question: Question) -> Floats:
        """Return the levels after forgetting, (B, P)."""
        return decay_level(state.points[..., 0], question.days, self.rates)
