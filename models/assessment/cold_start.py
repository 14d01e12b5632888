"""Cold start: prior estimates for new learners and new items, and how answers replace them.

New learners start from course averages, a level that they name, and a few onboarding questions:

    P(knows k | θ) = σ(steepness (θ − rank_k))           θ: the learner's position on the course's own levels
    θ ~ N(declared, level_sd²), or uniform over the course without a declared level
    P(right on k | θ) = guess + (1 − guess − slip) P(knows k | θ)

The posterior of θ after the onboarding answers, on a grid, gives each point a mean and a variance, kept as a Beta
distribution: a level that is worth `weight` answers. Course averages are a Beta distribution too; priors are joined by
adding their weights.

    level = (weight · prior + right) / (weight + answers),      the prior's part = weight / (weight + answers)

The prior's part falls with the number of answers and can be shown. Left out: data of learners of the same organization
or age; of a person, nothing but their own statement and answers is used.

New items start from their content and the points that they assess:

    b = mean_j η_j difficulty_j + xᵀβ + ε,     ε ~ N(0, σ²),     β ~ N(0, ridge⁻¹ σ²)
    P(right | θ) = σ(θ − b)                    (1PL, Rasch 1960)

difficulty_j: mean over the items of point j. x: content features in any units (declared difficulty, level, kind as
0/1, words of the prompt). β and σ are fitted to the items that have been answered; few of them leave β near 0 and b at
the mean of its points. Answers of learners of known ability then move b to its posterior mode. The precision of b is

    1 / sd² + Σ p (1 − p)

with the prior's part as its first term. Left out: discrimination and guessing, which need more answers.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from models.arrays import Doubles, Flags, Floats, Ints
from models.knowledge_tracing.state import compute_sd

ABILITY_NODES = 61


@dataclass(frozen=True)
class ColdStartSettings:
    """Assumptions of the priors, to be replaced by measurements of a course.

    Attributes:
        steepness: logits per level; at 1.7, 85 % of what lies one level below is known.
        level_sd: standard deviation, in levels, of a self-declared level.
        guess, slip: of an onboarding question; fitted to real logs for models/simulation/learners.py.
        average_weight: weight, in answers, of the course's average.
        most_weight: greatest weight, in answers, of level and onboarding together, which do not measure single points.
    """

    steepness: float = 1.7
    level_sd: float = 0.8
    guess: float = 0.07
    slip: float = 0.03
    average_weight: float = 1.0
    most_weight: float = 4.0


class LevelPrior(NamedTuple):
    """Levels in [0, 1] and their weights in answers, both (N,); weight 0 without information."""

    level: Floats
    weight: Floats


class StartingEstimate(NamedTuple):
    """Level, its standard deviation, and the prior's part of the level, each (N,)."""

    level: Floats
    sd: Floats
    prior_part: Floats


def rank_levels(levels: Sequence[str | None]) -> tuple[Floats, tuple[str, ...]]:
    """Return each point's index among the levels, NaN without one, and the sorted levels: A1, A2, …; 2 before 10."""
    order = tuple(sorted({level for level in levels if level}, key=_make_natural_key))
    index = {level: float(number) for number, level in enumerate(order)}
    return np.array([index.get(level or "", np.nan) for level in levels], dtype=np.float32), order


def estimate_course_prior(
    right: Floats, answers: Floats, settings: ColdStartSettings = ColdStartSettings()
) -> LevelPrior:
    """Return the prior from right and all first answers of earlier learners, (N,), shrunk to the course's average."""
    overall = (right.sum() + 0.5) / (answers.sum() + 1)
    level = (right + 5 * overall) / (answers + 5)
    weight = np.where(answers.sum() > 0, settings.average_weight, 0.0)
    return LevelPrior(level.astype(np.float32), np.full(len(level), weight, dtype=np.float32))


