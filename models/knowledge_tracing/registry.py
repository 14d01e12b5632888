"""The learner models by name, their fit and comparison on a log, and fitted ones on disk.

A model's module is imported when it is asked for. On disk a model is a folder (`models.storage`) with `learner.json`:
name, skills, items, notes, when, figures.

Several models are fitted to one log, measured on learners held out of the fit, and then fitted to all of it. A model
counts as better than the platform's own, `gain`, where its log loss is smaller over the held-out learners, one mean per
learner, by a paired one-sided t-test: answers of one learner are not independent.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import ttest_rel

from graph.errors import Invalid
from models import storage
from models.knowledge_tracing.answer_log import AnswerLog
from models.knowledge_tracing.base import LearnerModel
from models.knowledge_tracing.evaluation import MIN_CHANCE, PredictionScores, score_predictions

HEADER_FILE = "learner.json"
HELD_OUT_SHARE = 0.2
"""Share of the learners whose answers the models are scored on."""
REFERENCE_MODEL = "gain"
_NO_SCORES = PredictionScores(*[float("nan")] * len(PredictionScores._fields))


class LearnerModelEntry(NamedTuple):
    """Module and class of a model, one sentence about it, and whether it needs dated answers."""

    module: str
    attribute: str
    about: str
    needs_clock: bool = False


LEARNER_MODELS: dict[str, LearnerModelEntry] = {
    "share": LearnerModelEntry(
        "models.knowledge_tracing.baseline",
        "ShareModel",
        "The share of right answers to each skill: what others must beat.",
    ),
    "gain": LearnerModelEntry(
        "models.knowledge_tracing.gain", "Gain", "Gain, propagation and forgetting with rates fitted to the log."
    ),
    "bkt": LearnerModelEntry(
        "models.knowledge_tracing.bkt", "BKT", "Bayesian Knowledge Tracing, four parameters a skill, by exact EM."
    ),
    "bkt_forget": LearnerModelEntry(
        "models.knowledge_tracing.bkt", "ForgettingBKT", "The same with a rate of forgetting for each skill."
    ),
    "pfa": LearnerModelEntry(
        "models.knowledge_tracing.logistic", "PFA", "Performance factors: skill, right and wrong answers so far."
    ),
    "best_lr": LearnerModelEntry(
        "models.knowledge_tracing.logistic", "BestLR", "Logistic regression on item, skill, counts and recent answers."
    ),
    "dkt": LearnerModelEntry(
        "models.knowledge_tracing.dkt", "DKT", "Deep Knowledge Tracing: a recurrent network (takes minutes to fit)."
    ),
    "simplekt": LearnerModelEntry(
        "models.knowledge_tracing.simplekt", "SimpleKT", "Attention over the last 100 answers (takes minutes to fit)."
    ),
    "irt_1pl": LearnerModelEntry(
        "models.knowledge_tracing.irt", "OneParameter", "Item response: one ability, item difficulties."
    ),
    "irt_2pl": LearnerModelEntry(
        "models.knowledge_tracing.irt", "TwoParameter", "The same with each item's discrimination."
    ),
    "irt_3pl": LearnerModelEntry("models.knowledge_tracing.irt", "ThreeParameter", "The same with guessing."),
    "fsrs": LearnerModelEntry(
        "models.knowledge_tracing.fsrs",
        "FSRS",
        "FSRS-6: stability and difficulty of each point, recall now, when to review.",
        True,
    ),
}
"""The learner models by name, in the order of `lodestar learners`."""


class SavedLearnerModel(NamedTuple):
    """A model read from disk, its version, the time of its fit (UTC) and the figures measured then.

    `version` changes with the parameters.
    """

    model: LearnerModel
    version: str
    fitted_at: datetime
    figures: Mapping[str, float]


def get_learner_model_class(name: str) -> type[LearnerModel]:
    """Return the class called `name`; raise `Invalid` for a name that is not listed."""
    if name not in LEARNER_MODELS:
        raise Invalid(f"There is no learner model {name!r}; there are {', '.join(LEARNER_MODELS)}.", "LEARNER_MODEL")
    found: type[LearnerModel] = getattr(import_module(LEARNER_MODELS[name].module), LEARNER_MODELS[name].attribute)
    return found


def save_learner_model(model: LearnerModel, folder: Path, figures: Mapping[str, float] | None = None) -> None:
    """Write a fitted model to `folder`, replacing the one that is there."""
    storage.save_model(model, folder / HEADER_FILE, {"skills": model.skills, "items": model.items}, figures)


def load_learner_model(folder: Path) -> SavedLearnerModel:
    """Read the model in `folder`. Raise `SetupFailed` where there is none or it cannot be read."""
    missing = f"There is no fitted learner model in {folder}. Fit one: lodestar learners fit"
    found = storage.load_model(folder / HEADER_FILE, ("skills", "items"), missing)
    kind = get_learner_model_class(found.name)
    model = kind.from_parameters(found.read_texts("skills"), found.read_texts("items"), found.parameters)
    model.notes = found.read_texts("notes")
    return SavedLearnerModel(model, found.version, found.fitted_at, found.figures)


@dataclass(frozen=True)
class FittedLearnerModel:
    """A model fitted to the whole log, with the scores on held-out learners of the same model fitted to the others.

    Attributes:
        p: p-value of a log loss smaller than that of `gain`; NaN where there are too few learners.
        seconds: of the fit.
    """

    model: LearnerModel
    scores: PredictionScores
    p: float
    seconds: float

    @property
    def figures(self) -> dict[str, float]:
        """Figures as they are stored with the model, without NaN."""
        named = self.scores._asdict() | {"better_p": self.p, "fit_s": self.seconds}
        return {name: float(value) for name, value in named.items() if np.isfinite(value)}


def split_learners(log: AnswerLog, seed: int = 0) -> tuple[AnswerLog, AnswerLog]:
    """Split off HELD_OUT_SHARE of the learners; a log of fewer than two learners has no held-out ones."""
    order = np.random.default_rng(seed).permutation(len(log.learners))
    count = max(1, round(HELD_OUT_SHARE * len(order))) if len(order) > 1 else 0
    return log.take(np.sort(order[count:])), log.take(np.sort(order[:count]))


def fit_learner_models(
    names: Sequence[str], log: AnswerLog, seed: int = 0, report: Callable[[str], None] = lambda name: None
) -> Iterator[FittedLearnerModel]:
    """Fit and score one model after the other; `report` is called with each name before its fit."""
    training, held_out = split_learners(log, seed)
    usual = compute_learner_losses(
        get_learner_model_class(REFERENCE_MODEL).fit(training, seed).replay(held_out), held_out
    )
    for name in names:
        report(name)
        kind, began = get_learner_model_class(name), perf_counter()
        measured = kind.fit(training, seed)
        seconds = perf_counter() - began
        chance = measured.replay(held_out)
        found = score_predictions(chance, held_out.right) if len(held_out.right) else _NO_SCORES
        yield FittedLearnerModel(
            kind.fit(log, seed), found, _test_smaller(compute_learner_losses(chance, held_out), usual), seconds
        )


def compute_learner_losses(chance: NDArray[np.floating], log: AnswerLog) -> NDArray[np.float64]:
    """Return the mean log loss of each learner who gave an answer, (B,)."""
    loss = -np.log(np.clip(np.where(log.right, chance, 1 - chance), MIN_CHANCE, 1))
    answered = log.lengths > 0
    sums = np.bincount(log.learner, weights=loss, minlength=len(log.learners))
    return np.asarray(sums[answered] / log.lengths[answered])


def _test_smaller(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    if len(one) < 2 or np.allclose(one, other):
        return float("nan")
    return float(ttest_rel(one, other, alternative="less").pvalue)
