"""One learned method on one seed of a practice world, trained in a process of its own; one walk, kept on disk.

`python -m benchmarks.paths_runs WORLD METHOD SEED [--steps N]` trains one; METHOD = rungs walks what needs no training.
What is there is not made again; a training that was cut off goes on from its last checkpoint.
"""

import hashlib
import json
import subprocess
import sys
import time
from argparse import ArgumentParser
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from benchmarks.paths_methods import settings
from benchmarks.paths_study import Study
from models.checkpoint import CHECKPOINT, load_policy
from models.course import Course, Floats
from models.memory import keep_freed_memory
from models.policy import LearnedPolicy
from models.practice import PracticeWorld, Rules, Students
from models.recommender import Recommender
from models.run import device_of, train_in
from models.walk import walk

ROOT = Path(__file__).parents[1]
RUNS = ROOT / "benchmarks" / ".runs" / "paths"
TRAINED = "trained.json"
HELD_OUT = 1_000_000
RUNGS = "rungs"
"""In place of a method: everything that needs no training."""
FREE = "_free"
KEPT = "_kept"
OPINION = "_opinion"
"""In a name: practice is marked half by a second opinion."""
CONSTRAINT = {"kss": False, "kss_kept": True}
"""Whether prerequisites hold where the name does not say it; KSS as published lets everybody practise anything."""


@dataclass(frozen=True)
class Outcome:
    """One method on one seed's 500 test students: E_p by their own exam and by the judge (NaN without one), (B,)."""

    ep: Floats
    judged: Floats
    violations: int
    ms: float


def base_of(world: str) -> str:
    """The world without what is said of the constraint and of practice."""
    return tested_in(world).removesuffix(FREE).removesuffix(KEPT)


def tested_in(world: str) -> str:
    """The world without what is said of practice, which no test depends on."""
    return world.replace(OPINION, "")


def rules(world: str, lengths: tuple[int, ...], in_turn: bool) -> Rules:
    """Of practice, or of a test with one length."""
    kept = CONSTRAINT.get(world, not world.endswith(FREE))
    return Rules(lengths, free=not kept, in_turn=in_turn)


def study_of(world: str, seed: int) -> Study | None:
    """One seed of a world; None where its data or package is missing."""
    return _study(base_of(world), seed)


@cache
def _study(base: str, seed: int) -> Study | None:
    if base == "kss":
        from benchmarks.paths_kss import study as kss

        return kss(seed)
    from benchmarks.paths_tracers import study as traced

    return traced(base, seed)


def practice_of(world: str, seed: int) -> tuple[Course, Students, tuple[int, ...]]:
    """What a method practises on, and the lengths of its paths; KSS needs no package for that."""
    if base_of(world) == "kss":
        from benchmarks.paths_kss import LENGTHS, practice_side

        return *practice_side(seed), LENGTHS
    study = study_of(world, seed)
    assert study, f"{world}: its data is missing"
    students = study.marked if OPINION in world else study.practice
    assert students, f"{world}: there is no second opinion"
    return study.course, students, study.lengths


def folder_of(world: str, method: str, seed: int, steps: int | None) -> Path:
    """Where a run is kept; changes with its settings."""
    told = hashlib.sha256(repr(settings(world, method, seed, steps)).encode()).hexdigest()[:10]
    return RUNS / "policies" / world / f"{method}-{seed}-{told}"


def train(world: str, method: str, seed: int, steps: int | None, device: str = "auto") -> None:
    """Train one method, unless that is done."""
    folder, config = folder_of(world, method, seed, steps), settings(world, method, seed, steps)
    if (folder / TRAINED).exists():
        return
    course, students, lengths = practice_of(world, seed)
    began, before = time.perf_counter(), 0.0
    if (folder / "seconds").exists():
        before = float((folder / "seconds").read_text())
    practice = PracticeWorld(course, students, config.learners, rules(world, lengths, in_turn=False))
    every = max(1, config.iterations // 8)

    def tell(progress: object) -> None:
        seconds = before + time.perf_counter() - began
        (folder / "seconds").write_text(str(seconds))
        if progress.iteration % every == 0:
            share = progress.iteration / config.iterations
            print(
                f"{world} {method} {seed}: {share:.0%}, {seconds:.0f} s, return {progress.episode_return:.3f}",
                flush=True,
            )

    train_in(practice, config, folder, device, report=tell)
    seconds = float((folder / "seconds").read_text())
    (folder / TRAINED).write_text(
        json.dumps({"seconds": seconds, "steps": config.steps, "device": str(device_of(device))})
    )
    (folder / CHECKPOINT).unlink()


def train_all(jobs: list[tuple[str, str, int]], steps: int | None, processes: int = 2, device: str = "auto") -> None:
    """Train what is missing and walk the rungs, so many at a time, each in a process of its own."""
    waiting = [job for job in jobs if job[1] == RUNGS or not (folder_of(*job, steps) / TRAINED).exists()]
    running: list[subprocess.Popen[bytes]] = []
    try:
        while waiting or running:
            running = [process for process in running if process.poll() is None]
            while waiting and len(running) < processes:
                world, method, seed = waiting.pop(0)
                more = ["--device", device] + ([] if steps is None else ["--steps", str(steps)])
                command = [sys.executable, "-m", "benchmarks.paths_runs", world, method, str(seed), *more]
                running.append(subprocess.Popen(command, cwd=ROOT))
            time.sleep(0.5)
    finally:
        for process in running:
            process.terminate()


def trained(world: str, method: str, seed: int, steps: int | None) -> tuple[LearnedPolicy, float]:
    """A trained method and the seconds it took."""
    study = study_of(world, seed)
    assert study
    folder = folder_of(world, method, seed, steps)
    policy = load_policy(folder, study.course)
    policy.name = method
    return policy, float(json.loads((folder / TRAINED).read_text())["seconds"])


def walked(
    world: str, method: str, seed: int, length: int, recommender: Recommender, version: str | None = None
) -> Outcome:
    """A walk of every test student; kept under the recommender's version, or another."""
    version = version or recommender.version
    study = study_of(world, seed)
    assert study and study.course.tracer
    folder = RUNS / "walks" / tested_in(world)
    path = folder / f"{method}-{length}-{seed}-{version}-{study.course.tracer.version}.npz"
    if path.exists():
        with np.load(path) as kept:
            return Outcome(kept["ep"], kept["judged"], int(kept["violations"]), float(kept["ms"]))
    size = len(study.test.past.point)
    test = PracticeWorld(study.course, study.test, size, rules(world, (length,), in_turn=True))
    done = walk(test, recommender, HELD_OUT + seed)
    judged = study.judge(done) if study.judge else np.full(size, np.nan, dtype=np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    found = Outcome(done.ep, judged, done.violations, done.ms_per_step)
    np.savez(path, **vars(found))
    return found


def walk_rungs(world: str, seed: int) -> None:
    """Walk everything that needs no training."""
    study = study_of(world, seed)
    for length in study.lengths if study else ():
        for name, rung in study.rungs(length).items():
            walked(world, name, seed, length, rung)
            print(f"walked {world} {name} {seed}: {length} steps", flush=True)


if __name__ == "__main__":
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("world")
    parser.add_argument("method")
    parser.add_argument("seed", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--device", default="auto")
    options = parser.parse_args()
    keep_freed_memory()
    if options.method == RUNGS:
        walk_rungs(options.world, options.seed)
    else:
        train(options.world, options.method, options.seed, options.steps, options.device)
