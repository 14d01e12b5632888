"""What every bandit is besides its model: a state that is replaced, never changed, and a source of chance."""

from copy import copy
from typing import Any, Self

import numpy as np


class Stateful:
    """Has a `state`; `seed` makes what it leaves to chance repeatable."""

    state: Any

    def __init__(self, seed: int | None = None) -> None:
        self._random = np.random.default_rng(seed)

    def of(self, state: Any) -> Self:
        """The same bandit in another state; they share a source of chance."""
        other = copy(self)
        other.state = state
        return other

    def seeded(self, seed: int | None = None) -> Self:
        """The same bandit with a new source of chance."""
        other = copy(self)
        other._random = np.random.default_rng(seed)
        return other
