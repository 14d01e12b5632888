"""FSRS-6 (Ye, Su & Cao 2022, KDD; the `fsrs` package): the recall of each point and when to review it.

State of a point: stability S (days until recall falls to 0.9; 0 before the first answer), difficulty D in [1, 10] and
the number of answers. A right answer is "good", a wrong one "again", on every point that it touches.

    P(right) = mean over the points, by importance, of    R(days, S)    answered on an earlier day
                                                          same_day      answered today, where R would be 1
                                                          first_k       never answered: share of right first answers

Mastery is the same chance on one point; its standard deviation is that of a Beta distribution worth the answers given.
Without a clock all answers count as given on one day, and hardly anything can be fitted. Left out: neighbours (W),
items, the package's timetable of learning steps and its fuzz, which belong to flash cards.

Equations (https://github.com/open-spaced-repetition/fsrs4anki/wiki/The-Algorithm), parameters w₀ … w₂₀:

    R = (1 + F t / S)^−w₂₀,  F = 0.9^(−1/w₂₀) − 1          recall after t days; S: days until R = 0.9
    first review            S = w_{g−1},  D = w₄ − e^{w₅(g−1)} + 1
    difficulty              D ← w₇ D₀(4) + (1 − w₇)(D − w₆ (g − 3)(10 − D)/9), held in [1, 10]
    recalled                S ← S (1 + e^{w₈}(11 − D) S^−w₉ (e^{w₁₀(1−R)} − 1) h b),  h = w₁₅ if hard, b = w₁₆ if easy
    forgotten               S ← min(w₁₁ D^−w₁₂ ((S + 1)^w₁₃ − 1) e^{w₁₄(1−R)},  S / e^{w₁₇w₁₈})
    again on the same day   S ← S e^{w₁₇(g − 3 + w₁₈)} S^−w₁₉, the factor ≥ 1 unless g = 1

g: 1 again, 2 hard, 3 good, 4 easy. As in the `fsrs` package, t is in whole days. The functions use operators and
`clip` alone, so that they take arrays and tensors; tests compare them with the package, which supplies bounds and
defaults.

Fit: the parameters under which the outcomes are most likely, near the package's defaults,

    −Σ ln P(outcome | R) + ½ Σ ((w − w_default) / (width (w_highest − w_lowest)))²

over reviews on a later day than the one before, by L-BFGS-B within the package's bounds, gradient by autograd. The
package's own optimizer minimizes the same without the second term, by Adam; as there, at most 64 reviews of a point are
used, and fewer than 512 that count give the defaults.
"""

import math
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np
from fsrs.scheduler import DEFAULT_PARAMETERS, LOWER_BOUNDS_PARAMETERS, STABILITY_MIN, UPPER_BOUNDS_PARAMETERS
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.arrays import Flags, Floats, Ints
from models.knowledge_tracing.answer_log import AnswerLog
from models.knowledge_tracing.base import Estimate, LearnerModel, ModelState, Question
from models.knowledge_tracing.state import compute_sd
from models.storage import Parameters

FSRS_DEFAULTS, FSRS_LOWER_BOUNDS, FSRS_UPPER_BOUNDS = (
    DEFAULT_PARAMETERS,
    LOWER_BOUNDS_PARAMETERS,
    UPPER_BOUNDS_PARAMETERS,
)
AGAIN, HARD, GOOD, EASY = 1, 2, 3, 4
_MIN_DIFFICULTY, _MAX_DIFFICULTY = 1.0, 10.0
STABILITY, DIFFICULTY, ANSWERS = 0, 1, 2
"""Columns of a point's state."""
DESIRED_RETENTION = 0.9
"""Recall at which a review is due: the package's default, and the recall after S days."""
PSEUDO_ANSWERS = 5.0
"""Weight in answers of the overall share beside a point's own first answers, as in `compute_right_shares`."""


