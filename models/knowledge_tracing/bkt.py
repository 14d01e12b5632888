"""Bayesian knowledge tracing: each skill is known or not; every answer is evidence and an opportunity to learn.

Corbett & Anderson 1995, "Knowledge tracing: modeling the acquisition of procedural knowledge", doi 10.1007/BF01099821.

    P(right) = p (1 − slip) + (1 − p) guess            p: P(known) before the answer
    after an answer    p⁺ = P(known | answer),  p ← (p⁺ + (1 − p⁺) learn) k
    k = 1 in `bkt`; in `bkt_forget` exp(−forget) at every answer, or exp(−forget · days) on reading if the log has days

State: one number per point, ln p / (1 − p), which keeps both ends apart in 32 bits; none for the learner. Level: p.
Uncertainty: √(p (1 − p)), the standard deviation of the belief in a state that is 0 or 1, at least `MIN_SD`.

An answer to several skills: each skill's chain takes it, in the fit as online, and P(right) is the mean of the skills'
by importance. The product (all must be known) would count every guess and slip twice, since each skill's own were
fitted on the same answers. A point touched with importance η takes η of an answer: likelihood ratio to the power η, η
learn and η forget; so with 0 nothing changes. Where no skill is known to the model, P(right) is the overall share.

Fit by exact EM on a hidden Markov chain of two states, all skills and learners at once. All quantities are ratios
known : not known:

    x  odds before the answer,  r = P(answer | known) / P(answer | not),  y = x r,  k = exp(−μ Δ) kept until the next
    forward    x′ = s / (y + 1 − s)  with  s = (y + l) k
    backward   z = (1 + v) / (1 + l v)  with  v = k (w − 1),  w = r′ z′;  1 after the last answer

Both are two-state Baum–Welch without its normalization: a pass over the t-th answers of all pairs takes a few
operations, and the posterior odds are x r z. Between two answers the learner first learns (l), then forgets (rate μ,
Δ days or, without a clock, 1), so P(known | was known) = k ≥ l k = P(known | was not): the order is preserved.

The M-step is in closed form with a Beta (for μ a Gamma) prior: `strength` answers at the mean over all skills,
recomputed after every pass, so that a skill with few answers stays near the mean. guess + slip is held below
1 − MIN_GAP.

Left out: individual learning rates, item difficulty, parameters by problem type, influence between skills.
"""

from dataclasses import dataclass
from typing import ClassVar, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from models.arrays import Doubles, Flags, Floats, Ints
from models.knowledge_tracing.answer_log import AnswerLog, LearnerSkillPairs, pack_learner_skill_pairs
from models.knowledge_tracing.base import Estimate, LearnerModel, ModelState, Question
from models.storage import Parameters

MAX_ODDS = 1e6
"""Odds are clipped to between this and its inverse, so that no state is certain."""
MIN_GAP = 0.05
"""Least P(right | known) − P(right | not): Baker et al. 2008 call a model without one degenerate."""
MIN_PROBABILITY = 1e-4
"""Probabilities stay this far from 0 and 1."""
MAX_FORGETTING = 3.0
"""Highest rate of forgetting per day or answer: e⁻³, a twentieth, is left."""
MIN_SD = 0.01
MAX_NAMED_SKILLS = 3
"""How many skills a note names."""


@dataclass(frozen=True)
class BKTSettings:
    """How to fit BKT.

    Attributes:
        strength: pseudo-answers at the mean over all skills, for each parameter of a skill.
        max_passes: of EM.
        tolerance: EM stops when no parameter moves by more.
        min_answers: a skill with fewer is named in the notes.
        start: prior, learn, guess, slip, forget before the first pass.
    """

    strength: float = 10.0
    max_passes: int = 100
    tolerance: float = 3e-3
    min_answers: int = 20
    start: tuple[float, float, float, float, float] = (0.5, 0.1, 0.2, 0.1, 0.02)


class BKTParameters(NamedTuple):
    """Parameters of the skills, (N,) each.

    Attributes:
        prior: P(known) before the first answer.
        learn: P(becomes known) after an answer.
        guess: P(right | not known).
        slip: P(wrong | known).
        forget: rate of forgetting per day or per answer.
    """

    prior: Doubles
    learn: Doubles
    guess: Doubles
    slip: Doubles
    forget: Doubles


class ExpectedCount(NamedTuple):
    """Expected number of events, and of the occasions on which they were possible, (N,) each."""

    happened: Doubles
    possible: Doubles