def choose_onboarding_points(rank: Floats, declared: float | None = None, questions: int = 3) -> Ints:
    """Choose the points to ask about, (Q,): nearest to the quantiles (quartiles for three) of the learner's rank."""
    known = np.flatnonzero(~np.isnan(rank))
    theta, belief = _compute_ability_prior(rank, declared, ColdStartSettings())
    chosen: list[int] = []
    for share in np.arange(1, questions + 1) / (questions + 1):
        wanted = theta[np.searchsorted(np.cumsum(belief), share)]
        left = [point for point in known.tolist() if point not in chosen]
        chosen += [min(left, key=lambda point: abs(rank[point] - wanted))] if left else []
    return np.array(chosen, dtype=np.int64)


def estimate_declared_prior(
    rank: Floats, declared: float | None, asked: Ints, right: Flags, settings: ColdStartSettings = ColdStartSettings()
) -> LevelPrior:
    """Return the prior from a declared level (a rank, or None) and answers `right` (Q,) to questions on points `asked`.

    `rank` (N,) may be any scale on which one step is a level, e.g. prerequisite depth where a course has no levels.
    """
    theta, belief = _compute_ability_prior(rank, declared, settings)
    knows = expit(settings.steepness * (theta[:, None] - np.nan_to_num(rank)))
    is_ranked = ~np.isnan(rank[asked])
    chance = settings.guess + (1 - settings.guess - settings.slip) * knows[:, asked[is_ranked]]
    belief = belief * np.where(right[is_ranked], chance, 1 - chance).prod(axis=1)
    belief /= belief.sum()
    level = belief @ knows
    variance = belief @ (knows - level) ** 2
    weight = np.clip(level * (1 - level) / np.maximum(variance, 1e-6) - 1, 0, settings.most_weight)
    informative = ~np.isnan(rank) & ((declared is not None) | bool(is_ranked.any()))
    return LevelPrior(
        np.where(informative, level, 0.5).astype(np.float32), np.where(informative, weight, 0).astype(np.float32)
    )


def join_priors(*priors: LevelPrior) -> LevelPrior:
    """Return the mean of priors by weight, with the sum of their weights."""
    weight = np.sum([prior.weight for prior in priors], axis=0)
    total = np.sum([prior.weight * prior.level for prior in priors], axis=0)
    level = np.where(weight > 0, total / np.maximum(weight, 1e-9), 0.5)
    return LevelPrior(level.astype(np.float32), weight.astype(np.float32))


def apply_answers(prior: LevelPrior, right: Floats, answers: Floats) -> StartingEstimate:
    """Return the estimate after `right` of `answers` (N,) on each point."""
    weight = prior.weight + answers
    level = np.where(weight > 0, (prior.weight * prior.level + right) / np.maximum(weight, 1e-9), prior.level)
    part = np.where(answers > 0, prior.weight / np.maximum(weight, 1e-9), 1.0)
    return StartingEstimate(level.astype(np.float32), compute_sd(level, weight), part.astype(np.float32))


def _compute_ability_prior(
    rank: Floats, declared: float | None, settings: ColdStartSettings
) -> tuple[Doubles, Doubles]:
    """Return nodes of θ from below the course to above it, and P(θ) on them; both (ABILITY_NODES,)."""
    known = rank[~np.isnan(rank)]
    low, high = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    theta = np.linspace(low - 1, high + 1, ABILITY_NODES)
    belief = (
        np.ones(ABILITY_NODES) if declared is None else np.exp(-(((theta - declared) / settings.level_sd) ** 2) / 2)
    )
    return theta, belief / belief.sum()


def _make_natural_key(level: str) -> list[tuple[int, int, str]]:
    return [(1, int(part), "") if part.isdigit() else (0, 0, part.lower()) for part in re.findall(r"\d+|\D+", level)]


