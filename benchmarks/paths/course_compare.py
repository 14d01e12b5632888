"""Paths on the example courses: `python -m benchmarks.paths.course_compare [--quick] [--seeds 3] [--processes 2]`.

Every baseline, the learned variants, and a planner that knows the truth (an upper bound) on the same held-out learners;
the number of candidates that pruning keeps, swept without retraining; the learner model's constants; the cost of the
prerequisite constraint (switched off for the test only, the policy not retrained); populations other than that of
practice. Called by benchmarks/paths/compare.py, whose results file it shares.

Figures: COURSE.STRATEGY.ep, .ep_sd, .steps, .minutes, .reached, .violations, .ms, .of_planner (share of the best
planner's E_p), .saved_steps, .saved_minutes (share of mastery sequencing's), .behind (the whole policy's advantage in
E_p) and .ep_p, .steps_p, .minutes_p; STRATEGY_free, STRATEGY_paper and STRATEGY_no_propagation in those worlds;
unlike.POPULATION.COURSE.STRATEGY.ep and .drop.

Tables of docs/paths.md: `english` shows baselines and variants; `english-pruning`, `english-constants`, `english-free`
and `english-unlike` the other parts; the same for the other course.
"""

from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import TypeVar

from benchmarks.paths.course_places import (
    POPULATIONS,
    PRUNING_SWEEP,
    WORLD_STRATEGIES,
    CourseEvaluation,
    list_evaluations,
    load_or_evaluate,
    tabulate_populations,
)
from benchmarks.paths.course_runs import COURSES, VARIANTS, is_trained, load_course, load_trained, train_variant
from benchmarks.paths.report import USUAL_WORLD, StrategyRuns, format_label, summarise_strategies, tabulate_strategies
from benchmarks.report import Report

T = TypeVar("T")
COURSE_TABLES: dict[str, list[tuple[str, str]]] = {
    "the ladder and the planner": [
        (USUAL_WORLD, rung) for rung in WORLD_STRATEGIES[USUAL_WORLD] if rung not in PRUNING_SWEEP
    ],
    "what pruning keeps": [(USUAL_WORLD, rung) for rung in ("lodestar", *PRUNING_SWEEP)],
    "the learner model's constants": [
        *[(USUAL_WORLD, rung) for rung in ("random", "mastery", "needed", "lodestar")],
        *[(where, rung) for where in ("no_propagation", "paper") for rung in WORLD_STRATEGIES[where]],
    ],
    "without the prerequisite filter": [
        (where, rung) for where in ("free", USUAL_WORLD) for rung in WORLD_STRATEGIES["free"]
    ],
}


def measure_courses(report: Report, options: Namespace) -> None:
    """Train what is missing, measure, print, and add to the report's figures.

    Of the options: seeds, steps (None for the usual number), processes, no_training; `world` names the courses.
    """
    learners = getattr(options, "learners", 500)
    asked = [name for name in COURSES if name in options.world]
    there = [name for name in asked if load_course(name)]
    if len(there) < len(asked):
        print(f"skipped {set(asked) - set(there)}: the files are missing")
    if not options.no_training:
        _spread(train_variant, list_missing_runs(there, options), options.processes)
    for name in there:
        lines = collect_runs(list_evaluations(name, options.seeds, learners, options.steps), options.processes)
        report_course(report, name, lines)


def list_missing_runs(names: list[str], options: Namespace) -> list[tuple[str, str, int, int | None]]:
    """What is to be trained: course, variant, seed and steps, see `train_variant`."""
    jobs = [
        (name, variant, seed, options.steps) for name in names for seed in range(options.seeds) for variant in VARIANTS
    ]
    return [(name, *rest) for name, *rest in jobs if (course := load_course(name)) and not is_trained(course, *rest)]


def collect_runs(asked: list[CourseEvaluation], processes: int) -> dict[tuple[str, str], StrategyRuns]:
    """What was measured, by where and rung; a rung that is not trained for every seed is left out."""
    found: dict[tuple[str, str], StrategyRuns] = {}
    for place, result in zip(asked, _spread(load_or_evaluate, [(place,) for place in asked], processes), strict=True):
        line = found.setdefault((place.where, place.rung), StrategyRuns([], []))
        line.parts.append(result)
        course = load_course(place.course)
        if place.rung in VARIANTS and course:
            line.seconds.append(load_trained(course, place.rung, place.seed, place.steps)[1])
    seeds = 1 + max(place.seed for place in asked)
    return {key: line for key, line in found.items() if len(line.parts) == seeds}


