"""Where a new item starts: its difficulty from its content and the points it is about, and how answers take over.

    b = mean_j η_j difficulty_j + xᵀβ + ε,     ε ~ N(0, σ²),     β ~ N(0, ridge⁻¹ σ²)
    P(right | θ) = σ(θ − b)                    (1PL, Rasch 1960)

difficulty_j: mean over the items of point j. x: what is known of the content, in any units (declared difficulty, level,
kind as 0/1, words of the prompt). β and σ come from the items that have been answered; few of them leave β near 0 and b
at the mean of its points. Answers of learners of known ability then move b to its posterior mode; of the precision

    1 / sd² + Σ p (1 − p)

the first term is the prior's, and its part is shown. Left out: discrimination and guessing, which need more answers.
"""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from models.course import Flags, Floats

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class ItemSettings:
    """What is believed of items.

    Attributes:
        ridge: λ on standardised content; 1 lets one item as much as the prior speak.
        usual_sd: standard deviation of difficulties in logits where no item was answered; 1, the usual scale.
        usual_answers: items that `usual_sd` is worth beside measured ones.
    """

    ridge: float = 1.0
    usual_sd: float = 1.0
    usual_answers: float = 5.0


class ItemPrior(NamedTuple):
    """Difficulty in logits and its standard deviation."""

    difficulty: float
    sd: float


class ItemStart(NamedTuple):
    """Difficulty, its standard deviation, and the prior's part of what is known of it."""

    difficulty: float
    sd: float
    prior_part: float


@dataclass(frozen=True, eq=False)
class ItemContent:
    """How content tells difficulty: fitted once to a course's items, asked for each new one.

    Attributes:
        points: (N,) mean difficulty of the items of each point, the overall mean where there are none.
        centre, scale: (F,) to standardise content; slope (F,); left: (F, F) covariance of the slope over σ²; sd: σ.
    """

    points: Numbers
    centre: Numbers
    scale: Numbers
    slope: Numbers
    left: Numbers
    sd: float

    def tell(self, importance: Floats, content: Numbers) -> ItemPrior:
        """Of an item with η (N,) of each point and content (F,)."""
        x = (content - self.centre) / self.scale
        mean = _mean(importance[None], self.points)[0] + x @ self.slope
        return ItemPrior(float(mean), float(self.sd * np.sqrt(1 + x @ self.left @ x)))


def fit_content(
    importance: Floats, content: Numbers, difficulty: Numbers, settings: ItemSettings = ItemSettings()
) -> ItemContent:
    """From I answered items: η (I, N), content (I, F), difficulty (I,) in logits. I may be 0."""
    size = len(difficulty)
    overall = float(difficulty.sum() / (size + 1))
    weight = importance.sum(axis=0)
    points = (importance.T @ difficulty + overall) / (weight + 1)
    centre = content.mean(axis=0) if size else np.zeros(content.shape[1])
    scale = content.std(axis=0) if size else np.zeros(content.shape[1])
    scale = np.where(scale > 0, scale, 1.0)
    x, rest = (content - centre) / scale, difficulty - _mean(importance, points)
    left: Numbers = np.linalg.inv(x.T @ x + settings.ridge * np.eye(x.shape[1])).astype(np.float64)
    slope = left @ x.T @ rest
    squares = ((rest - x @ slope) ** 2).sum() + settings.usual_answers * settings.usual_sd**2
    return ItemContent(points, centre, scale, slope, left, float(np.sqrt(squares / (size + settings.usual_answers))))


def after_answers(prior: ItemPrior, ability: Floats, right: Flags, steps: int = 20) -> ItemStart:
    """The posterior mode after answers of learners of `ability` (A,), logits; Newton, at most a logit a step."""
    difficulty, precision = prior.difficulty, 1 / prior.sd**2
    for _ in range(steps):
        chance = expit(ability - difficulty)
        slope = precision * (prior.difficulty - difficulty) + (chance - right).sum()
        known = precision + (chance * (1 - chance)).sum()
        difficulty += float(np.clip(slope / known, -1, 1))
    chance = expit(ability - difficulty)
    known = precision + float((chance * (1 - chance)).sum())
    return ItemStart(float(difficulty), known**-0.5, precision / known)


def _mean(importance: Floats, points: Numbers) -> Numbers:
    """Mean difficulty of the points of each item (I, N), by importance; the plain mean where an item has none."""
    total = importance.sum(axis=1)
    mean = importance @ points / np.maximum(total, 1e-9)
    return np.where(total > 0, mean, points.mean() if len(points) else 0.0)
