"""What can recommend on one course: every strategy by name, made when it is asked for; and the one that serves it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from graph.errors import Invalid, SetupFailed
from models.advice import Measured, Standings, measured_offline, picked
from models.rankers.rung import LONGEST, Catalogue, History, nothing_done, on_course
from models.serving import Course, Recommender, measured, policy, rung
from models.strategies import DEFAULT, FITTED, RANKERS, STRATEGIES, known

HALVES = ("q", "ppo")


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
        """Who serves: the ranker that advice took, else what teaches best; what is gone cannot."""
        taken = picked(self.rankers)
        return taken if taken in RANKERS and self._can(taken) else self.taught()

    def taught(self) -> str:
        """The winner of the contest, if it is still what was measured."""
        standings = self.contest()
        return standings.served if standings and self._as_measured(standings, standings.served) else DEFAULT

    def teaching(self) -> Mapping[str, float]:
        """E_p of each that is still what was measured."""
        standings = self.contest()
        if standings is None:
            return {}
        return {rung.name: rung.ep for rung in standings.rungs if self._as_measured(standings, rung.name)}

    def _as_measured(self, standings: Standings, name: str) -> bool:
        """What is newer than the contest, or gone, has not earned its place."""
        if name not in FITTED:
            return name in STRATEGIES
        return self._can(name) and self.make(name).version == standings.of(name).version

    def contest(self) -> Standings | None:
        """What was measured of learning, in the simulator."""
        return measured(self.policies)

    def offline(self) -> Mapping[str, Measured]:
        """What was measured on the course's own log."""
        standing = measured_offline(self.rankers)
        return {
            each.name: Measured(each.figures["ndcg10"], each.lead or 0.0, each.low or 0.0, each.high or 0.0)
            for each in (standing.rungs if standing else ())
            if not each.lacks
        }

    def ladder(self) -> Iterator[Recommender]:
        """Everything that can be made, simplest first; the policy's halves are no rungs beside the whole."""
        for name in STRATEGIES:
            if name not in HALVES and self._can(name):
                yield self.make(name)

    def _can(self, name: str) -> bool:
        try:
            self.make(name)
        except (Invalid, SetupFailed):
            return False
        return True

    def _make(self, name: str) -> Recommender:
        if name in RANKERS:
            return on_course(self.rankers / name, self.course, name, self.catalogue)
        if STRATEGIES[name].family.endswith("reinforcement"):
            return policy(self.policies, self.course, name)
        return rung(name, self.course)


__all__ = ["LONGEST", "Catalogue", "Course", "History", "Recommender", "Strategies", "known", "nothing_done"]
