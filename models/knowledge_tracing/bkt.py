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
"""Odds are held between this and its inverse: nobody is known to know for good."""
MIN_GAP = 0.05
"""Least P(right | known) − P(right | not): Baker et al. 2008 call a model without one degenerate."""
MIN_PROBABILITY = 1e-4
"""Probabilities stay this far from 0 and 1."""
MAX_FORGETTING = 3.0
"""Most forgetting a day or an answer: a twentieth is left."""


@dataclass(frozen=True)
class BKTSettings:
    """How to fit.

    Attributes:
        strength: answers that the mean over all skills is worth, for each parameter of a skill.
        passes: at most.
        tolerance: stop when no parameter moves more.
        few: a skill with fewer answers is named in the notes.
        begin: prior, learn, guess, slip, forget to start from.
    """

    strength: float = 10.0
    passes: int = 100
    tolerance: float = 3e-3
    few: int = 20
    begin: tuple[float, float, float, float, float] = (0.5, 0.1, 0.2, 0.1, 0.02)


class BKTParameters(NamedTuple):
    """Parameters, (N,) each: P(known) at first, learned by an answer, right though not known, wrong though known, and
    the rate of forgetting a day or an answer.
    """

    prior: Doubles
    learn: Doubles
    guess: Doubles
    slip: Doubles
    forget: Doubles


class ExpectedCount(NamedTuple):
    """Expected counts, (N,) each: of what happened, and of when it could have."""

    happened: Doubles
    could: Doubles


def fit_bkt(pairs: LearnerSkillPairs, skills: int, gap: Doubles | None, settings: BKTSettings) -> BKTParameters:
    """Parameters of all skills. gap: (E,) Δ before each answer; None: nothing is forgotten."""
    start = [np.full(skills, value) for value in settings.begin]
    if gap is None:
        start[-1][:] = 0
    now = BKTParameters(*start)
    strength = np.full(5, settings.strength)
    strength[-1] *= 1 if gap is None or not len(pairs.before) else gap[len(pairs.skill) :].mean()
    for _ in range(settings.passes if len(pairs.row) else 0):
        last, now = now, run_em_step(pairs, now, gap, strength)
        if max(np.abs(a - b).max() for a, b in zip(last, now, strict=True)) < settings.tolerance:
            break
    return now


def run_em_step(pairs: LearnerSkillPairs, now: BKTParameters, gap: Doubles | None, strength: Doubles) -> BKTParameters:
    """One pass of EM. strength: (5,) what the mean is worth, of each parameter."""
    counts = compute_expected_counts(pairs, now, gap)
    means = [happened.sum() / max(could.sum(), 1e-9) for happened, could in counts]
    prior, learn, guess, slip, forget = (
        (happened + worth * mean) / np.maximum(could + worth, 1e-9)
        for (happened, could), mean, worth in zip(counts, means, strength, strict=True)
    )
    middle = (guess + 1 - slip) / 2
    near = guess + slip > 1 - MIN_GAP
    guess, slip = np.where(near, middle - MIN_GAP / 2, guess), np.where(near, 1 - middle - MIN_GAP / 2, slip)
    if gap is not None:
        forget = np.clip(forget, MIN_PROBABILITY, MAX_FORGETTING)
    prior, learn, guess, slip = (
        np.clip(part, MIN_PROBABILITY, 1 - MIN_PROBABILITY) for part in (prior, learn, guess, slip)
    )
    return BKTParameters(prior, learn, guess, slip, forget)


def compute_expected_counts(pairs: LearnerSkillPairs, now: BKTParameters, gap: Doubles | None) -> list[ExpectedCount]:
    """The E-step: counts for each parameter in turn."""
    ratio, kept = compute_likelihood_ratios(pairs, now), compute_retention(pairs, now, gap)
    before = run_forward(pairs, now, ratio, kept)
    ahead = ratio * run_backward(pairs, now, ratio, kept)
    prior, guess, slip = count_states(pairs, before * ahead, len(now.prior))
    learn, forget = count_transitions(
        pairs, now, ((before * ratio)[pairs.before], ahead[len(pairs.skill) :]), kept, gap
    )
    return [prior, learn, guess, slip, forget]


def count_states(
    pairs: LearnerSkillPairs, odds: Doubles, size: int
) -> tuple[ExpectedCount, ExpectedCount, ExpectedCount]:
    """Known at first; right though not known; wrong though known. odds: (E,) that it is known, given all answers."""
    known, of = odds / (1 + odds), 2 * pairs.skill[pairs.pair] + pairs.right
    right = sum_by_group(known, of, 2 * size).reshape(size, 2)
    unknown = sum_by_group(1 - known, of, 2 * size).reshape(size, 2)
    first = len(pairs.skill)
    start = ExpectedCount(
        sum_by_group(known[:first], pairs.skill, size), sum_by_group(np.ones(first), pairs.skill, size)
    )
    return start, ExpectedCount(unknown[:, 1], unknown.sum(1)), ExpectedCount(right[:, 0], right.sum(1))


