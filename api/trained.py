"""What was trained and fitted for courses, on disk: policies and learner models."""

from dataclasses import dataclass
from pathlib import Path

from api.policies import Policies
from api.tracers import MEASURED, Tracers


@dataclass(frozen=True)
class Trained:
    """policies/COURSE, rankers/COURSE/NAME and learners/COURSE/MODEL in the folder `home`.

    Attributes:
        learner_model: as LEARNER_MODEL has it.
        explore: as EXPLORE has it.
    """

    home: Path
    learner_model: str = MEASURED
    explore: float = 0.0

    @property
    def policies(self) -> Policies:
        """Who recommends."""
        return Policies(self.home, self.explore)

    @property
    def tracers(self) -> Tracers:
        """Who estimates mastery."""
        return Tracers(self.home / "learners", self.learner_model)


__all__ = ["Policies", "Tracers", "Trained"]
