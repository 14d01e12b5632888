"""Diagnostic and adaptive test: `python -m benchmarks.cat [--quick] [--seeds 3]`.

Diagnostic: simulated learners of both example courses, each on the way to a goal, are asked three ways: `adaptive`
(models/learners/diagnosis.py), `random` with the same estimate, `share` with the same random questions and the share of
right answers, which is the estimate of models/diagnostic.py. The error is the root mean square distance between s(0)
and what the learner knows, over the points on the way (`error`) and over the course (`error_course`); `told` is what
the estimate says of its own error on the way. See benchmarks/examinees.py for the learners, `placed` and `studied`.

Adaptive test: one bank of items, the same examinees with the same answers, 20 items each; our selection and estimate
beside catsim's (maximum information, maximum likelihood), and our estimate from the items that catsim asked.

Figures: COURSE.KIND.METHOD_QUESTIONS.error, …_course, .told; COURSE.KIND.ms_per_answer (median of update, estimate and
the next question, one thread, the whole course in the field); ability.METHOD_ITEMS.rmse; each with …_sd over seeds.
error.20_adaptive, .60_random (share of right answers), .60_random_new, .20_random_new: over the courses, `placed`.
"""

import asyncio
import subprocess
import sys
import tempfile
import venv
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from pathlib import Path
from time import perf_counter

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.diagnostics import Trial
from benchmarks.examinees import KINDS, examinees
from benchmarks.report import RESULTS, Report
from benchmarks.stage import course_arrays
from models.course import Course
from models.learners.adaptive import ItemPool, TestRules, answered, choose, start
from models.learners.irt import ItemBank, abilities, count

ROOT = Path(__file__).parents[1]
PEERS = ROOT / "benchmarks" / ".peers" / "catsim"
PYTHON = PEERS / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
PACKAGE = "catsim==0.21.0"
COURSES = ("english", "metacademy")
ITEMS, LENGTH = 300, 20
SHOWN = {"adaptive": (10, 20, 30), "random": (20, 60), "share": (20, 60)}
Curves = dict[str, list[NDArray[np.float64]]]
Values = dict[str, list[float]]


def main() -> None:
    """Both parts, a table each, the figures and the plot."""
    options = arguments()
    settings = {"learners": options.learners, "examinees": options.examinees, "seeds": options.seeds}
    report = Report("cat", quick=options.quick, settings=settings)
    curves: Curves = defaultdict(list)
    values: Values = defaultdict(list)
    for name in options.course:
        course = asyncio.run(course_arrays(name))
        if course is None:
            print(f"skipped {name}: its files are missing")
        for seed in range(options.seeds if course else 0):
            diagnose(course, seed, options, curves, values)
    if values:
        overall(values)
    adaptive_tests(options, curves, values)
    report.figures.update(figures(values))
    show(report)
    if not options.quick:
        draw(curves, RESULTS / "cat.png")
    report.write()


def arguments() -> Namespace:
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


def diagnose(course: Course, seed: int, options: Namespace, curves: Curves, values: Values) -> None:
    """Both kinds of learners of one course and seed."""
    for kind in KINDS:
        began = perf_counter()
        trial = Trial(course, examinees(course, kind, options.learners, seed), seed)
        for method, errors in trial.measure().items():
            way, everywhere, told = (np.sqrt(part.mean(axis=0)) for part in (errors.way, errors.course, errors.told))
            curves[f"{course.id}.{kind}.{method}"].append(way)
            for questions in SHOWN[method]:
                name = f"{course.id}.{kind}.{method}_{questions}"
                for what, curve in (("error", way), ("error_course", everywhere), ("told", told)):
                    values[f"{name}.{what}"].append(float(curve[questions]))
        values[f"{course.id}.{kind}.ms_per_answer"].append(trial.ms_per_answer)
        print(f"{course.id} {kind} seed {seed}: {perf_counter() - began:.0f} s", flush=True)


def overall(values: Values) -> None:
    """The headline: mean over the courses of the simulator's own new learners, each seed by itself."""
    names = {"20_adaptive": "adaptive_20", "60_random": "share_60"}
    names |= {"60_random_new": "random_60", "20_random_new": "random_20"}
    for short, name in names.items():
        each = [f"{course}.placed.{name}.error" for course in COURSES]
        rows = [values[of] for of in each if of in values]
        values[f"error.{short}"] = np.mean(rows, axis=0).tolist()


