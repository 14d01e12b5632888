"""Learning paths in three kinds of world: `python -m benchmarks.paths.compare [--quick] [--seeds 3]`.

Learned methods against baselines and planners.

Worlds: kss (the package EduSim, every item allowed as published), kss_kept (prerequisites required), assist2009 and
assist2015 (students simulated by a DKT fitted to half of the log, judged by a simpleKT; prerequisites mined; _opinion:
practice marked half by a second model; _free: without the constraint), english and metacademy (our simulator, see
benchmarks/paths/course_compare.py). Every learned method is trained once a seed on practice students (an interrupted
training continues; `--processes` at a time), then every method makes paths for the same 500 test students a seed.
Results are kept in benchmarks/.runs/paths.

Figures: WORLD.METHOD.ep_LENGTH, .ep_LENGTH_sd (between seeds), .judge_ep_LENGTH, .violations (steps, all seeds and
lengths), .ms (of a decision), .train_minutes. Picture: paths.png.
"""

from argparse import ArgumentParser, Namespace

from benchmarks.folders import RESULTS
from benchmarks.paths.course_compare import measure_courses
from benchmarks.paths.course_runs import COURSES
from benchmarks.paths.methods import DECISION_VARIANTS, METHODS
from benchmarks.paths.report import MAIN_METHOD, MethodOutcomes, plot_path_lengths, summarise_methods, tabulate_methods
from benchmarks.paths.runs import (
    BASELINES_JOB,
    TRAINED_FILE,
    load_or_walk,
    load_study,
    load_trained,
    locate_run,
    strip_practice_suffix,
    train_all,
)
from benchmarks.report import Report
from models.recommender import Recommender
from models.rl.policy import LearnedPolicy

QUICK_METHODS = ("random",)
INPUT_ABLATIONS = ("no_graph", "no_memory", "no_trail", "no_identity")
WORLD_METHODS: dict[str, tuple[str, ...]] = {
    "kss": (*METHODS, *INPUT_ABLATIONS, "advice", "one_step"),
    "kss_kept": tuple(METHODS),
    "assist2015": (*METHODS, "no_prior"),
    "assist2009": tuple(METHODS),
    "assist2015_opinion": (*METHODS, *INPUT_ABLATIONS, "no_prior", "longer"),
    "assist2009_opinion": tuple(METHODS),
    "assist2015_opinion_free": ("lodestar",),
    "assist2009_opinion_free": ("lodestar",),
}
"""What is trained in which world; the courses' own plan is in benchmarks/paths/course_runs.py."""


def main() -> None:
    """Train what is missing, walk, print and write."""
    options = parse_arguments()
    report = Report("paths", options.quick, {"seeds": options.seeds, "steps": options.steps})
    worlds = [world for world in options.world if world in WORLD_METHODS]
    ways = [
        (world, method) for world in worlds for method in ((MAIN_METHOD,) if options.quick else WORLD_METHODS[world])
    ]
    if not options.quick:
        ways += dict.fromkeys((strip_practice_suffix(world), BASELINES_JOB) for world in worlds)
    jobs = [(*way, seed) for way in ways for seed in range(options.seeds) if load_study(way[0], seed)]
    if not options.no_training:
        train_all(jobs, options.steps, options.processes, options.device)
    places = {}
    for world in worlds:
        found = measure_world(world, options)
        if found:
            places[world] = found
            report.table(f"{world}: E_p, mean ± sd over {options.seeds} seeds × 500 students", tabulate_methods(found))
            report.figures.update(summarise_methods(world, found))
    measure_courses(report, options)
    if not options.quick:
        plot_path_lengths(places, RESULTS / "paths.png")
    report.keep_earlier()
    report.write()


def parse_arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="KSS at 10 steps, one seed, 20,000 practice steps")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, help="answers of practice students a run, where not the method's own")
    parser.add_argument("--world", nargs="*", default=[*WORLD_METHODS, *COURSES], choices=[*WORLD_METHODS, *COURSES])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--device", default="auto", help="cpu, cuda, or auto: CUDA where there is one")
    parser.add_argument("--no-training", action="store_true", help="measure what is trained already")
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.steps, options.world = 1, 20_000, ["kss"]
    return options


def measure_world(world: str, options: Namespace) -> dict[str, MethodOutcomes]:
    """Everything that can be asked in one world, by name."""
    found: dict[str, MethodOutcomes] = {}
    for seed in range(options.seeds):
        study = load_study(world, seed)
        if study is None:
            continue
        for length in study.lengths[:1] if options.quick else study.lengths:
            for name, rung in study.rungs(length).items():
                if options.quick and name not in QUICK_METHODS:
                    continue
                place = found.setdefault(name, MethodOutcomes())
                place.add(length, load_or_walk(world, name, seed, length, rung))
            for name in WORLD_METHODS[world]:
                if (locate_run(world, name, seed, options.steps) / TRAINED_FILE).exists():
                    add_trained(found, world, name, (seed, length, options.steps))
        print(f"measured {world}, seed {seed}", flush=True)
    return drop_incomplete(found)


def drop_incomplete(found: dict[str, MethodOutcomes]) -> dict[str, MethodOutcomes]:
    """Without what is not trained for every seed."""
    seeds = max((len(parts) for place in found.values() for parts in place.outcomes.values()), default=0)
    return {
        name: place for name, place in found.items() if all(len(parts) == seeds for parts in place.outcomes.values())
    }


def add_trained(found: dict[str, MethodOutcomes], world: str, name: str, run: tuple[int, int, int | None]) -> None:
    """A trained method on paths of one length; the main one also asked in other ways."""
    seed, length, steps = run
    policy, seconds = load_trained(world, name, seed, steps)
    found.setdefault(name, MethodOutcomes()).seconds.append(seconds)
    ways = {name: policy} | (make_decision_variants(policy, world, seed) if name == MAIN_METHOD else {})
    for way, recommender in ways.items():
        version = policy.version if way == name else f"{policy.version}-{way}"
        outcome = load_or_walk(world, way, seed, length, recommender, version)
        found.setdefault(way, MethodOutcomes()).add(length, outcome)


def make_decision_variants(policy: LearnedPolicy, world: str, seed: int) -> dict[str, Recommender]:
    """The ways of `DECISION_VARIANTS` that make sense in a world."""
    study = load_study(world, seed)
    assert study
    return {way: decide(policy, study.course) for way, decide in DECISION_VARIANTS.items()}


if __name__ == "__main__":
    main()