def count_transitions(
    pairs: LearnerSkillPairs, now: BKTParameters, around: tuple[Doubles, Doubles], kept: Doubles, gap: Doubles | None
) -> tuple[ExpectedCount, ExpectedCount]:
    """Learned after an answer, of those who did not know; lost, of the time at risk. around: y and w, (E − P,) each.

    Of a loss only the days between which it happened are known; how long it was at risk is its mean under μ.
    """
    first, size, (y, w) = len(pairs.skill), len(now.prior), around
    skill = pairs.skill[pairs.pair][first:]
    learn, k = now.learn[skill], kept[first:]
    v = k * (w - 1)
    each = 1 / (y * (1 + v) + 1 + learn * v)
    learned = ExpectedCount(
        sum_by_group(learn * (1 + v) * each, skill, size), sum_by_group((1 + learn * v) * each, skill, size)
    )
    if gap is None:
        return learned, ExpectedCount(np.zeros(size), np.ones(size))
    held = (y + learn) * each
    time = held * (v * gap[first:] + (1 - k) / now.forget[skill])
    return learned, ExpectedCount(sum_by_group(held * (1 - k), skill, size), sum_by_group(time, skill, size))


def sum_by_group(values: Doubles, of: NDArray[np.int64], size: int) -> Doubles:
    """Sum by group, (size,)."""
    return np.asarray(np.bincount(of, weights=values, minlength=size), dtype=np.float64)


def compute_likelihood_ratios(pairs: LearnerSkillPairs, now: BKTParameters) -> Doubles:
    """r of every answer, (E,)."""
    table = np.stack([now.slip / (1 - now.guess), (1 - now.slip) / now.guess], axis=1)
    return np.asarray(table.ravel()[2 * pairs.skill[pairs.pair] + pairs.right])


def compute_retention(pairs: LearnerSkillPairs, now: BKTParameters, gap: Doubles | None) -> Doubles:
    """k of the time before every answer, (E,)."""
    if gap is None:
        return np.ones(len(pairs.row))
    return np.asarray(np.exp(-now.forget[pairs.skill[pairs.pair]] * gap))


def run_forward(pairs: LearnerSkillPairs, now: BKTParameters, ratio: Doubles, kept: Doubles) -> Doubles:
    """x: odds that the skill is known before every answer, (E,)."""
    odds = np.empty(len(ratio))
    prior, learn = now.prior[pairs.skill], now.learn[pairs.skill]
    odds[: len(prior)] = prior / (1 - prior)
    for t, step in enumerate(pairs.steps[1:]):
        count = step.stop - step.start
        last = slice(pairs.steps[t].start, pairs.steps[t].start + count)
        y = odds[last] * ratio[last]
        kept_odds = (y + learn[:count]) * kept[step]
        y += 1
        y -= kept_odds
        np.divide(kept_odds, y, out=kept_odds)
        np.minimum(kept_odds, MAX_ODDS, out=odds[step])
    return odds


def run_backward(pairs: LearnerSkillPairs, now: BKTParameters, ratio: Doubles, kept: Doubles) -> Doubles:
    """z: how much likelier what follows is if the skill was known at the answer than if it was not, (E,)."""
    following, learn = np.ones(len(ratio)), now.learn[pairs.skill]
    for t in range(len(pairs.steps) - 1, 0, -1):
        step = pairs.steps[t]
        count = step.stop - step.start
        v = following[step] * ratio[step]
        v -= 1
        v *= kept[step]
        below = v * learn[:count]
        below += 1
        v += 1
        np.divide(v, below, out=v)
        start = pairs.steps[t - 1].start
        np.maximum(v, 1 / MAX_ODDS, out=following[start : start + count])
    return following


