"""The constants of the diagnostic's field, fitted: `python -m benchmarks.placement [--quick] [--seeds 3]`.

Simulated learners of both example courses answer random questions; `FieldSettings` (models/learners/field.py) are those
under which the answers are the most likely (the marginal likelihood that assumed-density filtering adds up), by
Nelder–Mead from a start by hand. What the learners know takes no part, so the same could be done with real diagnostics.
Half of the learners are `placed`, half have `studied` (benchmarks/examinees.py). Seeds begin at 1000: no learner and no
question is one of `benchmarks.cat`. κ is held at what the code has: left free it wandered from .004 to .12 between
seeds for .0003 of log probability an answer. The constants of the answer curve are benchmarks/population's.

Figures: CONSTANT and CONSTANT_sd over seeds, evidence.fitted and evidence.now: mean log probability of an answer under
what each seed fitted and under the defaults in the code; error.… what the level is wrong by then, for information.
"""

import asyncio
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from benchmarks.examinees import KINDS, Examinees, examinees
from benchmarks.report import Report
from benchmarks.stage import course_arrays
from models.course import Course, Ints
from models.learners.field import FieldSettings, field_of
from models.learners.placement import Placement

COURSES = ("english", "metacademy")
FIRST_SEED = 1000
NAMES = tuple(field.name for field in fields(FieldSettings) if field.name != "stiffness")
STARTING = FieldSettings(start=2.0, decline=10.0, general=2.5, graph=1.5, own=0.5)
STEP = np.array([1.0, 2.0, 0.4, 0.5, 0.8])
"""Of the first simplex; `start` and `decline` as they are, the others in logarithms."""


@dataclass(frozen=True, eq=False)
class Sitting:
    """Learners of one course and kind, and the questions that each is asked (B, T)."""

    course: Course
    group: Examinees
    asked: Ints


def main() -> None:
    """Fit by seed, print, write."""
    options = arguments()
    settings = {"learners": options.learners, "questions": options.questions, "evaluations": options.evaluations}
    report = Report("placement", quick=options.quick, settings=settings | {"seeds": options.seeds})
    courses = [course for name in options.course if (course := asyncio.run(course_arrays(name)))]
    found, scores = [], []
    for seed in range(FIRST_SEED, FIRST_SEED + options.seeds):
        sittings = [sitting(course, kind, options, seed) for course in courses for kind in KINDS]
        best = fit(sittings, options.evaluations)
        found.append([getattr(best, name) for name in NAMES])
        scores.append([*score(sittings, best), *score(sittings, FieldSettings())])
        print(f"seed {seed}: {best}, evidence, error {scores[-1]}", flush=True)
    for name, values in zip(NAMES, np.transpose(found), strict=True):
        report.figures[name] = round(float(values.mean()), 4)
        report.figures[f"{name}_sd"] = round(float(values.std(ddof=1)), 4) if len(values) > 1 else 0.0
    names = ("evidence.fitted", "error.fitted", "evidence.now", "error.now")
    report.figures |= dict(zip(names, np.round(np.mean(scores, axis=0), 4).tolist(), strict=True))
    report.table("the field of the diagnostic", [{"figure": k, "value": v} for k, v in report.figures.items()])
    report.write()


def arguments() -> Namespace:
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


def sitting(course: Course, kind: str, options: Namespace, seed: int) -> Sitting:
    """Random questions over the whole course."""
    group = examinees(course, kind, options.learners, seed)
    order = np.random.default_rng(seed).random(group.right.shape).argsort(axis=1)
    return Sitting(course, group, order[:, : options.questions])


def fit(sittings: list[Sitting], evaluations: int) -> FieldSettings:
    """The settings of the highest evidence."""
    start = _free(STARTING)
    simplex = np.vstack([start, start + np.diag(STEP)])
    limits = {"maxfev": evaluations, "initial_simplex": simplex, "xatol": 0.01, "fatol": 1e-6}
    found = minimize(lambda free: -score(sittings, _settings(free))[0], start, method="Nelder-Mead", options=limits)
    return _settings(found.x)


def score(sittings: list[Sitting], settings: FieldSettings) -> tuple[float, float]:
    """Mean log probability of an answer, and root mean square error of the level at the end."""
    evidence, square = [], []
    for each in sittings:
        course, group = each.course, each.group
        placement = Placement(field_of(course, np.arange(course.points), settings), group.questions)
        belief, rows = placement.start(len(each.asked)), np.arange(len(each.asked))
        for asked in each.asked.T:
            belief = placement.update(belief, asked, group.right[rows, asked])
        evidence.append(float(belief.evidence.mean()) / each.asked.shape[1])
        square.append(float(((placement.estimate(belief).level - group.knowledge) ** 2).mean()))
    return float(np.mean(evidence)), float(np.sqrt(np.mean(square)))


def _free(settings: FieldSettings) -> NDArray[np.float64]:
    values = np.array([getattr(settings, name) for name in NAMES])
    return np.concatenate([values[:2], np.log(values[2:])])


def _settings(free: NDArray[np.float64]) -> FieldSettings:
    return FieldSettings(*np.concatenate([free[:2], np.exp(free[2:])]).tolist())


if __name__ == "__main__":
    main()
