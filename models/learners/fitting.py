"""Several models fitted to one log, measured on learners held out of the fit, and then fitted to all of it.

A model counts as better than the platform's own, `gain`, where its log loss is smaller over the held-out learners, one
mean a learner, by a paired one-sided t-test: answers of one learner are not independent.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ttest_rel

from models.learners.contract import LearnerModel
from models.learners.log import AnswerLog
from models.learners.registry import learner_model
from models.learners.scores import LEAST, Scores, scores

HELD_OUT = 0.2
"""Share of the learners that the measurement is made on."""
REFERENCE = "gain"


@dataclass(frozen=True)
class Fitted:
    """A model fitted to the whole log, and what was measured of its like on held-out learners.

    Attributes:
        p: that a log loss so much smaller than that of `gain` comes by chance; NaN where there is too little to tell.
        seconds: of the fit.
    """

    model: LearnerModel
    scores: Scores
    p: float
    seconds: float

    @property
    def figures(self) -> dict[str, float]:
        """As they are stored beside the model; what says nothing is left out."""
        named = self.scores._asdict() | {"better_p": self.p, "fit_s": self.seconds}
        return {name: float(value) for name, value in named.items() if np.isfinite(value)}


def split(log: AnswerLog, seed: int = 0) -> tuple[AnswerLog, AnswerLog]:
    """Training and held-out learners; a log of fewer than two learners has nobody to hold out."""
    order = np.random.default_rng(seed).permutation(len(log.learners))
    count = max(1, round(HELD_OUT * len(order))) if len(order) > 1 else 0
    return log.take(np.sort(order[count:])), log.take(np.sort(order[:count]))


def fit_all(
    names: Sequence[str], log: AnswerLog, seed: int = 0, report: Callable[[str], None] = lambda name: None
) -> Iterator[Fitted]:
    """One model after the other; `report` hears the name of each before its fit begins."""
    training, held_out = split(log, seed)
    usual = losses(learner_model(REFERENCE).fit(training, seed).replay(held_out), held_out)
    for name in names:
        report(name)
        kind, began = learner_model(name), perf_counter()
        measured = kind.fit(training, seed)
        seconds = perf_counter() - began
        chance = measured.replay(held_out)
        found = scores(chance, held_out.right) if len(held_out.right) else _NOTHING
        yield Fitted(kind.fit(log, seed), found, _smaller(losses(chance, held_out), usual), seconds)


def losses(chance: NDArray[np.floating], log: AnswerLog) -> NDArray[np.float64]:
    """(B,) mean log loss of each learner who gave an answer."""
    loss = -np.log(np.clip(np.where(log.right, chance, 1 - chance), LEAST, 1))
    answered = log.lengths > 0
    sums = np.bincount(log.learner, weights=loss, minlength=len(log.learners))
    return np.asarray(sums[answered] / log.lengths[answered])


def _smaller(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    if len(one) < 2 or np.allclose(one, other):
        return float("nan")
    return float(ttest_rel(one, other, alternative="less").pvalue)


_NOTHING = Scores(*[float("nan")] * len(Scores._fields))
