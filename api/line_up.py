"""Who can recommend on a course, and in which order they are asked."""

from dataclasses import dataclass, field
from typing import Any

from models.shelf import Recommender, Strategies


@dataclass(frozen=True, eq=False)
class LineUp:
    """The strategies of a course while it is served.

    Attributes:
        order: names; the course's own strategy first, then who steps in for it.
        recommender: the own one and its stand-ins as one; it plans paths.
        making: strategies that are being read or trained.
        resting: until when (monotonic seconds) a strategy is left alone, and why.
    """

    strategies: Strategies
    order: tuple[str, ...]
    recommender: Recommender
    making: dict[str, Any] = field(default_factory=dict, repr=False)
    resting: dict[str, tuple[float, str]] = field(default_factory=dict, repr=False)


__all__ = ["LineUp", "Recommender", "Strategies"]
