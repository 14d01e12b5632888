"""Several models fitted to one log, measured on learners held out of the fit, and then fitted to all of it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from models.learners.contract import LearnerModel
from models.learners.log import AnswerLog
from models.learners.registry import learner_model
from models.learners.scores import Scores, scores

HELD_OUT = 0.2
"""Share of the learners that the measurement is made on."""


@dataclass(frozen=True)
class Fitted:
    """A model fitted to the whole log, what was measured of its like on held-out learners, and the fit's seconds."""

    model: LearnerModel
    scores: Scores
    seconds: float

    @property
    def figures(self) -> dict[str, float]:
        """As they are stored beside the model; what says nothing is left out."""
        named = self.scores._asdict() | {"fit_s": self.seconds}
        return {name: float(value) for name, value in named.items() if np.isfinite(value)}


def split(log: AnswerLog, seed: int = 0) -> tuple[AnswerLog, AnswerLog]:
    """Training and held-out learners; a log of fewer than two learners has nobody to hold out."""
    order = np.random.default_rng(seed).permutation(len(log.learners))
    count = round(HELD_OUT * len(order))
    if len(order) > 1:
        count = max(1, count)
    return log.take(np.sort(order[count:])), log.take(np.sort(order[:count]))


def fit_all(
    names: Sequence[str], log: AnswerLog, seed: int = 0, report: Callable[[str], None] = lambda name: None
) -> Iterator[Fitted]:
    """One model after the other; `report` hears the name of each before its fit begins."""
    training, held_out = split(log, seed)
    for name in names:
        report(name)
        kind, began = learner_model(name), perf_counter()
        measured = kind.fit(training, seed)
        seconds = perf_counter() - began
        found = scores(measured.replay(held_out), held_out.right) if len(held_out.right) else _NOTHING
        yield Fitted(kind.fit(log, seed), found, seconds)


_NOTHING = Scores(*[float("nan")] * len(Scores._fields))
