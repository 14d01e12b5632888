"""The bandits there are, by name."""

from graph.errors import Invalid
from models.bandits.beta import BetaThompson, Course
from models.bandits.epsilon import EpsilonGreedy
from models.bandits.linucb import LinUCB
from models.bandits.thompson import Thompson

Kind = LinUCB | Thompson | BetaThompson | EpsilonGreedy
_KINDS: tuple[type[Kind], ...] = (LinUCB, Thompson, BetaThompson, EpsilonGreedy)
BANDITS = tuple(kind.name for kind in _KINDS)


def bandit(name: str, course: Course, seed: int | None = None) -> Kind:
    """One that has learnt nothing yet; raises `Invalid` for a name that none has."""
    for kind in _KINDS:
        if kind.name == name:
            return kind(course, seed=seed)
    raise Invalid(f"There is no bandit {name!r}; there are {', '.join(BANDITS)}.", "strategy")


__all__ = ["BANDITS", "Course", "Kind", "bandit"]
