"""Fitting learner models to a course: the answers come from its graph or from a log that somebody brings."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from api.tracers import CHANCE, GAIN, MEASURED, Tracers, best
from graph.answer_files import RawAnswer
from models.learners.cleaning import clean
from models.learners.fitting import HELD_OUT, Fitted, fit_all
from models.learners.registry import learner_model, save


@dataclass(frozen=True)
class Fits:
    """What was fitted and measured, where it lies, and who is in charge of the course now, and why."""

    report: str
    fitted: list[Fitted]
    folder: Path
    chosen: str
    why: str


def fit_course(
    tracers: Tracers,
    course: tuple[str, Sequence[str]],
    answers: list[RawAnswer],
    names: Sequence[str],
    seed: int = 0,
    report: Callable[[str], None] = lambda name: None,
) -> Fits:
    """Fit, measure and save models of a `course` (id, point ids) from answers; `report` hears of each step.

    Raises `Invalid` for a name that no model has, before anything is fitted.
    """
    for name in names:
        learner_model(name)
    id, points = course
    log, found = clean(answers, points)
    folder = tracers.folder / id
    fitted = []
    for each in fit_all(names, log, seed, report):
        save(each.model, folder / each.model.name, each.figures)
        fitted.append(each)
    return Fits(str(found), fitted, folder, *_chosen(tracers, id))


def _chosen(tracers: Tracers, course: str) -> tuple[str, str]:
    if tracers.name != MEASURED:
        return tracers.name, "LEARNER_MODEL says so, unless the course has a `learnerModel` of its own"
    chosen, held_out = best(tracers.fitted(course)), f"{HELD_OUT:.0%} of the learners, held out"
    if chosen == GAIN:
        return chosen, f"no other model was measured to be better (p < {CHANCE}) on {held_out}"
    return chosen, f"the smallest log loss on {held_out}"
