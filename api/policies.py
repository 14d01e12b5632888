"""Which recommender serves a course: the one that its evaluation chose, read from the home folder."""

from dataclasses import dataclass
from pathlib import Path

from models.course import Course
from models.exploration import Explorer
from models.recommender import Recommender
from models.serving import to_serve


@dataclass(frozen=True)
class Policies:
    """The folder of trained policies, one sub-folder a course; `explore`: share of decisions that explore."""

    folder: Path
    explore: float = 0.0

    def of(self, course: Course) -> Recommender:
        """The recommender that serves this course."""
        best = to_serve(self.folder / course.id, course)
        return Explorer(best, self.explore) if self.explore else best
