"""The rates of gain, loss and forgetting (models/state.py) by maximum likelihood of the answers.

    s ← s + α⁺ (1 − s)  if right,   s − α⁻ s  if wrong,   s e^(−μ Δ) on reading after Δ ≥ 3 days
    P(right) = σ(a_k + b (s − s_k)),      a_k = c + d logit(s_k),      s_k: share of right answers to skill k, and s(0)

Without W the level of a skill depends on the answers to that skill alone, so all (learner, skill) pairs take their
t-th answer at once. Six numbers are fitted, α⁺, α⁻, μ (with a clock only), b, c, d, each on the scale on which it is
free (logit, log or itself), under a normal prior there around what `begin` says: few answers hardly move them. λ is
fitted by itself, afterwards, with the levels of `update` on W, by learners as many as fit in `CELLS` numbers.
"""

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, sparse
from scipy.special import expit, logit

from models.course import Floats
from models.learners.log import AnswerLog
from models.learners.pairs import Pairs, pairs_of
from models.state import Rates, kept_share, update

Doubles = NDArray[np.float64]

CELLS = 200_000
"""Levels of all sampled learners on all points, for λ; one evaluation stays near a second."""


@dataclass(frozen=True)
class GainFit:
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


class Link(NamedTuple):
    """From level to P(right). slope: b; 4 lets P rise as fast as the level at ½. offset: c; usual: d."""

    slope: float = 4.0
    offset: float = 0.0
    usual: float = 1.0

    def chance(self, level: Doubles | Floats, start: Doubles | Floats) -> Doubles:
        """P(right) at this level where a new learner's is `start`."""
        usual = self.offset + self.usual * logit(np.asarray(start, dtype=np.float64))
        return np.asarray(expit(usual + self.slope * (level - start)), dtype=np.float64)


def fit(log: AnswerLog, start: Floats, settings: GainFit, seed: int) -> tuple[Rates, Link]:
    """Rates but λ, and the link. start: (N,) strictly between 0 and 1."""
    pairs = pairs_of(sample(log, settings.most, seed))
    if len(pairs.row) < settings.least:
        return settings.begin, Link()
    first = start.astype(np.float64)[pairs.skill[pairs.pair]]
    begin = free(settings.begin, Link())
    moves = np.ones(len(begin), dtype=bool)
    moves[2] = bool((pairs.days >= settings.begin.forget_after_days).any())

    def loss(some: Doubles) -> float:
        rates, link = bound(placed(some), settings.begin)
        chance = link.chance(levels(pairs, start, rates), first)
        return surprise(chance, pairs.right) + 0.5 * float(((some - begin[moves]) ** 2).sum()) / settings.doubt**2

    def placed(some: Doubles) -> Doubles:
        whole = begin.copy()
        whole[moves] = some
        return whole

    found = optimize.minimize(loss, begin[moves], method="L-BFGS-B", options={"maxiter": 60, "ftol": 1e-8})
    rates, link = bound(placed(found.x), settings.begin)
    return (rates if moves[2] else replace(rates, forgetting=settings.begin.forgetting)), link


def free(rates: Rates, link: Link) -> Doubles:
    """The fitted numbers, each on a scale without ends, (6,)."""
    gains = logit([rates.gain_right, rates.gain_wrong])
    return np.array([*gains, np.log(rates.forgetting), np.log(link.slope), link.offset, link.usual])


def bound(numbers: Doubles, begin: Rates) -> tuple[Rates, Link]:
    """Back from `free`; what is not fitted is as in `begin`."""
    gain, loss = (float(one) for one in expit(numbers[:2]))
    rates = replace(begin, gain_right=gain, gain_wrong=loss, forgetting=float(np.exp(min(numbers[2], 3.0))))
    return rates, Link(float(np.exp(min(numbers[3], 5.0))), float(numbers[4]), float(numbers[5]))


def levels(pairs: Pairs, start: Floats, rates: Rates) -> Doubles:
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


def chances(log: AnswerLog, start: Floats, rates: Rates, link: Link) -> Floats:
    """P(right) of every answer without W, mean over its skills, (A,); NaN where it has none."""
    pairs = pairs_of(log)
    told = link.chance(levels(pairs, start, rates), start[pairs.skill[pairs.pair]])
    return pairs.by_row(told, len(log.right))


def surprise(chance: Doubles, right: NDArray[np.bool_]) -> float:
    """Negative log-likelihood."""
    return float(-np.log(np.clip(np.where(right, chance, 1 - chance), 1e-9, 1)).sum())


def sample(log: AnswerLog, most: int, seed: int) -> AnswerLog:
    """Learners by chance with about `most` answers in all."""
    if len(log.right) <= most:
        return log
    order = np.random.default_rng(seed).permutation(len(log.learners))
    return log.take(order[: max(1, int(np.searchsorted(np.cumsum(log.lengths[order]), most)))])


def propagation(
    log: AnswerLog, start: Floats, influence: sparse.csr_matrix, fitted: tuple[Rates, Link], seed: int
) -> float:
    """λ of the best likelihood, forgetting aside. influence: W (N, N)."""
    order = np.random.default_rng(seed).permutation(len(log.learners))
    some = log.take(order[: max(1, CELLS // max(1, len(start)))])
    begin = float(logit(fitted[0].propagation))

    def loss(number: float) -> float:
        rates = replace(fitted[0], propagation=float(expit(number)))
        return (
            surprise(spread_chances(some, start, influence, rates, fitted[1]), some.right) + (number - begin) ** 2 / 2
        )

    return float(expit(optimize.minimize_scalar(loss, bounds=(-8, 5), method="bounded", options={"maxiter": 20}).x))


def spread_chances(log: AnswerLog, start: Floats, influence: sparse.csr_matrix, rates: Rates, link: Link) -> Doubles:
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
        level[who], _ = update(level[who], importance, log.right[rows][:, None], influence, rates)
    return chance
