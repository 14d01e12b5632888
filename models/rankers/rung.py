"""A fitted ranker as a rung of a course's ladder: a `Recommender` that orders the feasible candidates by its scores.

It says nothing of resources that the ranker does not know, and is silent about learners of whose candidates it can say
nothing at all; who asks then is left to `models/cascade.py`.
"""

from dataclasses import InitVar, dataclass, field
from pathlib import Path

import numpy as np

from models.course import Course, Floats, Ints
from models.rankers.contract import Catalogue, History, Ranker
from models.rankers.log import LONGEST, NOTHING
from models.rankers.registry import load
from models.recommender import Decision, Observation, by_score


@dataclass
class Ranked:
    """A ranker on a course. With a `catalogue`, it also knows what content alone tells of the items in it.

    Attributes:
        place: (R,) position of each of the course's resources among the ranker's items, NOTHING where it is not known.
    """

    course: Course
    ranker: Ranker
    name: str
    version: str = "1"
    catalogue: InitVar[Catalogue | None] = None
    place: Ints = field(init=False, repr=False)

    def __post_init__(self, catalogue: Catalogue | None) -> None:
        if catalogue is not None:
            self.ranker = self.ranker.extended(catalogue)
        position = {item: number for number, item in enumerate(self.ranker.items)}
        self.place = np.array([position.get(id, NOTHING) for id in self.course.resource_ids], dtype=np.int64)

    def decide(self, observation: Observation) -> Decision:
        """Take the best of those it can say something of; ties go to the earlier resource."""
        return by_score(self.score(observation), observation.mask)

    def score(self, observation: Observation) -> Floats:
        """(B, K) the ranker's scores of the candidates, NaN where it has no opinion."""
        candidates = np.where(observation.mask, self.place[observation.candidates], NOTHING)
        history = observation.history or nothing_done(len(observation))
        score = self.ranker.score(history.moved(self.place), candidates)
        return np.where(candidates >= 0, score, np.float32(np.nan))


def on_course(folder: Path, course: Course, name: str, catalogue: Catalogue | None = None) -> Ranked:
    """The fitted ranker in `folder` on a course. Raises `SetupFailed` where there is none."""
    saved = load(folder)
    return Ranked(course, saved.ranker, name, saved.version, catalogue)


def nothing_done(learners: int) -> History:
    """The history of learners of whom nothing is known."""
    none = np.zeros((learners, 1), dtype=np.float32)
    return History(np.full((learners, 1), NOTHING), none, none + np.float32(np.nan))


__all__ = ["LONGEST", "Catalogue", "History", "Ranked", "nothing_done", "on_course"]
