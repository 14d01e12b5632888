"""The learner models there are, by name; and fitted ones on disk. A model's module is imported when it is asked for.

On disk a model is a folder (`models/stored.py`) with `learner.json`: name, skills, items, notes, when, figures.
"""

from collections.abc import Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from graph.errors import Invalid
from models import stored
from models.learners.contract import LearnerModel

HEADER = "learner.json"


class Entry(NamedTuple):
    """Where a model is, what it is in one sentence, and whether it says nothing without dated answers."""

    module: str
    attribute: str
    about: str
    needs_clock: bool = False


MODELS: dict[str, Entry] = {
    "share": Entry(
        "models.learners.baseline", "ShareModel", "The share of right answers to each skill: what others must beat."
    ),
    "gain": Entry("models.learners.gain", "Gain", "Gain, propagation and forgetting with rates fitted to the log."),
    "bkt": Entry("models.learners.bkt", "BKT", "Bayesian Knowledge Tracing, four parameters a skill, by exact EM."),
    "bkt_forget": Entry("models.learners.bkt", "ForgettingBKT", "The same with a rate of forgetting for each skill."),
    "pfa": Entry("models.learners.logistic", "PFA", "Performance factors: skill, right and wrong answers so far."),
    "best_lr": Entry(
        "models.learners.logistic", "BestLR", "Logistic regression on item, skill, counts and recent answers."
    ),
    "dkt": Entry("models.learners.dkt", "DKT", "Deep Knowledge Tracing: a recurrent network (takes minutes to fit)."),
    "simplekt": Entry(
        "models.learners.simplekt", "SimpleKT", "Attention over the last 100 answers (takes minutes to fit)."
    ),
    "irt_1pl": Entry("models.learners.item_response", "OneParameter", "Item response: one ability, item difficulties."),
    "irt_2pl": Entry("models.learners.item_response", "TwoParameter", "The same with each item's discrimination."),
    "irt_3pl": Entry("models.learners.item_response", "ThreeParameter", "The same with guessing."),
    "fsrs": Entry(
        "models.learners.memory",
        "FSRS",
        "FSRS-6: stability and difficulty of each point, recall now, when to review.",
        True,
    ),
}
"""In the order that `lodestar learners` lists them."""


class Saved(NamedTuple):
    """A model read from disk, with the notes of its fit, when that was (UTC) and what was measured of it then.

    `version` changes with the parameters.
    """

    model: LearnerModel
    version: str
    when: datetime
    figures: Mapping[str, float]


def learner_model(name: str) -> type[LearnerModel]:
    """The class called `name`; raises `Invalid` for a name that is not listed."""
    if name not in MODELS:
        raise Invalid(f"There is no learner model {name!r}; there are {', '.join(MODELS)}.", "LEARNER_MODEL")
    found: type[LearnerModel] = getattr(import_module(MODELS[name].module), MODELS[name].attribute)
    return found


def save(model: LearnerModel, folder: Path, figures: Mapping[str, float] | None = None) -> None:
    """Write a fitted model to `folder` in place of the one that is there."""
    stored.save(model, folder / HEADER, {"skills": model.skills, "items": model.items}, figures)


def load(folder: Path) -> Saved:
    """The model in `folder`. Raises `SetupFailed` where there is none or it cannot be read."""
    missing = f"There is no fitted learner model in {folder}. Fit one: lodestar learners fit"
    found = stored.load(folder / HEADER, ("skills", "items"), missing)
    skills, items, notes = (tuple(found.header[name]) for name in ("skills", "items", "notes"))
    model = learner_model(found.header["name"]).from_parameters(skills, items, found.parameters)
    model.notes = notes
    return Saved(model, found.version, found.when, found.figures)
