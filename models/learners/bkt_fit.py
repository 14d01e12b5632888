"""Exact EM for Bayesian Knowledge Tracing, all skills and learners at once.

A learner knows a skill or does not: a hidden Markov chain of two states. Everything is a ratio known : not known:

    x  odds before the answer,  r = P(answer | known) / P(answer | not),  y = x r,  k = exp(−μ Δ) kept until the next
    forward    x′ = s / (y + 1 − s)  with  s = (y + l) k
    backward   z = (1 + v) / (1 + l v)  with  v = k (w − 1),  w = r′ z′;  1 after the last answer

Both are two-state Baum–Welch without its normalisation: a pass over the t-th answers of all pairs takes a few
operations, and the posterior odds are x r z. Between two answers the learner first learns (l), then forgets (rate μ,
Δ days or, without a clock, 1), so P(known | was known) = k ≥ l k = P(known | was not): what is known first stays ahead.

The M-step is the closed one with a Beta (for μ a Gamma) prior: `strength` answers at the mean over all skills, which is
taken again after every pass, so a skill with few answers keeps the mean. guess + slip is held below 1 − GAP.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from models.learners.pairs import Pairs

Doubles = NDArray[np.float64]

CERTAIN = 1e6
"""Odds are held between this and its inverse: nobody is known to know for good."""
GAP = 0.05
"""Least P(right | known) − P(right | not): Baker et al. 2008 call a model without one degenerate."""
EDGE = 1e-4
"""Probabilities stay this far from 0 and 1."""
FASTEST = 3.0
"""Most forgetting a day or an answer: a twentieth is left."""


@dataclass(frozen=True)
class EM:
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


class Skills(NamedTuple):
    """Parameters, (N,) each: P(known) at first, learned by an answer, right though not known, wrong though known, and
    the rate of forgetting a day or an answer.
    """

    prior: Doubles
    learn: Doubles
    guess: Doubles
    slip: Doubles
    forget: Doubles


class Count(NamedTuple):
    """Expected counts, (N,) each: of what happened, and of when it could have."""

    happened: Doubles
    could: Doubles


def fit(pairs: Pairs, skills: int, gap: Doubles | None, settings: EM) -> Skills:
    """Parameters of all skills. gap: (E,) Δ before each answer; None: nothing is forgotten."""
    start = [np.full(skills, value) for value in settings.begin]
    if gap is None:
        start[-1][:] = 0
    now = Skills(*start)
    strength = np.full(5, settings.strength)
    strength[-1] *= 1 if gap is None or not len(pairs.before) else gap[len(pairs.skill) :].mean()
    for _ in range(settings.passes if len(pairs.row) else 0):
        last, now = now, improve(pairs, now, gap, strength)
        if max(np.abs(a - b).max() for a, b in zip(last, now, strict=True)) < settings.tolerance:
            break
    return now


def improve(pairs: Pairs, now: Skills, gap: Doubles | None, strength: Doubles) -> Skills:
    """One pass of EM. strength: (5,) what the mean is worth, of each parameter."""
    counts = expected(pairs, now, gap)
    means = [happened.sum() / max(could.sum(), 1e-9) for happened, could in counts]
    prior, learn, guess, slip, forget = (
        (happened + worth * mean) / np.maximum(could + worth, 1e-9)
        for (happened, could), mean, worth in zip(counts, means, strength, strict=True)
    )
    middle = (guess + 1 - slip) / 2
    near = guess + slip > 1 - GAP
    guess, slip = np.where(near, middle - GAP / 2, guess), np.where(near, 1 - middle - GAP / 2, slip)
    if gap is not None:
        forget = np.clip(forget, EDGE, FASTEST)
    prior, learn, guess, slip = (np.clip(part, EDGE, 1 - EDGE) for part in (prior, learn, guess, slip))
    return Skills(prior, learn, guess, slip, forget)


def expected(pairs: Pairs, now: Skills, gap: Doubles | None) -> list[Count]:
    """The E-step: counts for each parameter in turn."""
    ratio, kept = ratios(pairs, now), keeps(pairs, now, gap)
    before = forward(pairs, now, ratio, kept)
    ahead = ratio * backward(pairs, now, ratio, kept)
    prior, guess, slip = states(pairs, before * ahead, len(now.prior))
    learn, forget = changes(pairs, now, ((before * ratio)[pairs.before], ahead[len(pairs.skill) :]), kept, gap)
    return [prior, learn, guess, slip, forget]


def states(pairs: Pairs, odds: Doubles, size: int) -> tuple[Count, Count, Count]:
    """Known at first; right though not known; wrong though known. odds: (E,) that it is known, given all answers."""
    known, of = odds / (1 + odds), 2 * pairs.skill[pairs.pair] + pairs.right
    right = tally(known, of, 2 * size).reshape(size, 2)
    unknown = tally(1 - known, of, 2 * size).reshape(size, 2)
    first = len(pairs.skill)
    start = Count(tally(known[:first], pairs.skill, size), tally(np.ones(first), pairs.skill, size))
    return start, Count(unknown[:, 1], unknown.sum(1)), Count(right[:, 0], right.sum(1))


def changes(
    pairs: Pairs, now: Skills, around: tuple[Doubles, Doubles], kept: Doubles, gap: Doubles | None
) -> tuple[Count, Count]:
    """Learned after an answer, of those who did not know; lost, of the time at risk. around: y and w, (E − P,) each.

    Of a loss only the days between which it happened are known; how long it was at risk is its mean under μ.
    """
    first, size, (y, w) = len(pairs.skill), len(now.prior), around
    skill = pairs.skill[pairs.pair][first:]
    learn, k = now.learn[skill], kept[first:]
    v = k * (w - 1)
    each = 1 / (y * (1 + v) + 1 + learn * v)
    learned = Count(tally(learn * (1 + v) * each, skill, size), tally((1 + learn * v) * each, skill, size))
    if gap is None:
        return learned, Count(np.zeros(size), np.ones(size))
    held = (y + learn) * each
    time = held * (v * gap[first:] + (1 - k) / now.forget[skill])
    return learned, Count(tally(held * (1 - k), skill, size), tally(time, skill, size))


def tally(values: Doubles, of: NDArray[np.int64], size: int) -> Doubles:
    """Sum by group, (size,)."""
    return np.asarray(np.bincount(of, weights=values, minlength=size), dtype=np.float64)


def ratios(pairs: Pairs, now: Skills) -> Doubles:
    """r of every answer, (E,)."""
    table = np.stack([now.slip / (1 - now.guess), (1 - now.slip) / now.guess], axis=1)
    return np.asarray(table.ravel()[2 * pairs.skill[pairs.pair] + pairs.right])


def keeps(pairs: Pairs, now: Skills, gap: Doubles | None) -> Doubles:
    """k of the time before every answer, (E,)."""
    if gap is None:
        return np.ones(len(pairs.row))
    return np.asarray(np.exp(-now.forget[pairs.skill[pairs.pair]] * gap))


def forward(pairs: Pairs, now: Skills, ratio: Doubles, kept: Doubles) -> Doubles:
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
        np.minimum(kept_odds, CERTAIN, out=odds[step])
    return odds


def backward(pairs: Pairs, now: Skills, ratio: Doubles, kept: Doubles) -> Doubles:
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
        np.maximum(v, 1 / CERTAIN, out=following[start : start + count])
    return following