def fit_bkt(
    pairs: LearnerSkillPairs, skills: int, days_between: Doubles | None, settings: BKTSettings
) -> BKTParameters:
    """Fit the parameters of all skills by EM. days_between: (E,) Δ before each answer; None: no forgetting."""
    start = [np.full(skills, value) for value in settings.start]
    if days_between is None:
        start[-1][:] = 0
    parameters = BKTParameters(*start)
    strength = np.full(5, settings.strength)
    strength[-1] *= 1 if days_between is None or not len(pairs.before) else days_between[len(pairs.skill) :].mean()
    for _ in range(settings.max_passes if len(pairs.row) else 0):
        last, parameters = parameters, run_em_step(pairs, parameters, days_between, strength)
        if max(np.abs(a - b).max() for a, b in zip(last, parameters, strict=True)) < settings.tolerance:
            break
    return parameters


def run_em_step(
    pairs: LearnerSkillPairs, parameters: BKTParameters, days_between: Doubles | None, strength: Doubles
) -> BKTParameters:
    """Run one pass of EM. strength: (5,) pseudo-answers at the mean of each parameter."""
    counts = compute_expected_counts(pairs, parameters, days_between)
    means = [happened.sum() / max(could.sum(), 1e-9) for happened, could in counts]
    prior, learn, guess, slip, forget = (
        (happened + worth * mean) / np.maximum(could + worth, 1e-9)
        for (happened, could), mean, worth in zip(counts, means, strength, strict=True)
    )
    middle = (guess + 1 - slip) / 2
    near = guess + slip > 1 - MIN_GAP
    guess, slip = np.where(near, middle - MIN_GAP / 2, guess), np.where(near, 1 - middle - MIN_GAP / 2, slip)
    if days_between is not None:
        forget = np.clip(forget, MIN_PROBABILITY, MAX_FORGETTING)
    prior, learn, guess, slip = (
        np.clip(part, MIN_PROBABILITY, 1 - MIN_PROBABILITY) for part in (prior, learn, guess, slip)
    )
    return BKTParameters(prior, learn, guess, slip, forget)


def compute_expected_counts(
    pairs: LearnerSkillPairs, parameters: BKTParameters, days_between: Doubles | None
) -> list[ExpectedCount]:
    """Run the E-step: return the expected counts of prior, learn, guess, slip and forget."""
    ratio, retention = compute_likelihood_ratios(pairs, parameters), compute_retention(pairs, parameters, days_between)
    before = run_forward(pairs, parameters, ratio, retention)
    ahead = ratio * run_backward(pairs, parameters, ratio, retention)
    prior, guess, slip = count_states(pairs, before * ahead, len(parameters.prior))
    learn, forget = count_transitions(
        pairs, parameters, ((before * ratio)[pairs.before], ahead[len(pairs.skill) :]), retention, days_between
    )
    return [prior, learn, guess, slip, forget]


def count_states(
    pairs: LearnerSkillPairs, odds: Doubles, size: int
) -> tuple[ExpectedCount, ExpectedCount, ExpectedCount]:
    """Count known at first, guesses and slips. odds: (E,) that the skill is known, given all answers."""
    known, of = odds / (1 + odds), 2 * pairs.skill[pairs.pair] + pairs.right
    right = sum_by_group(known, of, 2 * size).reshape(size, 2)
    unknown = sum_by_group(1 - known, of, 2 * size).reshape(size, 2)
    first = len(pairs.skill)
    start = ExpectedCount(
        sum_by_group(known[:first], pairs.skill, size), sum_by_group(np.ones(first), pairs.skill, size)
    )
    return start, ExpectedCount(unknown[:, 1], unknown.sum(1)), ExpectedCount(right[:, 0], right.sum(1))


def count_transitions(
    pairs: LearnerSkillPairs,
    parameters: BKTParameters,
    around: tuple[Doubles, Doubles],
    retention: Doubles,
    days_between: Doubles | None,
) -> tuple[ExpectedCount, ExpectedCount]:
    """Count skills learned after an answer and skills forgotten over the time at risk. around: y, w (E − P,) each.

    When a skill was forgotten is known only to lie between two answers; the time at risk is its mean under μ.
    """
    first, size, (y, w) = len(pairs.skill), len(parameters.prior), around
    skill = pairs.skill[pairs.pair][first:]
    learn, k = parameters.learn[skill], retention[first:]
    v = k * (w - 1)
    each = 1 / (y * (1 + v) + 1 + learn * v)
    learned = ExpectedCount(
        sum_by_group(learn * (1 + v) * each, skill, size), sum_by_group((1 + learn * v) * each, skill, size)
    )
    if days_between is None:
        return learned, ExpectedCount(np.zeros(size), np.ones(size))
    held = (y + learn) * each
    time = held * (v * days_between[first:] + (1 - k) / parameters.forget[skill])
    return learned, ExpectedCount(sum_by_group(held * (1 - k), skill, size), sum_by_group(time, skill, size))


def sum_by_group(values: Doubles, of: NDArray[np.int64], size: int) -> Doubles:
    """Sum values by group, (size,)."""
    return np.asarray(np.bincount(of, weights=values, minlength=size), dtype=np.float64)