def compute_retrievability(stability: Any, days: Any, w: Any) -> Any:
    """Return R, the probability of recall `days` after the last review; 1 on the same day."""
    return (1 + _compute_factor(w) * (days // 1) / stability.clip(min=STABILITY_MIN)) ** -w[20]


def apply_review(stability: Any, difficulty: Any, days: Any, rating: Any, w: Any) -> tuple[Any, Any]:
    """Return stability and difficulty after a review, all of one shape; stability 0 before the first; ratings 1–4."""
    first, same_day, again = (1.0 * flag for flag in (stability <= 0, days < 1, rating == AGAIN))
    s, d = stability.clip(min=STABILITY_MIN), difficulty.clip(min=_MIN_DIFFICULTY)
    recall = compute_retrievability(s, days, w)
    later = again * _lower_stability(s, d, recall, w) + (1 - again) * _raise_stability(s, d, recall, rating, w)
    following = same_day * _change_stability_same_day(s, rating, again, w) + (1 - same_day) * later
    stability = (first * w[rating - 1] + (1 - first) * following).clip(min=STABILITY_MIN)
    difficulty = first * _compute_first_difficulty(rating, w) + (1 - first) * _compute_next_difficulty(d, rating, w)
    return stability, difficulty.clip(min=_MIN_DIFFICULTY, max=_MAX_DIFFICULTY)


def _compute_factor(w: Any) -> Any:
    return 0.9 ** (-1 / w[20]) - 1


def _compute_first_difficulty(rating: Any, w: Any) -> Any:
    return w[4] - math.e ** (w[5] * (rating - 1)) + 1


def _compute_next_difficulty(d: Any, rating: Any, w: Any) -> Any:
    damped = d - w[6] * (rating - 3) * (10 - d) / 9
    return w[7] * _compute_first_difficulty(EASY, w) + (1 - w[7]) * damped


def _raise_stability(s: Any, d: Any, recall: Any, rating: Any, w: Any) -> Any:
    bonus = 1 + (rating == HARD) * (w[15] - 1) + (rating == EASY) * (w[16] - 1)
    return s * (1 + math.e ** w[8] * (11 - d) * s ** -w[9] * (math.e ** ((1 - recall) * w[10]) - 1) * bonus)


def _lower_stability(s: Any, d: Any, recall: Any, w: Any) -> Any:
    long = w[11] * d ** -w[12] * ((s + 1) ** w[13] - 1) * math.e ** ((1 - recall) * w[14])
    short = s / math.e ** (w[17] * w[18])
    return long - (long - short).clip(min=0)


def _change_stability_same_day(s: Any, rating: Any, again: Any, w: Any) -> Any:
    factor = math.e ** (w[17] * (rating - 3 + w[18])) * s ** -w[19]
    return s * (again * factor + (1 - again) * factor.clip(min=1))


@dataclass(frozen=True)
class FSRSSettings:
    """How to fit FSRS.

    Attributes:
        prior_sd: standard deviation of the prior, as a share of each parameter's allowed range.
        max_reviews: of a point that are used, as in the package.
        min_reviews: fewer on a later day leave the defaults, as in the package.
        max_iterations: of L-BFGS-B.
    """

    prior_sd: float = 0.1
    max_reviews: int = 64
    min_reviews: int = 512
    max_iterations: int = 40


class Reviews(NamedTuple):
    """Reviews of pairs (learner, point): first ones of all pairs, then second ones, …; longest sequences first.

    Attributes:
        days: (A,) since the pair's last review, 0 for the first.
        right: (A,) outcomes.
        skill: (A,) indices of the points.
        active: number of pairs with a t-th review.
    """

    days: NDArray[np.float64]
    right: Flags
    skill: Ints
    active: list[int]

    @property
    def number(self) -> Ints:
        """Number of earlier reviews of the pair, (A,)."""
        return np.repeat(np.arange(len(self.active)), self.active)


def collect_reviews(log: AnswerLog, longest: int) -> Reviews:
    """Collect at most `longest` reviews of each pair; days are 0 without a clock."""
    rows, slot = np.nonzero(log.skill >= 0)
    skill = log.skill[rows, slot]
    _, pair, lengths = np.unique(log.learner[rows] * len(log.skills) + skill, return_inverse=True, return_counts=True)
    order = np.argsort(pair, kind="stable")
    number = np.empty(len(rows), dtype=np.int64)
    number[order] = np.arange(len(rows)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    since = np.zeros(len(rows))
    since[order[1:]] = np.diff(np.nan_to_num(log.days[rows[order]]))
    rank = np.empty(len(lengths), dtype=np.int64)
    rank[np.argsort(-lengths, kind="stable")] = np.arange(len(lengths))
    kept = np.lexsort((rank[pair], number))
    kept = kept[number[kept] < longest]
    active = np.bincount(number[kept]).tolist() if len(kept) else []
    days = np.where(number[kept] > 0, since[kept], 0).clip(min=0)
    return Reviews(days, log.right[rows[kept]], skill[kept], active)


def predict_recall(found: Reviews, days: Any, rating: Any, w: Any, start: Any) -> list[Any]:
    """Return R before each review, round by round. days, rating (A,), `start`, zeros (pairs,): arrays or tensors."""
    stability, difficulty, rounds, first = start, start, [], 0
    for active in found.active:
        now = slice(first, first + active)
        stability, difficulty, first = stability[:active], difficulty[:active], first + active
        rounds.append(compute_retrievability(stability, days[now], w))
        stability, difficulty = apply_review(stability, difficulty, days[now], rating[now], w)
    return rounds


def fit_fsrs(found: Reviews, settings: FSRSSettings) -> NDArray[np.float64]:
    """Fit w, (21,)."""
    counted = found.days >= 1
    default, lowest, highest = (np.array(values) for values in (FSRS_DEFAULTS, FSRS_LOWER_BOUNDS, FSRS_UPPER_BOUNDS))
    if counted.sum() < settings.min_reviews:
        return default
    import torch  # only a fit needs it, not a service

    width = settings.prior_sd * (highest - lowest)
    days, centre, scale = (torch.tensor(each) for each in (found.days, default, width))
    rating, right, mask = (torch.tensor(each) for each in (np.where(found.right, GOOD, AGAIN), found.right, counted))
    start = torch.zeros(found.active[0], dtype=torch.float64)

    def loss(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        w = torch.tensor(at, requires_grad=True)
        recall = torch.cat(predict_recall(found, days, rating, w, start))[mask].clip(1e-6, 1 - 1e-6)
        happened = torch.where(right[mask], recall, 1 - recall)
        value = -happened.log().sum() + (((w - centre) / scale) ** 2).sum() / 2
        (gradient,) = torch.autograd.grad(value, w)
        return value.item(), gradient.numpy()

    bounds, options = list(zip(lowest, highest, strict=True)), {"maxiter": settings.max_iterations}
    return np.asarray(minimize(loss, default, jac=True, bounds=bounds, options=options).x)


class FSRS(LearnerModel):
    """FSRS-6; equations in the module. H = 0, M = 3: stability, difficulty, number of answers.

    Parameters: w (21,); first (N + 1,), share of right first answers to each point and, last, to any; same_day ().
    """

    name: ClassVar[str] = "fsrs"

    def __init__(self, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> None:
        self.skills, self.items, self.notes = skills, items, ()
        self._fitted = parameters
        self.w: NDArray[np.float64] = parameters["w"]

    @classmethod
    def fit(cls, log: AnswerLog, seed: int = 0, settings: FSRSSettings | None = None) -> Self:
        """Fit to a log; `seed` has no effect."""
        settings = settings or FSRSSettings()
        found = collect_reviews(log, settings.max_reviews)
        today = found.right[(found.number > 0) & (found.days < 1)]
        fitted: dict[str, NDArray[Any]] = {
            "w": fit_fsrs(found, settings),
            "first": _compute_first_shares(found, len(log.skills)),
            "same_day": np.array((today.sum() + PSEUDO_ANSWERS * DESIRED_RETENTION) / (len(today) + PSEUDO_ANSWERS)),
        }
        model = cls(log.skills, log.items, fitted)
        counted = int((found.days >= 1).sum())
        if counted < settings.min_reviews:
            model.notes = (
                f"{counted} reviews on a later day, fewer than {settings.min_reviews}: FSRS's defaults are kept",
            )
        return model

    def parameters(self) -> Parameters:
        """Return w, first and same_day."""
        return self._fitted

    @classmethod
    def from_parameters(cls, skills: tuple[str, ...], items: tuple[str, ...], parameters: Parameters) -> Self:
        """Restore the model from `parameters()`, without notes."""
        return cls(skills, items, parameters)

    def start(self) -> ModelState:
        """Return zeros, (1, 0) and (1, N, 3)."""
        return ModelState(np.empty((1, 0), np.float32), np.zeros((1, len(self.skills), 3), np.float32))

    def update(self, state: ModelState, question: Question, right: NDArray[np.bool_]) -> ModelState:
        """Apply a review to every point with importance."""
        before = state.points
        rating = np.broadcast_to(np.where(right, GOOD, AGAIN)[:, None], question.points.shape)
        after = self.review(before, question.days, rating)
        return ModelState(state.learner, np.where(question.importance[..., None] > 0, after, before))

    def review(self, points: Floats, days: Floats, rating: NDArray[np.integer]) -> Floats:
        """Return the state (…, 3) after reviews with FSRS's ratings, 1 again … 4 easy; days and rating (…)."""
        since = np.maximum(days, 0)
        stability, difficulty = apply_review(points[..., STABILITY], points[..., DIFFICULTY], since, rating, self.w)
        return np.stack([stability, difficulty, points[..., ANSWERS] + 1], axis=-1, dtype=np.float32)

    def recall(self, points: Floats, days: Floats) -> Floats:
        """Return R of points (…, 3) after days (…); 0 for those never answered."""
        found = compute_retrievability(points[..., STABILITY], np.maximum(days, 0), self.w)
        return np.asarray(np.where(points[..., STABILITY] > 0, found, 0), dtype=np.float32)

    def forgetting_rates(self, points: NDArray[np.int64], state: Floats) -> Floats:
        """Return the rate (B, P) at which a level falls to DESIRED_RETENTION of itself in S days; NaN without answers.

        So a level of .9 falls below .8, and is practised again, soon after the review is due.
        """
        stability = np.where(state[..., STABILITY] > 0, state[..., STABILITY], np.nan)
        return np.asarray(-np.log(DESIRED_RETENTION) / stability, dtype=np.float32)

    def predict(self, state: ModelState, question: Question) -> Floats:
        """Return P(right), (B,); the share of right first answers to any point where no point is known."""
        weight = np.where(question.points >= 0, question.importance, 0)
        total = weight.sum(axis=1)
        mean = (self._chance(state, question) * weight).sum(axis=1) / np.maximum(total, 1e-9)
        return np.asarray(np.where(total > 0, mean, self._fitted["first"][-1]), dtype=np.float32)

    def mastery(self, state: ModelState, question: Question) -> Estimate:
        """Return P(right) on each point alone, (B, P)."""
        level = self._chance(state, question)
        return Estimate(level, compute_sd(level, state.points[..., ANSWERS]))

    def _chance(self, state: ModelState, question: Question) -> Floats:
        seen = state.points[..., STABILITY] > 0
        later = np.where(question.days >= 1, self.recall(state.points, question.days), self._fitted["same_day"])
        return np.asarray(np.where(seen, later, self._fitted["first"][question.points]), dtype=np.float32)


def _compute_first_shares(found: Reviews, skills: int) -> Floats:
    """Return the shares of right first answers, shrunk to the overall one, (N + 1,); ½ without answers."""
    size = found.active[0] if found.active else 0
    right, skill = found.right[:size], found.skill[:size]
    overall = (right.sum() + 0.5) / (size + 1)
    wins, answers = np.bincount(skill, weights=right, minlength=skills), np.bincount(skill, minlength=skills)
    share = (wins + PSEUDO_ANSWERS * overall) / (answers + PSEUDO_ANSWERS)
    return np.append(share, overall).astype(np.float32)