MIN_SD = 0.01
MAX_NAMED_SKILLS = 3
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
    settings: ClassVar[BKTSettings] = BKTSettings()
    skills: tuple[str, ...]
    items: tuple[str, ...]
    fitted: BKTParameters
    overall: float = 0.5
    clock: bool = False
    notes: tuple[str, ...] = ()

    @classmethod
    def fit(cls, log: AnswerLog, seed: int = 0) -> Self:
        """By EM from one fixed start, so `seed` changes nothing."""
        pairs, size = pack_learner_skill_pairs(log), len(log.skills)
        clock = cls.forgets and bool(np.isfinite(log.days).any())
        fitted = fit_bkt(pairs, size, cls._gap(pairs, clock), cls.settings)
        answers = np.bincount(pairs.skill[pairs.pair], minlength=size)
        overall = float(log.right.mean()) if len(log.right) else 0.5
        return cls(
            log.skills,
            log.items,
            fitted,
            overall,
            clock,
            note_undertrained_skills(log.skills, answers, cls.settings.few),
        )

    def parameters(self) -> Parameters:
        """(N,) prior, learn, guess, slip and forget; overall and clock."""
        return {**self.fitted._asdict(), "overall": np.array(self.overall), "clock": np.array(self.clock)}

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """See the contract."""
        fitted = BKTParameters(*(np.asarray(parameters[name]) for name in BKTParameters._fields))
        return cls(skills, items, fitted, float(parameters["overall"]), bool(parameters["clock"]))

    def start(self) -> ModelState:
        """Log-odds of each skill's prior."""
        prior = self.fitted.prior
        points = np.log(prior / (1 - prior)).astype(np.float32)
        return ModelState(np.zeros((1, 0), dtype=np.float32), points[None, :, None])

    def adopt(self, points: Ints, known: Estimate) -> Floats:
        """Its log-odds."""
        level = np.clip(known.level, 1e-3, 1 - 1e-3)
        return np.asarray(np.log(level / (1 - level))[..., None], dtype=np.float32)

    def fading(self, points: Ints, memory: Floats) -> Floats | None:
        """The skill's own rate, where the log told days."""
        return self.fitted.forget[np.maximum(points, 0)].astype(np.float32) if self.clock else None

    def update(self, memory: ModelState, question: Question, right: Flags) -> ModelState:
        """Evidence, learning and, without a clock, forgetting of the touched points; the others stay."""
        now, weight = self._at(question), question.importance
        likely = np.where(right[:, None], (1 - now.slip) / now.guess, now.slip / (1 - now.guess))
        after = self._odds(memory, question) * likely**weight
        kept = 1 if self.clock else np.exp(-now.forget * weight)
        known = (after + now.learn * weight) * kept
        odds = np.minimum(known / (after + 1 - known), MAX_ODDS)
        points = np.where(weight > 0, np.log(odds), memory.points[..., 0])
        return ModelState(memory.learner, points[..., None].astype(np.float32))

    def predict(self, memory: ModelState, question: Question) -> Floats:
        """Mean over the known skills by importance."""
        level, now = self._level(memory, question), self._at(question)
        weight = question.importance * (question.points >= 0)
        chance = level * (1 - now.slip) + (1 - level) * now.guess
        total = weight.sum(axis=1)
        mean = (chance * weight).sum(axis=1) / np.where(total > 0, total, 1)
        return np.where(total > 0, mean, self.overall).astype(np.float32)

    def mastery(self, memory: ModelState, question: Question) -> Estimate:
        """P(known) and the standard deviation of that belief."""
        level = self._level(memory, question)
        spread = np.maximum(np.sqrt(level * (1 - level)), MIN_SD)
        return Estimate(level.astype(np.float32), spread.astype(np.float32))

    def replay(self, log: AnswerLog) -> Floats:
        """All (learner, skill) pairs at once, with the fit's own forward pass."""
        pairs, now = pack_learner_skill_pairs(log), self.fitted
        if not len(pairs.row):
            return np.full(len(log.right), self.overall, dtype=np.float32)
        odds = run_forward(
            pairs,
            now,
            compute_likelihood_ratios(pairs, now),
            compute_retention(pairs, now, self._gap(pairs, self.clock)),
        )
        level, skill = odds / (1 + odds), pairs.skill[pairs.pair]
        mean = pairs.by_row(level * (1 - now.slip[skill]) + (1 - level) * now.guess[skill], len(log.right))
        return np.where(np.isnan(mean), np.float32(self.overall), mean)

    @classmethod
    def _gap(cls, pairs: LearnerSkillPairs, clock: bool) -> Doubles | None:
        if not cls.forgets:
            return None
        return pairs.days if clock else np.ones(len(pairs.row))

    def _at(self, question: Question) -> BKTParameters:
        """The parameters of the question's points, (B, P) each; the first skill's where padded."""
        points: Ints = np.maximum(question.points, 0)
        return BKTParameters(*(part[points] for part in self.fitted))

    def _level(self, memory: ModelState, question: Question) -> Doubles:
        odds = self._odds(memory, question)
        return odds / (1 + odds)

    def _odds(self, memory: ModelState, question: Question) -> Doubles:
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


def note_undertrained_skills(skills: tuple[str, ...], answers: Ints, few: int) -> tuple[str, ...]:
    """Which skills had few answers."""
    poor = [name for name, count in zip(skills, answers, strict=True) if count < few]
    if not poor:
        return ()
    named = ", ".join(poor[:MAX_NAMED_SKILLS]) + (", …" if len(poor) > MAX_NAMED_SKILLS else "")
    return (f"{len(poor)} skills with fewer than {few} answers stay near the mean of all skills: {named}",)
