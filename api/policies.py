"""Who recommends on a course: every strategy by name, and the one that its evaluation chose."""

from dataclasses import dataclass
from pathlib import Path

from models.cascade import Cascade

from models.exploration import Explorer, Recommender
from models.strategies import DEFAULT, Catalogue, Course, Strategies

LAST = "curriculum"
"""Asked where everything else failed."""


@dataclass(frozen=True)
class Chosen:
    """The strategies of a course; `order`: who is asked, the course's own first; `recommender`: the own one."""

    strategies: Strategies
    order: tuple[str, ...]
    recommender: Recommender


@dataclass(frozen=True)
class Policies:
    """policies/COURSE and rankers/COURSE in the folder `home`; `explore`: share of decisions that explore."""

    home: Path
    explore: float = 0.0

    def of(self, course: Course, catalogue: Catalogue | None = None) -> Chosen:
        """What serves this course."""
        strategies = Strategies(
            course, self.home / "policies" / course.id, self.home / "rankers" / course.id, catalogue
        )
        order = tuple(dict.fromkeys([strategies.best(), DEFAULT, LAST]))
        if self.explore:
            strategies.made[order[0]] = Explorer(strategies.make(order[0]), self.explore)
        made = [strategies.make(name) for name in order]
        return Chosen(strategies, order, made[0] if len(order) == 2 else Cascade(made))
