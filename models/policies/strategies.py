"""The table of all strategies by name, simplest family first: family, one sentence, whether a decision is fast.

Every strategy chooses among the feasible candidates only, so all of them keep the prerequisites.
"""

from typing import NamedTuple

from graph.errors import Invalid
from models.rankers.registry import RANKERS

DEFAULT_STRATEGY = "needed"
"""Served until something is measured: the best that needs neither data nor training."""


class Strategy(NamedTuple):
    """What it is in one sentence.

    Attributes:
        quick: a decision takes a millisecond or two; what takes longer is asked apart from the event loop.
        looks_back: it wants to see what the learner did lately.
    """

    family: str
    about: str
    quick: bool = True
    looks_back: bool = False


STRATEGIES: dict[str, Strategy] = {
    "random": Strategy("reference", "Any candidate: what everything has to beat."),
    "popularity": Strategy("popularity", "What teaches most, whoever is asked."),
    "curriculum": Strategy("sequencing", "The order of the curriculum."),
    "mastery": Strategy("sequencing", "One point after the other, each to mastery."),
    "zpd": Strategy("sequencing", "Neither too easy nor too hard: a chance of success of 40 to 80 %."),
    "greedy": Strategy("sequencing", "The greatest expected gain of the next step."),
    "needed": Strategy("sequencing", "The greatest expected gain among what the goal still needs."),
    "pagerank": Strategy("course graph", "Where a walk from the learner's frontier most often comes by.", quick=False),
    "multi_hop": Strategy("course graph", "Like needed, with what was mastered beyond a point as evidence for it."),
    "linucb": Strategy("bandit", "What paid most on candidates like this one, or might: the upper confidence bound."),
    "thompson": Strategy("bandit", "The same by a draw of what might be true: linear Thompson sampling."),
    "thompson_beta": Strategy("bandit", "Thompson sampling of each resource's own share of success."),
    "epsilon_greedy": Strategy("bandit", "What paid most, and now and then any other."),
    **{name: Strategy(entry.family, entry.about, False, True) for name, entry in RANKERS.items()},
    "q": Strategy("reinforcement", "The Q head of the trained policy alone."),
    "ppo": Strategy("reinforcement", "The PPO head of the trained policy alone."),
    "cql": Strategy("offline reinforcement", "A policy learnt from the decision log alone, conservatively."),
    "lodestar": Strategy("reinforcement", "The trained policy: Q prunes, PPO chooses."),
}
"""In order, the simplest family first."""

FITTED_STRATEGIES = {
    name for name, entry in STRATEGIES.items() if name in RANKERS or entry.family.endswith("reinforcement")
}
"""Those that are what a file says that somebody fitted or trained."""


def find_strategy(name: str) -> Strategy:
    """The strategy called `name`; raises `Invalid`, which names them all."""
    if name not in STRATEGIES:
        raise Invalid(f"There is no strategy {name!r}; there are {', '.join(STRATEGIES)}.", "strategy")
    return STRATEGIES[name]
