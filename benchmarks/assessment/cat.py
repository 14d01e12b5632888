"""Diagnostic and adaptive test: `python -m benchmarks.assessment.cat [--quick] [--seeds 3]`.

Diagnostic: simulated learners of both example courses, each with a goal, are asked in three ways: `adaptive`
(question selection of models.assessment), `random` with the same estimate, `share` with the same random questions
and the share of right answers as estimate. The error is the root mean square distance between s(0) and what the
learner knows, over the points on the path to the goal (`error`) and over the course (`error_course`); `told` is the
estimate's own standard deviation on the path. Learners, `placed` and `studied`: benchmarks/assessment/examinees.py.

Adaptive test: one bank of items, the same examinees with the same answers, 20 items each; our selection and estimate
beside catsim's (maximum information, maximum likelihood), and our estimate from the items that catsim asked.

Figures: COURSE.KIND.METHOD_QUESTIONS.error, …_course, .told; COURSE.KIND.ms_per_answer (median of update, estimate and
choice of the next question, one thread, the whole course in the field); ability.METHOD_ITEMS.rmse; each with …_sd over
seeds. error.20_adaptive, .60_random (share of right answers), .60_random_new, .20_random_new: over the courses,
`placed`.
"""

import asyncio
import subprocess
import tempfile
import venv
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.assessment.examinees import LEARNER_KINDS, Examinees, draw_examinees
from benchmarks.folders import PEERS_FOLDER, RESULTS, ROOT, locate_python
from benchmarks.report import Report
from benchmarks.stage import read_stage_arrays
from models.arrays import Flags, Floats, Ints
from models.assessment.adaptive_test import ItemPool, TestRules, choose_item, record_answer, start_test
from models.assessment.diagnostic import DiagnosticRules, choose_question, estimate_starting_level
from models.assessment.placement import Placement, build_gaussian_field
from models.course import Course
from models.knowledge_tracing.irt import ItemBank, count_responses, estimate_abilities

MIN_PATH_POINTS = 20
"""Points on the way to a goal at least: with three questions each there are 60 to ask."""
MAX_ADAPTIVE_QUESTIONS = 30
"""Adaptive questions at most; random ones go on to 60."""
RANDOM_QUESTIONS = 60


@dataclass(frozen=True)
class ErrorCurves:
    """Mean squared error of the level by number of questions, from 0 on, for each learner (B, T + 1).

    way: over the points on the way to the goal, where all questions are; course: over all points; told: what the
    estimate says of itself over the way, its mean variance.
    """

    way: NDArray[np.float64]
    course: NDArray[np.float64]
    told: NDArray[np.float64]