def report_course(report: Report, name: str, lines: dict[tuple[str, str], StrategyRuns]) -> None:
    """Tables and figures of one course."""
    for title, wanted in COURSE_TABLES.items():
        if found := tabulate_strategies(lines, wanted):
            report.table(f"{name}: {title}", found)
    others = {(rung, where): line.whole for (where, rung), line in lines.items() if where in POPULATIONS}
    asked = [rung for rung in dict.fromkeys(rung for rung, _ in others) if (rung, "slower") in others]
    shown = {key: result for key, result in others.items() if key[0] in asked}
    report.table(f"{name}: E_p on learners unlike those of practice", tabulate_populations(shown))
    report.figures.update(summarise_strategies(name, lines))


def parse_arguments() -> Namespace:
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
    """The courses alone; their figures go beside the other worlds' of `benchmarks.paths.compare`."""
    options = parse_arguments()
    report = Report("paths", options.quick, {"seeds": options.seeds, "steps": options.steps})
    measure_courses(report, options)
    report.keep_earlier()
    report.write()


def _spread(work: Callable[..., T], jobs: Iterable[tuple[object, ...]], processes: int) -> list[T]:
    """The jobs' results in order, so many at a time in processes of their own."""
    jobs = list(jobs)
    if not jobs or processes < 2:
        return [work(*job) for job in jobs]
    with ProcessPoolExecutor(min(processes, len(jobs)), mp_context=get_context("spawn")) as pool:
        return list(pool.map(work, *zip(*jobs, strict=True)))


TABLE_BY_SUFFIX = dict(zip(("", "pruning", "constants", "free"), COURSE_TABLES.values(), strict=True))
TABLE_HEADS = (
    "E_p",
    "of planner",
    "reached",
    "steps (saved)",
    "minutes (saved)",
    "skipped a step",
    "ms",
    "training min",
)


def render_course_table(figures: Mapping[str, float], place: str) -> list[str]:
    """One table, the best first. `place` is a course, or a course and a table with a hyphen between."""
    course, _, table = place.partition("-")
    if table == "unlike":
        return _render_populations(figures, course)
    names = dict.fromkeys(format_label(*key) for key in TABLE_BY_SUFFIX[table])
    found = {name: own for name in names if (own := _select_prefix(figures, f"{course}.{name}."))}
    lines = [f"| strategy | {' | '.join(TABLE_HEADS)} |", "|" + "---|" * (len(TABLE_HEADS) + 1)]
    for name, own in sorted(found.items(), key=lambda entry: -entry[1]["ep"]):
        lines.append(f"| {name} | {' | '.join(_cells(own))} |")
    return lines


def _cells(own: Mapping[str, float]) -> list[str]:
    return [
        f"{own['ep']:.3f} ± {own['ep_sd']:.3f}",
        f"{own['of_planner']:.1%}" if "of_planner" in own else "",
        f"{own['reached']:.1%}",
        f"{own['steps']:.2f} ({own['saved_steps']:+.1%})",
        f"{own['minutes']:,.0f} ({own['saved_minutes']:+.1%})",
        f"{own['violations']:,.0f}",
        f"{own['ms']:.2f}",
        f"{own['train_minutes']:.1f}" if "train_minutes" in own else "",
    ]


def _render_populations(figures: Mapping[str, float], course: str) -> list[str]:
    others = [population for population in POPULATIONS if population != "usual"]
    start = f"unlike.{others[0]}.{course}."
    rungs = [name.removeprefix(start)[:-3] for name in figures if name.startswith(start) and name.endswith(".ep")]
    lines = [f"| strategy | usual | {' | '.join(others)} |", "|" + "---|" * (len(others) + 2)]
    for rung in sorted(rungs, key=lambda rung: -figures[f"{course}.{rung}.ep"]):
        usual = figures[f"{course}.{rung}.ep"]
        reached = [figures[f"unlike.{population}.{course}.{rung}.ep"] for population in others]
        cells = [f"{usual:.3f}", *(f"{ep:.3f} ({ep - usual:+.3f})" for ep in reached)]
        lines.append(f"| {rung} | {' | '.join(cells)} |")
    return lines


def _select_prefix(figures: Mapping[str, float], start: str) -> dict[str, float]:
    return {name.removeprefix(start): value for name, value in figures.items() if name.startswith(start)}


if __name__ == "__main__":
    main()
