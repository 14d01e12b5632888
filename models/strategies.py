"""Every strategy that can recommend on a course, by name, and how it comes to be on one.

All of them choose among the feasible candidates alone, so the prerequisite promise holds whichever is taken.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from graph.errors import Invalid, SetupFailed
from models.rankers.registry import RANKERS, load
from models.rankers.rung import LONGEST, Catalogue, History, Ranked, nothing_done
from models.rungs import Course, Recommender, rung
from models.serving import measured, policy

DEFAULT = "needed"
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
    "bandit": Strategy("bandit", "LinUCB: what paid most on candidates like this one, and what is not known yet."),
    **{name: Strategy(entry.family, entry.about, False, True) for name, entry in RANKERS.items()},
    "q": Strategy("reinforcement", "The Q head of the trained policy alone."),
    "ppo": Strategy("reinforcement", "The PPO head of the trained policy alone."),
    "cql": Strategy("reinforcement", "A policy learned from the decision log alone, conservatively."),
    "lodestar": Strategy("reinforcement", "The trained policy: Q prunes, PPO chooses."),
}
"""In the order of the ladder, simplest family first."""

UNTRAINED = ("reference", "popularity", "sequencing", "bandit")
"""Families that are what they are without a file that somebody fitted."""


def known(name: str) -> Strategy:
    """The strategy called `name`; raises `Invalid`, which names them all."""
    if name not in STRATEGIES:
        raise Invalid(f"There is no strategy {name!r}; there are {', '.join(STRATEGIES)}.", "strategy")
    return STRATEGIES[name]


@dataclass(frozen=True, eq=False)
class Strategies:
    """What can recommend on one course.

    Attributes:
        policies, rankers: the folders of what was trained and fitted for this course.
        catalogue: of the course's resources, so that content is read of those that came after the fit.
    """

    course: Course
    policies: Path
    rankers: Path
    catalogue: Catalogue | None = None
    made: dict[str, Recommender] = field(default_factory=dict, repr=False)

    def make(self, name: str) -> Recommender:
        """The strategy on this course, kept; may take seconds the first time.

        Raises `Invalid` for an unknown name, `SetupFailed` where something is lacking: the text says what.
        """
        if name not in self.made:
            known(name)
            self.made[name] = self._make(name)
        return self.made[name]

    def best(self) -> str:
        """The winner of the evaluation; what is newer than its evaluation, or gone, has not earned its place."""
        standings = measured(self.policies)
        if standings is None:
            return DEFAULT
        try:
            made = self.make(standings.served)
        except (Invalid, SetupFailed):
            return DEFAULT
        trained = STRATEGIES[standings.served].family not in UNTRAINED
        return standings.served if not trained or made.version == standings.of(standings.served).version else DEFAULT

    def _make(self, name: str) -> Recommender:
        if name in RANKERS:
            saved = load(self.rankers / name)
            return Ranked(self.course, saved.ranker, name, saved.version, self.catalogue)
        if STRATEGIES[name].family == "reinforcement":
            return policy(self.policies, self.course, name)
        return rung(name, self.course)


__all__ = [
    "LONGEST",
    "STRATEGIES",
    "Catalogue",
    "Course",
    "History",
    "Recommender",
    "Strategies",
    "Strategy",
    "known",
    "nothing_done",
]
