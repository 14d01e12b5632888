"""Train one learned method on one seed of a practice world, in a process of its own; evaluate paths, kept on disk.

`python -m benchmarks.paths.runs WORLD METHOD SEED [--steps N] [--device auto]`; METHOD = rungs evaluates the baselines,
which need no training. A finished run is not repeated; an interrupted one continues from its last checkpoint.
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

from benchmarks.allocator import keep_freed_memory
from benchmarks.folders import ROOT, RUNS_FOLDER
from benchmarks.paths.methods import WorldStudy, make_config
from models.arrays import Floats
from models.course import Course
from models.recommender import Recommender
from models.rl.policy import LearnedPolicy
from models.rl.practice_network import PracticeNetworkConfig
from models.rl.run import CHECKPOINT_FILE, load_policy, select_device, train_in_world
from models.rl.trainer import TrainingProgress
from models.simulation.practice import PracticeConfig, PracticeWorld, Students, run_practice_rollout

RUNS = RUNS_FOLDER / "paths"
TRAINED_FILE = "trained.json"
HELD_OUT_SEED = 1_000_000
BASELINES_JOB = "rungs"
"""In place of a method: everything that needs no training."""
FREE_SUFFIX = "_free"
KEPT_SUFFIX = "_kept"
OPINION_SUFFIX = "_opinion"
"""In a name: practice is marked half by a second opinion."""
CONSTRAINED_WORLDS = {"kss": False, "kss_kept": True}
"""Whether prerequisites hold where the name does not say it; KSS as published lets everybody practise anything."""


@dataclass(frozen=True)
class WalkOutcome:
    """One method on one seed's 500 test students: E_p by their own exam and by the judge (NaN without one), (B,)."""

    ep: Floats
    judged: Floats
    violations: int
    ms: float


def strip_to_base_world(world: str) -> str:
    """The world without what is said of the constraint and of practice."""
    return strip_practice_suffix(world).removesuffix(FREE_SUFFIX).removesuffix(KEPT_SUFFIX)


def strip_practice_suffix(world: str) -> str:
    """The world without what is said of practice, which no test depends on."""
    return world.replace(OPINION_SUFFIX, "")


def make_rules(world: str, lengths: tuple[int, ...], in_turn: bool) -> PracticeConfig:
    """Of practice, or of a test with one length."""
    kept = CONSTRAINED_WORLDS.get(world, not world.endswith(FREE_SUFFIX))
    return PracticeConfig(lengths, free=not kept, in_turn=in_turn)


def load_study(world: str, seed: int) -> WorldStudy | None:
    """One seed of a world; None where its data or package is missing."""
    return _study(strip_to_base_world(world), seed)


@cache
def _study(base: str, seed: int) -> WorldStudy | None:
    if base == "kss":
        from benchmarks.paths.kss_study import build_kss_study as kss

        return kss(seed)
    from benchmarks.paths.tracers import load_kt_study as traced

    return traced(base, seed)


def load_practice(world: str, seed: int) -> tuple[Course, Students, tuple[int, ...]]:
    """What a method practises on, and the lengths of its paths; KSS needs no package for that."""
    if strip_to_base_world(world) == "kss":
        from benchmarks.paths.kss_study import LENGTHS
        from benchmarks.paths.kss_study import build_practice as practice_side

        return *practice_side(seed), LENGTHS
    study = load_study(world, seed)
    assert study, f"{world}: its data is missing"
    students = study.marked if OPINION_SUFFIX in world else study.practice
    assert students, f"{world}: there is no second opinion"
    return study.course, students, study.lengths


def locate_run(world: str, method: str, seed: int, steps: int | None) -> Path:
    """Where a run is kept; changes with its settings."""
    told = hashlib.sha256(repr(make_config(world, method, seed, steps)).encode()).hexdigest()[:10]
    return RUNS / "policies" / world / f"{method}-{seed}-{told}"


