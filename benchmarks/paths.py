"""Learning paths against the ladder in three kinds of world: `python -m benchmarks.paths [--quick] [--seeds 3]`.

Worlds: kss (the package EduSim, every item allowed as published), kss_kept (prerequisites kept), assist2009 and
assist2015 (students simulated by a DKT fitted to half of the log, judged by a simpleKT; prerequisites mined; _opinion:
practice marked half by a second opinion; _free: without the constraint), english and metacademy (our simulator, see
benchmarks/paths_courses.py). Every learned method is trained once a seed on practice students (cut off, it goes on
where it was; `--processes` at a time), then everything walks the same 500 test students a seed. What is measured is
kept in benchmarks/.runs/paths.

Figures: WORLD.METHOD.ep_LENGTH, .ep_LENGTH_sd (between seeds), .judge_ep_LENGTH, .violations (steps, all seeds and
lengths), .ms (of choosing, a step), .train_minutes; beside them paths.png.
"""

from argparse import ArgumentParser, Namespace

from benchmarks.paths_courses import COURSES, courses
from benchmarks.paths_methods import DECIDING, METHODS
from benchmarks.paths_plots import draw
from benchmarks.paths_runs import RUNGS, TRAINED, folder_of, study_of, tested_in, train_all, trained, walked
from benchmarks.paths_tables import MAIN, Place, figures, rows
from benchmarks.report import RESULTS, Report
from models.policy import LearnedPolicy
from models.recommender import Recommender

QUICK = ("random",)
SEEN = ("no_graph", "no_memory", "no_trail", "no_identity")
PLAN: dict[str, tuple[str, ...]] = {
    "kss": (*METHODS, *SEEN, "advice", "one_step"),
    "kss_kept": tuple(METHODS),
    "assist2015": (*METHODS, "no_prior"),
    "assist2009": tuple(METHODS),
    "assist2015_opinion": (*METHODS, *SEEN, "no_prior", "longer"),
    "assist2009_opinion": tuple(METHODS),
    "assist2015_opinion_free": ("lodestar",),
    "assist2009_opinion_free": ("lodestar",),
}
"""What is trained in which world; the courses' own plan is in benchmarks/paths_courses*.py."""


def main() -> None:
    """Train what is missing, walk, print and write."""
    options = arguments()
    report = Report("paths", options.quick, {"seeds": options.seeds, "steps": options.steps})
    worlds = [world for world in options.world if world in PLAN]
    ways = [(world, method) for world in worlds for method in ((MAIN,) if options.quick else PLAN[world])]
    if not options.quick:
        ways += dict.fromkeys((tested_in(world), RUNGS) for world in worlds)
    jobs = [(*way, seed) for way in ways for seed in range(options.seeds) if study_of(way[0], seed)]
    if not options.no_training:
        train_all(jobs, options.steps, options.processes, options.device)
    places = {}
    for world in worlds:
        found = measured(world, options)
        if found:
            places[world] = found
            report.table(f"{world}: E_p, mean ± sd over {options.seeds} seeds × 500 students", rows(found))
            report.figures.update(figures(world, found))
    courses(report, options)
    if not options.quick:
        draw(places, RESULTS / "paths.png")
    report.keep_earlier()
    report.write()


def arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="KSS at 10 steps, one seed, 20,000 practice steps")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, help="answers of practice students a run, where not the method's own")
    parser.add_argument("--world", nargs="*", default=[*PLAN, *COURSES], choices=[*PLAN, *COURSES])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--device", default="auto", help="cpu, cuda, or auto: CUDA where there is one")
    parser.add_argument("--no-training", action="store_true", help="measure what is trained already")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.steps, options.world = 1, 20_000, ["kss"]
    return options


def measured(world: str, options: Namespace) -> dict[str, Place]:
    """Everything that can be asked in one world, by name."""
    found: dict[str, Place] = {}
    for seed in range(options.seeds):
        study = study_of(world, seed)
        if study is None:
            continue
        for length in study.lengths[:1] if options.quick else study.lengths:
            for name, rung in study.rungs(length).items():
                if options.quick and name not in QUICK:
                    continue
                place = found.setdefault(name, Place())
                place.add(length, walked(world, name, seed, length, rung))
            for name in PLAN[world]:
                if (folder_of(world, name, seed, options.steps) / TRAINED).exists():
                    add_trained(found, world, name, (seed, length, options.steps))
        print(f"measured {world}, seed {seed}", flush=True)
    return whole(found)


def whole(found: dict[str, Place]) -> dict[str, Place]:
    """Without what is not trained for every seed."""
    seeds = max((len(parts) for place in found.values() for parts in place.outcomes.values()), default=0)
    return {
        name: place for name, place in found.items() if all(len(parts) == seeds for parts in place.outcomes.values())
    }


def add_trained(found: dict[str, Place], world: str, name: str, run: tuple[int, int, int | None]) -> None:
    """A trained method on paths of one length; the main one also asked in other ways."""
    seed, length, steps = run
    policy, seconds = trained(world, name, seed, steps)
    found.setdefault(name, Place()).seconds.append(seconds)
    ways = {name: policy} | (others(policy, world, seed) if name == MAIN else {})
    for way, recommender in ways.items():
        version = policy.version if way == name else f"{policy.version}-{way}"
        outcome = walked(world, way, seed, length, recommender, version)
        found.setdefault(way, Place()).add(length, outcome)


def others(policy: LearnedPolicy, world: str, seed: int) -> dict[str, Recommender]:
    """The ways of `DECIDING` that make sense in a world."""
    study = study_of(world, seed)
    assert study
    return {way: decide(policy, study.course) for way, decide in DECIDING.items()}


if __name__ == "__main__":
    main()
