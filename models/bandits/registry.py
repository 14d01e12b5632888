"""The bandits there are, by name."""

from models.bandits.beta import BetaThompson
from models.bandits.epsilon import EpsilonGreedy
from models.bandits.linear import Course
from models.bandits.linucb import LinUCB
from models.bandits.thompson import Thompson

BANDITS = ("linucb", "thompson", "thompson_beta", "epsilon_greedy")

Kind = LinUCB | Thompson | BetaThompson | EpsilonGreedy


def bandit(name: str, course: Course, seed: int | None = None) -> Kind:
    """One that has learnt nothing yet; raises `KeyError` for a name that is not in `BANDITS`."""
    if name == "linucb":
        return LinUCB(course)
    drawing: dict[str, type[Thompson | BetaThompson | EpsilonGreedy]] = {
        "thompson": Thompson,
        "thompson_beta": BetaThompson,
        "epsilon_greedy": EpsilonGreedy,
    }
    return drawing[name](course, seed=seed)


__all__ = ["BANDITS", "Course", "Kind", "bandit"]
