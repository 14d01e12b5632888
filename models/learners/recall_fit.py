"""FSRS's parameters from a log: those under which what happened is most likely, near the package's defaults.

    −Σ ln P(outcome | R) + ½ Σ ((w − w_default) / (width (w_highest − w_lowest)))²

over reviews on a later day than the one before, L-BFGS-B within the package's bounds, gradient by autograd. The
package's own optimizer minimises the same without the second term, by Adam; like it, at most 64 reviews of a point are
used, and fewer than 512 that count give the defaults. Answers are right (good) or wrong (again).
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from models.course import Flags, Ints
from models.learners.log import AnswerLog
from models.learners.recall import AGAIN, DEFAULTS, GOOD, HIGHEST, LOWEST, retrievability, reviewed


@dataclass(frozen=True)
class RecallSettings:
    """How FSRS is fitted.

    Attributes:
        width: standard deviation of the prior, as a share of each parameter's allowed range.
        longest: reviews of a point that are used, as in the package.
        fewest: reviews that count below which the defaults are kept, as in the package.
        iterations: of L-BFGS-B at most.
    """

    width: float = 0.1
    longest: int = 64
    fewest: int = 512
    iterations: int = 40


class Reviews(NamedTuple):
    """Reviews of pairs (learner, point): first ones of all pairs, then second ones, …; longest sequences first.

    days (A,) since the pair's last one, 0 for the first; right (A,); skill (A,); active: pairs with a t-th review.
    """

    days: NDArray[np.float64]
    right: Flags
    skill: Ints
    active: list[int]

    @property
    def number(self) -> Ints:
        """(A,) how many reviews the pair had before."""
        return np.repeat(np.arange(len(self.active)), self.active)


def reviews(log: AnswerLog, longest: int) -> Reviews:
    """At most `longest` of each pair; days without a clock are 0."""
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


def recalls(found: Reviews, days: Any, rating: Any, w: Any, start: Any) -> list[Any]:
    """R before each review, round by round. days, rating (A,) and `start`, zeros (pairs,), are arrays or tensors."""
    stability, difficulty, rounds, first = start, start, [], 0
    for active in found.active:
        now = slice(first, first + active)
        stability, difficulty, first = stability[:active], difficulty[:active], first + active
        rounds.append(retrievability(stability, days[now], w))
        stability, difficulty = reviewed(stability, difficulty, days[now], rating[now], w)
    return rounds


def fitted_parameters(found: Reviews, settings: RecallSettings) -> NDArray[np.float64]:
    """w, (21,)."""
    counted = found.days >= 1
    default, lowest, highest = (np.array(values) for values in (DEFAULTS, LOWEST, HIGHEST))
    if counted.sum() < settings.fewest:
        return default
    import torch  # only a fit needs it, not a service

    width = settings.width * (highest - lowest)
    days, centre, scale = (torch.tensor(each) for each in (found.days, default, width))
    rating, right, mask = (torch.tensor(each) for each in (np.where(found.right, GOOD, AGAIN), found.right, counted))
    start = torch.zeros(found.active[0], dtype=torch.float64)

    def loss(at: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        w = torch.tensor(at, requires_grad=True)
        recall = torch.cat(recalls(found, days, rating, w, start))[mask].clip(1e-6, 1 - 1e-6)
        happened = torch.where(right[mask], recall, 1 - recall)
        value = -happened.log().sum() + (((w - centre) / scale) ** 2).sum() / 2
        (gradient,) = torch.autograd.grad(value, w)
        return value.item(), gradient.numpy()

    bounds, options = list(zip(lowest, highest, strict=True)), {"maxiter": settings.iterations}
    return np.asarray(minimize(loss, default, jac=True, bounds=bounds, options=options).x)