class DiagnosticTrial:
    """One group of learners, each with a goal, and what is measured of them."""

    def __init__(self, course: Course, group: Examinees, seed: int) -> None:
        self.course, self.group = course, group
        self.placement = Placement(build_gaussian_field(course, np.arange(course.points)), group.questions)
        self.draw = np.random.default_rng((seed, 1))
        ways = np.array([course.closure(np.array([point])) for point in range(course.points)])
        goals = self.draw.choice(np.flatnonzero(ways.sum(axis=1) >= MIN_PATH_POINTS), len(group.knowledge))
        self.way: Flags = ways[goals]
        on_way = self.way[:, group.questions.points[:, 0]]
        order = np.where(on_way, self.draw.random(on_way.shape), 2).argsort(axis=1)
        self.random: Ints = order[:, :RANDOM_QUESTIONS]
        self.ms_per_answer = 0.0

    def measure(self) -> dict[str, ErrorCurves]:
        """By way of asking and estimating."""
        return {"adaptive": self.adaptive(), "random": self.at_random(), "share": self.share()}

    def at_random(self) -> ErrorCurves:
        """Random questions on the way, the new estimate."""
        belief = self.placement.start(len(self.way))
        seen = [self._errors(*self.placement.estimate(belief))]
        for asked in self.random.T:
            belief = self.placement.update(belief, asked, self.group.right[np.arange(len(asked)), asked])
            seen.append(self._errors(*self.placement.estimate(belief)))
        return _concatenate(seen)

    def share(self) -> ErrorCurves:
        """The same questions, s(0) as the share of right answers (models/assessment/diagnostic.py)."""
        right, answers = (np.zeros(self.way.shape, dtype=np.float32) for _ in range(2))
        rows = np.arange(len(right))
        seen = [self._errors(*estimate_starting_level(right, answers))]
        for asked in self.random.T:
            points = self.group.questions.points[asked, 0]
            answers[rows, points] += 1
            right[rows, points] += self.group.right[rows, asked]
            seen.append(self._errors(*estimate_starting_level(right, answers)))
        return _concatenate(seen)

    def adaptive(self) -> ErrorCurves:
        """The questions that the diagnostic would ask, the new estimate."""
        rules = DiagnosticRules(sd=0, max_questions=MAX_ADAPTIVE_QUESTIONS)
        found, spent = np.zeros((MAX_ADAPTIVE_QUESTIONS + 1, 3, len(self.way))), []
        for learner in range(len(self.way)):
            belief, asked = self.placement.start(), list[int]()
            wanted = self.way[learner].astype(np.float32)
            only = np.array([learner])
            found[0, :, learner] = np.ravel(self._errors(*self.placement.estimate(belief), only))
            began = perf_counter()
            while (item := choose_question(self.placement, belief, asked, wanted, rules, self.draw)) is not None:
                belief = self.placement.update(belief, np.array([item]), self.group.right[only, item])
                estimate = self.placement.estimate(belief)
                spent.append(perf_counter() - began)
                asked.append(item)
                found[len(asked), :, learner] = np.ravel(self._errors(*estimate, only))
                began = perf_counter()
        self.ms_per_answer = 1000 * float(np.median(spent))
        return _concatenate(list(found))

    def _errors(self, level: Floats, spread: Floats, who: Ints | None = None) -> NDArray[np.float64]:
        """(3, B) squared error on the way and over the course, and variance as told."""
        rows = np.arange(len(self.way)) if who is None else who
        way, square = self.way[rows], (level - self.group.knowledge[rows]).astype(float) ** 2
        of_way = [(way * part).sum(axis=1) / way.sum(axis=1) for part in (square, spread.astype(float) ** 2)]
        return np.stack([of_way[0], square.mean(axis=1), of_way[1]])


def _concatenate(seen: list[NDArray[np.float64]]) -> ErrorCurves:
    return ErrorCurves(*np.stack(seen, axis=-1))


CATSIM_FOLDER = PEERS_FOLDER / "catsim"
CATSIM_PYTHON = locate_python(CATSIM_FOLDER)
CATSIM_PACKAGE = "catsim==0.21.0"
COURSES = ("english", "metacademy")
ITEMS, TEST_LENGTH = 300, 20
SHOWN_QUESTIONS = {"adaptive": (10, 20, 30), "random": (20, 60), "share": (20, 60)}
Curves = dict[str, list[NDArray[np.float64]]]
Values = dict[str, list[float]]


def main() -> None:
    """Both parts, a table each, the figures and the plot."""
    options = parse_arguments()
    settings = {"learners": options.learners, "examinees": options.examinees, "seeds": options.seeds}
    report = Report("cat", quick=options.quick, settings=settings)
    curves: Curves = defaultdict(list)
    values: Values = defaultdict(list)
    for name in options.course:
        course = asyncio.run(read_stage_arrays(name))
        if course is None:
            print(f"skipped {name}: its files are missing")
        for seed in range(options.seeds if course else 0):
            measure_diagnostics(course, seed, options, curves, values)
    if values:
        summarise_courses(values)
    measure_adaptive_tests(options, curves, values)
    report.figures.update(summarise_errors(values))
    print_tables(report)
    if not options.quick:
        plot_errors(curves, RESULTS / "cat.png")
    report.write()