def compute_likelihood_ratios(pairs: LearnerSkillPairs, parameters: BKTParameters) -> Doubles:
    """Return r = P(answer | known) / P(answer | not known) of every answer, (E,)."""
    table = np.stack([parameters.slip / (1 - parameters.guess), (1 - parameters.slip) / parameters.guess], axis=1)
    return np.asarray(table.ravel()[2 * pairs.skill[pairs.pair] + pairs.right])


def compute_retention(pairs: LearnerSkillPairs, parameters: BKTParameters, days_between: Doubles | None) -> Doubles:
    """Return k = exp(−μ Δ) of the time before every answer, (E,)."""
    if days_between is None:
        return np.ones(len(pairs.row))
    return np.asarray(np.exp(-parameters.forget[pairs.skill[pairs.pair]] * days_between))


def run_forward(pairs: LearnerSkillPairs, parameters: BKTParameters, ratio: Doubles, retention: Doubles) -> Doubles:
    """Return x, the odds that the skill is known before every answer, (E,)."""
    odds = np.empty(len(ratio))
    prior, learn = parameters.prior[pairs.skill], parameters.learn[pairs.skill]
    odds[: len(prior)] = prior / (1 - prior)
    for t, step in enumerate(pairs.steps[1:]):
        count = step.stop - step.start
        last = slice(pairs.steps[t].start, pairs.steps[t].start + count)
        y = odds[last] * ratio[last]
        kept_odds = (y + learn[:count]) * retention[step]
        y += 1
        y -= kept_odds
        np.divide(kept_odds, y, out=kept_odds)
        np.minimum(kept_odds, MAX_ODDS, out=odds[step])
    return odds


def run_backward(pairs: LearnerSkillPairs, parameters: BKTParameters, ratio: Doubles, retention: Doubles) -> Doubles:
    """Return z = P(later answers | known) / P(later answers | not known) at every answer, (E,)."""
    following, learn = np.ones(len(ratio)), parameters.learn[pairs.skill]
    for t in range(len(pairs.steps) - 1, 0, -1):
        step = pairs.steps[t]
        count = step.stop - step.start
        v = following[step] * ratio[step]
        v -= 1
        v *= retention[step]
        below = v * learn[:count]
        below += 1
        v += 1
        np.divide(v, below, out=v)
        start = pairs.steps[t - 1].start
        np.maximum(v, 1 / MAX_ODDS, out=following[start : start + count])
    return following


