"""Where a new learner starts: course averages, a level they name, a few questions, and how answers take over.

    P(knows k | θ) = σ(steepness (θ − rank_k))           θ: how far the learner is, on the course's own levels
    θ ~ N(declared, level_sd²), or even over the course where nobody says
    P(right on k | θ) = guess + (1 − guess − slip) P(knows k | θ)

The posterior of θ after the onboarding's answers, on a grid, gives each point a mean and a variance, kept as a Beta: a
level that is worth `weight` answers. Course averages are a Beta too; priors are joined by adding what they are worth.

    level = (weight · prior + right) / (weight + answers),      the prior's part = weight / (weight + answers)

so that the prior fades as the answers come, and its part can be shown. Left out: what learners of the same organisation
or age are like; of a person nothing but their own word and answers is used.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from models.course import Flags, Floats, Ints
from models.evidence import spread_of

NODES = 61


@dataclass(frozen=True)
class StartSettings:
    """What is believed before anything is known; judgements, to be replaced by measurements of a course.

    Attributes:
        steepness: logits a level; 1.7 says that of what lies a level below, 85 % is known.
        level_sd: how far, in levels, a person's own word is off.
        guess, slip: of an onboarding question; fitted to real logs for models/simulator.py.
        average_weight: answers that the course's average is worth.
        most_weight: answers that level and onboarding together are worth at most: they say nothing of one point alone.
    """

    steepness: float = 1.7
    level_sd: float = 0.8
    guess: float = 0.07
    slip: float = 0.03
    average_weight: float = 1.0
    most_weight: float = 4.0


class Prior(NamedTuple):
    """A level in [0, 1] and how many answers it is worth, both (N,); worth 0 where nothing is said."""

    level: Floats
    weight: Floats


class Start(NamedTuple):
    """Level, its standard deviation, and the part of the level that is still the prior's, each (N,)."""

    level: Floats
    spread: Floats
    prior_part: Floats


def ranks(levels: Sequence[str | None]) -> tuple[Floats, tuple[str, ...]]:
    """Each point's place among the course's levels, NaN where it has none, and their order: A1, A2, …; 2 before 10."""
    order = tuple(sorted({level for level in levels if level}, key=_natural))
    place = {level: float(number) for number, level in enumerate(order)}
    return np.array([place.get(level or "", np.nan) for level in levels], dtype=np.float32), order


def average(right: Floats, answers: Floats, settings: StartSettings = StartSettings()) -> Prior:
    """From the right and all first answers of earlier learners, (N,); a point that has few is drawn to the course's."""
    overall = (right.sum() + 0.5) / (answers.sum() + 1)
    level = (right + 5 * overall) / (answers + 5)
    weight = np.where(answers.sum() > 0, settings.average_weight, 0.0)
    return Prior(level.astype(np.float32), np.full(len(level), weight, dtype=np.float32))


def onboarding(rank: Floats, declared: float | None = None, questions: int = 3) -> Ints:
    """Points to ask about, (Q,): those nearest to the quartiles (for three) of where the learner may be."""
    known = np.flatnonzero(~np.isnan(rank))
    theta, belief = _belief(rank, declared, StartSettings())
    chosen: list[int] = []
    for share in np.arange(1, questions + 1) / (questions + 1):
        wanted = theta[np.searchsorted(np.cumsum(belief), share)]
        left = [point for point in known.tolist() if point not in chosen]
        chosen += [min(left, key=lambda point: abs(rank[point] - wanted))] if left else []
    return np.array(chosen, dtype=np.int64)


def placed(
    rank: Floats, declared: float | None, asked: Ints, right: Flags, settings: StartSettings = StartSettings()
) -> Prior:
    """From the level that the learner names (a rank, or None) and answers `right` (Q,) to questions on points `asked`.

    `rank` (N,) may be any scale on which one step is a level, e.g. prerequisite depth where a course has no levels.
    """
    theta, belief = _belief(rank, declared, settings)
    knows = expit(settings.steepness * (theta[:, None] - np.nan_to_num(rank)))
    told = ~np.isnan(rank[asked])
    chance = settings.guess + (1 - settings.guess - settings.slip) * knows[:, asked[told]]
    belief = belief * np.where(right[told], chance, 1 - chance).prod(axis=1)
    belief /= belief.sum()
    level = belief @ knows
    variance = belief @ (knows - level) ** 2
    weight = np.clip(level * (1 - level) / np.maximum(variance, 1e-6) - 1, 0, settings.most_weight)
    said = ~np.isnan(rank) & ((declared is not None) | bool(told.any()))
    return Prior(np.where(said, level, 0.5).astype(np.float32), np.where(said, weight, 0).astype(np.float32))


def joined(*priors: Prior) -> Prior:
    """Each by what it is worth."""
    weight = np.sum([prior.weight for prior in priors], axis=0)
    total = np.sum([prior.weight * prior.level for prior in priors], axis=0)
    level = np.where(weight > 0, total / np.maximum(weight, 1e-9), 0.5)
    return Prior(level.astype(np.float32), weight.astype(np.float32))


def handed_over(prior: Prior, right: Floats, answers: Floats) -> Start:
    """The start after `right` of `answers` (N,) on each point."""
    weight = prior.weight + answers
    level = np.where(weight > 0, (prior.weight * prior.level + right) / np.maximum(weight, 1e-9), prior.level)
    part = np.where(answers > 0, prior.weight / np.maximum(weight, 1e-9), 1.0)
    return Start(level.astype(np.float32), spread_of(level, weight), part.astype(np.float32))


def _belief(
    rank: Floats, declared: float | None, settings: StartSettings
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Nodes of θ from below the course to above it, and P(θ) on them; both (NODES,)."""
    known = rank[~np.isnan(rank)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    theta = np.linspace(low - 1, high + 1, NODES)
    belief = np.ones(NODES) if declared is None else np.exp(-(((theta - declared) / settings.level_sd) ** 2) / 2)
    return theta, belief / belief.sum()


def _natural(level: str) -> list[tuple[int, int, str]]:
    return [(1, int(part), "") if part.isdigit() else (0, 0, part.lower()) for part in re.findall(r"\d+|\D+", level)]
