"""Fitted learner models on disk, and the choice of the one in charge of a course; loads no torch.

LEARNER_MODEL names it, or the course's own setting `learnerModel`. `gain` is the platform's own state model; fitted, it
brings its rates. `measured` is, of the models that were better than `gain` on held-out learners when they were fitted
(p < .05), the one with the smallest log loss.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from graph.errors import Invalid, SetupFailed
from models.course import Course
from models.knowledge_tracing.base import ServedLearnerModel
from models.knowledge_tracing.gain import Gain
from models.knowledge_tracing.registry import LEARNER_MODELS, SavedLearnerModel, load_learner_model
from models.knowledge_tracing.state import Rates

MEASURED, GAIN = "measured", "gain"
SIGNIFICANCE_LEVEL = 0.05
UNSERVED_MODELS = ("share",)
"""Models that ignore the learner: baselines, never served."""
_RATE_SETTINGS = {
    "gain_right": "gainRight",
    "gain_wrong": "gainWrong",
    "propagation": "propagation",
    "forgetting": "forgetting",
}

logger = logging.getLogger("lodestar")


@dataclass(frozen=True)
class LearnerModelStore:
    """Fitted models in `folder`/COURSE/MODEL, and the name that LEARNER_MODEL gives.

    Raises `Invalid` for a name that no model has.
    """

    folder: Path
    name: str = MEASURED

    def __post_init__(self) -> None:
        if self.name not in (MEASURED, *LEARNER_MODELS):
            known = ", ".join((MEASURED, *LEARNER_MODELS))
            raise Invalid(
                f"There is no learner model {self.name!r}. LEARNER_MODEL is one of: {known}.", "LEARNER_MODEL"
            )

    def attach(self, course: Course, settings: Mapping[str, Any]) -> Course:
        """Return the course with its learner model in charge; `gain` where the chosen one is not fitted."""
        name = str(settings.get("learnerModel") or self.name)
        saved = self.load_fitted(course.id)
        if name == MEASURED:
            name = choose_best_model(saved)
        if name != GAIN and name not in saved:
            logger.warning("%s is no fitted model of course %s: lodestar learners fit %s", name, course.id, course.id)
            name = GAIN
        if name == GAIN:
            return replace(course, rates=_merge_rates(course, settings, saved.get(GAIN)), learner_model=None)
        return replace(course, learner_model=ServedLearnerModel(saved[name].model, saved[name].version))

    def load_fitted(self, course: str) -> dict[str, SavedLearnerModel]:
        """Load the fitted models of a course, by name; one that cannot be read is left out, with a warning."""
        found = {}
        for name in LEARNER_MODELS:
            if (self.folder / course / name).is_dir():
                try:
                    found[name] = load_learner_model(self.folder / course / name)
                except SetupFailed as error:
                    logger.warning("%s", error)
        return found


def choose_best_model(saved: Mapping[str, SavedLearnerModel]) -> str:
    """Return, of the models measured to be better than `gain`, the one with the smallest log loss; else `gain`."""
    losses = {
        name: one.figures["log_loss"]
        for name, one in saved.items()
        if name not in UNSERVED_MODELS and one.figures.get("better_p", 1.0) < SIGNIFICANCE_LEVEL
    }
    return min(losses, key=lambda name: losses[name], default=GAIN)


def _merge_rates(course: Course, settings: Mapping[str, Any], saved: SavedLearnerModel | None) -> Rates:
    """Return the fitted rates, but for those that the course sets itself."""
    if saved is None or not isinstance(saved.model, Gain) or "profile" in settings:
        return course.rates
    own = {name for name, key in _RATE_SETTINGS.items() if settings.get(key) is not None}
    fitted = {one.name: getattr(saved.model.rates, one.name) for one in fields(course.rates)}
    return replace(course.rates, **{name: fitted[name] for name in _RATE_SETTINGS if name not in own})
