"""The table of all strategies by name, simplest family first: family, one sentence, whether a decision is fast.

Every strategy chooses among the feasible candidates only, so all of them keep the prerequisites.
"""

from typing import Literal, NamedTuple

from graph.errors import Invalid
from models.rankers.registry import RANKERS

DEFAULT_STRATEGY = "needed"
"""Served until something is measured: the best that needs neither data nor training."""


class Strategy(NamedTuple):
    """One row of the table.

    Attributes:
        family: what it has in common with others; `models/evaluation/advice.py` says what data each family needs.
        about: one sentence for people.
        kind: how it is made: a rule or a walk on the course graph from the course alone, a bandit from its state in
            the graph, a ranker or a policy from a folder.
        quick: whether a decision takes a millisecond or two; the others decide in a thread.
        looks_back: whether it needs the learner's recent interactions.
        head: the head of the trained policy that decides alone; None for a whole one.
        train_option: what `lodestar train COURSE` needs beside the course to train it.
    """

    family: str
    about: str
    kind: Literal["rule", "walk", "bandit", "ranker", "policy"] = "rule"
    quick: bool = True
    looks_back: bool = False
    head: Literal["q", "ppo"] | None = None
    train_option: str = ""


STRATEGIES: dict[str, Strategy] = {
    "random": Strategy("reference", "Any candidate: what everything has to beat."),
    "popularity": Strategy("popularity", "What teaches most, whoever is asked."),
    "curriculum": Strategy("sequencing", "The order of the curriculum."),
    "mastery": Strategy("sequencing", "One point after the other, each to mastery."),
    "zpd": Strategy("sequencing", "Neither too easy nor too hard: a chance of success of 40 to 80 %."),
    "greedy": Strategy("sequencing", "The greatest expected gain of the next step."),
    "needed": Strategy("sequencing", "The greatest expected gain among what the goal still needs."),
    "pagerank": Strategy(
        "course graph", "Where a walk from the learner's frontier most often comes by.", "walk", False
    ),
    "multi_hop": Strategy(
        "course graph", "Like needed, with what was mastered beyond a point as evidence for it.", "walk"
    ),
    "linucb": Strategy(
        "bandit", "What paid most on candidates like this one, or might: the upper confidence bound.", "bandit"
    ),
    "thompson": Strategy("bandit", "The same by a draw of what might be true: linear Thompson sampling.", "bandit"),
    "thompson_beta": Strategy("bandit", "Thompson sampling of each resource's own share of success.", "bandit"),
    "epsilon_greedy": Strategy("bandit", "What paid most, and now and then any other.", "bandit"),
    **{name: Strategy(entry.family, entry.about, "ranker", False, True) for name, entry in RANKERS.items()},
    "q": Strategy("reinforcement", "The Q head of the trained policy alone.", "policy", head="q"),
    "ppo": Strategy("reinforcement", "The PPO head of the trained policy alone.", "policy", head="ppo"),
    "cql": Strategy(
        "offline reinforcement",
        "A policy learnt from the decision log alone, conservatively.",
        "policy",
        train_option=" --offline",
    ),
    "lodestar": Strategy("reinforcement", "The trained policy: Q prunes, PPO chooses.", "policy"),
}
"""In order, the simplest family first."""

FITTED_STRATEGIES = {name for name, entry in STRATEGIES.items() if entry.kind in ("ranker", "policy")}
"""Those that were fitted or trained on data: each is loaded from a file with a version."""


def find_strategy(name: str) -> Strategy:
    """Return the strategy called `name`; raises `Invalid`, which names them all."""
    if name not in STRATEGIES:
        raise Invalid(f"There is no strategy {name!r}; there are {', '.join(STRATEGIES)}.", "strategy")
    return STRATEGIES[name]