def adaptive_tests(options: Namespace, curves: Curves, values: Values) -> None:
    """The bank of items, all seeds."""
    peers = peer_installed()
    for seed in range(options.seeds):
        for method, error in tests(seed, options, peers).items():
            curves[f"ability.{method}"].append(error)
            values[f"ability.{method}_{LENGTH}.rmse"].append(float(error[-1]))
    if peers:
        values[f"error.catsim_{LENGTH}"] = values[f"ability.catsim_{LENGTH}.rmse"]


def tests(seed: int, options: Namespace, peers: bool) -> dict[str, NDArray[np.float64]]:
    """RMSE of ability after 0 … LENGTH items, by method."""
    draw = np.random.default_rng((seed, 2))
    a, b = np.exp(draw.normal(0, 0.3, ITEMS)), draw.normal(0, 1, ITEMS)
    none = np.zeros(ITEMS)
    bank = ItemBank(a, b, draw.uniform(0.1, 0.3, ITEMS), none, none, none)
    theta = draw.normal(size=options.examinees)
    right = draw.random((options.examinees, ITEMS)) < bank.chance(theta).T
    found = {"lodestar": ours(bank, right, draw)}
    if peers:
        found["catsim"], asked = theirs(bank, right)
        found["catsim_items"] = estimates(bank, right, asked)
    return {name: np.sqrt(((part - theta[:, None]) ** 2).mean(axis=0)) for name, part in found.items()}


def ours(bank: ItemBank, right: NDArray[np.bool_], draw: np.random.Generator) -> NDArray[np.float64]:
    """(B, LENGTH + 1) EAP after each item of our own choice."""
    pool, rules = ItemPool(bank), TestRules(error=0, most=LENGTH)
    ability = np.zeros((len(right), LENGTH + 1))
    for examinee, answers in enumerate(right):
        state = start(pool, draw)
        for turn in range(LENGTH):
            item = choose(state, pool, rules, draw)
            state = answered(state, pool, item, bool(answers[item]))
            ability[examinee, turn + 1] = state.ability
    return ability


def theirs(bank: ItemBank, right: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """catsim's estimates (B, LENGTH + 1) and items (B, LENGTH)."""
    items = np.stack([bank.discrimination, bank.difficulty, bank.guessing, np.ones(ITEMS)], axis=1)
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "given.npz"), Path(folder, "found.npz")
        np.savez(source, items=items, right=right)
        script = ROOT / "benchmarks" / "cat_peers.py"
        subprocess.run([str(PYTHON), "-W", "ignore", str(script), str(source), str(target), str(LENGTH)], check=True)
        with np.load(target) as found:
            return found["ability"], found["asked"]


def estimates(bank: ItemBank, right: NDArray[np.bool_], asked: NDArray[np.int64]) -> NDArray[np.float64]:
    """(B, LENGTH + 1) our EAP from items that somebody else chose."""
    rows, columns = np.arange(len(right))[:, None], [np.zeros(len(right))]
    for turn in range(1, LENGTH + 1):
        learner = np.broadcast_to(rows, (len(right), turn)).ravel()
        item = asked[:, :turn].ravel()
        columns.append(abilities(bank, count(learner, item, right[learner, item], right.shape))[0])
    return np.stack(columns, axis=1)


def peer_installed() -> bool:
    """Whether catsim's environment is there; makes it if it can."""
    if (PEERS / "ready").exists():
        return True
    print("installing the peer, once:", PACKAGE, flush=True)
    venv.create(PEERS, with_pip=True, clear=True)
    installed = subprocess.run([str(PYTHON), "-m", "pip", "install", "-q", PACKAGE], check=False)
    if installed.returncode:
        print("skipped catsim: it could not be installed")
        return False
    (PEERS / "ready").write_text(PACKAGE, encoding="utf-8")
    return True


def figures(values: Values) -> dict[str, float]:
    """Mean over seeds, and the standard deviation beside it."""
    found: dict[str, float] = {}
    for name, each in values.items():
        found[name] = round(float(np.mean(each)), 4)
        if len(each) > 1:
            found[f"{name}_sd"] = round(float(np.std(each, ddof=1)), 4)
    return found


def show(report: Report) -> None:
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


def draw(curves: Curves, path: Path) -> None:
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