def train_method(world: str, method: str, seed: int, steps: int | None, device: str = "auto") -> None:
    """Train one method, unless that is done."""
    folder, config = locate_run(world, method, seed, steps), make_config(world, method, seed, steps)
    if (folder / TRAINED_FILE).exists():
        return
    course, students, lengths = load_practice(world, seed)
    began, before = time.perf_counter(), 0.0
    if (folder / "seconds").exists():
        before = float((folder / "seconds").read_text())
    practice = PracticeWorld(course, students, config.learners, make_rules(world, lengths, in_turn=False))
    every = max(1, config.iterations // 8)

    def tell(progress: TrainingProgress) -> None:
        seconds = before + time.perf_counter() - began
        (folder / "seconds").write_text(str(seconds))
        if progress.iteration % every == 0:
            share = progress.iteration / config.iterations
            print(
                f"{world} {method} {seed}: {share:.0%}, {seconds:.0f} s, return {progress.episode_return:.3f}",
                flush=True,
            )

    train_in_world(practice, config, folder, device, report=tell)
    seconds = float((folder / "seconds").read_text())
    (folder / TRAINED_FILE).write_text(
        json.dumps({"seconds": seconds, "steps": config.steps, "device": str(select_device(device))})
    )
    (folder / CHECKPOINT_FILE).unlink()


def train_all(jobs: list[tuple[str, str, int]], steps: int | None, processes: int = 2, device: str = "auto") -> None:
    """Train what is missing and walk the rungs, so many at a time, each in a process of its own."""
    waiting = [job for job in jobs if job[1] == BASELINES_JOB or not (locate_run(*job, steps) / TRAINED_FILE).exists()]
    running: list[subprocess.Popen[bytes]] = []
    try:
        while waiting or running:
            running = [process for process in running if process.poll() is None]
            while waiting and len(running) < processes:
                world, method, seed = waiting.pop(0)
                more = ["--device", device] + ([] if steps is None else ["--steps", str(steps)])
                command = [sys.executable, "-m", "benchmarks.paths.runs", world, method, str(seed), *more]
                running.append(subprocess.Popen(command, cwd=ROOT))
            time.sleep(0.5)
    finally:
        for process in running:
            process.terminate()


def load_trained(world: str, method: str, seed: int, steps: int | None) -> tuple[LearnedPolicy, float]:
    """A trained method and the seconds it took."""
    study = load_study(world, seed)
    assert study
    folder = locate_run(world, method, seed, steps)
    policy = load_policy(folder, study.course, sizes=PracticeNetworkConfig)
    policy.name = method
    return policy, float(json.loads((folder / TRAINED_FILE).read_text())["seconds"])


def load_or_walk(
    world: str, method: str, seed: int, length: int, recommender: Recommender, version: str | None = None
) -> WalkOutcome:
    """A walk of every test student; kept under the recommender's version, or another."""
    version = version or recommender.version
    study = load_study(world, seed)
    assert study and study.course.learner_model
    folder = RUNS / "walks" / strip_practice_suffix(world)
    path = folder / f"{method}-{length}-{seed}-{version}-{study.course.learner_model.version}.npz"
    if path.exists():
        with np.load(path) as kept:
            return WalkOutcome(kept["ep"], kept["judged"], int(kept["violations"]), float(kept["ms"]))
    size = len(study.test.past.point)
    test = PracticeWorld(study.course, study.test, size, make_rules(world, (length,), in_turn=True))
    done = run_practice_rollout(test, recommender, HELD_OUT_SEED + seed)
    judged = study.judge(done) if study.judge else np.full(size, np.nan, dtype=np.float32)
    folder.mkdir(parents=True, exist_ok=True)
    found = WalkOutcome(done.ep, judged, done.violations, done.ms_per_step)
    np.savez(path, **vars(found))
    return found


def walk_baselines(world: str, seed: int) -> None:
    """Walk everything that needs no training."""
    study = load_study(world, seed)
    for length in study.lengths if study else ():
        for name, rung in study.rungs(length).items():
            load_or_walk(world, name, seed, length, rung)
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
    if options.method == BASELINES_JOB:
        walk_baselines(options.world, options.seed)
    else:
        train_method(options.world, options.method, options.seed, options.steps, options.device)