@dataclass(eq=False)
class BKT(LearnerModel):
    """Bayesian knowledge tracing (Corbett & Anderson 1995), fitted by exact EM.

        P(right) = p (1 − slip) + (1 − p) guess,      p⁺ = P(known | answer),      p ← p⁺ + (1 − p⁺) learn

    H = 0, M = 1: ln p / (1 − p).

    Attributes:
        fitted: four parameters of each skill and the rate of forgetting, (N,) each.
        overall: share of right answers in the log.
        clock: whether forgetting goes by days rather than by answers.
    """

    name: ClassVar[str] = "bkt"
    has_forgetting: ClassVar[bool] = False
    settings: ClassVar[BKTSettings] = BKTSettings()
    skills: tuple[str, ...]
    items: tuple[str, ...]
    fitted: BKTParameters
    overall: float = 0.5
    clock: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def fit(cls, log: AnswerLog, seed: int = 0) -> Self:
        """Fit by EM from a fixed start; `seed` has no effect."""
        pairs, size = pack_learner_skill_pairs(log), len(log.skills)
        clock = cls.has_forgetting and bool(np.isfinite(log.days).any())
        fitted = fit_bkt(pairs, size, cls._days_between(pairs, clock), cls.settings)
        answers = np.bincount(pairs.skill[pairs.pair], minlength=size)
        overall = float(log.right.mean()) if len(log.right) else 0.5
        return cls(
            log.skills,
            log.items,
            fitted,
            overall,
            clock,
            note_undertrained_skills(log.skills, answers, cls.settings.min_answers),
        )

    def parameters(self) -> Parameters:
        """Return prior, learn, guess, slip and forget, (N,) each; overall and clock."""
        return {**self.fitted._asdict(), "overall": np.array(self.overall), "clock": np.array(self.clock)}

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the model from `parameters()`, without notes."""
        fitted = BKTParameters(*(np.asarray(parameters[name]) for name in BKTParameters._fields))
        return cls(skills, items, fitted, float(parameters["overall"]), bool(parameters["clock"]))

    def start(self) -> ModelState:
        """Return the log-odds of each skill's prior, (1, N, 1)."""
        prior = self.fitted.prior
        points = np.log(prior / (1 - prior)).astype(np.float32)
        return ModelState(np.zeros((1, 0), dtype=np.float32), points[None, :, None])

    def initialize_from(self, points: Ints, known: Estimate) -> Floats:
        """Return the log-odds of the levels, (B, P, 1)."""
        level = np.clip(known.level, 1e-3, 1 - 1e-3)
        return np.asarray(np.log(level / (1 - level))[..., None], dtype=np.float32)

    def forgetting_rates(self, points: Ints, state: Floats) -> Floats | None:
        """Return the rates of the skills, (B, P), if the log had days; else None."""
        return self.fitted.forget[np.maximum(points, 0)].astype(np.float32) if self.clock else None

    def update(self, state: ModelState, question: Question, right: Flags) -> ModelState:
        """Apply evidence, learning and, without a clock, forgetting to the touched points; leave the others."""
        parameters, weight = self._take_parameters(question), question.importance
        likely = np.where(
            right[:, None], (1 - parameters.slip) / parameters.guess, parameters.slip / (1 - parameters.guess)
        )
        after = self._odds(state, question) * likely**weight
        retention = 1 if self.clock else np.exp(-parameters.forget * weight)
        known = (after + parameters.learn * weight) * retention
        odds = np.minimum(known / (after + 1 - known), MAX_ODDS)
        points = np.where(weight > 0, np.log(odds), state.points[..., 0])
        return ModelState(state.learner, points[..., None].astype(np.float32))

    def predict(self, state: ModelState, question: Question) -> Floats:
        """Return the mean of P(right) over the known skills by importance, (B,)."""
        level, parameters = self._level(state, question), self._take_parameters(question)
        weight = question.importance * (question.points >= 0)
        chance = level * (1 - parameters.slip) + (1 - level) * parameters.guess
        total = weight.sum(axis=1)
        mean = (chance * weight).sum(axis=1) / np.where(total > 0, total, 1)
        return np.where(total > 0, mean, self.overall).astype(np.float32)

    def mastery(self, state: ModelState, question: Question) -> Estimate:
        """Return P(known) and √(p (1 − p)), (B, P)."""
        level = self._level(state, question)
        sd = np.maximum(np.sqrt(level * (1 - level)), MIN_SD)
        return Estimate(level.astype(np.float32), sd.astype(np.float32))

    def replay(self, log: AnswerLog) -> Floats:
        """Predict all (learner, skill) pairs at once by the forward pass of the fit, (A,)."""
        pairs, parameters = pack_learner_skill_pairs(log), self.fitted
        if not len(pairs.row):
            return np.full(len(log.right), self.overall, dtype=np.float32)
        odds = run_forward(
            pairs,
            parameters,
            compute_likelihood_ratios(pairs, parameters),
            compute_retention(pairs, parameters, self._days_between(pairs, self.clock)),
        )
        level, skill = odds / (1 + odds), pairs.skill[pairs.pair]
        mean = pairs.by_row(
            level * (1 - parameters.slip[skill]) + (1 - level) * parameters.guess[skill], len(log.right)
        )
        return np.where(np.isnan(mean), np.float32(self.overall), mean)

    @classmethod
    def _days_between(cls, pairs: LearnerSkillPairs, clock: bool) -> Doubles | None:
        if not cls.has_forgetting:
            return None
        return pairs.days if clock else np.ones(len(pairs.row))

    def _take_parameters(self, question: Question) -> BKTParameters:
        """Return the parameters of the question's points, (B, P) each; the first skill's where padded."""
        points: Ints = np.maximum(question.points, 0)
        return BKTParameters(*(part[points] for part in self.fitted))

    def _level(self, state: ModelState, question: Question) -> Doubles:
        odds = self._odds(state, question)
        return odds / (1 + odds)

    def _odds(self, state: ModelState, question: Question) -> Doubles:
        """Return the odds of P(known) after the days without practice, (B, P)."""
        odds = np.exp(np.nan_to_num(state.points[..., 0]).astype(np.float64))
        if not self.clock:
            return np.asarray(odds)
        known = odds * np.exp(-self._take_parameters(question).forget * np.maximum(question.days, 0))
        return np.asarray(known / (1 + odds - known))


class ForgettingBKT(BKT):
    """BKT with a rate of forgetting for each skill: p ← p k, k = exp(−forget · days), or per answer without days."""

    name = "bkt_forget"
    has_forgetting = True


def note_undertrained_skills(skills: tuple[str, ...], answers: Ints, few: int) -> tuple[str, ...]:
    """Return a note that names the skills with fewer than `few` answers, if there are any."""
    poor = [name for name, count in zip(skills, answers, strict=True) if count < few]
    if not poor:
        return ()
    named = ", ".join(poor[:MAX_NAMED_SKILLS]) + (", …" if len(poor) > MAX_NAMED_SKILLS else "")
    return (f"{len(poor)} skills with fewer than {few} answers stay near the mean of all skills: {named}",)
