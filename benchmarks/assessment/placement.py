"""Fit the constants of the diagnostic's field: `python -m benchmarks.assessment.placement [--quick] [--seeds 3]`.

Simulated learners of both example courses answer random questions. The fitted `GaussianFieldSettings` maximise the
likelihood of the answers (the marginal likelihood that assumed-density filtering adds up), by Nelder–Mead from a start
chosen by hand. The hidden knowledge is not used, so the same could be done with real diagnostics. Half of the learners
are `placed`, half have `studied` (benchmarks/assessment/examinees.py). Seeds begin at 1000: no learner and no question
is one of benchmarks/assessment/cat.py. κ is held at the value in the code: left free it moved from .004 to .12 between
seeds for .0003 of log probability an answer. The constants of the answer curve come from
benchmarks/knowledge_tracing/population.py.

Figures: CONSTANT and CONSTANT_sd over seeds; evidence.fitted and evidence.now: mean log probability of an answer under
the fitted settings and under the defaults in the code; error.…: error of the level then, for information.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.assessment.examinees import LEARNER_KINDS, Examinees, draw_examinees
from benchmarks.report import Report
from benchmarks.stage import read_stage_arrays
from models.arrays import Ints
from models.assessment.placement import GaussianFieldSettings, Placement, build_gaussian_field
from models.course import Course

COURSES = ("english", "metacademy")
FIRST_SEED = 1000
FITTED_SETTINGS = tuple(field.name for field in fields(GaussianFieldSettings) if field.name != "stiffness")
FIGURE_NAMES = {"general_sd": "general", "graph_sd": "graph", "point_sd": "own"}
"""Figures of settings whose names would read as the spread of another one."""

INITIAL_SETTINGS = GaussianFieldSettings(start=2.0, decline=10.0, general_sd=2.5, graph_sd=1.5, point_sd=0.5)
STEP = np.array([1.0, 2.0, 0.4, 0.5, 0.8])
"""Of the first simplex; `start` and `decline` as they are, the others in logarithms."""


@dataclass(frozen=True, eq=False)
class AnswerSample:
    """Learners of one course and kind, and the questions that each is asked (B, T)."""

    course: Course
    group: Examinees
    asked: Ints


def main() -> None:
    """Fit by seed, print, write."""
    options = parse_arguments()
    settings = {"learners": options.learners, "questions": options.questions, "evaluations": options.evaluations}
    report = Report("placement", quick=options.quick, settings=settings | {"seeds": options.seeds})
    courses = [course for name in options.course if (course := asyncio.run(read_stage_arrays(name)))]
    found, scores = [], []
    for seed in range(FIRST_SEED, FIRST_SEED + options.seeds):
        sittings = [draw_answers(course, kind, options, seed) for course in courses for kind in LEARNER_KINDS]
        best = fit_field(sittings, options.evaluations)
        found.append([getattr(best, name) for name in FITTED_SETTINGS])
        scores.append([*score_field(sittings, best), *score_field(sittings, GaussianFieldSettings())])
        print(f"seed {seed}: {best}, evidence, error {scores[-1]}", flush=True)
    for setting, values in zip(FITTED_SETTINGS, np.transpose(found), strict=True):
        name = FIGURE_NAMES.get(setting, setting)
        report.figures[name] = round(float(values.mean()), 4)
        report.figures[f"{name}_sd"] = round(float(values.std(ddof=1)), 4) if len(values) > 1 else 0.0
    names = ("evidence.fitted", "error.fitted", "evidence.now", "error.now")
    report.figures |= dict(zip(names, np.round(np.mean(scores, axis=0), 4).tolist(), strict=True))
    report.table("the field of the diagnostic", [{"figure": k, "value": v} for k, v in report.figures.items()])
    report.write()


def parse_arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, one course, few steps")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--learners", type=int, default=100, help="a course, kind and seed")
    parser.add_argument("--questions", type=int, default=40, help="that each learner is asked")
    parser.add_argument("--evaluations", type=int, default=80)
    parser.add_argument("--course", nargs="*", default=COURSES, choices=COURSES)
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.learners, options.evaluations, options.course = 1, 30, 40, ["english"]
    return options


def draw_answers(course: Course, kind: str, options: Namespace, seed: int) -> AnswerSample:
    """Random questions over the whole course."""
    group = draw_examinees(course, kind, options.learners, seed)
    order = np.random.default_rng(seed).random(group.right.shape).argsort(axis=1)
    return AnswerSample(course, group, order[:, : options.questions])


def fit_field(sittings: list[AnswerSample], evaluations: int) -> GaussianFieldSettings:
    """The settings of the highest evidence."""
    start = _free(INITIAL_SETTINGS)
    simplex = np.vstack([start, start + np.diag(STEP)])
    limits = {"maxfev": evaluations, "initial_simplex": simplex, "xatol": 0.01, "fatol": 1e-6}
    found = minimize(
        lambda free: -score_field(sittings, _settings(free))[0], start, method="Nelder-Mead", options=limits
    )
    return _settings(found.x)


def score_field(sittings: list[AnswerSample], settings: GaussianFieldSettings) -> tuple[float, float]:
    """Mean log probability of an answer, and root mean square error of the level at the end."""
    evidence, square = [], []
    for each in sittings:
        course, group = each.course, each.group
        placement = Placement(build_gaussian_field(course, np.arange(course.points), settings), group.questions)
        belief, rows = placement.start(len(each.asked)), np.arange(len(each.asked))
        for asked in each.asked.T:
            belief = placement.update(belief, asked, group.right[rows, asked])
        evidence.append(float(belief.evidence.mean()) / each.asked.shape[1])
        square.append(float(((placement.estimate(belief).level - group.knowledge) ** 2).mean()))
    return float(np.mean(evidence)), float(np.sqrt(np.mean(square)))


def _free(settings: GaussianFieldSettings) -> NDArray[np.float64]:
    values = np.array([getattr(settings, name) for name in FITTED_SETTINGS])
    return np.concatenate([values[:2], np.log(values[2:])])


def _settings(free: NDArray[np.float64]) -> GaussianFieldSettings:
    return GaussianFieldSettings(*np.concatenate([free[:2], np.exp(free[2:])]).tolist())


if __name__ == "__main__":
    main()
