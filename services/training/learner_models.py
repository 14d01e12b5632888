"""Fit learner models to a course's answers, from its graph or from log files, measure them and save them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from graph.catalogue import read_course_rows
from graph.connection import Graph
from graph.courses.records import CourseProblem
from graph.learners.history import read_course_answers
from graph.learners.log_files import RawAnswer, read_answer_files
from models.knowledge_tracing.cleaning import clean_answers
from models.knowledge_tracing.registry import (
    HELD_OUT_SHARE,
    FittedLearnerModel,
    fit_learner_models,
    get_learner_model_class,
    save_learner_model,
)
from services.courses.learner_models import GAIN, MEASURED, SIGNIFICANCE_LEVEL, LearnerModelStore, choose_best_model


@dataclass(frozen=True)
class FitSummary:
    """The fitted and measured models, their folder, and the model in charge of the course now, and why."""

    report: str
    fitted: list[FittedLearnerModel]
    folder: Path
    chosen: str
    why: str


def fit_course(
    tracers: LearnerModelStore,
    course: tuple[str, Sequence[str]],
    answers: list[RawAnswer],
    names: Sequence[str],
    seed: int = 0,
    report: Callable[[str], None] = lambda name: None,
) -> FitSummary:
    """Fit, measure and save models of a `course` (id, point ids) from answers; `report` is called with each step.

    Raises `Invalid` for a name that no model has, before anything is fitted.
    """
    for name in names:
        get_learner_model_class(name)
    id, points = course
    log, found = clean_answers(answers, points)
    folder = tracers.folder / id
    fitted = []
    for each in fit_learner_models(names, log, seed, report):
        save_learner_model(each.model, folder / each.model.name, each.figures)
        fitted.append(each)
    return FitSummary(str(found), fitted, folder, *_choose_model(tracers, id))


def _choose_model(tracers: LearnerModelStore, course: str) -> tuple[str, str]:
    if tracers.name != MEASURED:
        return tracers.name, "LEARNER_MODEL says so, unless the course has a `learnerModel` of its own"
    chosen, held_out = choose_best_model(tracers.load_fitted(course)), f"{HELD_OUT_SHARE:.0%} of the learners, held out"
    if chosen == GAIN:
        return chosen, f"no other model was measured to be better (p < {SIGNIFICANCE_LEVEL}) on {held_out}"
    return chosen, f"the smallest log loss on {held_out}"


async def read_training_answers(
    graph: Graph, course: str, log: Path | None
) -> tuple[list[str], list[RawAnswer], list[CourseProblem]]:
    """Read the course's point ids, the answers in a file or folder (else the graph's), and what could not be read.

    Raises `NotFound` for the course.
    """
    points = [row["id"] for row in (await read_course_rows(graph, course)).points]
    if log is None:
        return points, await read_course_answers(graph, course), []
    return points, *read_answer_files(log)