def parse_arguments() -> Namespace:
    """The command line."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one seed, one course, few learners")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--learners", type=int, default=200, help="simulated learners a course, kind and seed")
    parser.add_argument("--examinees", type=int, default=500, help="of the adaptive test, a seed")
    parser.add_argument("--course", nargs="*", default=COURSES, choices=COURSES)
    options = parser.parse_args()
    if options.quick:
        options.seeds, options.learners, options.examinees, options.course = 1, 25, 60, ["english"]
    return options


def measure_diagnostics(course: Course, seed: int, options: Namespace, curves: Curves, values: Values) -> None:
    """Both kinds of learners of one course and seed."""
    for kind in LEARNER_KINDS:
        began = perf_counter()
        trial = DiagnosticTrial(course, draw_examinees(course, kind, options.learners, seed), seed)
        for method, errors in trial.measure().items():
            way, everywhere, told = (np.sqrt(part.mean(axis=0)) for part in (errors.way, errors.course, errors.told))
            curves[f"{course.id}.{kind}.{method}"].append(way)
            for questions in SHOWN_QUESTIONS[method]:
                name = f"{course.id}.{kind}.{method}_{questions}"
                for what, curve in (("error", way), ("error_course", everywhere), ("told", told)):
                    values[f"{name}.{what}"].append(float(curve[questions]))
        values[f"{course.id}.{kind}.ms_per_answer"].append(trial.ms_per_answer)
        print(f"{course.id} {kind} seed {seed}: {perf_counter() - began:.0f} s", flush=True)


def summarise_courses(values: Values) -> None:
    """The headline: mean over the courses of the simulator's own new learners, each seed by itself."""
    names = {"20_adaptive": "adaptive_20", "60_random": "share_60"}
    names |= {"60_random_new": "random_60", "20_random_new": "random_20"}
    for short, name in names.items():
        each = [f"{course}.placed.{name}.error" for course in COURSES]
        rows = [values[of] for of in each if of in values]
        values[f"error.{short}"] = np.mean(rows, axis=0).tolist()


def measure_adaptive_tests(options: Namespace, curves: Curves, values: Values) -> None:
    """The bank of items, all seeds."""
    peers = ensure_catsim()
    for seed in range(options.seeds):
        for method, error in measure_ability_errors(seed, options, peers).items():
            curves[f"ability.{method}"].append(error)
            values[f"ability.{method}_{TEST_LENGTH}.rmse"].append(float(error[-1]))
    if peers:
        values[f"error.catsim_{TEST_LENGTH}"] = values[f"ability.catsim_{TEST_LENGTH}.rmse"]


def measure_ability_errors(seed: int, options: Namespace, peers: bool) -> dict[str, NDArray[np.float64]]:
    """RMSE of ability after 0 … TEST_LENGTH items, by method."""
    draw = np.random.default_rng((seed, 2))
    a, b = np.exp(draw.normal(0, 0.3, ITEMS)), draw.normal(0, 1, ITEMS)
    none = np.zeros(ITEMS)
    bank = ItemBank(a, b, draw.uniform(0.1, 0.3, ITEMS), none, none, none)
    theta = draw.normal(size=options.examinees)
    right = draw.random((options.examinees, ITEMS)) < bank.chance(theta).T
    found = {"lodestar": estimate_own_selection(bank, right, draw)}
    if peers:
        found["catsim"], asked = run_catsim(bank, right)
        found["catsim_items"] = estimate_given_items(bank, right, asked)
    return {name: np.sqrt(((part - theta[:, None]) ** 2).mean(axis=0)) for name, part in found.items()}


def estimate_own_selection(bank: ItemBank, right: NDArray[np.bool_], draw: np.random.Generator) -> NDArray[np.float64]:
    """(B, TEST_LENGTH + 1) EAP after each item of our own choice."""
    pool, rules = ItemPool(bank), TestRules(se=0, max_items=TEST_LENGTH)
    ability = np.zeros((len(right), TEST_LENGTH + 1))
    for examinee, answers in enumerate(right):
        state = start_test(pool, draw)
        for turn in range(TEST_LENGTH):
            item = choose_item(state, pool, rules, draw)
            state = record_answer(state, pool, item, bool(answers[item]))
            ability[examinee, turn + 1] = state.ability
    return ability


