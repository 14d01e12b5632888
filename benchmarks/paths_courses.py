"""Paths on the example courses: `python -m benchmarks.paths_courses [--quick] [--seeds 3] [--processes 2]`.

Every rung, the learned variants, and a planner that sees truth (an upper bound) on the same held-out learners; what
pruning keeps, swept without retraining; the learner model's constants; what the prerequisite constraint costs (switched
off for the test only, the policy not retrained); learners unlike those of practice. Called by `benchmarks.paths`.

Figures: COURSE.RUNG.ep, .ep_sd, .steps, .minutes, .reached, .violations, .ms, .of_planner (share of the
best planner's E_p), .saved_steps, .saved_minutes (share of mastery sequencing's), .behind (the whole policy's advantage
in E_p) and .ep_p, .steps_p, .minutes_p; RUNG_free, RUNG_paper and RUNG_no_propagation in those worlds;
unlike.POPULATION.COURSE.RUNG.ep and .drop.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from benchmarks.paths_courses_places import PLAN, SWEEP, Place, measured, places
from benchmarks.paths_courses_runs import COURSES as COURSES
from benchmarks.paths_courses_runs import VARIANTS, course_of, is_trained, train_one, trained
from benchmarks.paths_courses_tables import USUAL, Line, figures, rows
from benchmarks.paths_unlike import UNLIKE, table
from benchmarks.report import Report

T = TypeVar("T")
TABLES: dict[str, list[tuple[str, str]]] = {
    "the ladder and the planner": [(USUAL, rung) for rung in PLAN[USUAL] if rung not in SWEEP],
    "what pruning keeps": [(USUAL, rung) for rung in ("lodestar", *SWEEP)],
    "the learner model's constants": [
        *[(USUAL, rung) for rung in ("random", "mastery", "needed", "lodestar")],
        *[(where, rung) for where in ("no_propagation", "paper") for rung in PLAN[where]],
    ],
    "without the prerequisite filter": [(where, rung) for where in ("free", USUAL) for rung in PLAN["free"]],
}


def courses(report: Report, options: Namespace) -> None:
    """Train what is missing, measure, print, and add to the report's figures.

    Of the options: seeds, steps (None for the usual number), processes, no_training; `world` names the courses.
    """
    learners = getattr(options, "learners", 500)
    asked = [name for name in COURSES if name in options.world]
    there = [name for name in asked if course_of(name)]
    if len(there) < len(asked):
        print(f"skipped {set(asked) - set(there)}: the files are missing")
    if not options.no_training:
        _spread(train_one, missing(there, options), options.processes)
    for name in there:
        lines = lines_of(places(name, options.seeds, learners, options.steps), options.processes)
        tell(report, name, lines)


def missing(names: list[str], options: Namespace) -> list[tuple[str, str, int, int | None]]:
    """What is to be trained: course, variant, seed and steps, see `train_one`."""
    jobs = [
        (name, variant, seed, options.steps) for name in names for seed in range(options.seeds) for variant in VARIANTS
    ]
    return [(name, *rest) for name, *rest in jobs if (course := course_of(name)) and not is_trained(course, *rest)]


def lines_of(asked: list[Place], processes: int) -> dict[tuple[str, str], Line]:
    """What was measured, by where and rung; a rung that is not trained for every seed is left out."""
    found: dict[tuple[str, str], Line] = {}
    for place, result in zip(asked, _spread(measured, [(place,) for place in asked], processes), strict=True):
        line = found.setdefault((place.where, place.rung), Line([], []))
        line.parts.append(result)
        course = course_of(place.course)
        if place.rung in VARIANTS and course:
            line.seconds.append(trained(course, place.rung, place.seed, place.steps)[1])
    seeds = 1 + max(place.seed for place in asked)
    return {key: line for key, line in found.items() if len(line.parts) == seeds}


def tell(report: Report, name: str, lines: dict[tuple[str, str], Line]) -> None:
    """Tables and figures of one course."""
    for title, wanted in TABLES.items():
        if found := rows(lines, wanted):
            report.table(f"{name}: {title}", found)
    others = {(rung, where): line.whole for (where, rung), line in lines.items() if where in UNLIKE}
    asked = [rung for rung in dict.fromkeys(rung for rung, _ in others) if (rung, "slower") in others]
    shown = {key: result for key, result in others.items() if key[0] in asked}
    report.table(f"{name}: E_p on learners unlike those of practice", table(shown))
    report.figures.update(figures(name, lines))


def arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="english, one seed, a few thousand steps, 50 learners")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, help="answers of simulated learners a run, where not the usual number")
    parser.add_argument("--world", nargs="*", default=list(COURSES), choices=COURSES)
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--no-training", action="store_true", help="measure what is trained already")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.steps, options.world, options.learners = 1, 2_000, ["english"], 50
    return options


def main() -> None:
    """The courses alone; their figures go beside the other worlds' of `benchmarks.paths`."""
    options = arguments()
    report = Report("paths", options.quick, {"seeds": options.seeds, "steps": options.steps})
    courses(report, options)
    report.keep_earlier()
    report.write()


def _spread(work: Callable[..., T], jobs: Iterable[tuple[object, ...]], processes: int) -> list[T]:
    """The jobs' results in order, so many at a time in processes of their own."""
    jobs = list(jobs)
    if not jobs or processes < 2:
        return [work(*job) for job in jobs]
    with ProcessPoolExecutor(min(processes, len(jobs)), mp_context=get_context("spawn")) as pool:
        return list(pool.map(work, *zip(*jobs, strict=True)))


if __name__ == "__main__":
    main()
