"""Trained policies, fitted rankers and fitted learner models of a course on disk.

Layout of the home folder: policies/COURSE, rankers/COURSE/NAME, learners/COURSE/MODEL. Choose the strategies that serve
a course: the one that its evaluation chose, then the default, then `curriculum`. Read a course as arrays for commands
that need no service. Importing this module loads torch.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from graph.catalogue import CourseRows, read_course_rows
from graph.connection import Graph
from graph.errors import Invalid
from models.course import Course
from models.policies.selection import CourseStrategies
from models.policies.strategies import DEFAULT_STRATEGY
from models.policies.wrappers import Explorer, FallbackStrategy
from models.rankers.interactions import Catalogue
from services.courses.arrays import build_course
from services.courses.learner_models import MEASURED, LearnerModelStore
from services.courses.served import ServedStrategies
from services.settings import Settings

LAST_RESORT = "curriculum"
"""The strategy that decides where all others failed."""


@dataclass(frozen=True)
class StrategyStore:
    """policies/COURSE and rankers/COURSE in the folder `home`; `explore`: share of decisions that explore."""

    home: Path
    explore: float = 0.0

    def make(self, course: Course, catalogue: Catalogue | None = None) -> CourseStrategies:
        """Return everything that can recommend on this course."""
        return CourseStrategies(course, self.policy_folder(course.id), self.ranker_folder(course.id), catalogue)

    def policy_folder(self, course: str) -> Path:
        """Return the folder of a course's trained policies."""
        return self.home / "policies" / course

    def ranker_folder(self, course: str) -> Path:
        """Return the folder of a course's fitted rankers."""
        return self.home / "rankers" / course

    def serve(self, course: Course, catalogue: Catalogue | None = None) -> ServedStrategies:
        """Return the strategies that serve this course, with those that decide where the first cannot."""
        strategies = self.make(course, catalogue)
        order = tuple(dict.fromkeys([strategies.best(), DEFAULT_STRATEGY, LAST_RESORT]))
        if self.explore:
            strategies.made[order[0]] = Explorer(strategies.make(order[0]), self.explore)
        made = [strategies.make(name) for name in order]
        return ServedStrategies(strategies, order, made[0] if len(order) == 2 else FallbackStrategy(made))


@dataclass(frozen=True)
class ArtifactStore:
    """policies/COURSE, rankers/COURSE/NAME and learners/COURSE/MODEL in the folder `home`.

    Attributes:
        learner_model: as LEARNER_MODEL has it.
        explore: as EXPLORE has it.
    """

    home: Path
    learner_model: str = MEASURED
    explore: float = 0.0

    @classmethod
    def from_settings(cls, settings: Settings) -> Self:
        """The store in the home folder of a deployment."""
        return cls(settings.home, settings.learner_model, settings.explore)

    @property
    def strategies(self) -> StrategyStore:
        """The trained policies and fitted rankers."""
        return StrategyStore(self.home, self.explore)

    @property
    def learner_models(self) -> LearnerModelStore:
        """The fitted learner models."""
        return LearnerModelStore(self.home / "learners", self.learner_model)


async def load_course_rows(
    graph: Graph, id: str, learner_models: LearnerModelStore | None = None
) -> tuple[CourseRows, Course]:
    """Read the course `id` as rows and as arrays.

    Raises `NotFound`, or `Invalid` where there is nothing to learn with. With `learner_models` the course's fitted
    model is in charge; without them the platform's own.
    """
    rows = await read_course_rows(graph, id)
    arrays = build_course(rows)
    if not arrays.resources:
        raise Invalid(f"The course {id!r} has no active resource, so there is nothing to recommend or to train on.")
    return rows, learner_models.attach(arrays, rows.settings) if learner_models else arrays


async def load_course_arrays(graph: Graph, id: str, learner_models: LearnerModelStore | None = None) -> Course:
    """Read the arrays of a course alone; raises as `load_course_rows`."""
    return (await load_course_rows(graph, id, learner_models))[1]