def run_catsim(bank: ItemBank, right: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """catsim's estimates (B, TEST_LENGTH + 1) and items (B, TEST_LENGTH)."""
    items = np.stack([bank.discrimination, bank.difficulty, bank.guessing, np.ones(ITEMS)], axis=1)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "given.npz"), Path(folder, "found.npz")
        np.savez(source, items=items, right=right)
        command = [str(CATSIM_PYTHON), "-W", "ignore", "-m", "benchmarks.workers.catsim"]
        subprocess.run([*command, str(source), str(target), str(TEST_LENGTH)], cwd=ROOT, check=True)
        with np.load(target) as found:
            return found["ability"], found["asked"]


def estimate_given_items(bank: ItemBank, right: NDArray[np.bool_], asked: NDArray[np.int64]) -> NDArray[np.float64]:
    """(B, TEST_LENGTH + 1) our EAP from items that somebody else chose."""
    rows, columns = np.arange(len(right))[:, None], [np.zeros(len(right))]
    for turn in range(1, TEST_LENGTH + 1):
        learner = np.broadcast_to(rows, (len(right), turn)).ravel()
        item = asked[:, :turn].ravel()
        columns.append(estimate_abilities(bank, count_responses(learner, item, right[learner, item], right.shape))[0])
    return np.stack(columns, axis=1)


def ensure_catsim() -> bool:
    """Whether catsim's environment is there; makes it if it can."""
    if (CATSIM_FOLDER / "ready").exists():
        return True
    print("installing the peer, once:", CATSIM_PACKAGE, flush=True)
    venv.create(CATSIM_FOLDER, with_pip=True, clear=True)
    installed = subprocess.run([str(CATSIM_PYTHON), "-m", "pip", "install", "-q", CATSIM_PACKAGE], check=False)
    if installed.returncode:
        print("skipped catsim: it could not be installed")
        return False
    (CATSIM_FOLDER / "ready").write_text(CATSIM_PACKAGE, encoding="utf-8")
    return True


def summarise_errors(values: Values) -> dict[str, float]:
    """Mean over seeds, and the standard deviation beside it."""
    found: dict[str, float] = {}
    for name, each in values.items():
        found[name] = round(float(np.mean(each)), 4)
        if len(each) > 1:
            found[f"{name}_sd"] = round(float(np.std(each, ddof=1)), 4)
    return found


def print_tables(report: Report) -> None:
    """One table of s(0), one of ability."""
    found = report.figures
    rows = []
    for name in (name for name in found if name.endswith(".error")):
        course, kind, method, _ = name.split(".")
        line = {"course": course, "learners": kind, "asked": method}
        for what in ("error", "error_course", "told"):
            each = name.removesuffix("error") + what
            line[what] = f"{found[each]:.3f}" + (f" ± {found[f'{each}_sd']:.3f}" if f"{each}_sd" in found else "")
        rows.append(line)
    if rows:
        report.table("root mean square error of s(0)", rows)
    told = ("ability.", "error.")
    names = [name for name in found if name.startswith(told) or name.endswith("ms_per_answer")]
    names = [name for name in names if not name.endswith("_sd")]
    report.table("", [{"figure": name, "value": found[name], "sd": found.get(f"{name}_sd", "")} for name in names])


def plot_errors(curves: Curves, path: Path) -> None:
    """Error against number of questions, a panel a course and kind, and one for the ability."""
    panels = dict.fromkeys(name.rpartition(".")[0] for name in curves)
    figure = Figure(figsize=(3.4 * len(panels), 3.4), layout="constrained")
    axes = figure.subplots(1, len(panels), squeeze=False)[0]
    for axis, panel in zip(axes, panels, strict=True):
        for name, seeds in curves.items():
            if name.startswith(f"{panel}."):
                axis.plot(np.mean(seeds, axis=0), label=name.rpartition(".")[2])
        axis.set(title=panel, xlabel="questions", ylabel="root mean square error", ylim=(0, None))
        axis.legend(frameon=False)
    figure.savefig(path, dpi=110)
    print(f"drawn in {path}")


if __name__ == "__main__":
    main()
