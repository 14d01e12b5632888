"""Matrix factorisation of outcomes with biases (Koren, Bell & Volinsky 2009, doi 10.1109/MC.2009.263), logistic.

    P(outcome) = σ(μ + b_u + b_i + p_u·q_i)
    minimise Σ −ln P(outcome) + ½ Σ_u (κ b_u² + λ |p_u|²) + ½ Σ_i (κ b_i² + λ |q_i|²)

over events with an outcome, by one Newton step for all learners, then one for all items, in turn: alternating least
squares with the logistic weights P (1 − P). A learner's b and p are folded in from the outcomes of the history by the
same steps from 0, so a learner without any is not scored. `chance` is σ(slope · logit + shift), Platt's scaling, fitted
to the last part of the log by a ranker that saw the earlier part only.

It ranks what is likely to go well, which is not what learners turn to next: on that it may rank below popularity.
Left out: implicit feedback (SVD++), drift of the biases; every event of a learner with an item counts.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np
from scipy.special import expit

from models.arrays import Flags, Floats, Ints
from models.rankers.newton import Cells, factorise, newton, with_one
from models.rankers.support import (
    Catalogue,
    History,
    InteractionLog,
    Invalid,
    Parameters,
    VectorRanker,
    silent,
    told,
    vectors_of,
)

LAST, MOST = 0.1, 20_000
"""Share of the log that the calibration is fitted to, and events of it at most."""
PRIOR = np.array([10.0, 10.0], dtype=np.float32)
"""Of the calibration's change of slope and shift: a ridge."""
CHUNK = 2_000
"""Events whose histories are held at a time."""


@dataclass(frozen=True)
class Settings:
    """Hyper-parameters.

    Attributes:
        factors: D, 8–128; λ leaves the log to decide how many of them are used.
        regularization: λ, 1–30: events at even chance that 4 λ stands for.
        bias: κ, 0.5–10.
        iterations: 5–20.
    """

    factors: int = 32
    regularization: float = 6.0
    bias: float = 1.0
    iterations: int = 10


class MF(VectorRanker):
    """See the module.

    Attributes:
        vectors: (R, D + 1), the last column 1: it takes the learner's bias.
        bias: (R,) μ + b_i.
        platt: (slope, shift).
    """

    name: ClassVar[str] = "mf"
    Settings: ClassVar[type] = Settings

    def __init__(self, items: tuple[str, ...], vectors: Floats, bias: Floats, ridge: Floats, platt: Floats) -> None:
        super().__init__(items, vectors, bias)
        self.ridge, self.platt = ridge.astype(np.float32), platt
        self._known: Flags = ~np.isnan(self.vectors).any(axis=1)

    @classmethod
    def fit(
        cls, log: InteractionLog, catalogue: Catalogue | None = None, settings: Any | None = None, seed: int = 0
    ) -> Self:
        """See the contract."""
        known = log.take(~np.isnan(log.outcome))
        if not len(known):
            raise Invalid("The log has no outcomes: predicting them needs events with one, such as right or wrong.")
        chosen: Settings = settings or Settings()
        earlier, _ = known.cut(LAST)
        platt = cls._factorised(earlier, chosen, seed)._calibration(known, len(earlier))
        ranker = cls._factorised(known, chosen, seed)
        return cls(log.items, ranker.vectors, ranker.bias, ranker.ridge, platt)

    @classmethod
    def _factorised(cls, log: InteractionLog, chosen: Settings, seed: int) -> Self:
        ridge = np.append(np.full(chosen.factors, chosen.regularization), chosen.bias).astype(np.float32)
        shape = len(log.learners), len(log.items)
        found = factorise(Cells(log.learner, log.item, log.outcome), shape, ridge, chosen.iterations, seed)
        vectors = vectors_of(log, with_one(found.columns))
        return cls(log.items, vectors, found.overall + found.columns[:, -1], ridge, np.array([1.0, 0.0]))

    def learners(self, history: History) -> Floats:
        """See `VectorRanker.learners`."""
        there = told(history, self._known) & ~np.isnan(history.outcome)
        vectors = np.where(there[..., None], self.vectors[history.item], 0)
        outcome = np.where(there, history.outcome, 0)
        return silent(~there.any(axis=1), newton(vectors, self.bias[history.item], outcome, there, self.ridge))

    def chance(self, history: History, candidates: Ints) -> Floats:
        """Predicted outcome, calibrated."""
        return np.asarray(expit(self.platt[0] * self.score(history, candidates) + self.platt[1]), dtype=np.float32)

    def _calibration(self, log: InteractionLog, start: int) -> Floats:
        """(2,) slope and shift that suit the events from `start` on, near 1 and 0 where those are few."""
        events = np.arange(start, len(log), max(1, (len(log) - start) // MOST))
        parts = [events[place : place + CHUNK] for place in range(0, len(events), CHUNK)]
        asked = [self.score(log.histories(log.learner[part], part), log.item[part][:, None]) for part in parts]
        logit = np.concatenate([np.zeros((0, 1), dtype=np.float32), *asked])[:, 0]
        logit, came = logit[~np.isnan(logit)], log.outcome[events][~np.isnan(logit)]
        features = np.stack([logit, np.ones_like(logit)], axis=1)
        change = newton(features[None], logit[None], came[None], np.ones((1, len(came)), dtype=bool), PRIOR)
        return np.array([1.0, 0.0]) + change[0]

    def parameters(self) -> Parameters:
        """(R, D + 1) vectors, (R,) bias, (D + 1,) ridge, (2,) calibration."""
        return {"vectors": self.vectors, "bias": self.bias, "ridge": self.ridge, "platt": self.platt}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """See the contract."""
        return cls(items, *(parameters[name] for name in ("vectors", "bias", "ridge", "platt")))
