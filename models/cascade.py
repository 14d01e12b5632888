"""Several recommenders as one: the first decides, and those it is silent about go to the next."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from models.arrays import Ints
from models.recommender import Decision, Observation, Recommender


@dataclass(frozen=True)
class Cascade:
    """Recommenders in order; a learner is passed on until one has an opinion. Known by the first one's name."""

    rungs: Sequence[Recommender]

    @property
    def name(self) -> str:
        """Of the first."""
        return self.rungs[0].name

    @property
    def version(self) -> str:
        """Of the first."""
        return self.rungs[0].version

    def decide(self, observation: Observation) -> Decision:
        """Ask one after another, each about the learners that are left; silent where all are."""
        decision = self.rungs[0].decide(observation)
        for rung in self.rungs[1:]:
            left = np.flatnonzero(decision.silent) if decision.silent is not None else np.zeros(0, dtype=np.int64)
            if not len(left):
                break
            decision = _with(decision, left, rung.decide(observation.take(left)))
        return decision


def _with(decision: Decision, rows: Ints, other: Decision) -> Decision:
    """The decision with some of its learners, (n,), decided by `other`; Q values only where the first rung has some."""
    if decision.q is not None and other.q is None:
        other = replace(other, q=np.full_like(other.score, np.nan))
    if other.silent is None:
        other = replace(other, silent=np.zeros(len(rows), dtype=bool))
    changed: dict[str, Any] = {name: array.copy() for name, array in vars(decision).items() if array is not None}
    for name, array in changed.items():
        array[rows] = getattr(other, name)
    return replace(decision, **changed)
