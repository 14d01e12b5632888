"""What training and walking ask of a world of simulated learners: three kinds of world, one contract.

`models.environment.LearnerVectorEnv` is our parametric simulator on a course; `models.practice.PracticeWorld` lets
students of any kind (KSS, a knowledge-tracing model fitted to real logs) practise a set of skills. B learners abreast.
What `observe` shows is what a tutor can know: estimates, answers, the graph, the goal.
"""

from typing import Any, Protocol

from models.course import Course as Course
from models.course import Flags, Floats, Ints
from models.recommender import Observation as Observation


class World(Protocol):
    """B simulated learners of one course."""

    course: Course

    def reset(self, *, seed: int | list[int | None] | None = None) -> Any:
        """New learners everywhere; `seed` makes the whole run repeatable."""
        ...

    def observe(self) -> Observation:
        """What a tutor knows; the mask holds whoever has no candidate left only where the episode is over."""
        ...

    def advance(self, actions: Ints) -> tuple[Floats, Flags, Flags]:
        """Everybody does the resource `actions` (B,). Returns reward, ended and goal reached, each (B,)."""
        ...

    def restart(self, ended: Flags) -> None:
        """New learners where an episode has ended, (B,)."""
        ...

    def state(self) -> dict[str, Any]:
        """Everything that changes."""
        ...

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from `state`."""
        ...