@dataclass(frozen=True)
class ItemDifficultySettings:
    """Assumptions of item difficulties.

    Attributes:
        ridge: λ on standardised content; at 1 the prior weighs as much as one item.
        usual_sd: standard deviation of difficulties in logits where no item was answered; 1, the usual scale.
        usual_answers: items that `usual_sd` is worth beside measured ones.
    """

    ridge: float = 1.0
    usual_sd: float = 1.0
    usual_answers: float = 5.0


class ItemPrior(NamedTuple):
    """Prior of a difficulty in logits: mean and standard deviation."""

    difficulty: float
    sd: float


class ItemStart(NamedTuple):
    """Difficulty, its standard deviation, and the prior's part of its precision."""

    difficulty: float
    sd: float
    prior_part: float


@dataclass(frozen=True, eq=False)
class ItemDifficultyModel:
    """Regression of difficulty on content, fitted to a course's items, applied to new ones.

    Attributes:
        point_difficulty: (N,) mean difficulty of the items of each point, the overall mean where there are none.
        centre, scale: (F,) to standardise content; slope (F,); left: (F, F) covariance of the slope over σ²; sd: σ.
    """

    point_difficulty: Doubles
    centre: Doubles
    scale: Doubles
    slope: Doubles
    slope_covariance: Doubles
    sd: float

    def predict(self, importance: Floats, content: Doubles) -> ItemPrior:
        """Return the prior of an item with η (N,) of each point and content (F,)."""
        x = (content - self.centre) / self.scale
        mean = _average_points(importance[None], self.point_difficulty)[0] + x @ self.slope
        return ItemPrior(float(mean), float(self.sd * np.sqrt(1 + x @ self.slope_covariance @ x)))


def fit_item_difficulty(
    importance: Floats,
    content: Doubles,
    difficulty: Doubles,
    settings: ItemDifficultySettings = ItemDifficultySettings(),
) -> ItemDifficultyModel:
    """Fit to I answered items: η (I, N), content (I, F), difficulty (I,) in logits. I may be 0."""
    size = len(difficulty)
    overall = float(difficulty.sum() / (size + 1))
    weight = importance.sum(axis=0)
    points = (importance.T @ difficulty + overall) / (weight + 1)
    centre = content.mean(axis=0) if size else np.zeros(content.shape[1])
    scale = content.std(axis=0) if size else np.zeros(content.shape[1])
    scale = np.where(scale > 0, scale, 1.0)
    x, rest = (content - centre) / scale, difficulty - _average_points(importance, points)
    slope_covariance: Doubles = np.linalg.inv(x.T @ x + settings.ridge * np.eye(x.shape[1])).astype(np.float64)
    slope = slope_covariance @ x.T @ rest
    squares = ((rest - x @ slope) ** 2).sum() + settings.usual_answers * settings.usual_sd**2
    return ItemDifficultyModel(
        points, centre, scale, slope, slope_covariance, float(np.sqrt(squares / (size + settings.usual_answers)))
    )


def update_item_difficulty(prior: ItemPrior, ability: Floats, right: Flags, steps: int = 20) -> ItemStart:
    """Return the posterior mode after answers of learners of `ability` (A,), logits; Newton, at most a logit a step."""
    difficulty, precision = prior.difficulty, 1 / prior.sd**2
    for _ in range(steps):
        chance = expit(ability - difficulty)
        slope = precision * (prior.difficulty - difficulty) + (chance - right).sum()
        known = precision + (chance * (1 - chance)).sum()
        difficulty += float(np.clip(slope / known, -1, 1))
    chance = expit(ability - difficulty)
    known = precision + float((chance * (1 - chance)).sum())
    return ItemStart(float(difficulty), known**-0.5, precision / known)


def _average_points(importance: Floats, points: Doubles) -> Doubles:
    """Return the mean difficulty of each item's points (I, N) by importance; the plain mean where it has none."""
    total = importance.sum(axis=1)
    mean = importance @ points / np.maximum(total, 1e-9)
    return np.where(total > 0, mean, points.mean() if len(points) else 0.0)
