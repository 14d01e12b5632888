"""What was done last, again, then what was done before it: the reference where learners come back to things.

score = 1 / (1 + events since the item was last done)
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from models.rankers.contract import Catalogue, Floats, History, InteractionLog, Ints, Parameters, Ranker


@dataclass(frozen=True)
class AgainSettings:
    """There is nothing to set."""


class Again(Ranker):
    """Has an opinion only of what the learner has done."""

    name = "again"
    Settings = AgainSettings

    def __init__(self, items: tuple[str, ...]) -> None:
        self.items = items

    @classmethod
    def fit(
        cls, log: InteractionLog, catalogue: Catalogue | None = None, settings: Any | None = None, seed: int = 0
    ) -> Self:
        """There is nothing to learn."""
        return cls(log.items)

    def score(self, history: History, candidates: Ints | None = None) -> Floats:
        """See `Ranker.score`."""
        score = np.full((len(history), len(self.items)), np.nan, dtype=np.float32)
        rows, columns = np.nonzero(history.there)
        score[rows, history.item[rows, columns]] = 1 / (history.item.shape[1] - columns)
        return score if candidates is None else np.take_along_axis(score, np.maximum(candidates, 0), axis=1)

    def parameters(self) -> Parameters:
        """None."""
        return {}

    @classmethod
    def from_parameters(cls, items: tuple[str, ...], parameters: Parameters) -> Self:
        """See `Ranker.from_parameters`."""
        return cls(items)
