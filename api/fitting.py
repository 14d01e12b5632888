"""Fitting learner models to a course: the answers come from its graph or from a log that somebody brings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.tracers import MEASURED, Tracers
from graph.answer_files import RawAnswer
from graph.errors import Invalid
from models.learners.cleaning import clean
from models.learners.fitting import Fitted, fit_all, split
from models.learners.log import AnswerLog
from models.learners.registry import learner_model, save


@dataclass(frozen=True)
class Fits:
    """What was fitted and measured, on how many held-out learners, where it lies, and who is in charge now."""

    fitted: list[Fitted]
    held_out: int
    folder: Path
