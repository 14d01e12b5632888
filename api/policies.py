"""Who recommends on a course: every strategy by name, and the one that its evaluation chose."""

from dataclasses import dataclass
from pathlib import Path

from api.line_up import LineUp
from models.cascade import Cascade
from models.exploration import Explorer
from models.shelf import Catalogue, Course, Strategies
from models.strategies import DEFAULT

LAST = "curriculum"
"""Asked where everything else failed."""


@dataclass(frozen=True)
class Policies:
    """policies/COURSE and rankers/COURSE in the folder `home`; `explore`: share of decisions that explore."""

    home: Path
    explore: float = 0.0

    def strategies(self, course: Course, catalogue: Catalogue | None = None) -> Strategies:
        """What can recommend on this course."""
        return Strategies(course, self.policies(course.id), self.rankers(course.id), catalogue)

    def policies(self, course: str) -> Path:
        """The folder of a course's trained policies."""
        return self.home / "policies" / course

    def rankers(self, course: str) -> Path:
        """The folder of a course's fitted rankers."""
        return self.home / "rankers" / course

    def of(self, course: Course, catalogue: Catalogue | None = None) -> LineUp:
        """What serves this course."""
        strategies = self.strategies(course, catalogue)
        order = tuple(dict.fromkeys([strategies.best(), DEFAULT, LAST]))
        if self.explore:
            strategies.made[order[0]] = Explorer(strategies.make(order[0]), self.explore)
        made = [strategies.make(name) for name in order]
        return LineUp(strategies, order, made[0] if len(order) == 2 else Cascade(made))
